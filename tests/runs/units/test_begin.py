"""Which slices are labelled first, before there is any label."""

import dataclasses
import itertools
from collections import Counter

import pytest

from alx.runs.disk import store
from alx.runs.settings.config import Config
from tests.runs.test_units_of_runs import TINY, run

# fewer voxels of a fit: what is looked at is the starting set
SMALL = dataclasses.replace(TINY, rounds=0, steps=2, pictures=0)


def first(folder, **changes):
  """(names, rows of spent.csv) of a starting set."""
  found = run(folder, SMALL, **changes)
  names = [row["id"] for row in store.read_rows(found / "picks.csv")]
  return names, store.read_rows(found / "spent.csv")[-1]


@pytest.mark.slow
def test_representative_slices_of_the_pool(tmp_path):
  names, _ = first(tmp_path, start_with="representative", start=5)
  assert len(set(names)) == 5
  assert all(name.split(":")[1] == "axis0" for name in names)


def test_evenly_spaced_slices_in_each_volume(tmp_path):
  names, _ = first(tmp_path, start_with="uniform", start=9, start_per_item=4)
  by_case = {}
  for name in names:
    case, _, at = name.split(":")
    by_case.setdefault(case, []).append(int(at))
  assert [len(found) for found in by_case.values()] == [4, 4, 1]
  for found in list(by_case.values())[:2]:
    steps = {b - a for a, b in itertools.pairwise(found)}
    assert len(steps) == 1  # the phantom has a multiple of 4 slices


@pytest.mark.slow
def test_three_planes_cross_and_each_voxel_counts_once(tmp_path):
  names, spent = first(
    tmp_path,
    unit="slices:all",
    start_with="k_means",
    start=6,
    start_per_item=6,
  )
  planes = Counter(name.split(":")[1] for name in names)
  assert planes == {"axis0": 2, "axis1": 2, "axis2": 2}
  assert len({name.split(":")[0] for name in names}) == 1
  assert int(spent["voxels"]) == 16 * 24 * 24 - 14 * 22 * 22
  assert float(spent["slices"]) == 6


@pytest.mark.parametrize(
  ("match", "changes"),
  [
    ("wanted unit=slices", {"unit": "boxes:8", "start_per_item": 2}),
    ("only slices are chosen so", {"unit": "whole", "start_with": "uniform"}),
    ("only slices", {"unit": "boxes:8", "start_with": "k_means"}),
    ("a method of features", {"unit": "slices", "start_with": "balanced"}),
    (
      "start_features: wanted auto",
      {
        "unit": "slices",
        "start_with": "k_means",
        "start_features": "rows.npy",
      },
    ),
    (
      "says otherwise",
      {"unit": "slices", "start_per_item": 2, "max_per_group": 1},
    ),
  ],
)
def test_what_cannot_be_is_refused(match, changes):
  with pytest.raises(ValueError, match=match):
    Config(data="d", **changes)
