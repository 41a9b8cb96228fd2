"""Rules that say when to stop, in runs: what is stored, killed or not."""

import dataclasses
import functools

import numpy as np
import pytest

from alx import csv_table
from alx.runs import batch, compare, rounds
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.problem import loops
from alx.runs.problem import problem as problems
from alx.runs.problem.job import Job
from alx.runs.settings.config import Config
from alx.runs.streamed import pool as streamed_pool
from alx.runs.streamed import rounds as streamed_rounds
from alx.studies import rows as study_rows
from experiments.survey import plan as survey_plan
from tests import command_line as commands
from tests import streamed_cases
from tests.comparisons import CONSOLE, prepare
from tests.compiles import COMPILED

RULES = ("agreement:0.9,rounds=1", "uncertainty:0.5", "budget:7")
CONFIG = Config(
  acquisition=("entropy", "k_center"),
  stop=RULES,
  seeds=2,
  start=4,
  query=3,
  rounds=2,
  steps=10,
  test_items=10,
  full=False,
)


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory):
  """40 items of two classes that a line can tell apart, more or less."""
  rng = np.random.default_rng(0)
  labels = np.arange(40) % 2
  rows = rng.standard_normal((40, 5)) + 1.5 * labels[:, None]
  path = tmp_path_factory.mktemp("data") / "e.npz"
  np.savez(path, features=rows, labels=labels)
  return path


def train(embeddings, workdir, **changes):
  config = dataclasses.replace(CONFIG, data=str(embeddings), **changes)
  ready = prepare(config, workdir)
  compare.train(ready, CONSOLE)
  return ready


def signals_of(workdir):
  """By run the rows of signals.csv but their seconds."""
  return {
    path.parent.name: [
      {name: x for name, x in row.items() if name != "seconds_pool"}
      for row in csv_table.read(path)
    ]
    for path in sorted(workdir.glob("**/signals.csv"))
  }


@pytest.fixture(scope="module")
def whole(embeddings, tmp_path_factory):
  workdir = tmp_path_factory.mktemp("whole")
  train(embeddings, workdir)
  return workdir


@pytest.fixture(scope="module")
def alone(embeddings, tmp_path_factory):
  """The same, one seed after the other."""
  workdir = tmp_path_factory.mktemp("alone")
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(batch, "pays_off", lambda *_: False)
    train(embeddings, workdir)
  return workdir


def test_every_round_of_every_run_has_a_row(whole):
  found = signals_of(whole)
  assert len(found) == 4
  for rows in found.values():
    assert [row["round"] for row in rows] == ["0", "1", "2"]
    assert [row["pool_kappa"] == "nan" for row in rows] == [True, False, False]
    assert all(0.5 <= float(row["pool_expected"]) <= 1 for row in rows)
    assert all(0 <= float(row["pool_entropy"]) <= np.log(2) for row in rows)
  # Round 0 is the same for all acquisitions of a seed.
  assert found["entropy-seed0"][0] == found["k_center-seed0"][0]
  assert found["entropy-seed0"][0] != found["entropy-seed1"][0]


def test_rules_change_no_pick_and_no_score(embeddings, whole, tmp_path):
  train(embeddings, tmp_path, stop=())
  assert signals_of(tmp_path) == {}
  for path in tmp_path.glob("runs/*/*.csv"):
    if path.name != "times.csv":
      other = whole / path.relative_to(tmp_path)
      assert path.read_text() == other.read_text()


def test_seeds_alone_say_what_they_say_together(whole, alone):
  together, alone = signals_of(whole), signals_of(alone)
  assert together.keys() == alone.keys()
  for name, rows in together.items():
    for a, b in zip(rows, alone[name], strict=True):
      numbers = [[float(x) for x in row.values()] for row in (a, b)]
      np.testing.assert_allclose(*numbers, rtol=2e-4)


class Killed(BaseException):
  """Nothing catches it."""


@pytest.mark.slow
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("place", ["curve.csv", "checkpoint"])
def test_a_killed_run_ends_with_the_same_rows(
  embeddings, whole, alone, tmp_path, monkeypatch, together, place
):
  monkeypatch.setattr(batch, "pays_off", lambda *_: together)
  write, save = store.append_rows, Checkpoints.save

  def append(path, new):
    if path.name == place and int(new[0]["round"]) == 1:
      raise Killed
    write(path, new)

  def keep(self, step, tree):
    if place == "checkpoint" and step == 2:
      raise Killed
    save(self, step, tree)

  with monkeypatch.context() as patch, pytest.raises(Killed):
    patch.setattr(store, "append_rows", append)
    patch.setattr(Checkpoints, "save", keep)
    train(embeddings, tmp_path)
  train(embeddings, tmp_path)
  assert signals_of(tmp_path) == signals_of(whole if together else alone)


@pytest.mark.parametrize("together", [True, False])
def test_what_is_said_of_the_pool_compiles_once(
  embeddings, tmp_path, monkeypatch, together
):
  monkeypatch.setattr(batch, "pays_off", lambda *_: together)
  only = {"acquisition": ("entropy",), "seeds": 2 if together else 1}
  config = dataclasses.replace(CONFIG, data=str(embeddings), rounds=4, **only)
  ready, counts = prepare(config, tmp_path), []
  compare.train(ready, CONSOLE, lambda: counts.append(len(COMPILED)))
  counts.append(len(COMPILED))
  stages = 4  # asking, training, testing, saving
  assert len(counts) == 5 * stages + 1
  assert len(set(counts[2 * stages :])) == 1


