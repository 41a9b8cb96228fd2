"""How far a command is: bars on a terminal, a line for each round in a log."""

import contextlib
import math
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from rich import progress as rich_progress
from rich.console import Console

from alx.data import files
from alx.report import words
from alx.report.read import number as as_number
from alx.runs import screen
from alx.runs.disk import stops, store
from alx.runs.problem.job import STAGES
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config

_LONG_S = 600.0  # what is left of a command that is worth a hint
_LARGE = {2: 96, 3: 40}  # voxels of a side from which on a hint helps


class Runs(NamedTuple):
  """What is at work: one run, or a batch of them."""

  name: str  # "entropy, seed 0"
  folders: tuple[pathlib.Path, ...]  # of the runs


class LogBars(contextlib.nullcontext):
  """Bars of a console that is no terminal: nothing is drawn."""

  def __init__(self):
    super().__init__(self)

  def add_task(self, *_, **__) -> int:
    """None is shown."""
    return 0

  def update(self, *_, **__) -> None:
    """None is shown."""

  advance = update


def progress_bars(
  console: Console,
) -> rich_progress.Progress | screen.NotebookBars | LogBars:
  """What a `Shower` shows its bars in."""
  if console.is_jupyter:
    return screen.NotebookBars()
  if not console.is_terminal:
    return LogBars()
  return rich_progress.Progress(
    rich_progress.SpinnerColumn(),
    rich_progress.TextColumn("{task.description:<40}", markup=False),
    rich_progress.BarColumn(),
    rich_progress.MofNCompleteColumn(),
    rich_progress.TimeElapsedColumn(),
    console=console,
  )


class Shower:
  """Two bars, of all rounds and of the round; what is left, told in time."""

  def __init__(
    self,
    bars: object,
    total: int,
    console: Console,
    check: Callable | None = None,
    hint: str = "",
  ):
    """Shows that nothing is done yet.

    Args:
      bars: of `progress_bars`.
      total: rounds of the command, each seed's counted.
      console: for lines.
      check: called before every stage of every round; may raise to stop.
      hint: what would make fits faster, for when they are slow; "": nothing.
    """
    self._bars, self._console, self._check = bars, console, check
    self._finished, self._total, self._hint = 0, total, hint
    self._pace = _Pace(total)
    self._now = None  # (runs, round, stage) at work
    self._overall = bars.add_task("all rounds", total=total)
    self._round = bars.add_task("", total=len(STAGES))

  def stage(self, runs: Runs, number: int, stage: str) -> None:
    """Shows a stage of a round; may raise what `check` raises."""
    if self._check:
      self._check()
    if self._now and self._now[:2] != (runs, number):
      self._tell_round()
    done = self._finished + number * len(runs.folders)
    stops.note(
      f"at {runs.name}, round {number} ({stage}), {done} of {self._total} "
      "rounds done; what was finished before is kept"
    )
    first = self._pace.stage(stage, done, len(runs.folders))
    self._now = runs, number, stage
    self._bars.update(
      self._overall, completed=done, description=f"all rounds{self._left()}"
    )
    self._bars.update(
      self._round,
      description=f"{runs.name}, round {number}: {stage}",
      completed=STAGES.index(stage),
    )
    if first is not None:
      self._tell_first(first)

  def finish(self, num_rounds: int) -> None:
    """Counts rounds that are done."""
    self._tell_round(num_rounds)
    self._finished += num_rounds
    self._pace.reach(self._finished)
    text = f"all rounds{self._left()}"
    self._bars.update(self._overall, completed=self._finished, description=text)
    self._bars.update(self._round, completed=len(STAGES))

  def _tell_first(self, seconds):
    """After the first fit of the command: how long the others will take."""
    left = self._pace.left()
    text = f"first fit: {_duration(seconds)}, compiling included"
    if left:
      text += f"; about {_duration(left)} more if every round takes as long"
    self._print(text)
    if left > _LONG_S and self._hint:
      self._print(f"hint: {self._hint}", "yellow")

  def _tell_round(self, num_rounds=0):
    """A line for a log, of a round that was recorded."""
    runs, number, stage = self._now or (None, 0, "")
    self._now = None
    if runs is None or stage not in ("saving", "testing"):
      return
    if self._console.is_terminal or self._console.is_jupyter:
      return
    done = self._finished + (num_rounds or (number + 1) * len(runs.folders))
    told = f"{runs.name}, round {number}: {_scores(runs, number)}"
    self._pace.reach(done)
    self._print(f"{told} ({done} of {self._total} rounds{self._left()})")

  def _left(self):
    left = self._pace.left()
    return f", about {_duration(left)} left" if left else ""

  def _print(self, text, style=None):
    self._console.print(
      text, style=style, markup=False, highlight=False, soft_wrap=True
    )


