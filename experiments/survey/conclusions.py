"""What the numbers of a budget allow one to say, in sentences."""

import math
from collections import Counter

from alx.report import arms as sides
from alx.report import words
from experiments.survey import results
from experiments.survey.plan import Plan
from experiments.survey.results import Outcome

_ALPHA = 0.05


def summarise(outcome: Outcome) -> str:
  """What came out of a budget, in two sentences."""
  name = words.LABELS.get(outcome.study.metric, outcome.study.metric)
  scores = {arm.name: _last_mean(arm) for arm in outcome.arms}
  scores = {k: v for k, v in scores.items() if math.isfinite(v)}
  if not scores:
    return f"Budget {outcome.budget}: no run has finished."
  best = max(scores, key=scores.get)
  labels = outcome.arms[0].labels[-1]
  text = (
    f"Budget {outcome.budget}: at {labels:g} labels the highest mean {name} is "
    f"{words.number(scores[best])} ({words.plain(best)})"
  )
  if "random" in scores:
    text += f", random has {words.number(scores['random'])}"
  return f"{text}. {_against_random(outcome)}"


def _last_mean(arm):
  return float(sides.band(arm.scores).mean[-1])


def conclude(plan: Plan, outcome: Outcome) -> list[str]:
  """Against random, against the published numbers, and what is left open."""
  return [
    f"Budget {outcome.budget}. {_against_random(outcome)}",
    *_resolution(outcome),
    *_against_published(plan, outcome),
  ]


def _against_random(outcome):
  """Over the whole curve, which one number decides."""
  rows = [r for r in results.against_random(outcome) if r["over"] == "area"]
  if not rows:
    return "Random was not compared with anything."
  above = [r for r in rows if r["p"] < _ALPHA and r["difference"] > 0]
  below = [r for r in rows if r["p"] < _ALPHA and r["difference"] < 0]
  rest = [r for r in rows if r not in above and r not in below]
  parts = [
    f"{_named(found)} {verb}"
    for found, verb in (
      (above, "above random"),
      (below, "below random"),
      (rest, "not told apart from random"),
    )
    if found
  ]
  return (
    "Over the budget (paired seeds, t, Holm over the methods, level 5%): "
    f"{'; '.join(parts)}."
  )


def _named(rows):
  return words.listed(
    [
      f"{words.plain(r['method'])} ({words.signed(r['difference'])})"
      for r in rows
    ]
  )


def _resolution(outcome):
  """How large a difference these seeds could have shown."""
  halves = [
    (row["high"] - row["low"]) / 2
    for row in results.against_random(outcome)
    if row["over"] == "last" and math.isfinite(row["low"])
  ]
  seeds = max((len(arm.runs) for arm in outcome.arms), default=0)
  if not halves:
    return [f"{words.counted(seeds, 'seed')}: no interval, so no difference."]
  return [
    f"With {words.counted(seeds, 'seed')} the intervals of the differences to "
    f"random after the last round reach {words.number(min(halves))} to "
    f"{words.number(max(halves))} to either side: a difference smaller than "
    "that could not have been seen, and is not excluded either."
  ]


def _against_published(plan, outcome):
  """How many cells agree, and what that is worth."""
  for name, rows in outcome.tables.items():
    told = Counter(row["verdict"] for row in rows if row["verdict"])
    if not told:
      yield f"Table {name}: nothing could be tested against it."
      continue
    counts = [f"{count} {word}" for word, count in told.most_common()]
    yield (
      f"Table {name}: of {sum(told.values())} cells that both have, "
      f"{words.listed(counts)}."
    )
  if plan.is_stand_in:
    return
  if plan.size != "paper":
    yield (
      f"Size {plan.size} has a smaller network, smaller images or fewer steps "
      "than the survey: a difference to its numbers is first of all that, and "
      "says nothing about its methods."
    )
