"""The course of a run, and the round at which a rule stops it."""

from typing import NamedTuple

import numpy as np

from alx.stats import checks
from alx.stats.differences import Difference, one_sample, summarize, t_interval
from alx.stats.equivalence import tost
from alx.stats.stopping.rules import (
  Agreement,
  Budget,
  Equivalence,
  Plateau,
  StopRule,
  Target,
  Uncertainty,
)


class Course(NamedTuple):
  """What is known of a run, round by round; None or NaN: unknown."""

  labels: np.ndarray  # [R] ascending
  seconds: np.ndarray | None = None  # [R] >= 0, of each round
  expected: np.ndarray | None = None  # [R] score that the model expects
  test: np.ndarray | None = None  # [R] score on the test items
  kappa: np.ndarray | None = None  # [R] with the model of the round before
  entropy: np.ndarray | None = None  # [R] nats, largest of the rest of the pool
  cases: np.ndarray | None = None  # [R, V] scores of test patients
  full: np.ndarray | None = None  # [V] of a model trained on all labels
  better: int = 1  # -1: less is better, and `test` has the other sign


class Stop(NamedTuple):
  """Where a rule stops a run."""

  round: int
  labels: int
  reason: str  # one line with the numbers
  reads: str  # budget, pool or test: of test, the score at the stop is biased


def first_stop(rule: StopRule, course: Course) -> Stop | None:
  """The first round at which a rule stops; None: at none.

  Only rounds up to one count for it. What is not known stops nothing.

  Args:
    rule: any of `alx.stats.stopping.rules`.
    course: of R >= 1 rounds.

  Raises:
    ValueError: for parts of other lengths, labels that do not ascend, or a
      course that never knew what the rule reads.
  """
  course = _checked(course)
  reason_at = _READERS[type(rule)](rule, course)
  for number in range(len(course.labels)):
    if reason := reason_at(number):
      labels = int(course.labels[number])
      return Stop(number, labels, reason, rule.reads)
  return None


def _checked(course):
  labels = checks.numbers(course.labels, "labels")
  if labels.ndim != 1 or not labels.size or not (np.diff(labels) > 0).all():
    raise ValueError(f"wanted ascending numbers of labels, got {labels}")
  parts = {"labels": labels}
  for name in course._fields[1:-1]:
    value = getattr(course, name)
    if value is None:
      continue
    parts[name] = value = checks.numbers(value, name)
    if name != "full" and value.shape[:1] != labels.shape:
      raise ValueError(
        f"wanted {name} of {len(labels)} rounds, got shape {value.shape}"
      )
  return course._replace(**parts)


def _known(rule, course, name):
  value = getattr(course, name)
  begun = len(course.labels) == 1  # when nothing need be known yet
  if value is None or (np.isnan(value).all() and not begun):
    raise ValueError(f"{rule} reads {_WORDS[name]}, which is not known here")
  return value


_WORDS = {
  "seconds": "the seconds of the rounds",
  "expected": "what the model expects of itself on the rest of the pool",
  "test": "the score on the test items",
  "kappa": "the agreement of consecutive models on the rest of the pool",
  "entropy": "the entropy of the rest of the pool",
  "cases": "the scores of the test cases",
  "full": "the scores of the test cases by a model trained on all labels",
}


def _budget(rule, course):
  if rule.labels is not None:
    return lambda r: _labels_spent(rule.labels, course.labels, r)
  seconds = _known(rule, course, "seconds")
  spent = np.nancumsum(seconds)  # of rounds that are known: no less is spent
  known = np.cumsum(~np.isnan(seconds))

  def reason(r):
    if spent[r] >= rule.seconds and known[r]:
      least = "" if known[r] == r + 1 else "at least "
      return f"{least}{spent[r]:.0f} of {rule.seconds:g} seconds are spent"
    return ""

  return reason


def _labels_spent(budget, labels, r):
  """Of the last round the next step is taken for as large as the last one.

  Where there is one round alone nobody knows it: it is a label at least.
  """
  steps = np.diff(labels)
  step = steps[min(r, len(steps) - 1)] if len(steps) else 1
  if labels[r] + step <= budget:
    return ""
  return (
    f"{labels[r]:g} labels are there, and {step:g} more would be over the "
    f"budget of {budget}"
  )


