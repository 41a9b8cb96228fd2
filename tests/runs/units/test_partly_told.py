"""Pools that arrive partly labelled: the start, and what to label next."""

import dataclasses
import json

import jax
import numpy as np
import pytest
from rich.console import Console

from alx.label_maps import UNLABELLED
from alx.pool import init_pool
from alx.runs import batch, compare
from alx.runs.disk import store
from alx.runs.settings.config import Config
from alx.runs.starts import first_items
from alx.runs.units.asked import items_labelled, known_of

SHAPE, EVERY, ITEMS = (12, 8, 8), 3, 8
CONFIG = Config(
  unit="slices:0",
  acquisition=("entropy",),
  seeds=1,
  start=2,
  query=4,
  rounds=0,
  steps=2,
  widths=(4,),
  patch=(8, 8, 8),
  test_items=2,
  pictures=0,
  dropout=0.0,
  full=False,
)


def cubes(folder):
  """Cubes in noise, of which every third slice is labelled."""
  rng = np.random.default_rng(0)
  labels = np.zeros((ITEMS, *SHAPE), np.uint8)
  labels[:, 3:9, 2:6, 2:6] = 1
  images = labels + rng.normal(0, 0.2, labels.shape)
  labels[:, np.arange(SHAPE[0]) % EVERY > 0] = UNLABELLED
  path, ids = folder / "cubes.npz", np.arange(ITEMS).astype(str)
  np.savez(path, images=images.astype(np.float32), labels=labels, ids=ids)
  return str(path)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
  return cubes(tmp_path_factory.mktemp("partly"))


def ran(file, folder, **changes):
  """(text of the console, folder of the run)."""
  config = dataclasses.replace(CONFIG, data=file, **changes)
  console = Console(record=True, width=200)
  compare.run(compare.prepare(config, folder, console, False), console)
  text = " ".join(console.export_text().split())
  return text, folder / "runs/entropy-seed0"


@pytest.mark.slow
def test_labelled_slices_are_the_start_and_others_are_asked_for(file, tmp_path):
  text, run = ran(file, tmp_path / "w", start_with="labelled")
  first = [row["id"] for row in store.read_rows(run / "picks.csv")]
  assert len(first) == (ITEMS - 2) * SHAPE[0] // EVERY
  assert all(int(name.split(":")[2]) % EVERY == 0 for name in first)
  asked = [row["id"] for row in store.read_rows(run / "next.csv")]
  assert len(set(asked)) == 4
  assert all(int(name.split(":")[2]) % EVERY for name in asked)
  assert f"what to label next: {run / 'next.csv'}" in text
  kept = (run / "next.csv").read_bytes()
  ran(file, tmp_path / "w", start_with="labelled")
  assert (run / "next.csv").read_bytes() == kept


def test_a_simulation_asks_for_what_somebody_has_labelled(file, tmp_path):
  text, run = ran(file, tmp_path / "w", rounds=1)
  names = [row["id"] for row in store.read_rows(run / "picks.csv")]
  assert len(names) == 6
  assert all(int(name.split(":")[2]) % EVERY == 0 for name in names)
  assert "48 of 72 units have no labelled voxel" in text


def bare(folder, first=6, last=ITEMS):
  """The same, but items `first` to `last` - 1 have no label at all."""
  made = np.load(cubes(folder))
  labels = made["labels"].copy()
  labels[first:last] = UNLABELLED
  path = folder / "bare.npz"
  np.savez(path, images=made["images"], labels=labels, ids=made["ids"])
  return str(path)


@pytest.mark.slow
def test_items_without_a_label_are_asked_for_and_never_tested_on(tmp_path):
  file = bare(tmp_path)
  text, run = ran(file, tmp_path / "w", start_with="labelled", query=56)
  split = json.loads((tmp_path / "w" / "split.json").read_text())
  assert {"6", "7"} <= set(split["pool"]) and len(split["test"]) == 2
  asked = [row["id"] for row in store.read_rows(run / "next.csv")]
  cases = {name.split(":")[0] for name in asked}
  assert cases == set(split["pool"])
  assert (
    "the start is what arrived labelled, in 4 of 6 items of the pool: of 72 "
    "that may be asked for 16 labelled whole, 0 in part and 56 not at all"
  ) in text
  (row,) = store.read_rows(run / "spent.csv")
  assert int(row["voxels"]) == 16 * 64
  rows = store.read_rows(run / "predictions.csv")
  flags = {r["id"]: r["labelled"] for r in rows if r["part"] == "pool"}
  assert [flags[i] for i in ("6", "7")] == ["0", "0"]
  assert sum(map(int, flags.values())) == 4


@pytest.mark.slow
def test_a_simulation_says_how_many_nobody_could_answer_for(tmp_path):
  text, run = ran(bare(tmp_path), tmp_path / "w", start=1, query=1, rounds=1)
  assert "2 left out that nobody has labelled a voxel of" in text
  names = [row["id"] for row in store.read_rows(run / "picks.csv")]
  assert not {"6", "7"} & {name.split(":")[0] for name in names}


def test_boxes_that_are_told_in_part_are_begun(file, tmp_path):
  config = dataclasses.replace(
    *(CONFIG,), data=file, start_with="labelled", unit="boxes:12,4,4"
  )
  ready = compare.prepare(config, tmp_path / "w", Console(), baselines=False)
  problem, pool = ready.problem, init_pool(24)
  assert (ready.config.start, problem.units.set.count) == (0, 24)
  np.testing.assert_array_equal(known_of(problem, pool), problem.labels)
  assert (np.asarray(problem.labels) != UNLABELLED).sum() == 6 * 4 * 64
  assert items_labelled(problem, pool).all()
  assert not first_items(problem, ready.config, jax.random.key(0)).size


@pytest.mark.slow
def test_volumes_that_are_told_in_part_are_trained_on_by_seeds_at_once(
  file, tmp_path, monkeypatch
):
  monkeypatch.setattr(batch, "pays_off", lambda problem, seeds: True)
  text, run = ran(
    file, tmp_path / "w", start_with="labelled", unit="whole", query=2, seeds=2
  )
  assert "0 labelled whole, 6 in part and 0 not at all" in text
  (row,) = store.read_rows(run / "curve.csv")
  assert row["labels"] == "0" and 0 <= float(row["dice"]) <= 1
  (row,) = store.read_rows(run / "spent.csv")
  assert int(row["voxels"]) == 6 * 4 * 64
  for seed in (0, 1):
    path = tmp_path / "w" / f"runs/entropy-seed{seed}" / "next.csv"
    assert len(store.read_rows(path)) == 2


@pytest.mark.parametrize(
  ("match", "changes"),
  [
    ("nobody could answer the questions", {"rounds": 1}),
    ("found 24 labelled whole", {"query": 60}),
    ("does nothing with start_with", {"answer": "dominant"}),
    ("wanted no budget", {"budget": "slices:4", "start": 4}),
  ],
)
def test_what_cannot_be_is_refused(file, tmp_path, match, changes):
  config = dataclasses.replace(
    CONFIG, data=file, start_with="labelled", **changes
  )
  with pytest.raises(ValueError, match=match):
    compare.prepare(config, tmp_path / "w", Console(), baselines=False)
