"""What came out, a line for each method: in a terminal of 80 columns, a log."""

import pathlib
import textwrap

import numpy as np
from rich.console import Console

from alx import stats
from alx.report import arms as numbers
from alx.report import read, words
from alx.report.arms import Arm
from alx.runs.problem import cases
from alx.runs.problem.problem import Problem
from alx.runs.screen import WIDTH, aligned
from alx.runs.units.asked import (
  begins_told,
  classes_shown,
  name_of,
  num_asked,
)

_FEW = 3  # seeds from which on an interval is told


def show(
  problem: Problem,
  workdir: pathlib.Path,
  console: Console,
  study: read.Study | None = None,
) -> None:
  """Prints the table, by the metric that the page is about.

  Args:
    problem: of a comparison.
    workdir: where its runs are, other commands' too.
    console: where it goes.
    study: what is in `workdir`, where that was read before.
  """
  study = read.read_study(workdir) if study is None else study
  found = [arm for arm in numbers.make_arms(study) if len(arm.labels)]
  if not found:
    return
  title = words.column(study.metric)
  held = held_classes(problem)
  rare = _rare_class(problem, held)
  finds = rare and _Finds(problem, rare[0])
  head, rows = _table(found, title, finds)
  console.print()
  for line in [_caption(found, title, rare), "", *aligned([head, *rows])]:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _caption(arms, title, rare):
  last = {int(arm.labels[-1]) for arm in arms}
  seeds = {len(arm.seeds) for arm in arms}
  labels = words.listed([f"{n}" for n in sorted(last)])
  count = words.counted(max(seeds), "seed")
  text = f"{title} on the test items with {labels} labels, {count}"
  if max(seeds) < _FEW:
    text += " (too few for intervals)"
  text += "; mean over the curve; labels for what random has at the end"
  if rare:
    text += f"; how many {rare[1]} among the labels"
    text += f", of {rare[2]} in the pool" if rare[2] else ""
  return "\n".join(textwrap.wrap(f"{text}.", WIDTH))


def _table(arms, title, finds):
  """(heads, rows) of cells."""
  intervals = any(len(arm.seeds) >= _FEW for arm in arms)
  base = numbers.find(arms, "random")
  head = ["method", title, "95% interval", "mean", "labels", "found"]
  kept = [True, True, intervals, True, base is not None, finds is not None]
  rows = [_cells(arm, base, finds) for arm in arms]
  return _only(head, kept), [_only(row, kept) for row in rows]


def _only(cells, kept):
  return [cell for cell, keep in zip(cells, kept, strict=True) if keep]


def _cells(arm: Arm, base: Arm | None, finds) -> list[str]:
  last = numbers.band(arm.scores, arm.metric)
  last = stats.Interval(*(np.asarray(x)[-1] for x in last))
  few = len(arm.seeds) < _FEW
  return [
    arm.name,
    words.number(float(last.mean)),
    words.NOTHING if few else words.bounds(last),
    words.number(float(numbers.budget_mean(arm).mean)),
    "" if base is None else _needed(arm, base),
    "" if finds is None else finds.of(arm),
  ]


def _needed(arm, base):
  """Labels at which the mean curve first has random's last mean."""
  goal = float(numbers.band(base.scores).mean[-1])
  first = numbers.needed_of_mean(arm, goal).first
  return f">{arm.labels[-1]:g}" if first is None else f"{first}"


def _rare_class(
  problem: Problem, held: np.ndarray | None
) -> tuple[int, str, int] | None:
  """(class, name, items of the pool) of a class that most items have not.

  None where the classes are about as frequent, labels are not in memory, or
  nobody was asked for the first. Of units it is not known how many show it: 0.
  """
  if held is None or begins_told(problem):
    return None
  counts = held.sum(0)
  names = problem.dataset.class_names
  first = int(problem.dataset.task == "segmentation")  # not the background
  there = [c for c in range(first, len(names)) if counts[c]]
  if not there:
    return None
  rarest = min(there, key=lambda c: counts[c])
  even = len(held) / len(there) if not first else len(held)
  if counts[rarest] > 0.75 * even:
    return None
  total = 0 if problem.units else int(counts[rarest])
  return rarest, names[rarest], total


def held_classes(problem: Problem) -> np.ndarray | None:
  """[N, C] bool, which classes each pool item holds.

  None of a pool that stays on disk.
  """
  if not isinstance(problem.dataset.labels, tuple):
    return None
  return cases.held_classes(problem.dataset, problem.split)


class _Finds:
  """How many labels with a class each run of an arm has asked for."""

  def __init__(self, problem, number):
    self._problem, self._class = problem, number
    count = num_asked(problem)
    self._asked = {name_of(problem, asked): asked for asked in range(count)}
    self._known = {}  # by what was asked for

  def of(self, arm):
    """'3 to 6', over the seeds."""
    counts = [sum(self._shows(p["id"]) for p in run.picks) for run in arm.runs]
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"

  def _shows(self, name):
    """Whether the answer has the class; looked at once."""
    if name not in self._known:
      asked = self._asked.get(name)  # None: of another pool
      self._known[name] = asked is not None and self._class in classes_shown(
        self._problem, asked
      )
    return self._known[name]