def _plateau(rule, course):
  scores = _known(rule, course, *_NAMES[rule.of])
  sign = course.better if rule.of == "test" else 1

  def by_gain(r):
    start = r + 1 - rule.rounds
    if start < 1:
      return ""
    last, before = scores[start : r + 1], scores[:start]
    if np.isnan(last).any() or np.isnan(before).all():
      return ""
    gain = float(last.max() - np.nanmax(before))
    if gain >= rule.gain - checks.ROUNDING:
      return ""
    return (
      f"the last {_rounds(rule.rounds)} brought {gain:+.4f} of "
      f"{_WORDS_OF[rule.of]}, less than {rule.gain:g}"
    )

  def by_slope(r):
    if r < rule.rounds:
      return ""
    part = slice(r - rule.rounds, r + 1)
    scales = course.labels, np.log2(np.maximum(course.labels, 1))
    low, high = _slope(scales[0][part], scores[part], rule.level)
    along_doublings = _slope(scales[1][part], scores[part], rule.level)[0]
    if np.isnan(low) or low > 0 or along_doublings > 0:
      return ""
    low, high = sorted((sign * low + 0.0, sign * high + 0.0))
    return (
      f"over the last {_rounds(rule.rounds)} the slope of "
      f"{_WORDS_OF[rule.of]} is {low:+.2g} to {high:+.2g} a label"
    )

  return by_slope if rule.gain is None else by_gain


def _slope(labels, scores, level):
  """t interval of the slope of least squares; NaN if a score is unknown."""
  if np.isnan(scores).any():
    return np.nan, np.nan
  x = labels - labels.mean()
  slope = (x * scores).sum() / (x**2).sum()
  rest = scores - scores.mean() - slope * x
  rest = np.where(checks.is_rounding(rest, abs(scores).max()), 0.0, rest)
  dof = len(x) - 2
  error = np.sqrt((rest**2).sum() / dof / (x**2).sum())
  if not error:  # on a line: its slope, flat but for rounding
    rise = slope * np.ptp(labels)
    slope = 0.0 if checks.is_rounding(rise, abs(scores).max()) else slope
    return slope, slope
  return t_interval(Difference(slope, error, np.float64(dof)), level)


def _target(rule, course):
  scores = _known(rule, course, *_NAMES[rule.of])

  def reason(r):
    if scores[r] >= rule.score - checks.ROUNDING:
      return f"{_WORDS_OF[rule.of]} is {scores[r]:.4f}, {rule.score:g} wanted"
    return ""

  return reason


def _equivalence(rule, course):
  apart = _known(rule, course, "cases")
  if rule.score is None:
    apart = apart - _known(rule, course, "full")
    what = "that of all labels"
  else:
    apart, what = apart - rule.score, f"{rule.score:g}"

  def reason(r):
    known = apart[r][~np.isnan(apart[r])]
    if len(known) < 2:
      return ""
    found = tost(one_sample(summarize(known)), rule.margin, rule.alpha)
    if not found.p < rule.alpha:
      return ""
    return (
      f"over {len(known)} test patients the score minus {what} is "
      f"{found.low:+.4f} to {found.high:+.4f}, inside {rule.margin:g} (TOST p "
      f"{found.p:.3f})"
    )

  return reason


def _agreement(rule, course):
  kappa = _known(rule, course, "kappa")
  least = rule.kappa - checks.ROUNDING

  def reason(r):
    last = kappa[: r + 1][-rule.rounds :]
    if len(last) < rule.rounds or not last.mean() >= least:
      return ""
    return (
      f"kappa of consecutive models is {last.mean():.4f} over "
      f"{_rounds(rule.rounds)}, {rule.kappa:g} wanted"
    )

  return reason


def _uncertainty(rule, course):
  entropy = _known(rule, course, "entropy")

  def reason(r):
    if entropy[r] < rule.entropy:
      return (
        f"the largest entropy of the rest of the pool is {entropy[r]:.4g} "
        f"nats, below {rule.entropy:g}"
      )
    return ""

  return reason


def _rounds(count):
  return f"{count} round" if count == 1 else f"{count} rounds"


_NAMES = {"model": ("expected",), "test": ("test",)}
_WORDS_OF = {
  "model": "the score that the model expects of itself",
  "test": "the score on the test items",
}
_READERS = {
  Budget: _budget,
  Plateau: _plateau,
  Target: _target,
  Equivalence: _equivalence,
  Agreement: _agreement,
  Uncertainty: _uncertainty,
}
