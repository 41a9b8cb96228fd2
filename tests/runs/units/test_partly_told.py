"""Pools that arrive partly labelled: the start, and what to label next."""

import dataclasses

import numpy as np
import pytest
from rich.console import Console

from alx.label_maps import UNLABELLED
from alx.runs import compare
from alx.runs.disk import store
from alx.runs.settings.config import Config

SHAPE, EVERY, ITEMS = (12, 8, 8), 3, 8
CONFIG = Config(
  unit="slices:0",
  acquisition=("entropy",),
  seeds=1,
  start=2,
  query=4,
  rounds=0,
  steps=2,
  widths=(4, 8),
  patch=(8, 8, 8),
  test_items=2,
  pictures=0,
  dropout=0.0,
  full=False,
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
  """Cubes in noise, of which every third slice is labelled."""
  rng = np.random.default_rng(0)
  labels = np.zeros((ITEMS, *SHAPE), np.uint8)
  labels[:, 3:9, 2:6, 2:6] = 1
  images = labels + rng.normal(0, 0.2, labels.shape)
  labels[:, np.arange(SHAPE[0]) % EVERY > 0] = UNLABELLED
  path = tmp_path_factory.mktemp("partly") / "cubes.npz"
  np.savez(path, images=images.astype(np.float32), labels=labels)
  return str(path)


def ran(file, folder, **changes):
  """(text of the console, folder of the run)."""
  config = dataclasses.replace(CONFIG, data=file, **changes)
  console = Console(record=True, width=200)
  compare.run(compare.prepare(config, folder, console, False), console)
  text = " ".join(console.export_text().split())
  return text, folder / "runs/entropy-seed0"


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


@pytest.mark.parametrize(
  ("match", "changes"),
  [
    ("asks once what to label next", {"rounds": 1}),
    ("asks once what to label next", {"seeds": 2}),
    ("found 0 labelled", {"unit": "boxes:12,4,4"}),
    ("found 24 labelled", {"query": 60}),
  ],
)
def test_what_cannot_be_is_refused(file, tmp_path, match, changes):
  config = dataclasses.replace(
    CONFIG, data=file, start_with="labelled", **changes
  )
  with pytest.raises(ValueError, match=match):
    compare.prepare(config, tmp_path / "w", Console(), baselines=False)
