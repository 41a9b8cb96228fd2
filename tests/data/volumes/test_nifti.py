import gzip
import subprocess
import sys

import nibabel
import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.volumes import nifti


def _bytes(array, affine=None, kind=nibabel.Nifti1Image):
  return kind(array, np.eye(4) if affine is None else affine).to_bytes()


def _file(folder, content, name="case.nii"):
  path = folder / name
  path.write_bytes(content)
  return path


@pytest.fixture
def voxels():
  return np.arange(24, dtype=np.int16).reshape(2, 3, 4)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_voxels_spacing_and_affine_come_back(tmp_path, voxels, kind):
  affine = np.diag([0.5, 2.0, 3.0, 1.0])
  volume = nifti.read(_file(tmp_path, _bytes(voxels, affine, kind)))
  np.testing.assert_array_equal(volume.array, voxels)
  assert volume.spacing_mm == (0.5, 2.0, 3.0)
  np.testing.assert_array_equal(volume.affine, affine)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_compression_is_told_from_the_content(tmp_path, voxels, name):
  plain = _file(tmp_path, _bytes(voxels), name)
  np.testing.assert_array_equal(nifti.read(plain).array, voxels)
  packed = _file(tmp_path, gzip.compress(_bytes(voxels)), name)
  np.testing.assert_array_equal(nifti.read(packed).array, voxels)


def test_scaling_of_the_header_is_applied(tmp_path):
  image = nibabel.Nifti1Image(np.array([[[0.0, 0.5]]]), np.eye(4))
  image.set_data_dtype(np.int16)
  path = _file(tmp_path, image.to_bytes())
  np.testing.assert_allclose(nifti.read(path).array, [[[0.0, 0.5]]], atol=1e-4)


@pytest.mark.parametrize(
  ("shape", "wanted"),
  [
    ((2, 3), (2, 3)),
    ((2, 3, 1), (2, 3, 1)),
    ((2, 3, 4, 1), (2, 3, 4)),
    ((2, 3, 4, 1, 5), (2, 3, 4, 5)),
  ],
)
def test_axes_of_length_one_behind_the_third_go(tmp_path, shape, wanted):
  volume = nifti.read(_file(tmp_path, _bytes(np.ones(shape, np.uint8))))
  assert volume.array.shape == wanted
  assert volume.spacing_mm == (1.0,) * min(3, len(wanted))


def test_micrometres_become_millimetres(tmp_path, voxels):
  image = nibabel.Nifti1Image(voxels, np.diag([500.0, 500.0, 1000.0, 1.0]))
  image.header.set_xyzt_units("micron")
  volume = nifti.read(_file(tmp_path, image.to_bytes()))
  np.testing.assert_allclose(volume.spacing_mm, (0.5, 0.5, 1.0))


