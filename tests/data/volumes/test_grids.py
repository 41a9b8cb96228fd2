import nibabel
import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.volumes.grids import corner_shift, read_files, read_images

_IMAGE = np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)
_LABEL = np.ones((2, 2, 2), np.uint8)


def _write(folder, name, array, scale=2.0):
  path = folder / f"{name}.nii.gz"
  affine = np.diag([1.0, 1.0, scale, 1.0])
  nibabel.save(nibabel.Nifti1Image(array, affine), path)
  return path


def test_files_become_the_channels_of_one_item(tmp_path):
  images = [_write(tmp_path, "a", _IMAGE), _write(tmp_path, "b", -_IMAGE)]
  item = read_files("case", images, _write(tmp_path, "label", _LABEL))
  np.testing.assert_array_equal(item.image, np.stack([_IMAGE, -_IMAGE], -1))
  assert item.id == "case" and item.header.pixdim_mm == (1.0, 1.0, 2.0)
  assert item.label.dtype == np.uint8


@pytest.mark.parametrize(("unit", "per_mm"), [("micron", 1e3), ("meter", 1e-3)])
def test_grids_are_held_against_each_other_in_mm(tmp_path, unit, per_mm):
  image = nibabel.Nifti1Image(_IMAGE, np.diag([per_mm, per_mm, 2 * per_mm, 1]))
  image.header.set_xyzt_units(unit)
  nibabel.save(image, tmp_path / "a.nii.gz")
  label = _write(tmp_path, "label", _LABEL)
  item = read_files("case", [tmp_path / "a.nii.gz"], label)
  np.testing.assert_allclose(item.header.affine_mm, (1, 1, 2), rtol=1e-6)
  label = _write(tmp_path, "label", _LABEL, 5.0)
  with pytest.raises(DataError, match="another grid, 3 mm apart"):
    read_files("case", [tmp_path / "a.nii.gz"], label)


@pytest.mark.parametrize(
  ("array", "scale", "message"),
  [
    (_IMAGE[:1], 2.0, r"label.nii.gz: .* the grid of b.nii.gz, \(1, 2, 2\)"),
    (_IMAGE, 5.0, "found a label of another grid, 3 mm apart"),
    (np.stack([_IMAGE] * 2, -1), 2.0, "b.nii.gz: wanted one channel per file"),
  ],
)
def test_what_does_not_fit_together_is_told(tmp_path, array, scale, message):
  images = [_write(tmp_path, "a", _IMAGE), _write(tmp_path, "b", array, scale)]
  label = _write(tmp_path, "label", _LABEL)
  with pytest.raises(DataError, match=message):
    read_files("case", images, label)


def test_corner_shift_by_hand():
  moved, stretched = np.eye(4), np.diag([1.0, 1.0, 1.5, 1.0])
  moved[:2, 3] = [3, 4]
  assert corner_shift((2, 2, 3), np.eye(4), moved) == 5.0
  assert corner_shift((2, 2, 3), np.eye(4), stretched) == 1.0
  assert corner_shift((2, 2), np.eye(4), stretched) == 0.0


def test_channels_without_a_label(tmp_path):
  affine = np.diag([-1.0, 2.0, 3.0, 1.0])
  files = [tmp_path / f"a_{n:04d}.nii.gz" for n in range(2)]
  values = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)
  for n, file in enumerate(files):
    nibabel.save(nibabel.Nifti1Image(values + n, affine), file)
  image, header = read_images(files)
  np.testing.assert_array_equal(image[..., 0], values[::-1])
  np.testing.assert_array_equal(image[..., 1] - image[..., 0], 1)
  assert header.pixdim_mm == (1, 2, 3) and header.letters == "LAS"
  nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), files[1])
  with pytest.raises(DataError, match="wanted an image on the grid of a_0000"):
    read_images(files)
