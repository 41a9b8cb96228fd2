"""Rows that an engine of scripted ends does."""

import io
import pathlib

import pytest
from rich.console import Console

from alx.runs.disk.claim import Claim
from alx.runs.settings.config import Config
from alx.studies import rows
from alx.studies.engines import drive
from alx.studies.engines.attempt import ENDED, LIMIT, LOST, REFUSED, Result
from alx.studies.engines.drive import Driver, Unfinished, check_all
from alx.studies.engines.plan import Plan
from alx.studies.engines.table import Gone

DONE = Result(ENDED, 0, "done", "a")


SILENT = Result("silent", 0, "", "a")


class Scripted:
  """Ends the tries of each row as it was told, one after the other."""

  about, slots = "scripted", 2

  def __init__(self, finished, ends):
    self.finished, self.ends = finished, ends
    self.tasks, self.avoided, self.cancelled = [], [], []

  def start(self, task, avoid):
    self.tasks.append(task)
    self.avoided.append(avoid)
    return task

  def ended(self, task):
    number = int(task.words[-1].removeprefix("--row="))
    script = self.ends.get(number, [DONE])
    begun = [t for t in self.tasks if t.words[-1] == task.words[-1]]
    result = script[min(len(begun), len(script)) - 1]
    if isinstance(result, Exception):
      raise result
    if result == SILENT:
      pathlib.Path(task.log).write_text("begun")
      return None
    if result is DONE:
      self.finished.add(number % 3)
    return result

  def cancel(self, task):
    self.cancelled.append(task)


@pytest.fixture
def drive_with(tmp_path, monkeypatch):
  """Drives three rows; (given up, engine, what was said)."""
  axes = rows.Axes(
    ("a.npz",), ("auto",), ("4+1x3",), ("random", "entropy", "full"), 1
  )
  base, workdir = Config(acquisition=(), full=True), tmp_path / "w"
  workdir.mkdir()
  rows.write(workdir, base, axes)
  table, finished = rows.expand(base, axes), set()
  monkeypatch.setattr(rows, "is_finished", lambda _, r: r.number in finished)
  for name in ("_EVERY_S", "_WAIT_S", "_LOOK_S"):
    monkeypatch.setattr(drive, name, 0.001)

  def run(ends, **plan):
    engine = Scripted(finished, ends)
    console = Console(file=io.StringIO(), width=200)
    driver = Driver(workdir, Plan("local", **plan), engine, console)
    given_up = [row.number for row in driver.run(table)]
    return given_up, engine, console.file.getvalue()

  run.table, run.workdir = table, workdir
  return run


def test_all_rows_are_done_and_told(drive_with):
  given_up, engine, said = drive_with({})
  assert given_up == [] and len(engine.tasks) == 3
  assert said.splitlines()[0] == "0 of 3 rows are finished; scripted"
  assert said.splitlines()[-1].endswith("is finished (3 of 3 rows)")
  task = engine.tasks[1]
  assert task.words[:3] == ("-m", "alx.commands.main", "study")
  assert task.log == str(
    drive_with.workdir.resolve() / "logs" / f"{drive_with.table[1].name}.log"
  )


@pytest.mark.parametrize(
  ("result", "why"),
  [
    (Result(ENDED, 1, "error: x.csv: full", "a"), "x.csv: full"),
    (Result(ENDED, -9, "", "a"), "killed by signal 9 on a"),
    (Result(ENDED, 143, "stopped", "a"), "stopped"),
    (Result(ENDED, 0, "done, elsewhere", "a"), "ended on a, its rounds are"),
    (Result(LOST, 1, "its worker died", "a"), "its worker died"),
    (Result(REFUSED, 2, "a has jax 0.1", "a"), "a has jax 0.1"),
  ],
)
def test_a_row_is_tried_again_elsewhere_with_a_limit(drive_with, result, why):
  given_up, engine, said = drive_with({1: [result, result, DONE]})
  assert given_up == [] and said.count("; tried again") == 2
  mine = [n for n, t in enumerate(engine.tasks) if t.words[-1] == "--row=1"]
  assert [engine.tasks[n].number for n in mine] == [1, 2, 3]
  assert [engine.avoided[n] for n in mine] == [set(), {"a"}, {"a"}]
  assert f"row 1, a-auto-4+1x3.entropy-seed0: {why}" in " ".join(said.split())


