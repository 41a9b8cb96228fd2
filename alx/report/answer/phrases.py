"""What is said of methods that random was held against, by their verdict."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.report import words
from alx.report.answer.findings import Finding


class About(NamedTuple):
  """What the findings of a study have in common."""

  metric: str  # as it is printed
  methods: int  # all that random was held against
  tests: int  # those with a p-value


def fewer(found: Sequence[Finding], about: About) -> list[str]:
  """They need fewer labels than random: a sentence each."""
  ordered = sorted(found, key=lambda f: -f.saved.value)
  return [
    f"{_name(f)} with {_labels(f)}: {f.saved.value:g} fewer ({_range(f)})."
    if place
    else f"{_name(f)} reaches {_goal(f, about)} with {_labels(f)} labels; "
    f"random needs {f.labels}: {f.saved.value:g} fewer "
    f"({_evidence(_range(f), f, about)})."
    for place, f in enumerate(ordered)
  ]


def more(found: Sequence[Finding], about: About, brief: bool = False) -> str:
  """They need more labels than random; "" without one.

  Args:
    found: those of that verdict.
    about: the study.
    brief: the number of seeds was told.
  """
  ordered = sorted(found, key=lambda f: f.saved.value)
  return " ".join(
    f"{_name(f)} too: {_worth(f)} ({_range(f)})."
    if place
    else f"{_name(f)} needs more labels than random: it does not reach "
    f"{_goal(f, about)} within {f.labels}; {_worth(f)} "
    f"({_range(f) if brief else _evidence(_range(f), f, about)})."
    for place, f in enumerate(ordered)
  )


def _worth(found):
  labels = f"{_labels(found)} random ones do, {-found.saved.value:g} fewer"
  return f"its {found.labels} do what {labels}"


def apart(found: Sequence[Finding], about: About, brief: bool = False) -> str:
  """They end higher or lower, and labels cannot be counted; see `more`."""
  ordered = sorted(found, key=lambda f: -abs(f.gap.mean))
  texts = [
    _apart(f, about, brief, not place) for place, f in enumerate(ordered)
  ]
  return " ".join(texts)


def _apart(found, about, brief, first):
  side = "higher" if found.gap.mean > 0 else "lower"
  start = f"{_name(found)} ends {words.number(abs(found.gap.mean))} {side}"
  low, high = sorted([abs(found.gap.low), abs(found.gap.high)])
  interval = f"{words.number(low)} to {words.number(high)}"
  if not first:
    return f"{start} ({interval})."
  text = f"{start} in {about.metric} than random with {found.labels} labels "
  text += f"({interval if brief else _evidence(interval, found, about)})"
  if side == "lower":
    return f"{text}."
  return f"{text}; the labels that saves cannot be counted."


def nothing(best: Finding, about: About) -> str:
  """No method is ahead; between what the best one lies."""
  name, alone = _name(best), about.methods == 1
  start = f"{name} is not" if alone else "No method is"
  it = "it" if alone else f"the best, {name},"
  sure = "" if _is_equal(best) else "95%, "
  return (
    f"{start} shown to need fewer labels than random: {it} is "
    f"{_between(best)} in {about.metric} with {best.labels} labels "
    f"({sure}{_seeds(best, about)})."
  )


def not_told(found: Sequence[Finding]) -> str:
  """No difference was shown, with what it may be in labels; "" without one."""
  if not found:
    return ""
  seeds = words.counted(max(f.seeds for f in found), "seed")
  texts = [f"{_name(f)} ({_labels_between(f)})" for f in found]
  return f"No difference that {seeds} could show: {words.listed(texts)}."


def others(found: Sequence[Finding]) -> str:
  """No difference was shown, behind what was said of the best; or ""."""
  if not found:
    return ""
  texts = [f"{_name(f)} ({_between(f)})" for f in found]
  return f"Not told apart from random either: {words.listed(texts)}."


def unknown(found: Sequence[Finding]) -> str:
  """No interval is known; "" without one."""
  if not found:
    return ""
  return (
    "Not known, for want of seeds, of scores or of a spread among them: "
    f"{words.listed([_name(f) for f in found])}."
  )


def _goal(found, about):
  return f"random's final {about.metric} of {words.number(found.goal)}"


def _name(found):
  return words.plain(found.name)


def _labels(found):
  """Of the curve that gets there first; 'about' between rounds."""
  at = found.labels - abs(found.saved.value)
  return f"about {at:g}" if found.between_rounds else f"{at:g}"


def _evidence(interval, found, about):
  return f"95% interval {interval}, {_seeds(found, about)}"


def _seeds(found, about):
  text = words.counted(found.seeds, "paired seed")
  if about.tests > 1:
    text += f", corrected for {about.tests} tests"
  return text


def _range(found):
  """'4 to 20' labels, fewer or more; '4 or more' without an end."""
  low, high = sorted(map(abs, found.saved[1:]))
  return f"{low:g} or more" if np.isinf(high) else f"{low:g} to {high:g}"


def _labels_between(found):
  """In labels if both ends are known, else in the metric."""
  low, high = found.saved[1:]
  if not np.isfinite([low, high]).all() or _is_equal(found):
    return f"{_between(found)} at the end"
  if high <= 0:
    return f"{_range(found)} labels more"
  return f"between {words.counted(int(-low), 'label')} more and {high:g} fewer"


def _is_equal(found):
  return found.gap.low == found.gap.high == 0


def _between(found):
  """'between 0.020 worse and 0.030 better'."""
  low, high = float(found.gap.low), float(found.gap.high)
  if _is_equal(found):
    return "exactly as good"
  if low < -found.goal and high > 1 - found.goal:  # all that a score can be
    return "anywhere from far worse to far better"
  if low < 0 < high:
    worse, better = words.number(-low), words.number(high)
    return f"between {worse} worse and {better} better"
  small, large = sorted([abs(low), abs(high)])
  side = "better" if low >= 0 else "worse"
  return f"between {words.number(small)} and {words.number(large)} {side}"
