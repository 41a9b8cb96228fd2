"""Which slices are labelled first, before there is any label."""

import dataclasses
import itertools
from collections import Counter
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from alx.data import DataError
from alx.label_maps import UNLABELLED
from alx.pool import init_pool
from alx.runs.disk import store
from alx.runs.problem.problem import resolve, split_of, units_of
from alx.runs.problem.reading import load_dataset
from alx.runs.settings.config import Config
from alx.runs.units.begin import key_slices
from alx.runs.units.budgets import affordable, sized
from tests.runs.test_units_of_runs import TINY, run

# fewer voxels of a fit: what is looked at is the starting set
SMALL = dataclasses.replace(TINY, rounds=0, steps=2, pictures=0)


def first(folder, **changes):
  """(names, rows of spent.csv) of a starting set."""
  found = run(folder, SMALL, **changes)
  names = [row["id"] for row in store.read_rows(found / "picks.csv")]
  return names, store.read_rows(found / "spent.csv")[-1]


def problem_of(label=lambda number, label: label, **changes):
  """(slices of a pool of 12 volumes [16, 24, 24], its settings)."""
  config = Config(
    data="phantom", phantom_items=16, full=False, rounds=1, **changes
  )
  dataset = load_dataset(config, None)
  config = resolve(config, dataset, False)
  split, labels = split_of(config, dataset), list(dataset.labels)
  for number, item in enumerate(split.pool):
    labels[item] = label(number, labels[item].copy())
  dataset = dataset._replace(labels=tuple(labels))
  units = units_of(config, dataset, split, (16, 24, 24))
  problem = SimpleNamespace(units=units, dataset=dataset, split=split, memo={})
  return problem, sized(config, problem)


def bought(problem, config, seed=0):
  """Numbers of the slices that a starting set pays for."""
  count = problem.units.set.count
  found = key_slices(problem, config, jax.random.key(seed))
  assert len(found) == config.start
  kept = np.asarray(affordable(problem, config, found, init_pool(count))[0])
  return kept[kept < count]


@pytest.mark.parametrize(
  ("budget", "way"),
  [("boundary_mm:900", "k_center"), ("voxels:12000", "uniform")],
)
def test_a_budget_buys_as_many_slices_across_each_axis(budget, way):
  problem, config = problem_of(unit="slices:all", budget=budget, start_with=way)
  found = bought(problem, config)
  assert len(found) < config.start
  across = np.bincount(problem.units.axes()[found], minlength=3)
  assert across.min() > 5 and np.ptp(across) <= 2


def test_a_budget_buys_every_nth_slice_of_all_volumes():
  problem, config = problem_of(
    unit="slices:0", budget="boundary_mm:600", start_with="uniform"
  )
  for seed in range(3):
    found = np.sort(bought(problem, config, seed))
    assert len(set(problem.units.item[found])) == 12
    gaps = np.diff([*found, found[0] + problem.units.set.count])
    assert gaps.max() <= 3 * 192 / len(found)


def test_a_volume_that_a_budget_cuts_is_not_labelled_at_one_end():
  problem, config = problem_of(
    unit="slices:0", budget="slices:20", start_with="uniform", start_per_item=8
  )
  found = bought(problem, config)
  item = problem.units.item[found]
  last = [problem.units.place_of(u)[1] for u in found[item == item[-1]]]
  assert len(last) == 4 and max(last) >= 8 > min(last)


def test_slices_across_each_axis_where_a_volume_has_more_than_are_wanted():
  problem, config = problem_of(unit="slices:all", start=6, start_per_item=30)
  found = bought(problem, config)
  assert Counter(problem.units.axes()[found].tolist()) == {0: 2, 1: 2, 2: 2}


def test_a_budget_that_buys_fewer_slices_than_it_has_room_for():
  problem, config = problem_of(
    unit="slices:0", budget="boundary_mm:600", start_per_item=3
  )
  assert config.start > 12 * 3
  found = bought(problem, config)
  assert 12 < len(found) <= 36
  assert Counter(problem.units.item[found].tolist()).most_common(1)[0][1] <= 3


def test_volumes_in_which_nobody_can_answer_are_passed_over():
  def half(number, label):
    label[8 if number % 2 else 0 :] = UNLABELLED  # the others have no slice
    return label

  problem, config = problem_of(
    half, unit="slices:0", start=6, query=2, start_per_item=2
  )
  for seed in range(6):
    found = bought(problem, config, seed)
    counts = Counter(problem.units.item[found].tolist())
    assert [*counts.values()] == [2, 2, 2]
  more = dataclasses.replace(config, start=20)
  with pytest.raises(DataError, match="wanted 20 slices, it chose 12; give"):
    bought(problem, more)


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
