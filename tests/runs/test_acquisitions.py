"""Every acquisition through the rounds of the main job, on small slices."""

import dataclasses

import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.runs import rounds
from alx.runs.disk import store
from alx.runs.problem import loops, problem, reading
from alx.runs.problem.job import Job
from alx.runs.settings.config import Config

TINY = Config(
  data="",
  acquisition=("random",),
  test_items=4,
  start=2,
  query=3,
  rounds=1,
  steps=2,
  samples=2,
  widths=(2,),
  patch=(8, 8),
  pictures=0,
)

# Those of whole items: one asks for regions inside of slices alone.
NAMES = tuple(name for name in BY_NAME if name != "key_slices")


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
  """14 slices of noise in which a square lights up."""
  rng = np.random.default_rng(0)
  images = rng.random((14, 12, 12, 1), np.float32)
  labels = np.zeros((14, 12, 12), np.uint8)
  labels[:, 3:7, 3:7] = 1
  path = tmp_path_factory.mktemp("data") / "slices.npz"
  np.savez(path, images=images + labels[..., None], labels=labels)
  return str(path)


@pytest.fixture(scope="module")
def everything(slices):
  """(config, problem) for all methods."""
  config = dataclasses.replace(TINY, data=slices, acquisition=NAMES)
  dataset = reading.load_dataset(config, None)
  config = problem.resolve(config, dataset, baselines=False)
  return config, problem.make_problem(config, dataset)


@pytest.fixture(scope="module")
def first():
  """Round 0, done once: it is the same for every method."""
  return {}


class Unsaved:
  """No checkpoints: those of all methods are alike, and take a second."""

  def __init__(self, folder):
    """Opens nothing."""

  def restore(self, like):
    """There is none."""

  def save(self, step, tree):
    """Keeps nothing."""

  def close(self):
    """Nothing to free."""


@pytest.mark.parametrize("name", NAMES)
def test_asks_and_is_told(name, everything, first, tmp_path, monkeypatch):
  if name != "entropy":
    monkeypatch.setattr(rounds, "Checkpoints", Unsaved)
  config, task = everything
  job = Job(task, config, name, 0, tmp_path, lambda number, stage: None)
  loop = loops.loop_for(task, config, name)
  first["told"] = rounds.run_rounds(job, loop, first.get("told"))
  picks = store.read_rows(tmp_path / "picks.csv")
  asked = [row["id"] for row in picks]
  assert len(asked) == len(set(asked)) == TINY.start + TINY.query
  curve = store.read_rows(tmp_path / "curve.csv")
  assert [row["labels"] for row in curve] == ["2", "5"]


def test_one_method_that_reads_evidence_makes_all_models_evidential(slices):
  config = dataclasses.replace(
    TINY, data=slices, acquisition=("entropy", "vacuity")
  )
  dataset = reading.load_dataset(config, None)
  resolved = problem.resolve(config, dataset, baselines=False)
  assert resolved.evidential
  assert not TINY.evidential
