"""NRRD and MetaImage files beside the same volumes as NIfTI."""

import json
import sys

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.dataset import DataError
from alx.data.volumes import nifti

ENDINGS = (".nrrd", ".mha")
each_ending = pytest.mark.parametrize("ending", ENDINGS)
SHAPE = (5, 4, 3)
# Mirrored, turned and of three sides.
RAS = np.array(
  [[0, -2.0, 0, 7], [1.5, 0, 0, -3], [0, 0, 3.0, 11], [0, 0, 0, 1]]
)


@pytest.fixture
def sitk():
  return pytest.importorskip("SimpleITK")


def written(sitk, path, array, compress=False):
  """The array [x, y, z] with the affine RAS, by way of ITK's LPS."""
  lps = np.diag([-1, -1, 1, 1]) @ RAS
  sides = np.linalg.norm(lps[:3, :3], axis=0)
  image = sitk.GetImageFromArray(np.ascontiguousarray(array.T))
  image.SetSpacing(sides.tolist())
  image.SetDirection((lps[:3, :3] / sides).ravel().tolist())
  image.SetOrigin(lps[:3, 3].tolist())
  path.parent.mkdir(parents=True, exist_ok=True)
  sitk.WriteImage(image, str(path), compress)
  return path


def voxels(kind=np.int16):
  rng = np.random.default_rng(0)
  return rng.integers(0, 3, SHAPE).astype(kind)


@each_ending
@pytest.mark.parametrize("compress", [False, True])
def test_a_file_says_what_its_nifti_twin_says(sitk, tmp_path, ending, compress):
  array = voxels()
  nibabel.save(nibabel.Nifti1Image(array, RAS), tmp_path / "a.nii")
  twin = nifti.read(tmp_path / "a.nii")
  found = nifti.read(written(sitk, tmp_path / f"a{ending}", array, compress))
  np.testing.assert_array_equal(found.array, array)
  np.testing.assert_allclose(found.affine, twin.affine, atol=1e-5)
  np.testing.assert_allclose(found.spacing_mm, twin.spacing_mm, rtol=1e-6)
  assert found.turn == twin.turn


def nnunet(sitk, path, ending):
  for name in "ab":
    image = voxels(np.float32) + np.arange(3, dtype=np.float32)
    written(sitk, path / "imagesTr" / f"{name}_0000{ending}", image)
    written(sitk, path / "labelsTr" / f"{name}{ending}", voxels(np.uint8))
  labels = {"background": 0, "organ": 1, "ignore": 2}
  about = {"labels": labels, "channel_names": {"0": "CT"}, "numTraining": 2}
  text = json.dumps(about | {"file_ending": ending})
  (path / "dataset.json").write_text(text)
  return path


@each_ending
def test_folders_of_nnunet(sitk, tmp_path, ending):
  found = data.load(nnunet(sitk, tmp_path, ending))
  assert found.ids == ("a", "b") and found.left_out == ()
  assert found.class_names == ("background", "organ")
  np.testing.assert_allclose(found.spacing_mm[0], (2.0, 1.5, 3.0))
  assert found.labels[0].shape == (4, 5, 3)
  assert set(np.unique(found.labels[0]).tolist()) == {0, 1, 255}


@each_ending
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("cut", [1, 40])
def test_a_file_cut_short_is_an_error(sitk, tmp_path, ending, compress, cut):
  path = written(sitk, tmp_path / f"a{ending}", voxels(), compress)
  path.write_bytes(path.read_bytes()[:-cut])
  with pytest.raises(DataError, match=r"wanted a whole \.nrrd or \.mha file"):
    nifti.read(path)


@each_ending
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
def test_the_line_says_how_many_bytes_are_missing(
  sitk, tmp_path, capfd, ending, kind
):
  path = written(sitk, tmp_path / f"a{ending}", voxels(kind))
  path.write_bytes(path.read_bytes()[:-7])
  with pytest.raises(DataError) as caught:
    nifti.read(path)
  wanted = 60 * np.dtype(kind).itemsize
  assert str(caught.value) == (
    f"{path}: wanted a whole .nrrd or .mha file with {wanted} bytes of voxels, "
    f"found {wanted - 7} bytes"
  )
  assert capfd.readouterr() == ("", "")


@each_ending
@pytest.mark.parametrize("kept", [0, 60, 150])
def test_a_header_cut_short_is_told_in_a_line(
  sitk, tmp_path, capfd, ending, kept
):
  path = written(sitk, tmp_path / f"a{ending}", voxels())
  path.write_bytes(path.read_bytes()[:kept])
  line = f"no whole header in {kept} bytes"
  with pytest.raises(DataError, match=line):
    nifti.read(path)
  assert capfd.readouterr() == ("", "")


