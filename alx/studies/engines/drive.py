"""Hands the rows of a study to an engine until all are done or given up."""

import os
import pathlib
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.console import Console

from alx.runs.disk import stops
from alx.runs.disk.claim import FOLDER, Claim
from alx.runs.progress import progress_bars
from alx.studies import rows
from alx.studies.engines import attempt
from alx.studies.engines.attempt import ENDED, LIMIT, REFUSED, Result, Task
from alx.studies.engines.plan import Plan, environment_of
from alx.studies.engines.table import Engine, Gone
from alx.studies.rows import Row

LOGS = "logs"  # of the rows, in the folder of the study
_EVERY_S = 0.1  # between two looks at what runs
_LOOK_S = 2.0  # between two looks at rows that others have
_WAIT_S = 1.0  # before the second try of a row; twice as long each time
_SILENT_S = 60.0  # beyond its time, until a try is taken for lost
_HELD = 3  # exit code of a row that another worker has
_WRONG = 2  # of one that no further try can mend


class Unfinished(Exception):
  """Rows that were given up."""


class _Waiting(NamedTuple):
  row: Row
  tries: int = 0  # that failed
  refused: int = 0  # by workers that may not do it
  since: float = 0.0  # from when on it may be tried
  avoid: frozenset[str] = frozenset()  # where it failed


class _Trying(NamedTuple):
  waiting: _Waiting
  task: Task
  handle: Any  # of the engine
  size: int  # of the log before
  begun: float | None = None  # when the log was seen to grow