@pytest.mark.parametrize("retries", [0, 1])
def test_a_row_that_fails_again_and_again_is_given_up(drive_with, retries):
  result = Result(ENDED, 1, "error: x.csv: full", "a")
  given_up, engine, said = drive_with({1: [result]}, retries=retries)
  assert given_up == [1] and len(engine.tasks) == 3 + retries
  assert "x.csv: full; given up" in said


@pytest.mark.parametrize(
  ("result", "why"),
  [
    (Result(LIMIT, 1, "", "a"), "stopped after --row_seconds=5"),
    (Result(ENDED, 2, "error: no.npz: gone", "a"), "no.npz: gone"),
  ],
)
def test_what_no_further_try_can_mend_is_given_up(drive_with, result, why):
  given_up, engine, said = drive_with({0: [result]}, row_seconds=5.0)
  assert given_up == [0] and len(engine.tasks) == 3
  assert f"{why}; given up" in said


def test_a_worker_that_does_not_stop_its_row_is_not_waited_for(
  drive_with, monkeypatch
):
  monkeypatch.setattr(drive, "_SILENT_S", 0.02)
  given_up, engine, said = drive_with({1: [SILENT]}, row_seconds=0.02)
  assert (
    given_up == [1] and "stopped after --row_seconds=0.02; given up" in said
  )
  assert {task.words[-1] for task in engine.cancelled} == {"--row=1"}


def test_a_place_that_refuses_gets_no_other_row(drive_with):
  refused = Result(REFUSED, 2, "b has jax 0.1", "b")
  _, engine, _ = drive_with({0: [refused, DONE]})
  assert engine.avoided[-1] == {"b"}


def test_a_row_that_others_have_is_waited_for(drive_with):
  other = Claim(drive_with.workdir / "claims", drive_with.table[0].name)
  assert other.take()
  held = Result(ENDED, 3, "held", "a")

  def free_it(*_):
    other.give_up()
    return DONE

  ends = {1: [held, held, DONE]}
  with pytest.MonkeyPatch.context() as patch:
    counted, is_held = [], Claim.is_held

    def look(claim):
      found = is_held(claim)
      counted.append(found)
      if sum(counted) == 3:
        free_it()
      return found

    patch.setattr(Claim, "is_held", look)
    given_up, engine, said = drive_with(ends)
  assert given_up == [] and sum(counted) == 3
  assert said.count("is being run by process") == 1
  # A try that found it held is none.
  assert [t.number for t in engine.tasks if t.words[-1] == "--row=1"] == [1] * 3


def test_a_study_that_grows_is_numbered_anew(drive_with):
  """Data that come first make row 2 row 5; who knows the old table refuses."""
  base, axes = rows.read(drive_with.workdir)

  class Growing(list):
    def __getitem__(self, number):
      more = axes._replace(data=("b.npz", *axes.data), names=("b", "a"))
      rows.write(drive_with.workdir, base, more)
      return super().__getitem__(number)

  refused = Result(REFUSED, 2, "does not see this study", "a")
  given_up, engine, said = drive_with({2: Growing([refused])}, retries=0)
  assert given_up == [] and "tried again" not in said
  assert [t.words[-1] for t in engine.tasks[-2:]] == ["--row=2", "--row=5"]


def test_a_cluster_that_is_gone_ends_the_command(drive_with):
  with pytest.raises(Unfinished, match=r"^gone; \d of 3 rows are finished, th"):
    drive_with({2: [Gone("gone")]})


def test_what_was_given_up_is_named(drive_with):
  check_all([], drive_with.workdir)
  with pytest.raises(
    Unfinished, match=r"^not finished: row 0, .*; row 2, .*log"
  ):
    check_all([drive_with.table[n] for n in (0, 2)], drive_with.workdir)
