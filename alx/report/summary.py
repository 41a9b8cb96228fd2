"""What came out, in plain words made from the numbers."""

from collections.abc import Sequence

import numpy as np

from alx.report import arms as numbers
from alx.report import comparisons, words
from alx.report.arms import Arm
from alx.report.read import Study


def summarise(study: Study, arms: list[Arm]) -> str:
  """One paragraph; says so when nothing beats chance."""
  if not arms:
    return f"{_task(study)} No round has finished yet."
  parts = [_task(study), _protocol(arms), _scores(study, arms)]
  bases = [arm for arm in arms if arm.is_baseline]
  others = [arm for arm in arms if not arm.is_baseline]
  if others:
    parts += [_against(arms, base) for base in bases]
  if not any(base.name == "random" for base in bases):
    parts.append("Random selection was not run, so nothing is compared to it.")
  return " ".join(part for part in parts if part)


def _task(study):
  data = study.dataset
  name, task = (
    data.get("name", "Unnamed data"),
    data.get("task", "task unknown"),
  )
  pool, test = data.get("num_pool", "?"), data.get("num_test", "?")
  return (
    f"{name} is a {task} task{_classes(data)}. Labels were asked for out of a "
    f"pool of {pool} items; every model was tested on the same {test} other "
    "items, none of them ever asked for."
  )


def _classes(data):
  names = [str(name) for name in data.get("class_names") or []]
  if len(names) > 5:
    return f" with {len(names)} classes"
  return f" with the classes {words.listed(names)}" if names else ""


def _protocol(arms):
  names = [words.plain(arm.name) for arm in arms if not arm.is_baseline]
  bases = [words.plain(arm.name) for arm in arms if arm.is_baseline]
  told = seeds_of(arms)
  seeds = f"{told} {'seed' if told == '1' else 'seeds'}"
  low = min(arm.labels[0] for arm in arms)
  high = max(arm.labels[-1] for arm in arms)
  compared = words.listed(names or bases)
  if names and bases:
    verb = "was" if len(names) == 1 else "were"
    compared += f" {verb} compared with {words.listed(bases)} selection"
  else:
    compared += " selection was run" if bases else " selection was run alone"
  first = next((arm for arm in arms if not arm.is_baseline), arms[0])
  if words.is_name(first.name):
    compared = compared[0].upper() + compared[1:]
  span = f"from {words.labels(low)} to {words.labels(high)} labels"
  return f"{compared}, {span}, with {seeds}."


def _end_apart(arms, base):
  """Who ends at other labels than the baseline, if all methods do; ""."""
  others = [arm for arm in arms if not arm.is_baseline]
  if not others or any(a.labels[-1] == base.labels[-1] for a in others):
    return ""
  ends = words.listed(
    [f"{words.plain(a.name)} at {words.labels(a.labels[-1])}" for a in others]
  )
  return (
    f"Nothing is compared with {words.plain(base.name)} selection, which ends "
    f"at {words.labels(base.labels[-1])} labels: {ends}."
  )


def seeds_of(arms: Sequence[Arm]) -> str:
  """'5', or '1 to 3' where methods have not as many of them."""
  return words.span([len(arm.runs) for arm in arms])


def _scores(study, arms):
  metric = words.column(study.metric)
  shown = numbers.find(arms, "random") or arms[0]
  name = words.capital(shown.name)
  text = f"{name} selection ends at a mean {metric} of {_last(shown)}"
  full = numbers.full_interval(study)
  if full is None or not np.isfinite(full.mean):
    return text + "; no model was trained on all the labels."
  whole = words.number(full.mean)
  return f"{text}; a model trained on all the pool's labels has {whole}."


def _last(arm):
  found = numbers.band(arm.scores, arm.metric)
  text = words.number(found.mean[-1])
  if np.isfinite(found.low[-1]):
    low, high = words.number(found.low[-1]), words.number(found.high[-1])
    text += f" (95% interval {low} to {high})"
  return text


def _against(arms, base):
  """Which methods are better, not told apart and worse, by corrected tests."""
  name = words.plain(base.name)
  gaps = comparisons.gaps(arms, base)
  tested = [gap for gap in gaps if np.isfinite(gap.p_last)]
  known = [g for g in gaps if _is_told(g) and not g.arm.is_baseline]
  if not known:
    apart = _end_apart(arms, base)
    if apart:
      return apart
    return (
      "There are too few shared seeds, or no spread among them, to say whether "
      f"any method is better than {name} selection."
    )
  apart = [gap for gap in known if gap.p_last < comparisons.ALPHA]
  better = [_gap(g) for g in apart if g.arm.better * g.last.mean > 0]
  worse = [_gap(g) for g in apart if g.arm.better * g.last.mean < 0]
  same = [_gap(gap) for gap in known if gap.p_last >= comparisons.ALPHA]
  parts = [_better(better, name, len(tested))]
  unknown = [_gap(gap) for gap in gaps if not _is_told(gap)]
  if same:
    parts.append(
      f"No significant difference from {name}: {words.listed(same)}."
    )
  if worse:
    parts.append(f"Worse than {name}: {words.listed(worse)}.")
  if unknown:
    parts.append(
      "Not known, for want of shared seeds or of a spread among them: "
      f"{words.listed(unknown)}."
    )
  if len(tested) > 1:
    parts.append(
      "In brackets are the mean difference and its 95% interval by itself; in "
      "the box intervals are wider, for all tests together."
    )
  return " ".join(parts)


def _is_told(gap):
  """Whether a test says anything."""
  enough = gap.last.count >= numbers.FEWEST_SEEDS
  return bool(enough and np.isfinite(gap.p_last))


def _better(gaps, name, count):
  corrected = f", corrected for {count} comparisons" if count > 1 else ""
  if gaps:
    found = words.listed(gaps)
    return f"Better than {name} with the last labels{corrected}: {found}."
  return (
    f"No method beats {name} selection with the last labels (paired t-test at "
    f"{comparisons.ALPHA:.0%}{corrected})."
  )


def _gap(gap):
  mean = words.signed(float(gap.last.mean))
  if gap.last.count < numbers.FEWEST_SEEDS:
    return f"{words.plain(gap.arm.name)} ({mean})"
  interval = words.bounds(gap.last, sign=True)
  return f"{words.plain(gap.arm.name)} ({mean}; {interval})"
