"""The tables of a cold-start report."""

from collections.abc import Iterable

import numpy as np

from alx import stats
from alx.report import words
from alx.report.tables import Table
from experiments.cold.plan import NO_ENCODER, RANDOM, Row
from experiments.cold.results import Line, Results

_MOST = 8  # lines of a table of failures


def of_budget(results: Results, budget: int) -> Table:
  """Every arm at one number of labels."""
  metric = words.LABELS.get(results.metric, results.metric)
  head = ["", metric, "sd", "minus random", "p", "p, Holm", "percentile"]
  lines = [line for line in results.lines if line.budget == budget]
  return Table(head, [_row(line) for line in lines])


def _row(line):
  return [
    line.name,
    interval(line.score, words.number),
    words.number(line.sd),
    interval(line.minus_random, words.signed),
    words.number(line.p),
    words.number(line.p_holm),
    words.number(line.percentile, 0),
  ]


def interval(found: stats.Interval, write=words.signed) -> str:
  """A mean, and its interval below it."""
  if not np.isfinite(found.low):
    return write(found.mean)
  return f"{write(found.mean)}\n{write(found.low)} to {write(found.high)}"


def coverage(results: Results, rows: list[dict], encoder: str) -> Table:
  """Mean distance to the nearest labelled item, over that of random sets."""
  mine = [row for row in rows if row["encoder"] == encoder]
  base = {
    (row["budget"], row["seed"]): float(row["mean_distance"])
    for row in mine
    if row["method"] == RANDOM
  }
  budgets, lines = results.plan.budgets, []
  for method in results.plan.methods[1:]:
    shares = [
      [
        float(row["mean_distance"]) / (base[b, row["seed"]] or np.nan)
        for row in mine
        if (row["method"], row["budget"]) == (method, b)
      ]
      for b in budgets
    ]
    cells = [words.with_sd(share, 2) for share in shares]
    lines.append([words.plain(method), *cells])
  return Table(["", *(f"{b} labels" for b in budgets)], lines)


def classes(results: Results) -> Table:
  """How many classes the first labels show, mean over the seeds."""
  plan = results.plan
  lines = []
  for encoder, method in [(NO_ENCODER, RANDOM), *plan.arms]:
    seen = [_seen(results, encoder, method, b) for b in plan.budgets]
    name = _line_of(results, encoder, method, plan.budgets[0]).name
    lines.append([name, *(words.number(x.mean(), 1) for x in seen)])
  return Table(["", *(f"{b} labels" for b in plan.budgets)], lines)


def missing_classes(results: Results) -> Table:
  """The arms whose first labels lack a class in some seed."""
  lines = []
  for line in results.lines:
    seen = _seen(results, line.encoder, line.method, line.budget)
    lacking = int((seen < results.num_classes).sum())
    if lacking:
      lines.append([line.name, str(line.budget), f"{lacking} of {len(seen)}"])
  return Table(["", "labels", "seeds that lack a class"], lines)


def worst_arms(lines: Iterable[Line]) -> Table:
  """Where random is ahead, the farthest first."""
  behind = [line for line in lines if line.minus_random.mean < 0]
  behind.sort(key=lambda line: float(line.minus_random.mean))
  head = ["", "labels", "minus random"]
  return Table(
    head,
    [
      [line.name, str(line.budget), interval(line.minus_random)]
      for line in behind[:_MOST]
    ],
  )


def worst_rows(results: Results) -> Table:
  """The single models that fell farthest behind random of their seed."""
  found = []
  for line in results.lines[len(results.plan.budgets) :]:
    scores = results.scores(line.encoder, line.method, line.budget)
    base = results.scores(NO_ENCODER, RANDOM, line.budget)
    for seed, gap in enumerate(scores - base):
      if gap < 0:
        found.append((float(gap), line, seed))
  found.sort(key=lambda entry: entry[0])
  head = ["", "labels", "seed", "minus random", "classes", "first items"]
  return Table(head, [_worst(results, *entry) for entry in found[:_MOST]])


def _worst(results, gap, line, seed):
  row = Row(line.encoder, line.method, line.budget, seed)
  record = results.records[row]
  ids = record["ids"][:4]
  more = " …" if len(record["ids"]) > len(ids) else ""
  return [
    line.name,
    str(line.budget),
    str(seed),
    words.signed(gap),
    f"{record['classes_seen']} of {results.num_classes}",
    ", ".join(ids) + more,
  ]


def _seen(results, encoder, method, budget):
  rows = [Row(encoder, method, budget, s) for s in range(results.plan.seeds)]
  return np.array([results.records[row]["classes_seen"] for row in rows])


def _line_of(results, encoder, method, budget):
  wanted = encoder, method, budget
  return next(line for line in results.lines if line[:3] == wanted)
