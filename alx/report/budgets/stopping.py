"""At which round rules would have stopped, what that saves and gives up."""

from typing import NamedTuple

import numpy as np

from alx import csv_table, stats
from alx.report import arms as numbers
from alx.report import words
from alx.report.arms import Arm, of_enough
from alx.report.cases import patient_scores
from alx.report.read import Run, Study
from alx.report.tables import Table
from alx.stats.stopping import (
  Course,
  Equivalence,
  Stop,
  StopRule,
  first_stop,
  parse_rule,
)

ANY = "any of them"
BIASED = (
  "reads the test results: a study that stops there has a biased test score"
)
_HEAD = ["", "stops", "at labels", "labels saved", "given up"]


class Advice(NamedTuple):
  """What a rule would have done to the seeds of an acquisition."""

  rule: str  # a canonical text, or `ANY`
  arm: Arm
  stops: tuple[Stop | None, ...]  # [seeds]; None: never
  saved: np.ndarray  # [seeds] labels
  given_up: np.ndarray  # [seeds] last score - score at the stop
  reads_test: bool
  unknown: str = ""  # why it cannot be told; "" if it can
  gap: str = ""  # what of it is not known


def advise(study: Study, arms: list[Arm]) -> list[Advice]:
  """By rule, in the order of the settings, then by acquisition."""
  rules = rules_of(study)
  found = [_advice(study, rule, arm) for rule in rules for arm in arms]
  if len(rules) > 1:
    found += [_any(found, arm) for arm in arms]
  return found


def rules_of(study: Study) -> list[StopRule]:
  """Those of config.json that can be read."""
  texts = study.config.get("stop")
  rules = []
  for text in texts if isinstance(texts, list) else []:
    try:
      rules.append(parse_rule(str(text)))
    except ValueError:
      continue  # by another version
  return rules


def _advice(study, rule, arm):
  stops, unknown = [], ""
  for run in arm.runs:
    try:
      stops.append(first_stop(rule, course_of(study, rule, run)))
    except ValueError as error:
      stops.append(None)
      unknown = str(error)
  reads_test = rule.reads == "test"
  found = _made(str(rule), arm, stops, reads_test, unknown)
  gap = _gap(arm) if rule.reads == "pool" and not unknown else ""
  return found._replace(gap=gap)


def _gap(arm):
  """Rounds of before there was a rule that reads the pool."""
  rows = [row for run in arm.runs for row in run.rows]
  count = sum("pool_expected" not in row for row in rows)
  if not count:
    return ""
  return f"{count} of {len(rows)} rounds were run without such a rule"


def _any(found, arm):
  """The earliest of all rules, seed by seed, of those that are known."""
  mine = [a for a in found if a.arm is arm and not a.unknown]
  stops = [_earliest([a.stops[s] for a in mine]) for s in range(len(arm.runs))]
  reads_test = any(a.reads_test for a in mine)
  unknown = "" if mine else "no rule can be told here"
  return _made(ANY, arm, stops, reads_test, unknown)


def _earliest(stops):
  known = [stop for stop in stops if stop]
  return min(known, key=lambda stop: stop.round) if known else None


def _made(rule, arm, stops, reads_test, unknown):
  at = [len(arm.labels) - 1 if stop is None else stop.round for stop in stops]
  saved = arm.labels[-1] - arm.labels[at]
  each = np.arange(len(at))
  given_up = arm.gains[:, -1] - arm.gains[each, at]
  return Advice(rule, arm, tuple(stops), saved, given_up, reads_test, unknown)


def course_of(study: Study, rule: StopRule, run: Run) -> Course:
  """What is stored of a run, for a rule."""
  cases = full = None
  better = numbers.better(study.metric)
  if isinstance(rule, Equivalence):
    cases, full = _cases(study, rule, run)
  return Course(
    labels=run.column("labels"),
    seconds=_seconds(run),
    expected=run.column("pool_expected"),
    test=better * run.column(study.metric),
    kappa=run.column("pool_kappa"),
    entropy=run.column("pool_entropy"),
    cases=cases,
    full=full,
    better=better,
  )


def _seconds(run):
  """[rounds] of asking, training and testing; not of the pool for the rules."""
  names = ("seconds_score", "seconds_train", "seconds_test")
  return np.sum([run.column(name) for name in names], 0)


def _cases(study, rule, run):
  """([rounds, patients], [patients] of all labels), NaN where unknown."""
  by_round = [patient_scores(run, row.get("round")) for row in run.rows]
  patients = sorted({p for found in by_round for p in found})
  if not patients:
    return None, None
  cases = _table(by_round, patients)
  full = next((r for r in study.full if r.seed == run.seed), None)
  if rule.score is not None or full is None:
    return cases, None
  whole = patient_scores(full, full.rows[-1].get("round"))
  return cases, _table([whole], patients)[0]


def _table(found, patients):
  return np.array([[row.get(p, np.nan) for p in patients] for row in found])


