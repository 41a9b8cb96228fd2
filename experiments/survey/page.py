"""The benchmark as one page, every number of which is read from the runs."""

import json
import pathlib
from collections.abc import Sequence

import numpy as np

from alx.report import Picture, Section, curves, tables, words, write_article
from alx.report import arms as sides
from experiments.survey import deviations, results
from experiments.survey.conclusions import conclude, summarise
from experiments.survey.failures import failures
from experiments.survey.plan import Plan
from experiments.survey.results import Outcome
from experiments.survey.tables import beside, title

_QUESTION = (
  "Do the methods of the survey's benchmark choose better labels than chance "
  "does, by how much, and are its published numbers met?"
)
_MORE = (
  "What was asked for, with pictures, the labels needed and the times are in "
  "{}/report.html beside this page."
)
_SPLITS = {
  "given": "the split came with the data",
  "group": "patients were drawn for the test, and are on one side only",
  "item": "items were drawn for the test, whoever's they are",
}
_STAND_IN = (
  "These pictures stand in for those of the benchmark: the published numbers "
  "are of other data, are shown for their shape, and nothing is tested against "
  "them."
)
_SHOWN = (  # settings that a reader needs, in this order
  "model",
  "widths",
  "dropout",
  "steps",
  "batch",
  "optimizer",
  "learning_rate",
  "schedule",
  "weight_decay",
  "clip",
  "dice",
  "class_aware",
  "warm",
  "flips",
  "turns",
  "rotation",
  "intensity",
  "samples",
  "start",
  "query",
  "rounds",
)


def write(
  plan: Plan,
  outcomes: Sequence[Outcome],
  too_large: Sequence[str],
  workdir: pathlib.Path,
) -> pathlib.Path:
  """Writes report.html.

  Args:
    plan: what was run.
    outcomes: one for each budget.
    too_large: a line for each budget that was passed over.
    workdir: where the page and the run directories are.

  Returns:
    Where it is.
  """
  sections = [
    Section("Question", (_QUESTION,)),
    _data(plan, outcomes),
    _protocol(plan, outcomes, too_large),
  ]
  for outcome in outcomes:
    sections += [_results(outcome), _published(outcome), _failures(outcome)]
  said = [line for outcome in outcomes for line in conclude(plan, outcome)]
  sections.append(Section("What can and cannot be concluded", tuple(said)))
  summary = " ".join(map(summarise, outcomes))
  page = workdir / "report.html"
  return write_article(page, plan.benchmark.title, summary, sections)


def _data(plan, outcomes):
  about = outcomes[0].study.dataset
  text = (
    f"{about.get('name')}: {about.get('num_pool')} items to ask for, "
    f"{about.get('num_test')} to test on; "
    f"{_SPLITS.get(about.get('split_by'), 'how is not known')}. Classes: "
    f"{words.listed(about.get('class_names') or ())}. "
    f"{words.counted(len(about.get('left_out') or ()), 'item')} left out."
  )
  source = pathlib.Path(next(iter(plan.configs.values())).data).name
  lines = (text, f"Read from {source}.")
  return Section("Data", (*lines, _STAND_IN) if plan.is_stand_in else lines)


def _protocol(plan, outcomes, too_large):
  config = outcomes[0].study.config
  on = plan.deviations
  lines = [
    f"Size {plan.size}; budgets: "
    + "; ".join(_budget(o.study.config, o.budget) for o in outcomes)
    + f". Seeds {config['first_seed']} to "
    f"{config['first_seed'] + config['seeds'] - 1}, paired over methods. "
    + _weights(config),
    *too_large,
    _deviations(plan.name, on),
    "Not followed in any preset: "
    + "; ".join(deviations.not_done(plan.name))
    + ".",
  ]
  rows = {
    f"{name}, {o.budget}": o.study.config.get(name)
    for o in outcomes
    for name in _SHOWN
  }
  if len(outcomes) == 1:
    rows = {name: config.get(name) for name in _SHOWN}
  made = json.dumps(outcomes[0].study.versions)
  note = f"Made with {made}" if outcomes[0].study.versions else ""
  return Section("Protocol", tuple(lines), (), ((_settings(rows), note),))


def _budget(config, budget):
  return (
    f"{budget}, {config['start']} labels and "
    f"{words.counted(config['rounds'], 'round')} of {config['query']} more"
  )


def _weights(config):
  begin = "goes on from the last" if config.get("warm") else "starts anew"
  return (
    f"Every fit {begin} and takes {config['steps']} steps however many labels "
    "there are; the last step is tested."
  )


def _deviations(name, on):
  if not on:
    return (
      "No deviation of the reference code from its text is copied: every seed "
      "has its own starting set and model, rotated label maps take the nearest "
      "voxel, nothing is augmented when it is scored, patients are kept apart "
      "where they are known."
    )
  texts = [f"{n}: {deviations.DEVIATIONS[n].text}" for n in on]
  off = [n for n in deviations.of_benchmark(name) if n not in on]
  rest = f" Off: {words.listed(off)}." if off else ""
  return f"Copied from the reference code: {'; '.join(texts)}.{rest}"


def _settings(values):
  made = tables.settings(values)
  return made._replace(head=["setting", "value"])


def _results(outcome):
  study, arms = outcome.study, outcome.arms
  drawn = [arm for arm in arms if np.isfinite(arm.scores).any()]
  pictures = []
  if drawn:
    full = sides.full_interval(study)
    png = curves.learning_curves(
      drawn, full, study.dataset.get("num_pool"), study.metric
    )
    caption = (
      "Mean over seeds and its 95% interval (t). All labels: the same number "
      "of steps on the whole pool."
    )
    pictures.append(Picture(png, caption))
  note = (
    "After the last round: mean with its 95% interval over seeds, differences "
    "of the same seeds with theirs, and the mean height of the whole curve."
  )
  return Section(
    f"Results, budget {outcome.budget}",
    (*results.noise(outcome), _MORE.format(outcome.budget)),
    tuple(pictures),
    ((tables.final(study, arms), note),),
  )


def _published(outcome):
  found = []
  for name, rows in outcome.tables.items():
    about = outcome.about[name]
    note = (
      f"{title(outcome, name)}. Ours, mean ± sd over seeds, above the "
      f"published mean ± sd of {results.SEEDS}. Welch's test, Holm over the "
      f"table, level 5%; equivalent: within {about.bound:g}, which is our "
      "choice; near: both within it and different. First labels are published "
      "without a spread. † hard to read in the source."
    )
    if about.is_distance:
      note += " Lower is better."
    if about.is_distance and outcome.study.dataset.get("distance_unit") != "mm":
      note += " Ours are in voxels, theirs in mm: nothing is tested."
    found.append((beside(rows), note))
  heading = f"Next to the published numbers, budget {outcome.budget}"
  return Section(heading, (), (), tuple(found))


def _failures(outcome):
  lines = failures(outcome) or ["None was found."]
  return Section(f"Failure cases, budget {outcome.budget}", tuple(lines))