def _damaged(voxels):
  packed, plain = gzip.compress(_bytes(voxels)), _bytes(voxels)
  flipped = bytearray(packed)
  flipped[-6] ^= 1
  offset = bytearray(plain)
  offset[108:112] = np.float32(0).tobytes()
  huge = bytearray(plain)
  huge[42:48] = np.array([3000, 3000, 3000], "<i2").tobytes()
  singular = bytearray(plain)
  singular[312:328] = bytes(16)  # the affine's third row
  colour = np.zeros((2, 2, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
  return {
    "an empty file": b"",
    "starts b'<html>": b"<html></html>",
    "EOFError": packed[: len(packed) // 2],
    "end-of-stream": packed[:-8],
    "CRC": bytes(flipped),
    "Not a gzipped file": packed + b"more",
    "found 390 bytes": plain[:390],
    "HeaderDataError|byte 352": bytes(offset),
    "wanted 5400": bytes(huge),
    "invertible": bytes(singular),
    "real numbers": _bytes(colour),
    "found complex64": _bytes(voxels.astype(np.complex64)),
    "1 NaN": _bytes(np.array([[[0, np.nan]]], np.float32)),
  }


def test_damage_is_told_in_one_line_that_names_the_file(tmp_path, voxels):
  for found, content in _damaged(voxels).items():
    path = _file(tmp_path, content)
    with pytest.raises(DataError, match=found) as error:
      nifti.read(path)
    assert str(error.value).startswith(f"{path}: wanted ")
    assert "\n" not in str(error.value)


def test_nothing_is_printed_about_an_odd_header(tmp_path, voxels, capfd):
  content = bytearray(_bytes(voxels))
  content[80:84] = np.float32(-1).tobytes()  # a spacing below 0
  path = _file(tmp_path, bytes(content))
  code = (
    "import sys; from alx.data.volumes import nifti; nifti.read(sys.argv[1])"
  )
  # In a process of its own: pytest catches what is logged.
  subprocess.run([sys.executable, "-c", code, path], check=True)
  assert capfd.readouterr() == ("", "")


def test_no_such_file(tmp_path):
  with pytest.raises(DataError, match="FileNotFoundError"):
    nifti.read(tmp_path / "no.nii")


def test_labels_stored_as_floats_are_whole_numbers(tmp_path):
  content = _bytes(np.array([[[0, 1, 2]]], np.float32))
  label = nifti.read_label(_file(tmp_path, content)).array
  assert label.dtype == np.uint8
  np.testing.assert_array_equal(label, [[[0, 1, 2]]])


def test_probabilities_and_layers_are_no_label_map(tmp_path):
  with pytest.raises(DataError, match="whole numbers"):
    nifti.read_label(_file(tmp_path, _bytes(np.full((2, 2, 2), 0.5))))
  layers = np.zeros((2, 2, 2, 3), np.uint8)
  with pytest.raises(DataError, match="2 or 3 axes"):
    nifti.read_label(_file(tmp_path, _bytes(layers)))


def test_stem_knows_the_endings_and_skips_hidden_files(tmp_path):
  names = ["a.nii", "a.b.nii.gz", "A.NII.GZ", "._a.nii.gz", "a.png", ".nii"]
  stems = [nifti.stem(tmp_path / name) for name in names]
  assert stems == ["a", "a.b", "A", None, None, None]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_a_map_has_the_header_of_its_image(tmp_path, kind, order):
  affine = np.array(
    [[0, -2.0, 0, 5], [1.5, 0, 0, 6], [0, 0.1, 3, 7], [0, 0, 0, 1]]
  )
  image = kind(np.ones((2, 3, 4, 2), np.int16), affine)
  image.header.set_xyzt_units("micron")
  image.header.set_slope_inter(2.0, 5.0)
  image.header["cal_max"] = 9
  image.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, b"about"))
  image.set_qform(np.diag([1.5, 2, 3, 1]), 2)
  header = image.header.as_byteswapped(order)
  path = tmp_path / "a.nii"
  nibabel.save(kind(image.dataobj, affine, header), path)
  classes = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
  (tmp_path / "m.nii.gz").write_bytes(nifti.like_file(classes, path))
  found, wanted = nibabel.load(tmp_path / "m.nii.gz"), nibabel.load(path)
  np.testing.assert_array_equal(np.asarray(found.dataobj), classes)
  np.testing.assert_array_equal(found.affine, wanted.affine)
  assert found.get_data_dtype() == np.uint8 and type(found) is kind
  assert found.header.get_zooms() == wanted.header.get_zooms()[:3]
  for name in ("sform_code", "qform_code", "xyzt_units", "qoffset_x"):
    assert found.header[name] == wanted.header[name]
  assert found.header["cal_max"] == 0 and not found.header.extensions
  again = nifti.like_file(classes, path)
  assert again == (tmp_path / "m.nii.gz").read_bytes()


def test_a_map_of_which_only_the_voxels_are_known(tmp_path):
  numbers = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 7
  for spacing in ((0.5, 1.0, 2.0), None):
    content = nifti.with_spacing(numbers, spacing)
    (tmp_path / "m.nii.gz").write_bytes(content)
    found = nifti.read(tmp_path / "m.nii.gz")
    np.testing.assert_array_equal(found.array, numbers)
    assert found.spacing_mm == (spacing or (1.0, 1.0, 1.0))
