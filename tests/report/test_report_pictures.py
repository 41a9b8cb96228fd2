import io

import numpy as np
import pytest
from PIL import Image

from alx.report.figures import curves, pictures, plan, svg, views
from tests.answer_curves import RANDOM, RISING, around


@pytest.fixture
def read(tmp_path, arrays_of):
  def save_and_read(segmentation=True, **changes):
    arrays = arrays_of(segmentation) | changes
    np.savez(tmp_path / "round_01.npz", **arrays)
    return views.read_views(tmp_path / "round_01.npz")

  return save_and_read


def test_views_are_cropped_to_the_item(read, arrays_of):
  images = arrays_of(True)["images"]
  images[1, 9:], images[1, :, 7:] = np.nan, np.nan
  first, second = read(images=images)
  assert first.image.shape == (12, 10) and first.aspect == 2.0
  assert second.image.shape == (9, 7)
  assert second.truth.shape == second.uncertainty.shape == (9, 7)


def test_unreadable_pictures_are_a_value_error(tmp_path):
  (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 torn")
  with pytest.raises(ValueError, match="cannot be read"):
    views.read_views(tmp_path / "x.npz")


def test_uncertainty_scale_is_the_largest(read):
  found = read(uncertainty=np.full((2, 12, 10), 0.5, np.float32))
  assert views.top_uncertainty(found) == 0.5
  assert views.top_uncertainty([]) > 0


@pytest.mark.parametrize("segmentation", [True, False])
def test_png_keeps_the_limit(read, segmentation):
  png, inches = pictures.round_png(read(segmentation), ["a", "b"], 1.0, 40_000)
  assert len(png) <= 40_000
  width, height = Image.open(io.BytesIO(png)).size
  assert width > 200 and height > 100 and inches <= 7.0


def test_pixels_keep_their_proportions(read):
  """12 x 10 pixels of 2 x 1 mm: 2.4 times as high as wide."""
  figure = pictures._maps_figure(read()[:1], 1.0)
  image = np.asarray(curves.draw(figure, 100)).astype(int)
  grey = np.ptp(image, axis=-1) < 3
  dark = grey & (image[..., 0] < 250)
  panel = dark[30:, 22 : 22 + round(100 * 2.06 / 2.4) + 4]
  height = panel.any(1).sum()
  width = panel[:, :-2].any(0).sum()
  assert height / width == pytest.approx(2.4, rel=0.06)


def test_odd_pictures_are_drawn(read):
  flat = np.zeros((2, 12, 10), np.float32)
  empty = np.zeros((2, 12, 10), np.uint8)
  found = read(images=flat, draft=empty, truth=empty, uncertainty=flat)
  assert pictures.round_png(found, [], 1e-3, 150_000)[0]


def test_labels_of_lines_are_apart():
  placed = curves._spread([0.5, 0.5, 0.51], 0.06)
  assert np.diff(placed).min() > 0.0599
  assert np.mean(placed) == pytest.approx(1.51 / 3)


def test_names_of_lines_stay_apart_and_on_the_page():
  placed = curves._spread([0.99, 1.0, 1.0], 0.1)
  np.testing.assert_allclose(np.diff(placed), 0.1, atol=1e-3)
  assert placed[-1] == pytest.approx(1.0)
  assert curves._spread([0.2, 0.6], 0.1) == [0.2, 0.6]


def test_of_many_methods_each_arm_but_random_has_a_plot():
  methods = [around(f"m{n}", RISING) for n in range(plan.MOST_TOGETHER + 1)]
  other = around("foreground_random", RISING)
  titles = [plot.title for plot in plan.plots([RANDOM, other, *methods])]
  assert titles == ["foreground_random", *(arm.name for arm in methods)]
  names = [name for _, name in svg.legend([RANDOM, *methods], False)]
  assert names == ["random", "the method"]
  assert [name for _, name in svg.legend(methods, False)] == ["the method"]
