import numpy as np
import pytest
from PIL import Image

from alx import data
from alx.data.dataset import DataError
from alx.data.masks import files as mask_files
from alx.data.masks import palettes
from tests.picture_cases import bands, picture

BLACK, RED, GREEN, WHITE = (0, 0, 0), (200, 0, 0), (0, 200, 0), (255,) * 3
GRAYS = [(level,) * 3 for level in range(256)]


def save(path, values, colours, **how):
  """A mask of bands, as indices of a palette."""
  path.parent.mkdir(parents=True, exist_ok=True)
  image = Image.fromarray(bands(values))
  image.putpalette([level for colour in colours for level in colour])
  image.save(path, **how)
  return path


def read(path, values, colours):
  return mask_files.read_mask(save(path, values, colours))


@pytest.mark.parametrize(
  ("values", "colours"),
  [
    ((0, 1, 2), [BLACK, RED, GREEN]),
    ((1, 2), [BLACK, RED, RED]),  # left and right of one colour
    ((1, 2), [WHITE, RED, GREEN]),  # of a background that is not there
    ((0, 1, 15, 255), [BLACK, RED, *[BLACK] * 254]),  # filled up with black
    ((0, 15), [BLACK, RED, *[BLACK] * 254]),
    ((0, 7), [*[BLACK, RED] * 3, RED, (128,) * 3]),  # gray among colours
    ((0, 1, 15, 255), GRAYS),
  ],
)
def test_an_index_is_a_class(tmp_path, values, colours):
  found = read(tmp_path / "a.tif", values, colours)
  np.testing.assert_array_equal(found.values, bands(values))
  assert found.has_void == (255 in values)


@pytest.mark.parametrize(
  ("values", "colours", "wanted"),
  [
    ((0, 1, 2), [GRAYS[0], GRAYS[128], GRAYS[255]], (0, 128, 255)),
    ((0, 1, 2), [GRAYS[0], GRAYS[2], GRAYS[5]], (0, 2, 5)),
    ((1, 0), [WHITE, BLACK], (0, 255)),
  ],
)
def test_a_palette_of_grays_is_a_gray_picture(
  tmp_path, values, colours, wanted
):
  found = read(tmp_path / "a.png", values, colours)
  np.testing.assert_array_equal(found.values, bands(wanted))
  assert found.palette is None


def test_gray_values_of_a_gif_come_back(tmp_path):
  """Pillow writes the levels that are used, as a palette."""
  Image.fromarray(bands((0, 2, 5, 9))).save(tmp_path / "a.gif")
  found = mask_files.read_mask(tmp_path / "a.gif").values
  np.testing.assert_array_equal(found, bands((0, 2, 5, 9)))


@pytest.mark.parametrize(
  ("values", "colours", "found"),
  [
    ((0, 1), [RED, BLACK], "black as index 1"),
    ((0, 2), [RED, GREEN, BLACK], "black as index 2"),
    ((0, 1, 2), [GRAYS[2], GRAYS[1], GRAYS[0]], "gray level 1 behind 2"),
    ((0, 1, 2), [GRAYS[0], GRAYS[9], GRAYS[9]], "gray level 9 behind 9"),
  ],
)
def test_an_order_of_colours_that_is_none_of_classes(
  tmp_path, values, colours, found
):
  with pytest.raises(DataError, match=rf"a\.png: wanted .* found .*{found}"):
    read(tmp_path / "a.png", values, colours)


def test_colours_that_a_program_has_chosen_are_refused(tmp_path):
  """They are in another order where another class is in the picture."""
  shown = np.repeat(np.array([BLACK, RED, GREEN], np.uint8)[:, None], 8, 1)
  image = Image.fromarray(shown).quantize(3)
  image.save(tmp_path / "a.png")
  with pytest.raises(DataError, match="black as index 2"):
    mask_files.read_mask(tmp_path / "a.png")


def checked(folder, *masks):
  files = [folder / f"{name}.tif" for name in "abc"[: len(masks)]]
  pairs = zip(files, masks, strict=True)
  found = [read(file, *mask) for file, mask in pairs]
  palettes.check(found, files, folder)


def test_masks_that_agree(tmp_path):
  voc = [BLACK, RED, GREEN, WHITE, RED]
  checked(tmp_path, ((0, 1), voc), ((0, 2, 4), voc), ((0, 3, 4), voc))
  short = [BLACK, RED]  # the rest is filled up
  checked(tmp_path, ((0, 1), short), ((0, 2), [*short, GREEN]))
  checked(tmp_path, ((0, 9), [BLACK] * 3 + [RED]), ((0, 9), voc))
  checked(tmp_path, ((0, 1), GRAYS), ((0, 1), voc))


@pytest.mark.parametrize(
  ("masks", "found"),
  [
    (
      [((0, 1), [BLACK, RED, GREEN]), ((0, 1, 2), [BLACK, GREEN, RED])],
      r"index 1 for \(200, 0, 0\) in a\.tif and \(0, 200, 0\) in b\.tif",
    ),
    (
      [((0, 1), [BLACK, RED]), ((0, 2), [BLACK, GREEN, RED])],
      r"\(200, 0, 0\) as index 1 in a\.tif and 2 in b\.tif",
    ),
    (  # what has black and white alone is read as gray
      [((0, 1, 2), [BLACK, RED, WHITE]), ((0, 2), [BLACK, RED, WHITE])],
      r"\(255, 255, 255\) as index 2 in a\.tif and 255 in b\.tif",
    ),
    (
      [((1, 2), [BLACK, BLACK, RED]), ((1, 3), [BLACK, BLACK, RED, GREEN])],
      r"black as index 1, and 0 in no mask",
    ),
  ],
)
def test_masks_that_do_not_agree(tmp_path, masks, found):
  with pytest.raises(DataError, match=f"wanted one palette .* found {found}"):
    checked(tmp_path, *masks)


@pytest.mark.parametrize("told", [False, True])
def test_folders_of_masks_are_compared(tmp_path, told):
  for name, colours in (("a", [RED, GREEN]), ("b", [GREEN, RED])):
    picture(tmp_path / "imagesTr" / f"{name}_0000.png")
    save(tmp_path / "labelsTr" / f"{name}.png", (0, 1, 2), [BLACK, *colours])
  if told:
    (tmp_path / "dataset.json").write_text(
      '{"labels": {"background": 0, "x": 1, "y": 2}, "file_ending": ".png"}'
    )
  with pytest.raises(DataError, match="wanted one palette in all masks"):
    data.load(tmp_path)
