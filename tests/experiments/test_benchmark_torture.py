"""A run that is killed ends as one that is not, its parameters too."""

import random
import subprocess
import sys

import pytest

from experiments.benchmarks import kills
from tests.forks import Forks

pytestmark = pytest.mark.slow
SMALL = [
  "--acquisition=entropy",
  "--seeds=1",
  "--set=rounds=7",
  "--set=steps=4",
  "--set=warm=True",  # what is restored decides all that comes
  "--set=test_items=12",
]
RUN = "runs/entropy-seed0"


@pytest.fixture(scope="module")
def start(tmp_path_factory):
  """Starts the run of a work directory."""
  folder = tmp_path_factory.mktemp("forks")
  kills.make_data(folder / "data.npz", 60)
  forks = Forks(folder)

  def start(workdir):
    words = kills.flags_of(folder / "data.npz", workdir)
    words = [word for word in words if "steps=" not in word]
    return forks.start("run", *words, *SMALL)

  yield start
  forks.close()


@pytest.fixture(scope="module")
def whole(start, tmp_path_factory):
  """The results of a run that was left alone, and where they are."""
  workdir = tmp_path_factory.mktemp("whole")
  finish(start(workdir))
  return kills.results(workdir), workdir


def finish(run):
  assert run.wait() == 0, run.output()


def test_the_results_hold_what_they_should(whole):
  found, workdir = whole
  files = "checkpoints", "curve.csv", "picks.csv"
  assert sorted(found) == [f"{RUN}/{name}" for name in files]
  step, params = found[f"{RUN}/checkpoints"]
  assert step == kills.count_rounds(workdir) == 8
  assert all(len(x) > 0 for x in params)
  changed = step, [params[0][:-1] + b"?", *params[1:]]
  other = found | {f"{RUN}/checkpoints": changed}
  assert kills.differences(found, other) == [f"{RUN}/checkpoints"]
  assert kills.differences(found, {}) == sorted(found)
  assert kills.differences(found, dict(found)) == []


def test_killed_where_it_hurts(start, whole, tmp_path):
  """In the first round, before its checkpoint, after a second one."""
  folder = tmp_path / RUN
  for sign in ("picks.csv", "curve.csv", "checkpoints/2"):
    assert kills.kill_when(start(tmp_path), (folder / sign).exists)
  assert not (tmp_path / "report.html").exists()
  # Seconds differ from run to run: equal ones were not measured again.
  before = times(folder)[:2]
  finish(start(tmp_path))
  assert kills.differences(whole[0], kills.results(tmp_path)) == []
  assert times(folder)[:2] == before and len(before) == 2


def times(folder):
  return (folder / "times.csv").read_text().splitlines()[1:]


def test_killed_at_random(start, whole, tmp_path):
  moments = random.Random(3)
  for _ in range(3):
    run = start(tmp_path)
    assert kills.kill_at_random(run, tmp_path, moments, 2, 1.0, 0.03)
  finish(start(tmp_path))
  assert kills.differences(whole[0], kills.results(tmp_path)) == []


def test_the_same_command_again_changes_nothing(start, whole):
  before, workdir = whole
  finish(start(workdir))
  assert kills.differences(before, kills.results(workdir)) == []


def test_tells_a_run_that_ended_before(tmp_path):
  run = subprocess.Popen([sys.executable, "-c", ""])
  assert not kills.kill_when(run, lambda: False)
