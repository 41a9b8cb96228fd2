"""One anatomy in any orientation becomes one array, and goes back.

nipy/nibabel#668, rordenlab/dcm2niix#1018, MIC-DKFZ/nnUNet#2741.
"""

import itertools

import numpy as np
import pytest

from alx import data
from alx.data.cache.cache import load_cached
from alx.data.volumes import nifti
from tests.public_cases.volumes import patch_case, write, write_case

_IMAGE = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
_LABEL = np.arange(60).reshape(3, 4, 5) % 3
_AFFINE = np.diag([1.0, 2.0, 3.0, 1.0])
ALL = [
  (order, signs)
  for order in itertools.permutations(range(3))
  for signs in itertools.product((1, -1), repeat=3)
]


def _stored(array, order, signs):
  """An array, and its affine, as a scanner of another habit stores them."""
  change = np.zeros((4, 4))
  change[3, 3] = 1
  for axis, (source, sign) in enumerate(zip(order, signs, strict=True)):
    change[source, axis] = sign
    change[source, 3] = 0 if sign > 0 else array.shape[source] - 1
  turned = np.transpose(array, order)[
    tuple(slice(None, None, s) for s in signs)
  ]
  return turned, _AFFINE @ change


def test_all_48_orientations_are_one_and_go_back(tmp_path):
  for number, (order, signs) in enumerate(ALL):
    image, affine = _stored(_IMAGE, order, signs)
    label, _ = _stored(_LABEL, order, signs)
    write_case(tmp_path, f"c{number:02d}", image, label, affine)
  found = data.load(tmp_path)
  assert len(found.ids) == 48 and set(found.spacing_mm) == {(1.0, 2.0, 3.0)}
  (note,) = found.notes
  assert note.startswith(f"{tmp_path}: axes of the files run to 1 AIL, 1 AIR,")
  assert note.endswith("images and label maps are turned to RAS")
  for number, (order, signs) in enumerate(ALL):
    np.testing.assert_array_equal(found.labels[number], _LABEL)
    np.testing.assert_array_equal(found.images[number], found.images[0])
    file = tmp_path / "imagesTr" / f"c{number:02d}.nii.gz"
    back = nifti.as_in_file(found.labels[number], file)
    np.testing.assert_array_equal(back, _stored(_LABEL, order, signs)[0])


def test_the_cache_and_brats_turn_alike(tmp_path):
  image, affine = _stored(_IMAGE, (2, 0, 1), (-1, 1, -1))
  label, _ = _stored(_LABEL, (2, 0, 1), (-1, 1, -1))
  write_case(tmp_path / "in", "a", image, label, affine)
  plain = data.load(tmp_path / "in")
  cached = load_cached(tmp_path / "in", tmp_path / "cache")
  for name in ("t1n", "t1c", "t2w", "t2f"):
    write(tmp_path / f"b/B-1-000/B-1-000-{name}.nii.gz", image, affine)
  write(tmp_path / "b/B-1-000/B-1-000-seg.nii.gz", label, affine)
  brats = data.load(tmp_path / "b")
  for found in (plain, cached, brats):
    np.testing.assert_array_equal(found.labels[0], _LABEL)
    np.testing.assert_array_equal(found.images[0][..., :1], plain.images[0])
    assert found.spacing_mm == ((1.0, 2.0, 3.0),)


def test_a_label_of_its_own_orientation(tmp_path):
  image, affine = _stored(_IMAGE, (0, 1, 2), (-1, -1, 1))
  write(tmp_path / "imagesTr/a.nii", image, affine)
  label, affine = _stored(_LABEL, (1, 2, 0), (1, -1, 1))
  write(tmp_path / "labelsTr/a.nii", label, affine)
  found = data.load(tmp_path)
  np.testing.assert_array_equal(found.labels[0], _LABEL)


def test_where_no_orientation_is_known_nothing_is_turned(tmp_path):
  image, affine = _stored(_IMAGE, (2, 1, 0), (1, 1, 1))
  label, _ = _stored(_LABEL, (2, 1, 0), (1, 1, 1))
  write_case(tmp_path, "a", image, label, affine)
  patch_case(tmp_path, "a", qform_code=0, sform_code=0)
  found = data.load(tmp_path)
  np.testing.assert_array_equal(found.labels[0], label)
  assert found.notes == ()
  file = tmp_path / "imagesTr" / "a.nii.gz"
  np.testing.assert_array_equal(nifti.as_in_file(label, file), label)
  write_case(tmp_path, "b", _IMAGE, _LABEL, _AFFINE)
  (note,) = data.load(tmp_path).notes
  assert "1 RAS; 1 cases do not tell where" in note


def _other_qform(image):
  image.set_qform(np.diag([-1.0, 2.0, 3.0, 1.0]), 1)


def test_sform_and_qform_that_contradict_each_other(tmp_path):
  write_case(tmp_path, "a", _IMAGE, _LABEL, _AFFINE, _other_qform)
  (note,) = data.load(tmp_path).notes
  assert "first a.nii.gz: sform RAS and qform LAS" in note


def test_an_oblique_volume_is_turned_to_the_closest(tmp_path):
  angle = np.radians(20)
  affine = np.diag([-1.0, 2.0, 3.0, 1.0])
  turn = np.eye(4)
  turn[:2, :2] = [
    [np.cos(angle), -np.sin(angle)],
    [np.sin(angle), np.cos(angle)],
  ]
  write_case(tmp_path, "a", _IMAGE, _LABEL, turn @ affine)
  np.testing.assert_array_equal(data.load(tmp_path).labels[0], _LABEL[::-1])


def test_another_extent_does_not_go_back(tmp_path):
  write_case(tmp_path, "a", _IMAGE, _LABEL, _AFFINE)
  file = tmp_path / "imagesTr" / "a.nii.gz"
  with pytest.raises(data.DataError, match=r"a label map of \(3, 4, 5\)"):
    nifti.as_in_file(_LABEL[1:], file)