class Driver:
  """The rows of one command, at work and waiting."""

  def __init__(
    self, workdir: pathlib.Path, plan: Plan, engine: Engine, console: Console
  ):
    """Starts nothing."""
    self._workdir, self._plan, self._engine = workdir, plan, engine
    self._console = console
    self._study = str((workdir / "study.json").resolve())
    self._same = {
      "study": self._study,
      "digest": "",  # nothing was numbered yet
      "versions": attempt.versions(),
      "environment": environment_of(plan),
      "seconds": plan.row_seconds,
    }
    self._numbers: dict[str, int] = {}
    self._waiting: list[_Waiting] = []
    self._at_work: list[_Trying] = []
    self._refusing: frozenset[str] = frozenset()  # places with other versions
    self._given_up: list[Row] = []
    self._total = self._done = 0

  def run(self, table: Sequence[Row]) -> list[Row]:
    """Does all rows; returns those that were given up.

    Raises:
      Unfinished: if the cluster is gone.
    """
    try:
      return self._run(table)
    except Gone as error:
      raise Unfinished(
        f"{error}; {self._done} of {self._total} rows are finished, the same "
        "command goes on"
      ) from error

  def _run(self, table):
    todo = [r for r in table if not rows.is_finished(self._workdir, r)]
    self._waiting = [_Waiting(row) for row in todo]
    self._total, self._done = len(table), len(table) - len(todo)
    self._print(
      f"{self._done} of {self._total} rows are finished; {self._engine.about}"
    )
    (self._workdir / LOGS).mkdir(exist_ok=True)
    with progress_bars(self._console) as bars:
      bar = bars.add_task("rows", total=self._total)
      while self._waiting or self._at_work:
        self._start()
        self._look()
        text = f"rows, {len(self._at_work)} with {self._plan.engine}"
        bars.update(bar, completed=self._done, description=text)
        stops.note(f"{self._done} of {self._total} rows finished")
        time.sleep(_EVERY_S)
      bars.update(bar, completed=self._done, description="rows")
    return self._given_up

  def _start(self):
    """Hands over what may be tried now."""
    now = time.monotonic()
    for waiting in list(self._waiting):
      if self._engine.slots and len(self._at_work) >= self._engine.slots:
        return
      if waiting.since > now:
        continue
      self._waiting.remove(waiting)
      if rows.is_finished(self._workdir, waiting.row):
        self._finish(waiting.row)
      elif holder := self._holder(waiting.row):
        if not waiting.since:
          self._tell(waiting.row, f"is being run by {holder}, waiting for it")
        self._waiting.append(waiting._replace(since=now + _LOOK_S))
      else:
        self._hand_over(waiting)

  def _hand_over(self, waiting):
    task, avoid = self._task(waiting), self._refusing | waiting.avoid
    size = _size(task.log)
    handle = self._engine.start(task, avoid)
    self._at_work.append(_Trying(waiting, task, handle, size))

  def _holder(self, row):
    """Who has it; "" if nobody."""
    claim = Claim(self._workdir / FOLDER, row.name)
    return claim.holder() if claim.is_held() else ""

  def _task(self, waiting):
    row, workdir = waiting.row, str(self._workdir.resolve())
    self._renumber()
    number = self._numbers[row.name]
    flags = f"--workdir={workdir}", f"--row={number}"
    return Task(
      words=("-m", "alx.commands.main", "study", *flags),
      title=row.title,
      number=waiting.tries + waiting.refused + 1,
      log=os.path.join(workdir, LOGS, f"{row.name}.log"),
      **self._same,
    )

  def _renumber(self):
    """Another command may have made the study larger in the meantime."""
    digest = attempt.digest_of(self._study)
    if digest != self._same["digest"]:
      table = rows.expand(*rows.read(self._workdir))
      self._numbers = {row.name: row.number for row in table}
      self._same["digest"] = digest

  def _look(self):
    """Takes what has ended."""
    still = []
    for trying in self._at_work:
      trying = self._seen(trying)
      result = self._engine.ended(trying.handle) or self._overdue(trying)
      if result is None:
        still.append(trying)
      else:
        self._take(trying, result)
    self._at_work = still

  def _seen(self, trying):
    """Notes when a try has begun, where that matters."""
    if not self._plan.row_seconds or trying.begun is not None:
      return trying
    has_begun = _size(trying.task.log) > trying.size
    return trying._replace(begun=time.monotonic() if has_begun else None)

  def _overdue(self, trying):
    """The end of a try whose worker should have stopped it, and did not."""
    if trying.begun is None:
      return None
    if time.monotonic() < trying.begun + self._plan.row_seconds + _SILENT_S:
      return None
    self._engine.cancel(trying.handle)
    return Result(LIMIT, 1, "its worker is silent")

  def _take(self, trying, result):
    waiting, row = trying.waiting, trying.waiting.row
    has_grown = trying.task.digest != attempt.digest_of(self._study)
    if rows.is_finished(self._workdir, row):
      self._finish(row)
    elif (result.how, result.code) == (ENDED, _HELD) or (
      result.how == REFUSED and has_grown
    ):
      since = time.monotonic() + _LOOK_S
      self._waiting.append(waiting._replace(since=since))
    elif result.how == LIMIT or (result.how, result.code) == (ENDED, _WRONG):
      self._give_up(row, _why(result, self._plan))
    else:
      self._again(waiting, result)

  def _again(self, waiting, result):
    """Puts it back, unless it was tried often enough."""
    is_refused = result.how == REFUSED
    if is_refused:
      self._refusing |= {result.place}
    now = waiting._replace(
      tries=waiting.tries + (not is_refused),
      refused=waiting.refused + is_refused,
      avoid=waiting.avoid | {result.place},
    )
    why = _why(result, self._plan)
    if max(now.tries, now.refused) > self._plan.retries:
      self._give_up(waiting.row, why)
      return
    count = now.tries + now.refused
    self._tell(waiting.row, f"{why}; tried again")
    since = time.monotonic() + _WAIT_S * 2 ** (count - 1)
    self._waiting.append(now._replace(since=since))

  def _finish(self, row):
    self._done += 1
    self._tell(row, f"is finished ({self._done} of {self._total} rows)")

  def _give_up(self, row, why):
    self._given_up.append(row)
    self._tell(row, f"{why}; given up")

  def _tell(self, row, what):
    self._print(f"{row.label}: {what}")

  def _print(self, text):
    self._console.print(text, markup=False, soft_wrap=True)


def _why(result: Result, plan: Plan) -> str:
  """How a try ended, in words."""
  if result.how == LIMIT:
    return f"stopped after --row_seconds={plan.row_seconds:g}"
  if result.how != ENDED:
    return result.line
  if result.code < 0:
    return f"killed by signal {-result.code} on {result.place}"
  if not result.code:
    return f"ended on {result.place}, its rounds are not seen here"
  return result.line.removeprefix("error: ") or f"exit code {result.code}"


def _size(path):
  try:
    return os.stat(path).st_size
  except OSError:
    return 0


def check_all(given_up: Sequence[Row], workdir: pathlib.Path) -> None:
  """Raises `Unfinished` if there is one."""
  if given_up:
    names = "; ".join(row.label for row in given_up)
    raise Unfinished(
      f"not finished: {names}; what they said is in {workdir / LOGS}, the same "
      "command goes on with them"
    )
