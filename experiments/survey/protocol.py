"""What was run, in sentences, and the settings that it was run with."""

import json
from collections.abc import Sequence

from alx.report import Section, tables, words
from experiments.survey import deviations
from experiments.survey.plan import Plan
from experiments.survey.results import Outcome

_SHOWN = (  # settings that a reader needs, in this order
  "image_size",
  "coarsen",
  "test_share",
  "split_by_item",
  "spare_classes",
  "model",
  "widths",
  "dropout",
  "steps",
  "batch",
  "optimizer",
  "learning_rate",
  "schedule",
  "weight_decay",
  "coupled_decay",
  "clip",
  "dice",
  "class_aware",
  "warm",
  "flips",
  "turns",
  "rotation",
  "intensity",
  "truncated_labels",
  "distort",
  "greedy_seeding",
  "samples",
  "start",
  "query",
  "rounds",
  "shared_start",
)


def protocol(
  plan: Plan, outcomes: Sequence[Outcome], too_large: Sequence[str]
) -> Section:
  """The section of the page.

  Args:
    plan: what was run.
    outcomes: one for each budget.
    too_large: a line for each budget that was passed over.
  """
  first = outcomes[0].study
  lines = (
    f"{_budgets(plan, outcomes)} {_seeds(first.config)} {_fits(outcomes)}",
    *too_large,
    _deviations(plan, first.config, first.dataset.get("split_by")),
    f"Not followed in any preset: {'; '.join(deviations.not_done(plan.name))}.",
  )
  note = f"Made with {json.dumps(first.versions)}" if first.versions else ""
  return Section("Protocol", lines, (), ((_settings(outcomes), note),))


def _budgets(plan, outcomes):
  texts = [_budget(o.budget, o.study.config) for o in outcomes]
  return f"Size {plan.size}; budgets: {'; '.join(texts)}."


def _budget(name, config):
  return (
    f"{name}, {config['start']} labels and "
    f"{words.counted(config['rounds'], 'round')} of {config['query']} more"
  )


def _seeds(config):
  first = config["first_seed"]
  last = first + config["seeds"] - 1
  if first == last:
    return f"One seed, {first}, the same for all methods."
  return f"Seeds {first} to {last}, paired over methods."


def _fits(outcomes):
  begin = "starts anew"
  if outcomes[0].study.config.get("warm"):
    begin = "goes on from the last"
  steps = [f"{o.study.config['steps']} ({o.budget})" for o in outcomes]
  return (
    f"Every fit {begin}; its steps are {words.listed(steps)}, however many "
    "labels there are; the last step is tested."
  )


def _deviations(plan, config, split_by):
  """What the settings copy, whoever asked for it."""
  on = deviations.active(plan.name, config, plan.deviations, split_by)
  if not on:
    return (
      "No deviation of the reference code from its text is copied: every seed "
      "has its own starting set and model, rotated label maps take the nearest "
      "voxel, nothing is augmented when it is scored, patients are kept apart "
      "where they are known."
    )
  texts = [f"{n}: {deviations.DEVIATIONS[n].text}" for n in on]
  off = [n for n in deviations.of_benchmark(plan.name) if n not in on]
  rest = f" Off: {words.listed(off)}." if off else ""
  return f"Copied from the reference code: {'; '.join(texts)}.{rest}"


def _settings(outcomes):
  alone = len(outcomes) == 1
  rows = {
    name if alone else f"{name}, {o.budget}": o.study.config.get(name)
    for name in _SHOWN
    for o in outcomes
  }
  return tables.settings(rows)._replace(head=["setting", "value"])