@each_ending
def test_a_header_without_extents_is_told_in_a_line(
  sitk, tmp_path, capfd, ending
):
  path = written(sitk, tmp_path / f"a{ending}", voxels())
  content = path.read_bytes().replace(b"DimSize", b"DimSiz")
  path.write_bytes(content.replace(b"sizes:", b"# siz"))
  with pytest.raises(DataError, match=r"a header without (DimSize|sizes)"):
    nifti.read(path)
  assert capfd.readouterr() == ("", "")


@each_ending
def test_several_channels_are_counted(sitk, tmp_path, ending):
  array = np.arange(48, dtype=np.int16).reshape(2, 3, 4, 2)
  image = sitk.GetImageFromArray(array, isVector=True)
  sitk.WriteImage(image, str(tmp_path / f"a{ending}"))
  found = nifti.read(tmp_path / f"a{ending}").array
  assert found.shape == (4, 3, 2, 2)


@each_ending
def test_damaged_voxels_are_an_error(sitk, tmp_path, ending):
  array = np.random.default_rng(0).integers(0, 999, (20, 20, 9)).astype("int16")
  path = written(sitk, tmp_path / f"a{ending}", array, True)
  content = bytearray(path.read_bytes())
  content[len(content) // 2] ^= 0x55
  path.write_bytes(bytes(content))
  with pytest.raises(DataError, match=r"wanted a whole \.nrrd or \.mha file"):
    nifti.read(path)


def test_sides_and_axes_that_the_file_does_not_tell_are_unknown(sitk, tmp_path):
  path = tmp_path / "a.nrrd"
  header = (
    "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 2\nencoding: raw\n\n"
  )
  path.write_bytes(header.encode() + bytes(range(8)))
  found = nifti.read(path)
  assert found.spacing_mm is None and found.turn is None
  assert found.array[1, 0, 0] == 1 and found.array[0, 0, 1] == 4


def with_units(path, units):
  header = (
    "NRRD0004\ntype: uchar\ndimension: 3\nspace: RAS\nsizes: 2 2 2\n"
    "space directions: (500,0,0) (0,500,0) (0,0,2000)\nencoding: raw\n"
    f"{units}space origin: (1000,0,0)\n\n"
  )
  path.write_bytes(header.encode() + bytes(range(8)))
  return path


@pytest.mark.parametrize(
  ("units", "factor"),
  [
    ("", 1),
    ('space units: "mm" "mm" "mm"\n', 1),
    ('space units: "" "" ""\n', 1),
    ('space units: "um" "um" "um"\n', 1e-3),
    ('space units: "microns" "microns" "microns"\n', 1e-3),
    ('space units: "\xb5m" "\xb5m" "\xb5m"\n', 1e-3),
    ('Space Units: "m" "m" "m"\n', 1e3),
  ],
)
def test_units_of_space_become_mm(sitk, tmp_path, units, factor):
  found = nifti.read(with_units(tmp_path / "a.nrrd", units))
  mm = factor * np.array([500, 500, 2000])
  np.testing.assert_allclose(found.spacing_mm, mm)
  np.testing.assert_allclose(found.affine_mm, mm)
  np.testing.assert_allclose(np.diag(found.affine), [*mm, 1])
  np.testing.assert_allclose(found.affine[:3, 3], [1000 * factor, 0, 0])


@pytest.mark.parametrize("units", ['"pixel" "pixel" "pixel"', '"mm" "mm" "um"'])
def test_other_units_of_space_are_refused(sitk, tmp_path, units):
  path = with_units(tmp_path / "a.nrrd", f"space units: {units}\n")
  with pytest.raises(DataError) as error:
    nifti.read(path)
  assert str(error.value) == (
    f"{path}: wanted space units that are all mm, um or m, found {units}"
  )


def test_another_file_of_that_name(sitk, tmp_path):
  (tmp_path / "a.mha").write_bytes(b"x")
  with pytest.raises(DataError, match="a whole"):
    nifti.read(tmp_path / "a.mha")


@each_ending
def test_without_the_package_the_line_says_what_to_install(
  tmp_path, monkeypatch, ending
):
  monkeypatch.setitem(sys.modules, "SimpleITK", None)
  path = tmp_path / f"a{ending}"
  path.write_bytes(b"x")
  with pytest.raises(DataError, match=r"pip install 'alx-imaging\[itk\]'"):
    nifti.read(path)


@each_ending
def test_a_prediction_is_placed_as_its_image(sitk, tmp_path, ending):
  path = written(sitk, tmp_path / f"a{ending}", voxels())
  (tmp_path / "p.nii.gz").write_bytes(nifti.like_file(voxels("uint8"), path))
  found = nibabel.load(tmp_path / "p.nii.gz")
  np.testing.assert_allclose(found.affine, RAS, atol=1e-5)
  np.testing.assert_array_equal(np.asarray(found.dataobj), voxels())
