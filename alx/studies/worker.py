"""Does rows of a study, each by one worker at a time."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console

from alx.runs import compare
from alx.runs.disk.claim import EXPIRES_S, FOLDER, Claim, Held
from alx.runs.disk.records import Diverged
from alx.runs.disk.steps import Unreadable
from alx.studies import rows
from alx.studies.rows import Row


class Left(NamedTuple):
  """The rows of a call that it has not finished."""

  held: list[Row]  # by other workers
  failed: list[Row]  # each was told why


class Worker:
  """Runs rows; keeps the data and programs of the last group at hand."""

  def __init__(
    self,
    workdir: pathlib.Path,
    console: Console,
    expires_s: float = EXPIRES_S,
  ):
    """Does nothing yet.

    Args:
      workdir: of the study.
      console: for progress and a line about each row.
      expires_s: seconds after which the claim of a silent worker is void.
    """
    self._workdir, self._console = workdir, console
    self._expires_s = expires_s
    self._last: tuple[str, compare.Comparison] | None = None

  def run(self, row: Row) -> None:
    """Runs a row, or goes on with it.

    Raises:
      ValueError: bad data, or a protocol that does not fit it.
      steps.Unreadable: if it cannot go on from what it has saved.
      records.Diverged: if a model gives no numbers any more.
      claim.Held: if another worker has it, or took this one for dead.
    """
    if rows.is_finished(self._workdir, row):
      self._tell(row, "is finished")
      return
    claim = Claim(self._workdir / FOLDER, row.name, self._expires_s)
    if not claim.take():
      raise Held(f"{row.label}: is being run by {claim.holder()}")
    with claim:
      if not rows.is_finished(self._workdir, row):
        self._tell(row, "begins")
        compare.train(self._prepare(row), self._console, claim.check)

  def run_all(self, table: Sequence[Row]) -> Left:
    """Runs all rows in order, past those that are held or fail.

    Raises:
      ValueError: as `run`.
    """
    left = Left([], [])
    for row in table:
      try:
        self.run(row)
      except Held as error:
        left.held.append(row)
        self._print(error)
      except (Diverged, Unreadable) as error:
        left.failed.append(row)
        self._tell(row, error)
    return left

  def _tell(self, row, what):
    self._print(f"{row.label}: {what}")

  def _print(self, text):
    self._console.print(str(text), markup=False, soft_wrap=True)

  def _prepare(self, row):
    """The comparison of one run; data are loaded once for a group."""
    workdir = self._workdir / row.group
    if self._last and self._last[0] == row.group:
      ready = compare.restrict(self._last[1], row.config)
    else:
      self._last = None  # frees its memory first
      ready = compare.prepare(row.config, workdir, self._console, False)
      self._last = row.group, ready
    return ready


def tell_left(left: Left, console: Console) -> None:
  """A line about rows in other hands; what failed is raised.

  Raises:
    records.Diverged: with the names of the rows that failed.
  """
  if left.held:
    text = f"with other workers: {'; '.join(row.label for row in left.held)}"
    console.print(text, markup=False, soft_wrap=True)
  if left.failed:
    names = "; ".join(row.label for row in left.failed)
    raise Diverged(f"not finished: {names}")
