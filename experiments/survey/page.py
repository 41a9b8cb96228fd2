"""The benchmark as one page, every number of which is read from the runs."""

import pathlib
from collections.abc import Sequence

import numpy as np

from alx.report import (
  Picture,
  Section,
  comparisons,
  tables,
  words,
  write_article,
)
from alx.report import arms as sides
from alx.report.figures import curves
from alx.report.measures import names
from experiments.survey.conclusions import conclude, summarise
from experiments.survey.failures import failures
from experiments.survey.noise import noise
from experiments.survey.plan import Plan
from experiments.survey.protocol import protocol
from experiments.survey.published import (
  LONGER,
  SEEDS,
  full_steps,
  is_comparable,
)
from experiments.survey.results import FOLDED, Outcome, by_metric
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
  "These stand in for the data of the benchmark ({}): the published numbers "
  "are of other data, are shown for their shape, and nothing is tested against "
  "them."
)
_CURVES = (
  "Mean over seeds and its 95% interval (t). All labels: the same number of "
  "steps on the whole pool."
)
_PLAIN = (
  "The same for the AUC as it is, which is also what the budget's own report "
  "shows."
)
_MINUS = (
  "{} minus that of {}, the same seeds and labels: mean, its 95% interval (t, "
  "of one method alone), and p after Holm over the methods."
)
_PATIENTS = (
  " Over patients: how far these same trainings could lie apart on other "
  "patients (BCa bootstrap, 95%, each patient with all volumes and seeds)."
)
_TESTS = (
  "Ours, mean ± sd over seeds, above the published mean ± sd of "
  f"{SEEDS}. Welch's test, Holm over the table, level 5%;"
)
_LOWER = (
  " Lower is better. What was missed or invented has no distance and is not in "
  "it: see the counts beside the means."
)
_DISTANCES = (
  "Lower is better. A slice or volume whose prediction or truth lacks the "
  "structure is left out of the mean; below it stands how many structures of a "
  "test case were missed (only the truth has them) or invented (only the "
  "prediction), mean over seeds; slices are counted under failure cases."
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
    protocol(plan, outcomes, too_large),
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
  if about.get("scored"):
    metric = outcomes[0].study.metric
    text = f"{text} {words.scored(about['scored'], metric)}."
  lines = (text, f"Read from {pathlib.Path(plan.data).name}.")
  if not outcomes[0].original:
    lines = (*lines, _STAND_IN.format(plan.benchmark.original))
  return Section("Data", lines)


def _results(outcome):
  study, arms = outcome.study, outcome.arms
  drawn = [arm for arm in arms if np.isfinite(arm.scores).any()]
  note = (
    "After the last round, and over the budget: means with their 95% intervals "
    f"over seeds. {names.OVER_THE_BUDGET}"
  )
  found = [(tables.final(study, arms), note)]
  if study.metric == FOLDED:
    plain = by_metric(study, "auc")
    found.append((tables.final(plain, sides.make_arms(plain)), _PLAIN))
  return Section(
    f"Results, budget {outcome.budget}",
    (*noise(outcome), _MORE.format(outcome.budget)),
    (_curves(study, drawn),) if drawn else (),
    (*found, *_differences(outcome)),
  )


def _curves(study, arms):
  full = sides.full_interval(study)
  num_pool = study.dataset.get("num_pool")
  png = curves.learning_curves(arms, full, num_pool, study.metric)
  return Picture(png, _CURVES)


def _differences(outcome):
  """A table for each published measure and each random arm."""
  for column, arms in outcome.measured.items():
    name = words.LABELS.get(column, column)
    lower = _LOWER if column in names.DISTANCES else ""
    gaps = comparisons.against_baselines(arms)
    for base, table in tables.differences(gaps, column):
      cases = _PATIENTS if column == "dice" else ""
      yield table, _MINUS.format(name, base) + lower + cases


def _published(outcome):
  heading = f"Next to the published numbers, budget {outcome.budget}"
  found = [
    (beside(rows), _note(outcome, name))
    for name, rows in outcome.tables.items()
  ]
  return Section(heading, (), (), tuple(found))


def _note(outcome, name):
  """What a reader has to know of a table."""
  about, study = outcome.about[name], outcome.study
  lines = [
    f"{title(outcome, name)}. {_TESTS}",
    f"equivalent: within {about.bound:g}, which is our choice; near: both "
    "within it and different. First labels are published without a spread. † "
    "hard to read in the source, and not tested.",
  ]
  if any(row["flag"] == LONGER for row in outcome.tables[name]):
    lines.append(
      f"‡ after some {about.full_steps} steps, ours after {full_steps(study)}."
    )
  if about.is_distance:
    lines.append(_DISTANCES)
  if not is_comparable(study, about):
    kind = "volumes" if len(study.config.get("patch") or ()) == 3 else "slices"
    unit = study.dataset.get("distance_unit") or "voxels"
    lines.append(
      f"Ours are of {kind}, in {unit}, theirs of volumes, in mm: nothing is "
      "tested."
    )
  return " ".join(lines)


def _failures(outcome):
  lines = failures(outcome) or ["None was found."]
  return Section(f"Failure cases, budget {outcome.budget}", tuple(lines))
