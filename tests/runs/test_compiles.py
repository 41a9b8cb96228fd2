"""A command compiles in its first rounds and never again."""

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from alx.runs import compare
from alx.runs.settings.config import Config
from tests.compiles import COMPILED

CONSOLE = Console(file=io.StringIO())
CONFIG = Config(
  acquisition=("bald",),
  start=4,
  query=2,
  rounds=5,
  steps=4,
  samples=2,
  test_items=8,
  full=False,
  pictures=0,
)


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory):
  rng = np.random.default_rng(0)
  path = tmp_path_factory.mktemp("data") / "e.npz"
  labels = np.arange(32) % 2
  np.savez(path, features=rng.standard_normal((32, 3)), labels=labels)
  return path


TURNS = "fuse(entropy, margin; max)*1 + two_stage(entropy:9, badge)*1"


def compiles_by_stage(embeddings, workdir, **changes):
  """How much had been compiled when each stage of each round began."""
  config = dataclasses.replace(CONFIG, data=str(embeddings), **changes)
  ready = compare.prepare(config, workdir, CONSOLE, baselines=False)
  counts = []
  compare.train(ready, CONSOLE, lambda: counts.append(len(COMPILED)))
  return [*counts, len(COMPILED)]


@pytest.mark.parametrize("seeds", [1, 2], ids=["one seed", "a batch of seeds"])
def test_five_rounds_and_a_resume(embeddings, tmp_path, seeds):
  stages = 4  # asking, training, testing, saving
  counts = compiles_by_stage(embeddings, tmp_path, seeds=seeds, rounds=5)
  assert len(counts) == 6 * stages + 1
  # Round 0 asks nothing, round 1 is the first with a question.
  assert counts[2 * stages] > counts[0]
  assert len(set(counts[2 * stages :])) == 1
  counts = compiles_by_stage(embeddings, tmp_path, seeds=seeds, rounds=8)
  assert len(counts) == 3 * stages + 1
  assert len(set(counts[stages:])) == 1  # none beyond the first round


@pytest.mark.parametrize("seeds", [1, 2], ids=["one seed", "a batch of seeds"])
def test_each_turn_compiles_once(embeddings, tmp_path, seeds):
  stages = 4
  counts = compiles_by_stage(
    embeddings, tmp_path, seeds=seeds, rounds=4, acquisition=(TURNS,)
  )
  assert counts[3 * stages] > counts[2 * stages]  # the second turn, round 2
  assert len(set(counts[3 * stages :])) == 1
