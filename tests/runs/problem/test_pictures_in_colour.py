"""Pictures of three channels keep their colours on the page."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from alx.report.figures import pictures, views
from alx.report.figures.curves import draw
from alx.runs import pictures as saved

RED = np.tile(np.uint8([250, 10, 10]), (6, 4, 1))


def test_bytes_stay_what_they_are():
  np.testing.assert_array_equal(saved._colours(RED)["colours"], RED)


def test_other_numbers_are_stretched():
  image = np.zeros((10, 10, 3), np.float32)
  image[..., 0] = 3.0
  found = saved._colours(image)["colours"]
  assert found[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("shape", [(6, 4, 1), (6, 4, 5, 3), (12,), (6, 4, 2)])
def test_what_is_no_colour_picture(shape):
  assert saved._colours(np.zeros(shape, np.float32)) == {}


def test_it_is_drawn_in_colour(tmp_path):
  arrays = {
    "ids": np.array(["a", "b"]),
    "images": saved.stack([np.ones((6, 4)), np.ones((3, 4))]).astype("f4"),
    "colours": saved.stack([RED, RED[:3]]),
    "predicted": np.full((2, 2), 0.5, np.float32),
    "truth_class": np.zeros(2, np.int32),
  }
  path = tmp_path / "round_01.npz"
  with io.BytesIO() as content:
    np.savez(content, **arrays)
    path.write_bytes(content.getvalue())
  first, second = views.read_views(path)
  assert first.colours.shape == (6, 4, 3) and second.colours.shape == (3, 4, 3)
  figure = Figure(figsize=(1, 1))
  axes = figure.add_axes((0, 0, 1, 1))
  axes.set_axis_off()
  pictures.show_image(axes, first)
  assert np.asarray(draw(figure, 50))[25, 25].tolist() == [250, 10, 10]
