"""How many labels a method needs for what random has at the end.

The goal is the mean score of random with its last labels, over the seeds that
both have: it is set by random alone, whichever method wins. Between rounds a
seed's curve is a straight line; see `shift` for the labels that are saved.

Several methods are held against random: with p-values in ascending order the
k-th of m has intervals of level 1 - ALPHA / (m - k + 1), and from the first
that is not told apart all have its level, so that intervals and Holm's
correction say the same (Holm 1979).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report.answer.resolution import resolution
from alx.report.answer.shift import Shift, shift
from alx.report.arms import FEWEST_SEEDS, Arm, better, bounds_of, of_seeds
from alx.report.comparisons import ALPHA

_MOST = 10_000  # numbers of labels at which curves are held together
FEWER, BETTER, OPEN, WORSE, MORE, FEW, UNKNOWN = (
  *("fewer", "better", "open", "worse", "more", "few", "unknown"),
)


class Finding(NamedTuple):
  """A method against random, in the seeds that both have."""

  name: str
  labels: int  # N, the last of both
  seeds: int  # with a score of both at N
  goal: float  # mean of random at N, as it is measured
  verdict: str  # `FEWER`, of labels; `FEW` seeds, no verdict; `OPEN` ...
  saved: Shift  # labels fewer than N
  gap: stats.Interval  # by how much better than random it is at N
  p: float  # Holm's, over all methods
  level: float  # of the two intervals
  resolution: float  # the gap that 4 of 5 such studies would show
  between_rounds: bool  # whether `saved` is read off a line
  room: tuple[float, float] = (np.inf, np.inf)  # worse, better than the goal


class _Pair(NamedTuple):
  """Curves at numbers of labels, see `_grid`; rows of the same seed."""

  name: str
  grid: np.ndarray  # [G] from the first labels to the last of both
  method: np.ndarray  # [S, G]
  random: np.ndarray  # [S, G]
  rounds: np.ndarray  # labels of both
  metric: str  # of whose gains the curves are


def find(arms: Sequence[Arm], base: Arm) -> list[Finding]:
  """One for each other arm that shares seeds and its last labels with random.

  Args:
    arms: with or without `base`.
    base: random.
  """
  pairs = [_pair(arm, base) for arm in arms if arm.name != base.name]
  pairs = [pair for pair in pairs if pair is not None]
  raw = np.array([_p(pair) for pair in pairs])
  levels = _levels(raw)
  return [
    _finding(pair, float(p), float(level))
    for pair, p, level in zip(pairs, stats.holm(raw), levels, strict=True)
  ]


def _pair(arm, base):
  """None where there is nothing to compare."""
  shared = [seed for seed in arm.seeds if seed in base.seeds]
  if not shared or arm.labels[-1] != base.labels[-1]:
    return None
  first = max(arm.labels[0], base.labels[0])
  rounds = np.union1d(arm.labels, base.labels)
  grid = _grid(np.ceil(first), base.labels[-1], rounds)
  method, random = (
    arm.better
    * np.stack([np.interp(grid, x.labels, s) for s in of_seeds(x, shared)])
    for x in (arm, base)
  )
  known = np.isfinite(method[:, -1] + random[:, -1])
  method, random = method[known], random[known]
  begun = _begun(method + random)  # a model of one class has no AUC
  return _Pair(
    *(arm.name, grid[begun:], method[:, begun:], random[:, begun:]),
    *(rounds, arm.metric),
  )


def _grid(first, last, rounds):
  """Every number of labels; of many (voxels) some, and those of the rounds."""
  if last - first < _MOST:
    return np.arange(first, last + 1)
  some = np.linspace(first, np.ceil(last), _MOST).round()
  inside = (rounds >= first) & (rounds <= last)
  return np.union1d(some, rounds[inside].round())


def _begun(curves):
  """Where the first column is from which on all have a score."""
  holes = np.flatnonzero(np.isnan(curves).any(0))
  return int(holes[-1]) + 1 if len(holes) else 0


def _p(pair):
  if not len(pair.method):
    return np.nan
  last = stats.paired(pair.method[:, -1], pair.random[:, -1])
  return float(stats.t_test(last))


def _levels(p):
  """[m] confidence of each interval, by the steps of Holm's correction."""
  levels = np.full(len(p), 1 - ALPHA)
  order = [i for i in np.argsort(p) if not np.isnan(p[i])]
  share, stopped = ALPHA, False
  for rank, i in enumerate(order):
    if not stopped:
      share = ALPHA / (len(order) - rank)
      stopped = p[i] >= share
    levels[i] = 1 - share
  return levels


def _finding(pair, p, level):
  last, seeds = int(pair.grid[-1]), len(pair.method)
  if not seeds:
    return _nothing(pair.name, last)
  method, random = pair.method[:, -1], pair.random[:, -1]
  saved = shift(pair.method, pair.random, level, pair.grid)
  at = last - abs(saved.value)
  return Finding(
    name=pair.name,
    labels=last,
    seeds=seeds,
    goal=float(better(pair.metric) * random.mean()),
    verdict=_verdict(pair, p, saved, float((method - random).mean())),
    saved=saved,
    gap=stats.paired_difference(method, random, level),
    p=p,
    level=level,
    resolution=resolution(method - random, level),
    between_rounds=bool(np.isfinite(at) and at not in pair.rounds),
    room=_room(pair.metric, float(random.mean())),
  )


def _room(metric, gain):
  """How much worse and better than a gain there can be."""
  ends = sorted(better(metric) * end for end in bounds_of(metric))
  return gain - ends[0], ends[1] - gain


def _nothing(name, last):
  """Where no seed has a score of both."""
  gap = stats.Interval(*map(np.float64, [np.nan] * 3), np.int64(0))
  saved, level = Shift(np.nan, -np.inf, np.inf), 1 - ALPHA
  unknown = np.nan
  return Finding(
    *(name, last, 0, unknown, UNKNOWN, saved),
    *(gap, unknown, level, unknown, False),
  )


def _verdict(pair, p, saved, gap):
  if len(pair.method) < FEWEST_SEEDS:
    return FEW
  if np.isnan(p):
    return UNKNOWN
  if not p < ALPHA:
    return OPEN
  if gap > 0:
    counts = saved.low >= 1 and _rises(pair, pair.random, saved.value)
    return FEWER if counts else BETTER
  counts = np.isfinite(saved.value) and saved.high <= -1
  counts = counts and _rises(pair, pair.method, saved.value)
  return MORE if counts else WORSE


def _rises(pair, curves, labels):
  """Whether the last so many labels of [S, G] are shown to have helped.

  Chance decides where a flat curve reaches its own end.
  """
  at = np.searchsorted(pair.grid, pair.grid[-1] - abs(labels))
  before = curves[:, at]
  rise = stats.paired(curves[:, -1], before)
  return bool(stats.t_interval(rise, 1 - ALPHA)[0] > 0)
