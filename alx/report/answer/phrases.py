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
  better: int = 1  # -1: less of the metric is better


def fewer(found: Sequence[Finding], about: About) -> list[str]:
  """They need fewer labels than random: a sentence each."""
  ordered = sorted(found, key=lambda f: -f.saved.value)
  texts = [
    f"{_name(f)} does at {_reached(f)} ({_percent(f)})."
    if _is_told(f, ordered[:place])
    else f"{_name(f)} reaches what random has with {_last(f)} labels at "
    f"{_reached(f)} ({_percent(f)}; 95% interval, {_seeds(f, about)})."
    for place, f in enumerate(ordered)
  ]
  return [*texts, _means(ordered, about)] if texts else []


def _is_told(found, before):
  """Whether all those before have its seeds and its goal."""
  like = [f.seeds == found.seeds and _at(f) == _at(found) for f in before]
  return bool(like) and all(like)


def _means(found, about):
  """The goal, of each where seeds differ, and where mean curves get there."""
  goals = [_at(f) for f in found]
  if len(set(goals)) > 1:
    goals = [f"{_at(f)} for {_name(f)}" for f in found]
  goal = words.listed(list(dict.fromkeys(goals)))
  means = words.listed([f"{_name(f)} at {_labels(f)}" for f in found])
  return f"That is {about.metric} {goal}; on mean curves, {means}."


def _at(found):
  return words.number(found.goal)


def _reached(found):
  """'24 to 36 labels', from what is saved at most to what is at least."""
  low, high = found.saved[1:]
  most = words.labels(found.labels - low)
  if np.isinf(high):
    return f"{most} labels or fewer"
  least = words.labels(found.labels - high)
  return f"{most} labels" if least == most else f"{least} to {most} labels"


def _percent(found):
  low, high = (100 * x / found.labels for x in found.saved[1:])
  if np.isinf(high):
    return f"{low:.0f}% fewer or more"
  ends = f"{low:.0f}", f"{high:.0f}"
  return f"{' to '.join(dict.fromkeys(ends))}% fewer"


def more(
  found: Sequence[Finding], about: About, told: Sequence[Finding] = ()
) -> str:
  """They need more labels than random; "" without one.

  Args:
    found: those of that verdict.
    about: the study.
    told: others, whose number of seeds was said before.
  """
  ordered = sorted(found, key=lambda f: f.saved.value)
  return " ".join(
    f"{_name(f)} too: {_worth(f)} ({_range(f)})."
    if _is_told(f, ordered[:place])
    else f"{_name(f)} needs more labels than random: it does not reach "
    f"{_goal(f, about)} within {_last(f)}; {_worth(f)} "
    f"({_interval(_range(f), f, about, [*told, *ordered[:place]])})."
    for place, f in enumerate(ordered)
  )


def _worth(found):
  labels = (
    f"{_labels(found)} random ones do, {words.labels(-found.saved.value)} fewer"
  )
  return f"its {_last(found)} do what {labels}"


def apart(
  found: Sequence[Finding], about: About, told: Sequence[Finding] = ()
) -> str:
  """They end higher or lower, and labels cannot be counted; see `more`."""
  ordered = sorted(found, key=lambda f: -abs(f.gap.mean))
  return " ".join(
    _apart(f, about, [*told, *ordered[:place]], _is_told(f, ordered[:place]))
    for place, f in enumerate(ordered)
  )


def _apart(found, about, told, brief):
  size = words.number(abs(found.gap.mean))
  start = f"{_name(found)} ends {size} {_side(found, about)}"
  low, high = sorted([abs(found.gap.low), abs(found.gap.high)])
  interval = f"{words.number(low)} to {words.number(high)}"
  if brief:
    return f"{start} ({interval}){_flat(found)}."
  text = f"{start} in {about.metric} than random with {_last(found)} labels "
  text += f"({_interval(interval, found, about, told)})"
  if found.gap.mean < 0:
    return f"{text}."
  if flat := _flat(found):
    return (
      f"{text}{flat}, but random itself is not shown to rise from there, so "
      "what that saves cannot be counted."
    )
  return f"{text}; how many labels that saves cannot be counted."


def _flat(found):
  """Where it has random's final score, if random's curve is flat from there."""
  if found.gap.mean < 0 or not found.saved.low >= 1:
    return ""
  return f"; on mean curves it has random's final score at {_labels(found)}"


def nothing(best: Finding, about: About) -> str:
  """No method is ahead; between what the best one lies."""
  name, alone = _name(best), about.methods == 1
  start = f"{name} is not" if alone else "No method is"
  return (
    f"{start} shown to need fewer labels than random here; "
    f"{_could_be_seen(best, about)} ({_seeds(best, about)})."
  )


