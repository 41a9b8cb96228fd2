"""How many labels fewer a curve needs for what another has at its end."""

from typing import NamedTuple

import numpy as np

from alx import stats


class Shift(NamedTuple):
  """Labels fewer, below 0 more, with ends that may be infinite: none."""

  value: float  # -inf: more than there are
  low: float
  high: float


def shift(method: np.ndarray, random: np.ndarray, level: float) -> Shift:
  """The shift s at which two curves meet, and its interval.

  With N - s labels the method has what random has with N; for s < 0 random has
  with N + s what the method has with N. Each whole s is tested by a paired t
  test over seeds, and the interval holds those that are not ruled out (Fieller
  1954, for curves): from 0 up to the last in a row, or down to the first, of
  those shown to be too small, and the same for too large. That takes mean
  curves to rise. It has no end where the curves do not decide.

  Args:
    method, random: [S, G] scores at G successive numbers of labels, the last is
      N; rows of the same seed, higher is better.
    level: confidence, in (0, 1).
  """
  # Shifts ascend: random's curve upwards against the method's end, then the
  # method's downwards against random's end.
  a = np.hstack([_repeated(method), method[:, ::-1][:, 1:]])
  b = np.hstack([random, _repeated(random)[:, 1:]])
  below, above = stats.t_interval(stats.paired(a, b), level)
  none = method.shape[1] - 1  # where the shift is 0
  reached = (a - b).mean(0) >= -stats.checks.ROUNDING
  low = _first_shown(below > 0, none)
  high = -_first_shown((above < 0)[::-1], none) - 1
  return Shift(_value(reached, none), low, high)


def _repeated(curves):
  return np.repeat(curves[:, -1:], curves.shape[1], 1)


def _first_shown(shown, none):
  """The last in a row from 0 on, else the first below it, else -inf."""
  if shown[none]:
    return float(_count(shown[none:]) - 1)
  found = np.flatnonzero(shown[:none])
  return float(found[-1] - none) if len(found) else -np.inf


def _value(reached, none):
  """The last shift that the means reach, and every one on the way from 0."""
  if reached[none]:
    return float(_count(reached[none:]) - 1)
  steps = _count(~reached[none::-1])
  return -np.inf if steps > none else -float(steps)


def _count(flags):
  """How many are set before the first that is not."""
  return int(np.logical_and.accumulate(flags).sum())