def tables(study: Study, found: list[Advice]) -> list[tuple[str, Table, str]]:
  """(rule, table, what is to be said below it) for each rule."""
  metric = words.column(study.metric)
  head = [*_HEAD[:-1], f"{metric} given up"]
  made = []
  for rule in dict.fromkeys(a.rule for a in found):
    mine = [a for a in found if a.rule == rule]
    rows = [_row(a) for a in mine]
    made.append((rule, Table(head, rows), _note(mine)))
  return made


def _row(advice):
  name = words.plain(advice.arm.name)
  if advice.unknown:
    return [name, *[words.NOTHING] * 4]
  stopped = [stop for stop in advice.stops if stop]
  seeds = f"{len(stopped)} of {words.counted(len(advice.stops), 'seed')}"
  if not stopped:
    return [name, seeds, *[words.NOTHING] * 3]
  given_up = _mean_over(advice.given_up)
  return [
    name,
    seeds,
    words.span([stop.labels for stop in stopped]),
    words.with_interval(_saved(advice), _whole),
    words.with_interval(given_up, words.signed),
  ]


def _saved(advice):
  """Mean over seeds; its interval no wider than what there was to save."""
  mean, low, high, count = _mean_over(advice.saved)
  most = advice.arm.labels[-1] - advice.arm.labels[0]
  return stats.Interval(mean, np.maximum(low, 0), np.minimum(high, most), count)


def _mean_over(seeds):
  return of_enough(stats.mean_interval(seeds), len(seeds))


def _whole(value):
  return words.number(value, 1)


def _note(mine):
  parts = []
  if any(a.reads_test for a in mine):
    parts.append(f"This {BIASED}.")
  parts += [f"{words.capital(a.arm.name)}: {a.gap}." for a in mine if a.gap]
  for reason in dict.fromkeys(a.unknown for a in mine if a.unknown):
    first, *more = (a.arm.name for a in mine if a.unknown == reason)
    own = words.listed([words.capital(first), *map(words.plain, more)])
    parts.append(f"{own}: {reason}.")
  return " ".join([*parts, *_examples(mine)])


def _examples(mine):
  """The reason of the first seed that was stopped, if one was."""
  for advice in mine[::-1]:  # of a method rather than of a baseline
    for run, stop in zip(advice.arm.runs, advice.stops, strict=True):
      if stop:
        name = words.capital(advice.arm.name)
        labels = words.labels(stop.labels)
        yield f"{name}, seed {run.seed}, {labels} labels: {stop.reason}."
        return


def lines(study: Study, found: list[Advice]) -> list[str]:
  """A line for each rule and acquisition that is no baseline, if there is one.

  Baselines too where nothing else was run.
  """
  metric = words.column(study.metric)
  shown = [a for a in found if not a.arm.is_baseline] or found
  return [_line(advice, metric) for advice in shown]


def has_ended(study: Study) -> bool:
  """Whether a budget of labels was to end the runs."""
  return study.config.get("stop_mode") == "end"


def _line(advice, metric):
  name = words.plain(advice.arm.name)
  text = f"stop {advice.rule}, {name}: "
  if advice.unknown:
    return text + advice.unknown
  stopped = [stop for stop in advice.stops if stop]
  gap = f"; {advice.gap}" if advice.gap else ""
  if not stopped:
    last = words.labels(advice.arm.labels[-1])
    return text + f"would not have stopped by {last} labels{gap}"
  few = ""
  if len(stopped) < len(advice.stops):
    few = f" in {len(stopped)} of {words.counted(len(advice.stops), 'seed')}"
  given_up = _mean_over(advice.given_up)
  bounds = words.bounds(given_up, sign=True)
  interval = "" if bounds == words.NOTHING else f" ({bounds})"
  saved = words.number(float(advice.saved.mean()), 1).removesuffix(".0")
  at = words.span([stop.labels for stop in stopped])
  text += (
    f"would have stopped{few} at {at} labels: "
    f"{saved} saved, {metric} {words.signed(float(given_up.mean))}{interval} "
    "given up"
  )
  return text + (f"; {BIASED}" if advice.reads_test else "") + gap


_COLUMNS = (
  "rule acquisition seed round labels labels_saved metric score "
  "score_given_up reads reason"
)


def stops_csv(found: list[Advice]) -> str:
  """A row for each rule, acquisition and seed; blank where it never stops."""
  rows = [row for advice in found for row in _csv_rows(advice)]
  return csv_table.to_text(_COLUMNS.split(), rows)


def _csv_rows(advice):
  seeds = zip(advice.arm.runs, advice.stops, strict=True)
  for place, (run, stop) in enumerate(seeds):
    row = {
      "rule": advice.rule,
      "acquisition": advice.arm.name,
      "seed": run.seed,
      "metric": advice.arm.metric,
      "reason": advice.unknown,
    }
    if stop:
      row |= stop._asdict() | {
        "labels_saved": f"{advice.saved[place]:.9g}",
        "score": f"{advice.arm.scores[place, stop.round]:.9g}",
        "score_given_up": f"{advice.given_up[place]:.9g}",
      }
    yield row
