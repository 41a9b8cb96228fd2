"""One number that makes a model as sure as it may be, on the host in float64.

Probabilities are softmax(logits / T) (Guo et al. 2017, section 4.2): T > 1 for
a model that is too sure. T is fitted to items that the model was not: with few
labels to the parts that were left out of fits to the others, in turn.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import scipy.optimize

from alx.metrics import inputs

_LARGEST = 1e6  # of what logits are multiplied or divided by
_STEEPEST = 700.0  # logarithm of a float64
_NO_SLOPE = 1e-12  # of what is added up


class Temperature(NamedTuple):
  """A fit over all folds together."""

  temperature: float  # T > 0
  nll_before: float  # mean -log p of the true class with T = 1, nats
  nll_after: float  # the same with T; never more
  num_items: int  # over all folds


def fit_temperature(
  truth: Sequence[np.ndarray],
  *,
  logits: Sequence[np.ndarray] | None = None,
  probs: Sequence[np.ndarray] | None = None,
) -> Temperature:
  """The T for which held-out items of all folds are likeliest together.

  Every item counts the same, whatever the size of its fold. The models of the
  folds know less than one fitted to all labels, so T may be a little large for
  that one.

  Args:
    truth: of each fold the true classes [n] of its held-out items.
    logits: of each fold [n, C], from a model that has not seen its items.
    probs: instead, as far as they are not rounded to 0 and 1.

  Raises:
    ValueError: where T cannot be known: without items; with one true class
      alone; where every item is right (the surer the better) or the true
      class no likelier than others (the less sure the better); where all
      logits of each item are equal, or a true class has no probability.
      And for other kinds or shapes.
  """
  values, truth = _all_folds(truth, logits, probs)
  _check_known(values, truth)
  _check_slopes(values, truth)

  def slope(step):
    return _slope(values, truth, np.exp(step))

  low, high = _ends(values)
  if slope(low) >= 0 or slope(high) <= 0:
    raise ValueError(
      "temperature: wanted one that is best, found none between the logits "
      f"times and by {_LARGEST:g}: hold more items out"
    )
  step = scipy.optimize.brentq(slope, low, high, xtol=1e-13, rtol=1e-14)
  temperature = float(np.exp(-step))
  before = _loss(values, truth, 1.0)
  after = min(before, _loss(values, truth, 1 / temperature))
  return Temperature(temperature, before, after, len(truth))


def scale_by_temperature(
  temperature: float,
  *,
  logits: np.ndarray | None = None,
  probs: np.ndarray | None = None,
) -> np.ndarray:
  """softmax(logits / T); the likeliest class stays what it was.

  Args:
    temperature: T > 0.
    logits: [N, C].
    probs: instead, [N, C].

  Returns:
    [N, C] float64; where rounding would make the likeliest class one of
    several, it keeps a lead of one step.

  Raises:
    ValueError: for other kinds or shapes, or a temperature out of range.
  """
  if inputs.number_of("temperature", temperature, 0) == 0:
    raise ValueError("temperature: wanted a number above 0, found 0")
  values = _logits(*_one_of(logits, probs))
  with np.errstate(over="ignore"):
    scaled = _softmax(values / float(temperature), 1.0)
  top = _given(logits, probs).argmax(-1)
  rows = np.flatnonzero(scaled.argmax(-1) != top)
  scaled[rows, top[rows]] = np.nextafter(scaled[rows].max(-1), 2)
  return scaled


def _one_of(logits, probs, what="an array"):
  """(name, what was given)."""
  if (logits is None) == (probs is None):
    raise ValueError(f"wanted {what} of logits= or of probs=, and not of both")
  return ("logits", logits) if probs is None else ("probs", probs)


def _given(logits, probs):
  return inputs.scores_of(*_one_of(logits, probs))


def _logits(name, value):
  """[n, C] float64 with the largest of each item at 0; may be -inf."""
  values = inputs.scores_of(name, value)
  if values.ndim != 2 or values.shape[1] < 2:
    raise ValueError(
      f"{name}: wanted [N, C] with C >= 2, found shape {values.shape}"
    )
  if name == "probs":
    inputs.check_probabilities(value)
    with np.errstate(divide="ignore"):
      values = np.log(values)
  top = values.max(-1, keepdims=True)
  if np.isinf(top).any():
    raise ValueError(f"{name}: wanted a finite one for each item, found none")
  return values - top


def _all_folds(truth, logits, probs):
  """Logits [N, C] and classes [N] of the held-out items of all folds."""
  name, folds = _one_of(logits, probs, "a list of folds")
  for what, value in (("truth", truth), (name, folds)):
    if not isinstance(value, Iterable):
      raise ValueError(f"{what}: wanted a list of folds, found {value!r}")
  truth, folds = list(truth), list(folds)
  if len(truth) != len(folds) or not folds:
    raise ValueError(
      f"wanted a truth for each fold, found {len(truth)} of truth and "
      f"{len(folds)} of {name}"
    )
  parts = []
  for number, (known, value) in enumerate(zip(truth, folds, strict=True)):
    try:
      values = _logits(name, value)
      _, classes = inputs.scored(values, known)
    except ValueError as error:
      hint = "; one fold is a list of one" if np.ndim(value) == 1 else ""
      raise ValueError(f"fold {number}: {error}{hint}") from error
    parts.append((values, classes))
  widths = sorted({values.shape[1] for values, _ in parts})
  if len(widths) > 1:
    raise ValueError(
      f"{name}: wanted the same classes in each fold, found {widths[0]} and "
      f"{widths[-1]}"
    )
  values, classes = zip(*parts, strict=True)
  values = np.concatenate(values)
  if name == "logits":
    _check_no_probabilities(np.concatenate([np.asarray(f) for f in folds]))
  return values, np.concatenate(classes)


def _check_no_probabilities(values):
  """Refuses probabilities, which are logits of something else."""
  inside = (values >= 0).all() and (abs(values.sum(-1) - 1) < 1e-3).all()
  if len(values) and inside:
    raise ValueError(
      "logits: wanted logits, found rows of probabilities: give them as probs="
    )


def _check_known(values, truth):
  """Refuses items that leave T open."""
  if not len(truth):
    raise ValueError("truth: wanted held-out items, found none in any fold")
  seen = np.unique(truth)
  if len(seen) < 2:
    raise ValueError(
      "truth: wanted held-out items of 2 classes or more, found class "
      f"{seen[0]} alone: hold more out"
    )
  own = values[np.arange(len(truth)), truth]
  if np.isinf(own).any():
    raise ValueError(
      f"wanted a probability above 0 for each true class, found 0 for item "
      f"{np.flatnonzero(np.isinf(own))[0]} of all folds: give logits= that are "
      "not rounded"
    )


def _check_slopes(values, truth):
  """Refuses what has no best T > 0."""
  known = np.isfinite(values)
  if not values[known].any():
    raise ValueError(
      "wanted logits that differ, found those of each item all equal: there is "
      "nothing to scale"
    )
  own = values[np.arange(len(truth)), truth]
  if not own.any():
    raise ValueError(
      f"wanted some held-out items that are wrong, found all {len(truth)} "
      "right: the surer the better, no temperature is best: hold more out"
    )
  mean = np.where(known, values, 0).sum(-1) / known.sum(-1)
  if (mean - own).sum() >= -_NO_SLOPE * (abs(mean) + abs(own)).sum():
    raise ValueError(
      f"wanted scores that tell the classes of {len(truth)} held-out items, "
      "found the true class no likelier than others: the less sure the better, "
      "no temperature is best"
    )


def _ends(values):
  """Logarithms of 1 / T at which nothing and everything is certain."""
  apart = -values[np.isfinite(values) & (values < 0)]
  ends = -np.log(apart.max() * _LARGEST), np.log(_LARGEST) - np.log(apart.min())
  return float(ends[0]), float(min(ends[1], _STEEPEST))


def _softmax(values, scale):
  with np.errstate(over="ignore"):  # to -inf, of weight 0
    weights = np.exp(values * scale)  # the largest is exp 0
  return weights / weights.sum(-1, keepdims=True)


def _slope(values, truth, scale):
  """Derivative of the loss by 1 / T; it grows with 1 / T."""
  expected = np.where(np.isfinite(values), values, 0) * _softmax(values, scale)
  own = values[np.arange(len(truth)), truth]
  return float((expected.sum(-1) - own).mean())


def _loss(values, truth, scale):
  own = values[np.arange(len(truth)), truth] * scale
  return float((np.log(np.exp(values * scale).sum(-1)) - own).mean())
