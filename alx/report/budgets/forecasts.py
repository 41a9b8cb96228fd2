"""What more labels would give, and what earlier rounds knew of later ones."""

from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import FEWEST_SEEDS, Arm, of_enough
from alx.report.read import Study
from alx.report.tables import Table
from alx.stats.budgets.forecast import FEWEST

SHARE = 0.95  # of the score with all labels
_MORE = 2  # as many labels as there are


class Outlook(NamedTuple):
  """The forecast of an acquisition; of what is refused only why."""

  arm: Arm
  refused: str = ""
  labels: float = np.nan  # that are forecast; NaN: all are labelled
  score: stats.Interval | None = None  # with them
  most: float = np.nan  # labels that there can be
  needed: stats.Censored | None = None  # labels to `SHARE` of all labels' score
  hindsight: stats.Hindsight | None = None


def look_ahead(study: Study, arms: list[Arm]) -> list[Outlook]:
  """A forecast for each acquisition."""
  return [_outlook(study, arm) for arm in arms]


def _outlook(study, arm):
  if arm.better < 0:
    name = words.column(study.metric)
    return Outlook(arm, f"less {name} is better: the law is of scores")
  try:
    laws = stats.forecast_laws(arm.labels, arm.scores)
  except ValueError as error:
    return Outlook(arm, str(error))
  last, pool = float(arm.labels[-1]), study.num_labels
  most = 10 * last if pool is None else max(float(pool), last)
  found = Outlook(arm, most=most, hindsight=_hindsight(arm))
  if most > last:
    labels = min(_MORE * last, most)
    score = _at(stats.forecast_scores(laws, [labels]), 0)
    score = of_enough(score, len(arm.seeds))
    found = found._replace(labels=labels, score=score)
  full = numbers.full_interval(study)
  if full is None or not np.isfinite(full.mean):
    return found
  target = SHARE * float(full.mean)
  needed = stats.forecast_labels(laws, target, most)
  return found._replace(needed=of_enough(needed, len(arm.seeds)))


def _hindsight(arm):
  """None where there is no later round, or no forecast could be made."""
  try:
    past = stats.forecast_hindsight(arm.labels, arm.scores)
  except ValueError:
    return None
  if len(arm.seeds) >= FEWEST_SEEDS:
    return past
  return past._replace(
    forecast=of_enough(past.forecast, len(arm.seeds)),
    inside=np.full_like(np.asarray(past.inside, float), np.nan),
  )


def _at(found, place):
  """One of a forecast's scores; ends at 0, or at a mean below it."""
  mean, low, high, count = (np.asarray(x)[place] for x in found)
  return stats.Interval(
    mean, np.maximum(low, np.minimum(mean, 0.0)), high, count
  )


def table(study: Study, found: list[Outlook]) -> Table | None:
  """A row for each acquisition that could be forecast; None without one."""
  known = [x for x in found if not x.refused]
  if not known:
    return None
  metric = words.column(study.metric)
  head = ["", "labels", metric, "forecast for", metric]
  head += [f"labels to {SHARE:.0%}"] * bool(known[0].needed)
  head += [f"first {FEWEST} rounds, of the last", "it was", "inside"]
  return Table(head, [_row(x) for x in known])


def _row(outlook):
  arm, score = outlook.arm, outlook.score
  cells = [
    words.plain(arm.name),
    words.labels(arm.labels[-1]),
    words.number(float(numbers.band(arm.scores).mean[-1])),
    words.NOTHING if score is None else words.labels(outlook.labels),
    words.NOTHING if score is None else words.with_interval(score),
  ]
  if outlook.needed:
    cells.append("\n".join(_needed(outlook)))
  past = outlook.hindsight
  if past is None:
    return [*cells, *[words.NOTHING] * 3]
  return [
    *cells,
    words.with_interval(_at(past.forecast, -1)),
    words.number(float(past.came[-1])),
    _inside(past) or words.NOTHING,
  ]


def _inside(past):
  """'3 of 4'; "" where there is no interval."""
  known = past.inside[~np.isnan(past.inside)]
  return f"{int(known.sum())} of {len(known)}" if len(known) else ""


def _needed(outlook):
  """Labels to the target, and their interval if there is one."""
  found, most = outlook.needed, outlook.most
  is_known = np.isfinite(found.value)
  value = words.labels(found.value) if is_known else f">{words.labels(most)}"
  if np.isnan(found.low):
    return [value]
  return [value, words.labels_range(found.low, found.high, most)]


def refusals(found: list[Outlook]) -> list[str]:
  """A sentence for each reason why there is no forecast, and of what."""
  reasons = dict.fromkeys(x.refused for x in found if x.refused)
  return [
    f"{words.listed([words.plain(x.arm.name) for x in mine])}: {reason}"
    for reason in reasons
    for mine in [[x for x in found if x.refused == reason]]
  ]


def lines(study: Study, found: list[Outlook]) -> list[str]:
  """A line for each acquisition, one for all that are refused alike."""
  metric = words.column(study.metric)
  told = [_line(x, metric) for x in found if not x.refused]
  return [*filter(None, told), *(f"no forecast, {x}" for x in refusals(found))]


def _line(outlook, metric):
  parts = []
  if outlook.score is not None:
    score = _with_bounds(outlook.score)
    parts.append(f"{metric} {score} with {words.labels(outlook.labels)} labels")
  if outlook.needed:
    value, *interval = _needed(outlook)
    bounds = f" ({interval[0]})" if interval else ""
    parts.append(
      f"{SHARE:.0%} of the score with all labels at {value} labels{bounds}"
    )
  if outlook.hindsight:
    parts.append(_looking_back(outlook.hindsight))
  name = words.plain(outlook.arm.name)
  return f"forecast, {name}: {'; '.join(parts)}" if parts else ""


def _looking_back(past):
  forecast, inside = _with_bounds(_at(past.forecast, -1)), _inside(past)
  several = len(past.labels) > 1 and inside
  text = (
    f"with the first {FEWEST} rounds one would have forecast {forecast} at "
    f"{words.labels(past.labels[-1])} labels; "
    f"it was {words.number(float(past.came[-1]))}"
  )
  return text + (f" ({inside} later rounds inside)" if several else "")


def _with_bounds(found):
  bounds = words.bounds(found)
  interval = "" if bounds == words.NOTHING else f" ({bounds})"
  return f"{words.number(float(found.mean))}{interval}"