class _Pace:
  """Seconds of a round, and so of those that are left."""

  def __init__(self, total: int):
    self._total = total
    self._first = None  # rounds that were done with the first fit
    self._fitting = None  # since when the first fit runs
    self._round_s = 0.0  # of one round of one run
    self._begun, self.done = None, 0

  def stage(self, stage: str, done: int, runs: int) -> float | None:
    """Notes it; the seconds of the first fit, when that has just ended."""
    self.reach(done)
    now = time.monotonic()
    if self._fitting is None and stage == "training":
      self._fitting, self._first = now, done + runs
    elif self._begun is None and stage == "testing":
      self._begun = now
      self._round_s = (now - self._fitting) / runs
      return now - self._fitting
    return None

  def reach(self, done: int) -> None:
    """Notes how many rounds are done: the first one has compiled."""
    self.done = done
    if self._begun is not None and done > self._first:
      seconds = time.monotonic() - self._begun
      self._round_s = seconds / (done - self._first)

  def left(self) -> float:
    """Seconds, 0.0 while nothing is known."""
    return self._round_s * (self._total - self.done)


def _scores(runs: Runs, number: int) -> str:
  """'16 labels, AUC 0.812' of a round that was recorded; the mean of a batch.

  What the run is about is what dataset.json says.
  """
  tables = [store.read_rows(folder / "curve.csv") for folder in runs.folders]
  rows = [row for rows in tables for row in rows if row["round"] == f"{number}"]
  if not rows:
    return "done"
  home = runs.folders[0].parent.parent / "dataset.json"
  metric = (files.read_json(home) or {}).get("metric")
  labels = f"{rows[0].get('labels')} labels"
  values = np.array([as_number(row.get(metric)) for row in rows])
  if not np.isfinite(values).any():
    return labels
  shown = words.number(float(np.nanmean(values)))
  mean = " on average" if len(rows) > 1 else ""
  return f"{labels}, {words.column(metric)} {shown}{mean}"


def _duration(seconds: float) -> str:
  """'8 s', '12 min' or '3.4 h'."""
  if seconds < 90:
    return f"{max(seconds, 0.1):.1f} s" if seconds < 10 else f"{seconds:.0f} s"
  if seconds < 5400:
    return f"{seconds / 60:.0f} min"
  return f"{seconds / 3600:.1f} h"


def hint_of(config: Config, problem: Problem, coarsens: bool = True) -> str:
  """What makes fits to large images faster; "" where they are small.

  Args:
    config: settings.
    problem: with the images.
    coarsens: whether the command takes `coarsen`.
  """
  shape = problem.images.values.shape[1:-1]
  sides = config.patch if problem.dataset.task == "segmentation" else shape
  if len(sides) not in _LARGE or max(sides) <= _LARGE[len(sides)]:
    return ""
  ways = []
  if coarsens:
    few = f"{2 ** len(shape)} voxels into one"
    ways.append(f"{few}, --set=coarsen={2 * config.coarsen}")
  if problem.dataset.task == "segmentation":
    half = ",".join(map(str, _halved(config)))
    ways.append(f"smaller training patches, --set=patch={half}")
  told = f"fits are slow for images of {_times(shape)}; {', or '.join(ways)}"
  return f"{told}, make them several times faster" if ways else ""


def _halved(config: Config) -> Sequence[int]:
  """About half a patch, in multiples that the network can halve."""
  multiple = 2 ** max(len(config.widths) - 1, 0)
  return [multiple * max(1, math.ceil(n / 2 / multiple)) for n in config.patch]


def _times(shape):
  return "x".join(map(str, shape))
