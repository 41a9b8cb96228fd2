"""The stop rules of a run, as its settings write them."""

from collections.abc import Sequence
from typing import Any

from alx.metrics.summaries.measures import measure_of
from alx.runs.settings.checks import distinct
from alx.stats.stopping import Budget, Equivalence, Target, parse_rule
from alx.units.budget import parse_budget

MODES = ("advise", "end")


def canonical(texts: Sequence[str]) -> tuple[str, ...]:
  """The texts in their one form, see `alx.stats.stopping.rules`.

  Raises:
    ValueError: for a text that is wrong, or there twice.
  """
  found = tuple(str(parse_rule(text)) for text in texts)
  distinct("stop", found)
  return found


def labels_after(config: Any, number: int) -> int:
  """What the column `labels` of a curve says after a round.

  Labels; of a budget, what it has come to, in whole slices, voxels, mm ...

  Args:
    config: with budget, start and query.
    number: of the round, 0 the starting set.
  """
  budget = parse_budget(config.budget)
  if budget:
    return round(budget.amount * (number + 1))
  return config.start + number * config.query


def rounds_of(config: Any) -> int:
  """Rounds after the starting set: fewer where a budget of labels ends them.

  Args:
    config: with budget, start, query, rounds, stop and stop_mode.
  """
  if config.stop_mode != "end":
    return config.rounds
  most = min(_label_budgets(config), default=0)
  within = (
    labels_after(config, n) <= most for n in range(1, config.rounds + 1)
  )
  return sum(within)


def _label_budgets(config):
  rules = map(parse_rule, config.stop)
  labels = [r.labels for r in rules if isinstance(r, Budget)]
  return [count for count in labels if count is not None]


def check(config: Any) -> None:
  """Raises ValueError for a rule that stops nothing in these rounds.

  Args:
    config: of a comparison, with acquisitions.
  """
  if config.stop_mode == "end" and not _label_budgets(config):
    found = ", ".join(config.stop) or "no rule"
    raise ValueError(
      "stop_mode=end wants --stop=budget:labels=N, which ends all runs alike; "
      f"found {found}. Other rules end each run elsewhere, and runs of "
      "different lengths are no pairs: they advise"
    )
  rounds = rounds_of(config)
  for text in config.stop:
    if why := _idle(parse_rule(text), config, rounds):
      raise ValueError(f"stop={text} does nothing {why}")


def refuse(config: Any) -> None:
  """Raises ValueError for a rule in a study, where nothing tells of it."""
  if config.stop or config.stop_mode != "advise":
    found = config.stop[0] if config.stop else f"stop_mode={config.stop_mode}"
    raise ValueError(
      f"stop: {found} does nothing in a study, whose tables tell nothing of "
      "it: give it to a run"
    )


def _idle(rule, config, rounds):
  """Why a rule does nothing; "" if it may do something."""
  first, planned = (labels_after(config, n) for n in (0, config.rounds))
  if rule.first_round > rounds:
    return f"in {rounds} rounds: it can stop in round {rule.first_round} first"
  if isinstance(rule, Budget) and rule.labels is not None:
    counted = config.budget.partition(":")[0] or "labels"
    if rule.labels < first:
      return f"with a starting set of {first} {counted}, which is larger"
    if rule.labels >= planned:
      return f"in a run that ends at {planned} {counted}"
  if isinstance(rule, Equivalence) and rule.score is None and not config.full:
    return "without full=True: it compares with a model on all pool labels"
  return _unreachable(rule, config)


def _unreachable(rule, config):
  """Why no test score can be what a rule waits for."""
  waits = isinstance(rule, Target) or getattr(rule, "gain", None)
  measure = measure_of(config.metric)
  if not waits or rule.of != "test" or measure is None or measure.better > 0:
    return ""
  return f"on {config.metric}, of which less is better: it waits for a score"


def check_task(config: Any, task: str) -> None:
  """Raises ValueError for a rule that cannot be asked in a task."""
  for text in config.stop:
    if isinstance(parse_rule(text), Equivalence) and task != "segmentation":
      raise ValueError(
        f"stop={text} wants a segmentation, whose test cases have a Dice each; "
        f"this is a {task}"
      )
