"""The numbers of a cold-start study: every arm against random, in pairs."""

import pathlib
from typing import NamedTuple

import numpy as np

from alx import stats
from alx.report import words
from experiments.cold import gaps
from experiments.cold.gaps import Gap
from experiments.cold.plan import (
  FOREGROUND,
  FULL,
  NO_ENCODER,
  RANDOM,
  Plan,
  Row,
  expand,
)
from experiments.cold.rows import read_row


class Line(NamedTuple):
  """One arm at one budget, over its seeds."""

  encoder: str
  method: str
  budget: int
  score: stats.Interval
  sd: float
  minus_random: Gap  # in pairs of one seed
  minus_foreground: Gap  # the same
  minus_draws: Gap  # of all random sets, Welch's
  percentile: float  # among all random sets, %, mean over the models
  distinct_sets: int  # different sets of items among the seeds

  @property
  def name(self) -> str:
    """As it is printed."""
    return name_of(self.encoder, self.method)

  @property
  def is_compared(self) -> bool:
    """Whether it is no baseline."""
    return self.encoder != NO_ENCODER


def name_of(encoder: str, method: str) -> str:
  """An arm as it is printed."""
  method = words.plain(method)
  return method if encoder == NO_ENCODER else f"{method} on {encoder}"


class Results(NamedTuple):
  """Everything that the rows found."""

  plan: Plan
  metric: str
  num_pool: int
  num_classes: int
  records: dict[Row, dict]
  lines: list[Line]  # as `Plan.arms`, budgets innermost

  @property
  def compared(self) -> list[Line]:
    """The lines that are held against the baselines."""
    return [line for line in self.lines if line.is_compared]

  @property
  def metric_name(self) -> str:
    """As it is printed."""
    return words.LABELS.get(self.metric, self.metric)

  def of_arm(
    self, encoder: str, method: str, budget: int, seeds: int | None = None
  ) -> list[dict]:
    """What the seeds of an arm found, one by one."""
    seeds = self.plan.seeds if seeds is None else seeds
    rows = [Row(encoder, method, budget, seed) for seed in range(seeds)]
    return [self.records[row] for row in rows]

  def scores(
    self, encoder: str, method: str, budget: int, seeds: int | None = None
  ) -> np.ndarray:
    """[seeds] of the metric."""
    found = self.of_arm(encoder, method, budget, seeds)
    return np.array([record[self.metric] for record in found], np.float64)

  def random(self, budget: int) -> np.ndarray:
    """[seeds] scores of the random sets that are in pairs."""
    return self.scores(NO_ENCODER, RANDOM, budget)

  def draws(self, budget: int) -> np.ndarray:
    """[draws] scores of all random sets."""
    return self.scores(NO_ENCODER, RANDOM, budget, self.plan.draws)

  def full(self) -> stats.Interval:
    """Of the models that were trained on every label of the pool."""
    return stats.mean_interval(self.scores(NO_ENCODER, FULL, self.num_pool))


def collect(
  workdir: pathlib.Path,
  plan: Plan,
  metric: str,
  num_pool: int,
  num_classes: int,
) -> Results:
  """Reads the finished rows; all of them must be."""
  records = {row: read_row(workdir, row) for row in expand(plan, num_pool)}
  results = Results(plan, metric, num_pool, num_classes, records, [])
  lines = [_line(results, *arm, b) for arm in plan.arms for b in plan.budgets]
  alone = [line for line in lines if not line.is_compared]
  compared = [line for line in lines if line.is_compared]
  for baseline in ("minus_random", "minus_foreground", "minus_draws"):
    compared = _corrected(compared, baseline)
  return results._replace(lines=alone + compared)


def _corrected(lines, baseline):
  """The lines with Holm's p against a baseline, over all of them."""
  found = gaps.corrected([getattr(line, baseline) for line in lines])
  return [
    line._replace(**{baseline: gap})
    for line, gap in zip(lines, found, strict=True)
  ]


def _line(results, encoder, method, budget):
  scores = results.scores(encoder, method, budget)
  found = results.of_arm(encoder, method, budget)
  is_random = method == RANDOM
  draws = results.draws(budget)
  return Line(
    encoder,
    method,
    budget,
    stats.mean_interval(scores),
    float(stats.summarize(scores).sd),
    Gap() if is_random else gaps.paired(scores, results.random(budget)),
    _minus_foreground(results, scores, encoder, budget),
    Gap() if is_random else gaps.unpaired(scores, draws),
    np.nan if is_random else gaps.percentile(scores, draws),
    len({frozenset(record["ids"]) for record in found}),
  )


def _minus_foreground(results, scores, encoder, budget):
  """Of what is compared, where there is such a baseline."""
  if encoder == NO_ENCODER or FOREGROUND not in results.plan.baselines:
    return Gap()
  return gaps.paired(scores, results.scores(NO_ENCODER, FOREGROUND, budget))


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
      **_columns("random", line.minus_random),
      **_columns("foreground_random", line.minus_foreground),
      **_columns("all_random", line.minus_draws),
      "percentile_of_random": _text(line.percentile),
      "distinct_sets": line.distinct_sets,
    }
    for line in results.lines
  ]


def _columns(baseline, gap):
  return {
    f"minus_{baseline}": _text(gap.mean),
    f"minus_{baseline}_low": _text(gap.low),
    f"minus_{baseline}_high": _text(gap.high),
    f"p_{baseline}": _text(gap.p),
    f"p_holm_{baseline}": _text(gap.p_holm),
  }


def _text(value):
  return f"{float(value):.9g}"
