"""The tables of a cold-start report."""

from collections.abc import Iterable

import numpy as np

from alx.report import words
from alx.report.tables import Table
from experiments.cold.plan import FOREGROUND, RANDOM, Row
from experiments.cold.results import Line, Results, name_of

_MOST = 8  # lines of a table of failures


def in_pairs(results: Results, budget: int) -> Table:
  """Every arm at one number of labels, against random of the same seed."""
  head = ["", results.metric_name, "sd", "minus random", "p", "p, Holm"]
  return Table(
    head,
    [
      [
        line.name,
        words.with_interval(line.score),
        words.number(line.sd),
        *_gap(line.minus_random),
      ]
      for line in results.lines
      if line.budget == budget
    ],
  )


def beside(results: Results, budget: int) -> Table:
  """The same arms against all random sets, and foreground_random if any."""
  head = ["", "percentile", f"minus {results.plan.draws} random sets"]
  head += ["p, Welch", "p, Holm"]
  knows = FOREGROUND in results.plan.baselines
  if knows:
    head += [f"minus {words.plain(FOREGROUND)}", "p", "p, Holm"]
  return Table(
    head,
    [
      [
        line.name,
        words.number(line.percentile, 0),
        *_gap(line.minus_draws),
        *(_gap(line.minus_foreground) if knows else ()),
      ]
      for line in results.lines
      if line.budget == budget and line.method != RANDOM
    ],
  )


def _gap(gap):
  return [
    words.with_interval(gap, words.signed),
    words.number(gap.p),
    words.number(gap.p_holm),
  ]


def coverage(results: Results, rows: list[dict], encoder: str) -> Table:
  """Mean distance to the nearest labelled item, over that of random sets."""
  plan = results.plan
  found = {
    (row["method"], row["budget"], row["seed"]): float(row["mean_distance"])
    for row in rows
    if row["encoder"] == encoder
  }
  methods = [m for m in (*plan.baselines, *plan.methods) if m != RANDOM]
  lines = [
    [words.plain(m), *(_shares(found, plan, m, b) for b in plan.budgets)]
    for m in methods
  ]
  return Table(_budgets(plan), lines)


def _shares(found, plan, method, budget):
  """Mean and sd over the seeds, as multiples of random."""
  shares = [
    found[method, budget, seed] / (found[RANDOM, budget, seed] or np.nan)
    for seed in range(plan.seeds)
  ]
  return words.with_sd(shares, 2)


def _budgets(plan):
  return ["", *(f"{budget} labels" for budget in plan.budgets)]


def classes(results: Results) -> Table:
  """How many classes the first labels show, mean over the seeds."""
  plan = results.plan

  def cells(arm):
    seen = [_seen(results, *arm, budget) for budget in plan.budgets]
    return [words.number(found.mean(), 1) for found in seen]

  return Table(
    _budgets(plan), [[name_of(*arm), *cells(arm)] for arm in plan.arms]
  )


def missing_classes(results: Results) -> Table:
  """The arms whose first labels lack a class in some seed."""
  lines = []
  for line in results.lines:
    seen = _seen(results, line.encoder, line.method, line.budget)
    lacking = int((seen < results.num_classes).sum())
    if lacking:
      lines.append([line.name, str(line.budget), f"{lacking} of {len(seen)}"])
  return Table(["", "labels", "seeds that lack a class"], lines)


def _seen(results, encoder, method, budget):
  found = results.of_arm(encoder, method, budget)
  return np.array([record["classes_seen"] for record in found])


def worst_arms(lines: Iterable[Line]) -> Table:
  """Where random is ahead, the farthest first."""
  behind = [line for line in lines if line.minus_random.mean < 0]
  behind.sort(key=lambda line: line.minus_random.mean)
  return Table(
    ["", "labels", "minus random"],
    [
      [
        line.name,
        str(line.budget),
        words.with_interval(line.minus_random, words.signed),
      ]
      for line in behind[:_MOST]
    ],
  )


def worst_rows(results: Results) -> Table:
  """The single models that fell farthest behind random of their seed."""
  found = []
  for line in results.compared:
    scores = results.scores(line.encoder, line.method, line.budget)
    apart = scores - results.random(line.budget)
    found += [(gap, line, seed) for seed, gap in enumerate(apart) if gap < 0]
  found.sort(key=lambda entry: entry[0])
  head = ["", "labels", "seed", "minus random", "classes", "first items"]
  return Table(head, [_worst(results, *entry) for entry in found[:_MOST]])


def _worst(results, gap, line, seed):
  record = results.records[Row(line.encoder, line.method, line.budget, seed)]
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
