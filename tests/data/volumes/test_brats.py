"""Cases of BraTS, and of others who name their channels like it."""

import nibabel
import numpy as np
import pytest

from alx import data
from alx.data.volumes import brats
from alx.label_maps import UNLABELLED

_IMAGE = np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)
_OLD = ("t1", "t1ce", "t2", "flair")
_NEW = ("t1n", "t1c", "t2w", "t2f")


def _write(path, array):
  path.parent.mkdir(parents=True, exist_ok=True)
  nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), path)


def _case(folder, name, channels, values, between="_"):
  """A case whose channel number c is (c + 1) to the power of the image."""
  for power, channel in enumerate(channels):
    file = folder / name / f"{name}{between}{channel}.nii.gz"
    _write(file, (power + 1.0) ** _IMAGE)
  label = np.resize(np.array(values, np.uint8), (2, 2, 2))
  _write(folder / name / f"{name}{between}seg.nii.gz", label)


def test_channels_classes_and_cases_until_2021(tmp_path):
  for name in ("BraTS20_Training_002", "BraTS20_Training_001"):
    _case(tmp_path, name, _OLD, (0, 1, 2, 4))
  found = data.load(tmp_path)
  assert found.ids == ("BraTS20_Training_001", "BraTS20_Training_002")
  assert found.class_names == (
    "background",
    "necrotic core",
    "edema",
    "enhancing",
  )
  np.testing.assert_array_equal(np.unique(found.labels[0]), range(4))
  assert found.images[0].shape == (2, 2, 2, 4)
  assert found.groups is None and found.left_out == ()
  assert found.spacing_mm[0] == (1.0, 1.0, 1.0)


def test_channels_keep_one_order_whatever_the_files(tmp_path):
  """A channel of ones is constant and becomes zeros; the others do not."""
  _case(tmp_path, "a", _OLD[::-1], (0, 1))
  assert brats.channel_names(tmp_path) == _OLD
  image = data.load(tmp_path).images[0]
  assert [bool(image[..., c].any()) for c in range(4)] == [1, 1, 1, 0]


def test_examinations_of_one_patient_from_2023_on(tmp_path):
  for number in ("00002-000", "00002-001", "00005-000"):
    _case(tmp_path, f"BraTS-GLI-{number}", _NEW, (0, 1, 2, 3), "-")
  found = data.load(tmp_path)
  assert brats.channel_names(tmp_path) == _NEW
  assert found.groups == ("BraTS-GLI-00002",) * 2 + ("BraTS-GLI-00005",)
  assert found.class_names[1:] == ("necrotic core", "edema", "enhancing")


@pytest.mark.parametrize(
  ("name", "values", "names"),
  [
    ("BraTS-GLI-00002-100", (0, 4), ("resection cavity",)),
    ("BraTS-PED-00002-000", (0, 1, 4), ("enhancing", "edema")),
    ("BraTS-PED-00002-000", (0, 1, 3), ("class 1", "class 3")),
    ("BraTS-GLI-00002-000", (0, 7), ("class 7",)),
    ("Brats17_2013_2_1", (0, 3), ("class 3",)),
    ("Brats18_CBICA_AAB_1", (0, 2, 4), ("edema", "enhancing")),
    ("BraTS20_Training_001", (0, 1), ("class 1",)),
    ("BraTS-GLI-00002-000", (0, 1), ("class 1",)),
    ("BraTS-MEN-RT-0002-1", (0, 1), ("class 1",)),
    ("patient00", (0, 1), ("class 1",)),
    ("sub-01", (0, 1, 2, 4), ("class 1", "class 2", "class 4")),
    ("BraTS-like-01", (0, 1, 2, 4), ("class 1", "class 2", "class 4")),
  ],
)
def test_classes_are_named_only_where_they_are_known(
  tmp_path, name, values, names
):
  _case(tmp_path, name, _NEW, values, "-")
  assert data.load(tmp_path).class_names == ("background", *names)


