"""Labels that are parts of volumes which stay on disk."""

import dataclasses
import functools

import numpy as np
import pytest

from alx.label_maps import UNLABELLED
from alx.runs import rounds
from alx.runs.disk import store
from alx.runs.problem import loops
from alx.runs.problem import problem as problems
from alx.runs.problem.job import Job
from alx.runs.streamed import compare as streamed_compare
from alx.runs.streamed import rounds as streamed_rounds
from alx.runs.streamed.pool import make_problem, outline
from alx.runs.units.budgets import sized
from tests import streamed_cases

NUM_ITEMS = 9  # 6 in the pool
LEARNER = streamed_cases.threshold_learner()
TABLES = ("picks.csv", "curve.csv", "spent.csv", "cases.csv")
SETTINGS = {
  "slices": {"unit": "slices:0", "max_per_item": 2},
  "boxes": {"unit": "boxes:4,4,6", "budget": "voxels:300", "block": 3},
  "superpixels": {"unit": "superpixels:6", "answer": "dominant"},
  "outlines": {"unit": "slices:all", "budget": "boundary_mm:60"},
}
METHODS = {"outlines": "per_cost(entropy)"}  # by outlines that are predicted


def in_memory(dataset):
  """The same data as they are when all of them are loaded."""
  images, labels = (tuple(iter(x)) for x in (dataset.images, dataset.labels))
  return dataset._replace(images=images, labels=labels)


def method_of(kind):
  return METHODS.get(kind, "entropy")


@functools.cache
def problem_of(kind, is_streamed):
  """(settings with what a budget buys, problem) of one kind of units."""
  dataset = streamed_cases.dataset(NUM_ITEMS)
  config = dataclasses.replace(
    streamed_cases.CONFIG, acquisition=(method_of(kind),), **SETTINGS[kind]
  )
  config = problems.resolve(config, outline(dataset), False)
  if is_streamed:
    problem = make_problem(config, dataset, LEARNER)
  else:
    problem = problems.make_problem(config, in_memory(dataset), LEARNER)
  return sized(config, problem), problem


def job_of(folder, kind, is_streamed=True):
  config, problem = problem_of(kind, is_streamed)
  return Job(problem, config, method_of(kind), 0, folder, lambda *_: None)


def run(job, progress=None):
  loop = streamed_rounds.loop_for(job.problem, job.config, job.name)
  return streamed_rounds.run_rounds(job, loop, None, progress)


def tables(folder):
  return [(folder / name).read_text() for name in TABLES]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
  """kind -> the folder of a streamed run that was never stopped."""
  root = tmp_path_factory.mktemp("finished")

  @functools.cache
  def of(kind):
    run(job_of(root / kind, kind))
    return root / kind

  return of


@pytest.mark.slow
@pytest.mark.parametrize("kind", SETTINGS)
def test_asks_and_spends_what_a_run_in_memory_does(finished, tmp_path, kind):
  job = job_of(tmp_path / "entropy", kind, is_streamed=False)
  loop = loops.loop_for(job.problem, job.config, job.name)
  rounds.run_rounds(job, loop, None)
  assert tables(finished(kind)) == tables(job.folder)
  asked = [row["id"] for row in store.read_rows(job.folder / "picks.csv")]
  assert len(asked) == len(set(asked)) > 4


def test_ids_name_the_parts(finished):
  picks = store.read_rows(finished("slices") / "picks.csv")
  case, axis, at = picks[0]["id"].split(":")
  assert case.startswith("case") and axis == "axis0" and 0 <= int(at) < 12
  spent = store.read_rows(finished("slices") / "spent.csv")
  assert [(row["units"], row["slices"]) for row in spent] == [
    ("2", "2"),
    ("4", "4"),
    ("6", "6"),
  ]


def test_a_budget_bounds_what_each_round_costs(finished):
  costs = [
    float(row["cost"])
    for row in store.read_rows(finished("boxes") / "spent.csv")
  ]
  assert (np.diff([0, *costs]) <= 300).all() and costs[0] > 0
  labels = store.read_rows(finished("boxes") / "curve.csv")
  assert [row["labels"] for row in labels] == ["300", "600", "900"]


def test_the_unit_is_drawn(finished):
  folder = finished("slices")
  with np.load(folder / "pictures" / "round_01.npz") as found:
    assert found["ids"][0] == store.read_rows(folder / "picks.csv")[2]["id"]
    assert found["where"][0].endswith("along axis 1")


