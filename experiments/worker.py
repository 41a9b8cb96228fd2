"""Does rows of a study, each by one worker at a time."""

import pathlib
from collections.abc import Sequence

from rich.console import Console

from experiments import compare, rows
from experiments.claim import EXPIRES_S, Claim
from experiments.rows import Row


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
      expires_s: seconds after which the claim of a dead worker is void.
    """
    self._workdir, self._console = workdir, console
    self._expires_s = expires_s
    self._last: tuple[str, compare.Comparison] | None = None

  def run(self, row: Row) -> bool:
    """Runs a row, or goes on with it; False if another worker has it.

    Raises:
      ValueError: bad data, or a protocol that does not fit it.
      records.Diverged: if a model gives no numbers any more.
      claim.Lost: if this worker was taken for dead.
    """
    if self._is_finished(row):
      self._tell(row, "is finished")
      return True
    claim = Claim(self._workdir / "claims", row.name, self._expires_s)
    if not claim.take():
      self._tell(row, f"is being run by {claim.holder()}")
      return False
    with claim:
      if not self._is_finished(row):
        self._tell(row, "begins")
        compare.train(self._prepare(row), self._console, claim.check)
    return True

  def run_all(self, table: Sequence[Row]) -> list[Row]:
    """Runs all rows in order; returns those that another worker has."""
    return [row for row in table if not self.run(row)]

  def _is_finished(self, row):
    done = rows.finished_rounds(self._workdir, row)
    return done >= rows.wanted_rounds(row)

  def _tell(self, row, what):
    text = f"row {row.number}, {row.name}: {what}"
    self._console.print(text, markup=False, soft_wrap=True)

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
