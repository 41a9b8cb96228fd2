import numpy as np
import pytest

from alx.data.dataset import DataError, Dataset
from alx.data.groups import group_by_pattern


def items(*ids, groups=None):
  return Dataset(
    name="few",
    task="classification",
    ids=ids,
    images=(np.zeros((2, 2, 1), np.float32),) * len(ids),
    labels=(np.array(0, np.int32),) * len(ids),
    class_names=("a", "b"),
    spacing_mm=(None,) * len(ids),
    groups=groups,
    split=None,
    left_out=(),
  )


def test_the_group_is_the_patient():
  found = group_by_pattern(items("p1_a", "p1_b", "p2_a"), r"(p\d)_.")
  assert found.groups == ("p1", "p1", "p2") and found.notes == ()


def test_the_whole_id_has_to_match():
  """A search would take exp1 for the patient of exp12_p3."""
  with pytest.raises(DataError, match="1 that do not, the first exp12_p3"):
    group_by_pattern(items("p1", "exp12_p3"), r"(p\d+)")


def test_known_patients_stay():
  with pytest.raises(DataError, match="few: wanted data that do not tell"):
    group_by_pattern(items("a", "b", "c", groups=("x", "x", "y")), "(.)")
  with pytest.raises(DataError, match="few: wanted data that do not tell"):
    group_by_pattern(items("a", groups=("x",)), "(.)")


def test_one_patient_of_all_items_tells_nothing():
  """PatientID is the same in all files of some DICOM exports."""
  given = items("p1_a", "p1_b", "p2_a", groups=("x", "x", "x"))
  found = group_by_pattern(given, r"(p\d)_.")
  assert found.groups == ("p1", "p1", "p2")
  assert found.notes == (
    "group_pattern: its 2 patients take the place of the one that the data "
    "tell for all 3 items",
  )


def test_a_given_split_that_parts_a_patient_is_told():
  given = items("p1_a", "p1_b", "p2_a")._replace(split=np.array([0, 2, 2]))
  (note,) = group_by_pattern(given, r"(p\d)_.").notes
  assert "1 groups are in several parts" in note and note.endswith("as p1")