class Interrupted(Exception):
  """As a kill would end it."""


@pytest.mark.parametrize("kind", ["slices", "superpixels"])
def test_an_interrupted_question_goes_on_inside(finished, tmp_path, kind):
  def until_the_second_block(done, total):
    if done >= 4:
      raise Interrupted

  job = job_of(tmp_path / "entropy", kind)
  with pytest.raises(Interrupted):
    run(job, until_the_second_block)
  assert len(store.read_rows(job.folder / "curve.csv")) == 1
  run(job_of(job.folder, kind))
  assert tables(job.folder) == tables(finished(kind))


def test_only_labels_of_what_was_asked_for_are_read(tmp_path):
  job = job_of(tmp_path / "entropy", "slices")
  read = job.problem.dataset.labels.read
  del read[:]
  job.problem.units._last = -1, None
  run(job)
  picks = store.read_rows(job.folder / "picks.csv")
  asked = {row["id"].split(":")[0] for row in picks}
  test = {job.problem.dataset.ids[i] for i in job.problem.split.test}
  assert set(read) == asked | test


def partly_labelled():
  """Volumes of which the first two slices of every other one are labelled."""
  dataset = streamed_cases.dataset(NUM_ITEMS)
  for label in dataset.labels._arrays[::2]:
    label[2:] = UNLABELLED
  return dataset


def arrived(**changes):
  """Settings of a run that begins with the labels of `partly_labelled`."""
  config = dataclasses.replace(
    streamed_cases.CONFIG,
    start_with="labelled",
    rounds=0,
    seeds=1,
    split_seed=3,
    **changes,
  )
  streamed_compare.check(dataclasses.replace(config, data="d", cache="c"))
  return problems.resolve(config, outline(partly_labelled()), False)


def test_what_to_label_next_is_what_a_run_in_memory_says(tmp_path):
  """Of labels that the volumes arrived with."""
  config = arrived(acquisition=("entropy",), unit="slices:0")
  for name in ("streamed", "held"):
    dataset = partly_labelled()
    if name == "streamed":
      problem = make_problem(config, dataset, LEARNER)
    else:
      problem = problems.make_problem(config, in_memory(dataset), LEARNER)
    ready = sized(config, problem)
    job = Job(problem, ready, "entropy", 0, tmp_path / name, lambda *_: None)
    if name == "streamed":
      run(job)
    else:
      loop = loops.loop_for(problem, ready, job.name)
      rounds.run_rounds(job, loop, None)
  for table in ("next.csv", "spent.csv", "curve.csv"):
    texts = [(tmp_path / n / table).read_text() for n in ("streamed", "held")]
    assert texts[0] == texts[1]
  assert len(store.read_rows(tmp_path / "streamed" / "next.csv")) == 2


def test_a_finished_run_knows_its_labels_again(tmp_path):
  """They say along which axes images are distorted."""
  changes = {"distort": "all", "flips_by_labels": True}
  config = arrived(acquisition=("k_center",), **changes)
  problem, told = make_problem(config, partly_labelled(), LEARNER), []
  ready = sized(config, problem)
  job = Job(problem, ready, "k_center", 0, tmp_path / "w", lambda *_: None)
  loop = streamed_rounds.loop_for(problem, ready, "k_center")

  def ask(state, scan, labelled):
    told.append(np.array(labelled.labels))
    return loop.ask(state, scan, labelled)

  for _ in range(2):
    streamed_rounds.run_rounds(job, loop._replace(ask=ask), None, None)
  assert (told[0] == 1).any()
  np.testing.assert_array_equal(*told)


def test_maps_of_regions_are_made_when_asked_for():
  config, problem = problem_of("superpixels", True)
  _, held = problem_of("superpixels", False)
  regions = problem.images.regions
  assert regions.shape == held.images.regions.shape
  found = regions[np.array([4, 0, 99])]  # behind the end as in jax
  wanted = np.asarray(held.images.regions)[[4, 0, 5]]
  np.testing.assert_array_equal(found, wanted)
  # Superpixels of a pool are made with one image in memory.
  dataset = streamed_cases.dataset(NUM_ITEMS)
  make_problem(config, dataset, LEARNER)
  assert dataset.images.most <= 2 and dataset.labels.most <= 2
