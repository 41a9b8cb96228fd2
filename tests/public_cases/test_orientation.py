"""Pictures that lie on their side in the file: python-pillow/Pillow#9109."""

import numpy as np
import pytest
from PIL import Image

from alx import data
from alx.data.masks import files as mask_files
from alx.data.pictures import pictures

# Where the corner at the top left of the file is when the picture is upright.
CORNER = {
  1: (0, 0),
  2: (0, -1),
  3: (-1, -1),
  4: (-1, 0),
  5: (0, 0),
  6: (0, -1),
  7: (-1, -1),
  8: (-1, 0),
}


def write(path, tag, mode="RGB", **how):
  """16 x 32, white at the top left of the file."""
  values = np.zeros((16, 32), np.uint8)
  values[:8, :16] = 255
  exif = Image.Exif()
  exif[0x0112] = tag
  Image.fromarray(values).convert(mode).save(path, exif=exif, **how)


@pytest.mark.parametrize("tag", CORNER)
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
@pytest.mark.parametrize("size", [0, 4])
def test_pictures_stand_upright(tmp_path, name, tag, size):
  write(tmp_path / name, tag)
  found, extent, _ = pictures.read_sized(tmp_path / name, size)
  upright = (16, 32) if tag < 5 else (32, 16)
  assert extent == upright
  assert found.shape[:2] == ((size, size) if size else upright)
  corners = {(r, c): int(found[r, c, 0]) for r in (0, -1) for c in (0, -1)}
  assert max(corners, key=corners.get) == CORNER[tag]
  assert sorted(value > 128 for value in corners.values()) == [0, 0, 0, 1]


@pytest.mark.parametrize("tag", CORNER)
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_masks_stand_upright(tmp_path, tag, compression):
  write(tmp_path / "a.tif", tag, "L", compression=compression)
  found = mask_files.read_mask(tmp_path / "a.tif").values
  assert found.shape == ((16, 32) if tag < 5 else (32, 16))
  assert found.sum() == 128 * 255 and found[CORNER[tag]] == 255


@pytest.mark.parametrize("name", ["a.tif", "a.png"])
def test_several_pictures_in_one_file(tmp_path, name):
  frames = [Image.new("L", (2, 2), i) for i in range(3)]
  frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
  with pytest.raises(data.DataError, match="alone in its file, found 3 frames"):
    pictures.read_picture(tmp_path / name)