def _could_be_seen(best, about):
  """The difference that such a study would have shown, in 4 of 5."""
  if _is_equal(best):
    return f"its {about.metric} is the same"
  size = best.resolution
  if np.isnan(size) or size > sum(best.room):  # than any there can be
    return f"no difference in {about.metric} could be seen"
  return (
    f"differences in {about.metric} smaller than {words.number(size)} could "
    "not be seen"
  )


def nearest(best: Finding, about: About) -> str:
  """Between what the best one lies."""
  if _is_equal(best):
    return ""
  it = (
    f"{_name(best)} is"
    if about.methods == 1
    else f"The best, {_name(best)}, is"
  )
  return f"{it} {_between(best)} with {_last(best)} labels."


def not_told(found: Sequence[Finding]) -> str:
  """No difference was shown, with what it may be in labels; "" without one."""
  if not found:
    return ""
  least, most = (end(f.seeds for f in found) for end in (min, max))
  seeds = words.counted(most, "seed")
  seeds = seeds if least == most else f"{least} to {seeds}"
  texts = [f"{_name(f)} ({_labels_between(f)})" for f in found]
  return f"No significant difference in {seeds}: {words.listed(texts)}."


def others(found: Sequence[Finding]) -> str:
  """No difference was shown, behind what was said of the best; or ""."""
  if not found:
    return ""
  texts = [f"{_name(f)} ({_between(f)})" for f in found]
  return f"No significant difference either: {words.listed(texts)}."


def few(found: Sequence[Finding], about: About, alone: bool) -> str:
  """The differences that so few seeds show, which are no evidence; or "".

  Args:
    found: those of that verdict.
    about: the study.
    alone: nothing is said of methods with more seeds.
  """
  if not found:
    return ""
  start = "Differences seen, too few seeds to tell; run --seeds=5 or more"
  if alone:
    told = _FEW[max(f.seeds for f in found)]
    start = f"{told} ({start[0].lower()}{start[1:]})"
  texts = [f"{_seen(f, about)} for {_name(f)}" for f in found]
  return (
    f"{start}: with {_last(found[0])} labels, against random, the "
    f"{about.metric} is {words.listed(texts)}."
  )


_FEW = {
  1: "One seed says nothing about chance",
  2: "Two seeds say little about chance",
}


def _seen(found, about):
  """'0.076 higher'."""
  size = words.number(abs(float(found.gap.mean)))
  if size == words.number(0):
    return "the same"
  return f"{size} {_side(found, about)}"


def _side(found, about):
  return "higher" if found.gap.mean * about.better > 0 else "lower"


def unknown(found: Sequence[Finding]) -> str:
  """No interval is known; "" without one."""
  if not found:
    return ""
  return (
    "Not known, for want of seeds, of scores or of a spread among them: "
    f"{words.listed([_name(f) for f in found])}."
  )


def _goal(found, about):
  return f"random's final {about.metric} of {_at(found)}"


def _name(found):
  return words.plain(found.name)


def _last(found):
  """Labels at the end of both curves."""
  return words.labels(found.labels)


def _labels(found):
  """Of the curve that gets there first; 'about' between rounds."""
  at = found.labels - abs(found.saved.value)
  text = words.labels(at)
  return f"about {text}" if found.between_rounds else text


def _interval(interval, found, about, told):
  """The seeds are left out that were told."""
  if _is_told(found, told):
    return interval
  return f"95% interval {interval}, {_seeds(found, about)}"


def _seeds(found, about):
  text = words.counted(found.seeds, "paired seed")
  if about.tests > 1:
    text += f", corrected for {about.tests} tests"
  return text


def _range(found):
  """'4 to 20' labels, fewer or more; '4 or more' without an end."""
  low, high = sorted(map(abs, found.saved[1:]))
  if np.isinf(high):
    return f"{words.labels(low)} or more"
  return f"{words.labels(low)} to {words.labels(high)}"


def _labels_between(found):
  """In labels if both ends are known, else in the metric."""
  low, high = found.saved[1:]
  if not np.isfinite([low, high]).all() or _is_equal(found):
    return f"{_between(found)} at the end"
  if high <= 0:
    return f"{_range(found)} labels more"
  more = words.counted(int(-low), "label")
  return f"between {more} more and {words.labels(high)} fewer"


def _is_equal(found):
  return found.gap.low == found.gap.high == 0


def _between(found):
  """'between 0.020 worse and 0.030 better'."""
  low, high = float(found.gap.low), float(found.gap.high)
  if _is_equal(found):
    return "exactly as good"
  if low < -found.room[0] and high > found.room[1]:  # all that it can be
    return "anywhere from far worse to far better"
  if low < 0 < high:
    worse, better = words.number(-low), words.number(high)
    return f"between {worse} worse and {better} better"
  small, large = sorted([abs(low), abs(high)])
  side = "better" if low >= 0 else "worse"
  return f"between {words.number(small)} and {words.number(large)} {side}"
