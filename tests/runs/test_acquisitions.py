"""Every acquisition through the rounds of the main job, on the phantom."""

import dataclasses

import pytest

from alx.acquisition import BY_NAME
from alx.runs import rounds
from alx.runs.disk import store
from alx.runs.problem import problem, reading
from alx.runs.problem.job import Job
from alx.runs.settings.config import Config

TINY = Config(
  data="phantom",
  acquisition=("random",),
  phantom_items=14,
  test_items=4,
  start=2,
  query=3,
  rounds=1,
  steps=2,
  samples=2,
  widths=(2,),
  patch=(8, 8, 8),
  pictures=0,
)


def ready_for(names):
  """(config, problem) for these methods."""
  config = dataclasses.replace(TINY, acquisition=tuple(names))
  dataset = reading.load_dataset(config, None)
  config = problem.resolve(config, dataset, baselines=False)
  return config, problem.make_problem(config, dataset)


@pytest.fixture(scope="module")
def everything():
  return ready_for(BY_NAME)


@pytest.fixture(scope="module")
def first():
  """Round 0, done once: it is the same for every method."""
  return {}


@pytest.mark.parametrize("name", BY_NAME)
def test_asks_and_is_told(name, everything, first, tmp_path):
  config, task = everything
  job = Job(task, config, name, 0, tmp_path, lambda number, stage: None)
  loop = rounds.loop_for(task, config, name)
  first["told"] = rounds.run_rounds(job, loop, first.get("told"))
  picks = store.read_rows(tmp_path / "picks.csv")
  asked = [row["id"] for row in picks]
  assert len(asked) == len(set(asked)) == TINY.start + TINY.query
  curve = store.read_rows(tmp_path / "curve.csv")
  assert [row["labels"] for row in curve] == ["2", "5"]


def test_one_method_that_reads_evidence_makes_all_models_evidential():
  resolved = problem.resolve(
    dataclasses.replace(TINY, acquisition=("entropy", "vacuity")),
    reading.load_dataset(TINY, None),
    baselines=False,
  )
  assert resolved.evidential
  assert not TINY.evidential
