"""The numbers of a cold-start study: every arm against random, in pairs."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report import words
from experiments.cold.plan import FULL, NO_ENCODER, RANDOM, Plan, Row
from experiments.cold.rows import read_row


class Line(NamedTuple):
  """One arm at one budget, over its seeds."""

  encoder: str
  method: str
  budget: int
  score: stats.Interval
  sd: float
  minus_random: stats.Interval  # of pairs of one seed; NaN for random
  p: float  # two-sided t-test of the pairs
  p_holm: float  # corrected for all lines of the study
  percentile: float  # among the random sets, %, mean over the models
  distinct_sets: int  # different sets of items among the seeds

  @property
  def name(self) -> str:
    """As it is printed."""
    method = words.plain(self.method)
    return (
      method if self.encoder == NO_ENCODER else f"{method} on {self.encoder}"
    )


class Results(NamedTuple):
  """Everything that the rows found."""

  plan: Plan
  metric: str
  num_pool: int
  num_classes: int
  records: dict[Row, dict]
  lines: list[Line]  # random first

  def scores(self, encoder: str, method: str, budget: int) -> np.ndarray:
    """[seeds] of the metric."""
    return self._scores(encoder, method, budget, self.plan.seeds)

  def draws(self, budget: int) -> np.ndarray:
    """[draws] scores of all random sets."""
    return self._scores(NO_ENCODER, RANDOM, budget, self.plan.draws)

  def full(self) -> stats.Interval:
    """Of the models that were trained on every label of the pool."""
    found = self.scores(NO_ENCODER, FULL, self.num_pool)
    return stats.mean_interval(found)

  def _scores(self, encoder, method, budget, seeds):
    rows = [Row(encoder, method, budget, seed) for seed in range(seeds)]
    found = [self.records[row][self.metric] for row in rows]
    return np.array(found, np.float64)


def collect(
  workdir: pathlib.Path,
  plan: Plan,
  rows: Sequence[Row],
  metric: str,
  num_classes: int,
) -> Results:
  """Reads the finished rows; all of them must be."""
  records = {row: read_row(workdir, row) for row in rows}
  num_pool = next(row.budget for row in rows if row.method == FULL)
  results = Results(plan, metric, num_pool, num_classes, records, [])
  arms = [(NO_ENCODER, RANDOM), *plan.arms]
  lines = [_line(results, *arm, b) for arm in arms for b in plan.budgets]
  corrected = stats.holm(np.array([line.p for line in lines]))
  return results._replace(
    lines=[
      line._replace(p_holm=float(p))
      for line, p in zip(lines, corrected, strict=True)
    ]
  )


def _line(results, encoder, method, budget):
  scores = results.scores(encoder, method, budget)
  base = results.scores(NO_ENCODER, RANDOM, budget)
  is_random = method == RANDOM
  apart = np.full_like(scores, np.nan) if is_random else scores - base
  summary = stats.summarize(scores)
  p = np.nan if is_random else stats.t_test(stats.paired(scores, base))
  return Line(
    encoder,
    method,
    budget,
    stats.mean_interval(scores),
    float(summary.sd),
    stats.mean_interval(apart),
    float(p),
    np.nan,
    np.nan if is_random else _percentile(scores, results.draws(budget)),
    _distinct(results, encoder, method, budget),
  )


def _percentile(scores, draws):
  """% of pairs of a model and a random set with a lower one; equal: half.

  50 for a method that is as good as random, however many seeds it has.
  """
  apart = scores[:, None] - draws[None, :]
  apart = apart[~np.isnan(apart)]
  if not len(apart):
    return np.nan
  return float(100 * ((apart > 0) + 0.5 * (apart == 0)).mean())


def _distinct(results, encoder, method, budget):
  rows = [Row(encoder, method, budget, s) for s in range(results.plan.seeds)]
  return len({frozenset(results.records[row]["ids"]) for row in rows})


def summary_rows(results: Results) -> list[dict]:
  """The lines of summary.csv."""
  return [
    {
      "encoder": line.encoder,
      "method": line.method,
      "budget": line.budget,
      "seeds": int(line.score.count),
      "mean": _text(line.score.mean),
      "sd": _text(line.sd),
      "low": _text(line.score.low),
      "high": _text(line.score.high),
      "minus_random": _text(line.minus_random.mean),
      "minus_random_low": _text(line.minus_random.low),
      "minus_random_high": _text(line.minus_random.high),
      "p": _text(line.p),
      "p_holm": _text(line.p_holm),
      "percentile_of_random": _text(line.percentile),
      "distinct_sets": line.distinct_sets,
    }
    for line in results.lines
  ]


def _text(value):
  return f"{float(value):.9g}"