def test_a_rule_may_be_added_to_a_run_that_was_begun(embeddings, tmp_path):
  train(embeddings, tmp_path, stop=(), rounds=1)
  train(embeddings, tmp_path)
  found = signals_of(tmp_path)["entropy-seed0"]
  assert [row["round"] for row in found] == ["2"]
  assert found[0]["pool_kappa"] != "nan"  # the model before is known


@functools.cache
def _volumes():
  dataset = streamed_cases.dataset(15)
  changes = {"stop": RULES[:2], "acquisition": ("entropy",), "pictures": 0}
  config = dataclasses.replace(streamed_cases.CONFIG, **changes)
  outline = streamed_pool.outline(dataset)
  return dataset, problems.resolve(config, outline, False)


@pytest.mark.slow
def test_a_pool_on_disk_says_what_it_says_in_memory(tmp_path):
  dataset, config = _volumes()
  learner = streamed_cases.threshold_learner()
  streamed = streamed_pool.make_problem(config, dataset, learner)
  job = Job(streamed, config, "entropy", 0, tmp_path / "disk", lambda *_: None)
  loop = streamed_rounds.loop_for(streamed, config, "entropy")
  streamed_rounds.run_rounds(job, loop, None, None)
  in_memory = dataset._replace(
    images=[dataset.images[i] for i in range(15)],
    labels=[dataset.labels[i] for i in range(15)],
  )
  problem = problems.make_problem(config, in_memory, learner)
  job = job._replace(problem=problem, folder=tmp_path / "memory")
  rounds.run_rounds(job, loops.loop_for(problem, config, "entropy"), None)
  disk, memory = (signals_of(tmp_path / n) for n in ("disk", "memory"))
  rows = zip(disk["disk"], memory["memory"], strict=True)
  for a, b in rows:
    numbers = [[float(x) for x in row.values()] for row in (a, b)]
    np.testing.assert_allclose(*numbers, rtol=1e-5)
  assert 0 < float(disk["disk"][2]["pool_expected"]) <= 1


@pytest.mark.slow
def test_a_budget_ends_all_runs_alike(embeddings, tmp_path):
  ready = train(
    embeddings, tmp_path, stop=("budget:9",), stop_mode="end", rounds=8
  )
  assert ready.config.rounds == 1
  for path in tmp_path.glob("runs/*/curve.csv"):
    assert [row["labels"] for row in csv_table.read(path)] == ["4", "7"]
  # Without it the same runs go on.
  train(embeddings, tmp_path, stop=(), rounds=2)
  for path in tmp_path.glob("runs/*/curve.csv"):
    assert [r["labels"] for r in csv_table.read(path)] == ["4", "7", "10"]


def test_a_study_refuses_them():
  axes = study_rows.Axes(("phantom",), ("auto",), ("4+1x3",), ("entropy",), 1)
  with pytest.raises(ValueError, match="does nothing in a study"):
    study_rows.expand(CONFIG, axes)
  rules = ["stop=budget:9"]
  with pytest.raises(ValueError, match="budget:labels=9 does nothing in a st"):
    survey_plan.make_plan("acdc", "x.npz", "smoke", assignments=rules)


@pytest.mark.slow
def test_the_command_tells_and_stores_it(embeddings, tmp_path):
  workdir = tmp_path / "w"
  done = commands.run(
    *("experiments.run", f"--features={embeddings}", f"--workdir={workdir}"),
    *("--acquisition=entropy", "--stop=agreement:0.5,rounds=1,budget:12"),
    *("--stop=target:0.6,of=test", "--set=rounds=3", "--set=steps=20"),
    *("--seeds=1", "--nofull"),
  )
  assert done.returncode == 0, done.stderr
  lines = [x for x in done.stdout.splitlines() if x.startswith("stop ")]
  kinds = "agreement", "budget", "target", "any of them, entropy"
  assert [x.split(":")[0] for x in lines] == [f"stop {kind}" for kind in kinds]
  assert "a biased test score" in " ".join(done.stdout.split())
  assert "forecast" in done.stdout  # one, or why there is none
  rows = csv_table.read(workdir / "stops.csv")
  assert len(rows) == 4 * 2  # rules and any, acquisitions
  assert {row["reads"] for row in rows} >= {"budget", "test"}


WRONG = {
  "--stop=plato": "did you mean plateau",
  "--stop=plateau:9": "in 4 rounds: it can stop in round 9 first",
  "--stop=budget:9,budget:9": "stop names one twice",
  "--stop_mode=end": "stop_mode=end wants --stop=budget:labels=N",
  "--stop=equivalence:0.1": "wants a segmentation",
  "--set=stop=target:80": "score in (0, 1], found 80",
}


def test_what_is_wrong_ends_in_one_line(embeddings, tmp_path):
  common = f"--features={embeddings}", f"--workdir={tmp_path / 'w'}"
  cases = [(*common, word) for word in WRONG]
  lines = commands.errors_of("experiments.run", *cases)
  for line, told in zip(lines, WRONG.values(), strict=True):
    assert told in line
