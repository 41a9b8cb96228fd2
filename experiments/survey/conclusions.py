"""What the numbers of a budget allow one to say, in sentences."""

import math
from collections import Counter

from alx.report import arms as sides
from alx.report import comparisons, words
from experiments.survey import deviations
from experiments.survey.plan import Plan
from experiments.survey.results import Outcome

_ABOVE, _BELOW, _OPEN, _NOT_TESTED = (
  "above random",
  "below random",
  "not told apart from random",
  "not tested (too few seeds or rounds in common, or no spread)",
)


def summarise(outcome: Outcome) -> str:
  """What came out of a budget, in a few sentences."""
  start = f"Budget {outcome.budget}"
  if outcome.stopped:
    start += " (stopped before its end, see its failure cases)"
  if not outcome.arms:
    return f"{start}: no run has finished."
  return f"{start}: {_best(outcome)} {_against_random(outcome)}"


def _best(outcome):
  """The highest mean at the largest number of labels."""
  metric = outcome.study.metric
  name = words.LABELS.get(metric, metric)
  labels = max(arm.labels[-1] for arm in outcome.arms)
  level = [arm for arm in outcome.arms if arm.labels[-1] == labels]
  scores = {a.name: float(sides.band(a.scores).mean[-1]) for a in level}
  scores = {k: v for k, v in scores.items() if math.isfinite(v)}
  if not scores:
    return f"at {labels:g} labels the {name} is undefined in every run."
  best = max(scores, key=scores.get)
  text = (
    f"at {labels:g} labels the highest mean {name} is "
    f"{words.number(scores[best])} ({words.plain(best)})"
  )
  if "random" in scores and best != "random":
    text += f", random has {words.number(scores['random'])}"
  behind = [words.plain(a.name) for a in outcome.arms if a not in level]
  more = f" With fewer labels so far: {words.listed(behind)}." if behind else ""
  return f"{text}.{more}"


def conclude(plan: Plan, outcome: Outcome) -> list[str]:
  """Against random, against the published numbers, and what is left open."""
  return [
    f"Budget {outcome.budget}. {_against_random(outcome)}",
    *_resolution(outcome),
    *_against_published(plan, outcome),
  ]


def _against_random(outcome):
  """Over the whole curve, which one number decides."""
  base = sides.find(outcome.arms, "random")
  others = [arm.name for arm in outcome.arms if arm is not base]
  if not others:
    return "Random was not compared with anything."
  if base is None:
    return "Random was not run: nothing was compared with it."
  groups = {name: [] for name in (_ABOVE, _BELOW, _OPEN, _NOT_TESTED)}
  found = {gap.arm.name: gap for gap in _whole_gaps(outcome, base)}
  for name in others:
    gap = found.get(name)
    groups[_group(gap)].append(_named(name, gap))
  parts = [
    f"{words.listed(some)} {name}" for name, some in groups.items() if some
  ]
  return (
    "Over the budget (paired seeds, t, Holm over the methods, level 5%): "
    f"{'; '.join(parts)}."
  )


def _whole_gaps(outcome, base):
  """Of the arms that are as far as random."""
  gaps = outcome.gaps[outcome.study.metric]
  return [gap for gap in gaps if gap.arm.labels[-1] == base.labels[-1]]


def _group(gap):
  if gap is None or math.isnan(gap.p_area):
    return _NOT_TESTED
  if gap.area.count < sides.FEWEST_SEEDS:
    return _NOT_TESTED
  if gap.p_area >= comparisons.ALPHA:
    return _OPEN
  return _ABOVE if gap.area.mean > 0 else _BELOW


def _named(name, gap):
  known = gap is not None and math.isfinite(gap.area.mean)
  difference = f" ({words.signed(float(gap.area.mean))})" if known else ""
  return f"{words.plain(name)}{difference}"


def _resolution(outcome):
  """How large a difference these seeds could have shown."""
  gaps = [gap.last for gap in outcome.gaps[outcome.study.metric]]
  halves = [(gap.high - gap.low) / 2 for gap in gaps if math.isfinite(gap.low)]
  seeds = max((len(arm.runs) for arm in outcome.arms), default=0)
  if not halves:
    return [f"{words.counted(seeds, 'seed')}: no interval, so no difference."]
  return [
    f"With {words.counted(seeds, 'seed')} the 95% intervals of the differences "
    f"to random with the last labels reach {words.number(min(halves))} to "
    f"{words.number(max(halves))} to either side. Each is of one method alone, "
    "not corrected for their number as the verdicts above are: a difference "
    "smaller than that could not have been seen, and is not excluded either."
  ]


def _against_published(plan, outcome):
  """How many cells agree, and what that is worth."""
  counted = {
    name: Counter(row["verdict"] for row in rows if row["verdict"])
    for name, rows in outcome.tables.items()
  }
  if any(counted.values()):
    yield _caveat(plan)
  for name, told in counted.items():
    if not told:
      yield f"Table {name}: nothing could be tested against it."
      continue
    counts = [f"{count} {word}" for word, count in told.most_common()]
    yield (
      f"Table {name}: of {told.total()} cells that both have, "
      f"{words.listed(counts)}."
    )


def _caveat(plan):
  if plan.size != "paper":
    return (
      f"Size {plan.size} has a smaller network, smaller images, fewer steps or "
      "less augmentation than the survey: a difference to its numbers is first "
      "of all that, and says nothing about its methods."
    )
  points = len(deviations.not_done(plan.name))
  return (
    f"Size paper does not follow the survey in {points} points, which stand "
    "under Protocol: a difference to its numbers may come from any of them."
  )
