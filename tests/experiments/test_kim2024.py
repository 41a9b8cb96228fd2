"""The command as a whole: everything written, wrong input in one line."""

import pytest

from alx.runs.disk import store
from experiments.kim import failures, page, study
from experiments.kim.found import read_found
from tests.command_line import errors_of
from tests.kim_runs import CONSOLE, tiny, write_squares


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
  """A whole run, and the programs that made it."""
  folder = tmp_path_factory.mktemp("whole")
  ready = study.prepare(tiny(write_squares(folder)), folder / "run", CONSOLE)
  study.train(ready, CONSOLE)
  failures.save(ready)
  page.write(ready.workdir)
  return ready


def contents(workdir):
  """The bytes of what must not depend on interruptions."""
  names = ("curve.csv", "cases.csv", "picks.csv")
  return {
    str(path.relative_to(workdir)): path.read_bytes()
    for name in names
    for path in sorted(workdir.glob(f"runs/*/{name}"))
  }


def test_everything_that_is_promised_is_written(finished):
  names = {path.name for path in finished.workdir.iterdir()}
  assert {
    "table_3.csv",
    "table_3_by_seed.csv",
    "labels_needed.csv",
    "figure_2.csv",
    "figure_2.png",
    "report.html",
    "patients.csv",
    "failures.npz",
  } <= names
  rows = store.read_rows(finished.workdir / "table_3.csv")
  assert [(r["arm"], r["n"]) for r in rows] == [
    ("random", "2"),
    ("random", "3"),
    ("margins", "2"),
    ("margins", "3"),
    ("full_data", rows[-1]["n"]),
  ]
  page_text = (finished.workdir / "report.html").read_text()
  assert page_text.count("data:image/png") == 2
  assert "were ended by the limit of 2" in page_text


def test_every_test_volume_is_in_every_round(finished):
  found = read_found(finished.workdir)
  split = finished.problems["plain"].split
  assert found.num_pool == len(split.pool)
  assert found.arms[0].dice.shape == (1, 2, len(split.test))
  mean = found.arms[0].dice[0].mean(-1)
  curve = store.read_rows(finished.workdir / "runs/random-seed0/curve.csv")
  assert [float(r["dice"]) for r in curve] == pytest.approx(mean, abs=1e-6)


def test_all_arms_start_with_the_same_volumes(finished):
  starts = [
    [r["id"] for r in store.read_rows(path) if r["round"] == "0"]
    for path in finished.workdir.glob("runs/*/picks.csv")
  ]
  assert len(starts) == 2 and starts[0] == starts[1]


class Killed(Exception):
  """Stands for a kill."""


@pytest.mark.slow
def test_killed_anywhere_it_goes_on_to_the_same(finished, tmp_path):
  ready = finished._replace(workdir=tmp_path)
  left = [5]

  def kill():
    left[0] -= 1
    if left[0] == 0:
      raise Killed

  for _ in range(20):
    try:
      study.train(ready, CONSOLE, kill)
      break
    except Killed:
      left[0] = 5
  assert contents(tmp_path) == contents(finished.workdir)


def test_another_protocol_is_refused_and_more_arms_are_not(finished):
  data = finished.kim.data
  with pytest.raises(ValueError, match="start = 2, now it would be 3"):
    study.prepare(tiny(data, start=3), finished.workdir, CONSOLE)
  arms = ("random", "margins", "dropout_test_only")
  more = study.prepare(tiny(data, acquisition=arms), finished.workdir, CONSOLE)
  assert set(more.loops) == set(arms)


def test_a_wrong_flag_is_one_line(tmp_path):
  place = f"--workdir={tmp_path}"
  unknown, arms, seeds = errors_of(
    "experiments.kim2024",
    ["--arms=bald", place],
    ["--arms=random", "--set=acquisition=margins", place],
    ["--seeds=2", "--set=seeds=3", place],
  )
  assert "error: arms: 'bald' is not one of random" in unknown
  assert "--set=acquisition and --arms: give one of them" in arms
  assert "--set=seeds and --seeds: give one of them" in seeds
