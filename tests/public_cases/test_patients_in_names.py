"""Patients that only the names of the files tell."""

import numpy as np
import pytest

from alx import data
from tests.picture_cases import pairs, picture


def write(path):
  for name in ("x", "y"):
    for i in range(3):
      picture(path / name / f"patient{i}_{name}.png", seed=i)
  return path


def test_a_pattern_tells_the_patients(tmp_path):
  found = data.load(write(tmp_path), group_pattern=r"(patient\d+)_.*")
  assert found.groups == ("patient0", "patient1", "patient2") * 2
  parts = data.split(found, seed=0, test_items=2)
  assert parts.by == "group" and len(parts.test) == 2
  assert len({found.groups[i] for i in parts.test}) == 1


def test_it_does_for_every_kind_of_data(tmp_path):
  ids = np.array(["p1_a", "p1_b", "p2_a", "p3_a"])
  arrays = {"images": np.ones((4, 4, 4)), "labels": np.array([0, 1, 0, 1])}
  np.savez(tmp_path / "a.npz", ids=ids, **arrays)
  found = data.load(tmp_path / "a.npz", group_pattern="(p.)_.")
  assert found.groups == ("p1", "p1", "p2", "p3")
  pairs(tmp_path / "images", tmp_path / "masks", ("p1_a", "p1_b"))
  (tmp_path / "a.npz").unlink()
  assert data.load(tmp_path, group_pattern="(p.)_.").groups == ("p1", "p1")


def test_ids_that_do_not_match_are_counted(tmp_path):
  with pytest.raises(data.DataError) as error:
    data.load(write(tmp_path), group_pattern=r"(patient[12])_.*")
  wanted = "found 2 that do not, the first patient0_x"
  assert str(error.value).endswith(wanted)


@pytest.mark.parametrize(
  ("pattern", "message"),
  [
    ("(", "wanted a regular expression"),
    ("patient.*", "wanted one group in parentheses.* found 0 in patient"),
    ("(a)(b)", "found 2 in"),
    ("(patient0)?.*", "found 4 that do not"),
  ],
)
def test_patterns_that_make_no_sense(tmp_path, pattern, message):
  with pytest.raises(data.DataError, match=message):
    data.load(write(tmp_path), group_pattern=pattern)


def test_patients_that_are_known_are_not_replaced(tmp_path):
  arrays = {"images": np.ones((2, 4, 4)), "labels": np.array([0, 1])}
  np.savez(tmp_path / "a.npz", patient=np.array(["a", "b"]), **arrays)
  with pytest.raises(data.DataError, match=r"do not tell the patients.*2 pat"):
    data.load(tmp_path / "a.npz", group_pattern="(.*)")


def test_a_pattern_that_keeps_nothing_together_is_told(tmp_path):
  found = data.load(write(tmp_path), group_pattern="(.*)")
  assert found.notes == ("group_pattern: 6 items, no two of one group",)
