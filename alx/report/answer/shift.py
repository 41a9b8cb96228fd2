"""How many labels fewer a curve needs for what another has at its end."""

from typing import NamedTuple

import numpy as np

from alx import stats


class Shift(NamedTuple):
  """Labels fewer, below 0 more, with ends that may be infinite: none."""

  value: float  # -inf: more than there are
  low: float
  high: float


def shift(
  method: np.ndarray,
  random: np.ndarray,
  level: float,
  labels: np.ndarray | None = None,
) -> Shift:
  """The shift s at which two curves meet, and its interval.

  With N - s labels the method has what random has with N; for s < 0 random has
  with N + s what the method has with N. Each s of the grid is tested by a
  paired t test over seeds, and the interval holds those that are not ruled out
  (Fieller 1954, for curves): from 0 up to the last in a row, or down to the
  first, of those shown to be too small, and the same for too large. That takes
  mean curves to rise. It has no end where the curves do not decide.

  Args:
    method, random: [S, G] scores at G numbers of labels, the last is N; rows of
      the same seed, higher is better.
    level: confidence, in (0, 1).
    labels: [G] those numbers, whole and ascending; None: successive ones.
  """
  # Shifts ascend: random's curve upwards against the method's end, then the
  # method's downwards against random's end.
  a = np.hstack([_repeated(method), method[:, ::-1][:, 1:]])
  b = np.hstack([random, _repeated(random)[:, 1:]])
  below, above = stats.t_interval(stats.paired(a, b), level)
  fewer = np.arange(method.shape[1]) if labels is None else np.asarray(labels)
  fewer = (fewer - fewer[-1]).astype(float)
  shifts = np.concatenate([fewer, -fewer[-2::-1]])
  reached = (a - b).mean(0) >= -stats.checks.ROUNDING
  low = _first_shown(below > 0, shifts)
  high = -_first_shown((above < 0)[::-1], shifts) - 1
  return Shift(_value(reached, shifts), low, high)


def _repeated(curves):
  return np.repeat(curves[:, -1:], curves.shape[1], 1)


def _first_shown(shown, shifts):
  """The last in a row from 0 on, else the first below it, else -inf."""
  none = len(shifts) // 2
  if shown[none]:
    return float(shifts[none + _count(shown[none:]) - 1])
  found = np.flatnonzero(shown[:none])
  return float(shifts[found[-1]]) if len(found) else -np.inf


def _value(reached, shifts):
  """The last shift that the means reach, and every one on the way from 0."""
  none = len(shifts) // 2
  if reached[none]:
    return float(shifts[none + _count(reached[none:]) - 1])
  steps = _count(~reached[none::-1])
  return -np.inf if steps > none else float(shifts[none - steps])


def _count(flags):
  """How many are set before the first that is not."""
  return int(np.logical_and.accumulate(flags).sum())