def test_one_case_of_another_name_tells_that_they_are_others(tmp_path):
  for name in ("BraTS20_Training_001", "mine"):
    _case(tmp_path, name, _OLD, (0, 1, 4))
  names = data.load(tmp_path).class_names
  assert names == ("background", "class 1", "class 4")


def test_channels_are_those_that_most_cases_have(tmp_path):
  _case(tmp_path, "a", _OLD, (0, 1))
  for name in ("b", "c"):
    _case(tmp_path, name, ("t1ce", "t2"), (0, 1))
  _case(tmp_path, "d", ("t2",), (0, 1))
  found = data.load(tmp_path)
  assert found.ids == ("a", "b", "c")
  assert found.images[0].shape[-1] == 2
  assert found.left_out == (
    f"{tmp_path}/d: wanted files of t1ce, t2, seg, found no t1ce",
  )


def test_damaged_cases_are_left_out_and_named(tmp_path):
  for name in "abcd":
    _case(tmp_path, name, _OLD, (0, 1))
  (tmp_path / "b/b_seg.nii.gz").unlink()
  (tmp_path / "c/c_t2.nii.gz").write_bytes(b"")
  _write(tmp_path / "d/d_seg.nii.gz", np.ones((2, 2, 3), np.uint8))
  (tmp_path / "a/._a_t2.nii.gz").write_bytes(b"finder")
  (tmp_path / "notes").mkdir()
  found = data.load(tmp_path)
  assert found.ids == ("a",)
  b, c, d = found.left_out
  assert b.endswith("b: wanted files of t1, t1ce, t2, flair, seg, found no seg")
  assert "c_t2.nii.gz: wanted a NIfTI file" in c
  assert "d_seg.nii.gz: wanted a label on the grid of d_t1" in d
  with pytest.raises(data.DataError, match="found no seg"):
    data.load(tmp_path, strict=True)


@pytest.mark.parametrize(
  ("end", "twice"), [("_seg.nii", "a_seg.nii"), ("-t2.nii.gz", "a-t2.nii.gz")]
)
def test_two_files_of_one_channel_are_one_too_many(tmp_path, end, twice):
  for name in "ab":
    _case(tmp_path, name, _OLD, (0, 1))
  _write(tmp_path / f"a/a{end}", np.zeros((2, 2, 2), np.uint8))
  found = data.load(tmp_path)
  other = f"a_{twice[2:].partition('.')[0]}.nii.gz"
  both = " and ".join(sorted([twice, other]))
  assert found.ids == ("b",) and found.notes == ()
  assert found.left_out == (
    f"{tmp_path}/a: wanted one file of each channel and label, found {both}",
  )
  with pytest.raises(data.DataError, match="one file of each channel"):
    data.load(tmp_path, strict=True)


def test_cases_without_a_label_may_be_kept_to_ask_for(tmp_path):
  for name in "ab":
    _case(tmp_path, name, _OLD, (0, 1))
  (tmp_path / "a/a_seg.nii.gz").unlink()
  found = data.load(tmp_path, keep_unlabelled=True)
  assert found.ids == ("a", "b") and not found.left_out
  assert (found.labels[0] == UNLABELLED).all()
  np.testing.assert_array_equal(found.labels[1], data.load(tmp_path).labels[0])
  assert "1 left out that nobody" in data.load(tmp_path).notes[0]


def test_a_folder_without_labels(tmp_path):
  _case(tmp_path, "a", _OLD, (0, 1))
  (tmp_path / "a/a_seg.nii.gz").unlink()
  with pytest.raises(
    data.DataError, match=r"one case with its label, .* no seg"
  ):
    data.load(tmp_path)
  for file in (tmp_path / "a").iterdir():
    file.unlink()
  assert not brats.is_folder(tmp_path)


def test_progress_sees_every_case(tmp_path):
  _case(tmp_path, "a", _OLD, (0, 1))
  seen = []

  def progress(iterable, total, description):
    seen.append((total, description))
    return iterable

  data.load(tmp_path, progress=progress)
  assert seen == [(1, "reading")]
