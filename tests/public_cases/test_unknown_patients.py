"""A patient that is not known is nobody else.

scikit-learn/scikit-learn#24486 and pycaret/pycaret#2644: missing groups are one
group, or a TypeError.
"""

import numpy as np
import pytest

import alx
from alx import data, label_free, stats
from alx.stats import checks

_IMAGES = np.arange(6 * 5 * 5, dtype=np.uint8).reshape(6, 5, 5)


def _load(folder, patients, **more):
  path = folder / "set.npz"
  labels = np.arange(6) % 2
  np.savez(path, images=_IMAGES, labels=labels, patient=patients, **more)
  return data.load(path)


@pytest.mark.parametrize(
  "patients",
  [
    np.array([1, np.nan, 1, np.nan, 2, np.nan]),
    np.array(["1", "", " 1", "nan", "2 ", "N/A"]),
    np.array([b"1", b"None", b"1", b"null", b"2", b"  "]),
  ],
)
def test_each_is_a_group_of_its_own(tmp_path, patients):
  found = _load(tmp_path, patients)
  assert found.groups[0] == found.groups[2] == "1" and found.groups[4] == "2"
  assert len(set(found.groups)) == 5
  (note,) = found.notes
  assert "the patient of 3 of 6 items is not known" in note
  assert "\n" not in note


def test_all_of_them(tmp_path):
  found = _load(tmp_path, np.full(6, np.nan))
  assert found.groups is None and "6 of 6" in found.notes[0]
  assert data.split(found, seed=0, test_items=2).by == "item"


def test_a_split_of_them(tmp_path):
  """Of one patient and five unknown, not half of the items go together."""
  found = _load(tmp_path, np.array([1, *[np.nan] * 5]))
  parts = data.split(found, seed=0, test_items=2)
  assert len(parts.test) == 2


def test_readers_statistics_and_encoders_agree():
  names = ["P1", " P1", None, "nan", float("nan"), "", "P2"]
  rows = np.zeros(7)
  as_text = tuple("" if n is None else str(n) for n in names)
  for numbers in (
    checks.groups(names, rows),
    label_free.group_numbers(as_text, 7),
    np.unique(data.patients.apart(as_text, "abcdefg"), return_inverse=True)[1],
  ):
    assert numbers[0] == numbers[1] and len(set(numbers.tolist())) == 6


def test_a_data_set_made_by_hand():
  """Unknown patients may be None there; that is no TypeError."""
  made = data.Dataset(
    *("made", "classification", tuple("abcd"), tuple(_IMAGES[:4, ..., None])),
    *((np.int32(0),) * 4, ("no", "yes"), (None,) * 4),
    *((None, "P1", None, float("nan")), None, ()),
  )
  assert len(data.split(made, seed=0, test_items=2).test) == 2


def test_ids_have_no_blanks_around(tmp_path):
  ids = np.array([f" scan {i} " for i in range(6)])
  found = _load(tmp_path, np.arange(6), ids=ids)
  assert found.ids[0] == "scan 0" and found.notes == ()


def test_a_query_takes_several_that_are_unknown():
  """Their numbers are not one patient's, of whom one item is the most."""
  scores = np.linspace(0.1, 0.4, 5)
  found = alx.query(
    "confidence",
    k=4,
    probs=np.stack([1 - scores, scores], 1),
    groups=["nan", "", "a", " a", "n/a"],
  )
  assert found.tolist() == [4, 3, 1, 0]


@pytest.mark.parametrize(
  ("names", "count"),
  [
    (["nan", "nan", "", "", "n/a", "n/a"], 6),
    (np.array([b"", b"nan", b"a", b" a", b"a", b"b"]), 4),
    (["a", " a", "a ", "b", "b", "b"], 2),
    ([None, "None", float("nan"), "", "?", "a"], 6),
    ([1, 1, 2, 2, 3, 3], 3),
  ],
)
def test_every_bootstrap_counts_the_same_clusters(names, count):
  a, b = np.arange(6.0), np.zeros(6)
  found = stats.bootstrap(stats.mean_of(a), names, num_draws=9)
  assert found.clusters == count
  found = stats.bootstrap_difference(a, b, names, num_draws=9)
  assert found.clusters == count
  found = stats.relative_saving(a + 1, a + 2, names, num_draws=9)
  assert found.of_sums.clusters == count
