import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.data.volumes.cases import (
  Case,
  find_cases,
  notes_of,
  other_files,
  split_of,
)


def _touch(folder, *names):
  for name in names:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def _part(part):
  return Case("a", (), (), part)


def test_images_find_their_labels(tmp_path):
  _touch(tmp_path, "imagesTr/b.nii.gz", "imagesTr/a.nii", "labelsTr/a.nii.gz")
  a, b, c = find_cases(tmp_path, ("c",))
  assert [case.id for case in (a, b, c)] == ["a", "b", "c"]
  assert (len(a.labels), len(b.labels), len(c.images)) == (1, 0, 0)


def test_parts_with_labels_come_in_order(tmp_path):
  for part in ("Ts", "Tr", "Va"):
    _touch(tmp_path, f"images{part}/{part}.nii", f"labels{part}/{part}.nii")
  (tmp_path / "labelsVal").mkdir()
  assert [case.part for case in find_cases(tmp_path)] == ["Tr", "Va", "Ts"]
  _touch(tmp_path, "labelsTs/Tr.nii")
  with pytest.raises(DataError, match=r"other names in imagesTs .* Tr in both"):
    find_cases(tmp_path)


def test_the_split_of_parts():
  assert split_of([_part("Tr")] * 2) is None
  found = split_of([_part(name) for name in ("Tr", "Va", "Val", "Ts")])
  np.testing.assert_array_equal(found, np.array([0, 1, 1, 2], np.int8))
  assert split_of([_part("Tr"), _part("Va")]).tolist() == [0, 1]


def test_files_that_are_none_of_ours(tmp_path):
  _touch(tmp_path, "a.nii", "a.dcm", "b.DCM", "c")
  (tmp_path / "d").mkdir()
  found = other_files(sorted(tmp_path.iterdir()))
  assert found == "2 .dcm, 1 file without ending, 1 folder"


def test_a_whole_folder_needs_no_note(tmp_path):
  _touch(tmp_path, "imagesTr/a.nii", "labelsTr/a.nii")
  assert notes_of(tmp_path, [_part("Tr")]) == []
