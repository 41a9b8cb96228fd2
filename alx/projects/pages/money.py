"""What labelling has cost, and what drafts save, in a currency and a year."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from alx import effort
from alx.effort import words as effort_words
from alx.projects.pages.effort import arms_of
from alx.projects.pages.history import LEAST, Answers
from alx.projects.store import blobs
from alx.projects.store.project import IMAGES, MODELS, Project
from alx.projects.store.state import Submission
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import NOTHING, counted
from alx.stats.resampling import Estimate

_TITLE = "What it costs"
_UNKNOWN = (
  "Money: not known, give --reader_hour (alx project report DIR "
  "--reader_hour=80 --currency=EUR --year=2026; --compute_hour and "
  "--storage_gb_month count the machine)."
)
_ALL = "all cases"


class Task(NamedTuple):
  """Exams of one task, read both ways, with what each has cost."""

  name: str
  manual: list[Submission]
  assisted: list[Submission]


def section(
  project: Project, answers: Answers, rates: effort.Rates | None
) -> Section:
  """What was spent, and the saving per exam with a verdict for each task.

  Args:
    project: with its fits and files.
    answers: of people.
    rates: what an hour costs; None: not known.
  """
  if rates is None:
    return Section(_TITLE, (_UNKNOWN,))
  manual, assisted = arms_of(project, answers)
  tasks = tasks_of(project, manual, assisted)
  machine = _machine_s(project) / max(1, len(_helped(answers)))
  rows = [_row(project, task, rates, machine) for task in tasks]
  head = ["task", "exams without", "exams with", "saved per exam", "verdict"]
  note = (
    f"{rates.currency} of {rates.year}, manual minus assisted, 95% interval "
    "over patients; negative: drafts cost money. Assisted exams carry their "
    "part of all fits. Manual exams are those whose draft was withheld by "
    f"chance; no verdict on fewer than {LEAST} patients of a kind."
  )
  lines = (_spent(project, answers, rates), *_apart(answers, rates))
  return Section(_TITLE, lines, (), ((Table(head, rows), note),))


def tasks_of(
  project: Project,
  manual: Sequence[Submission],
  assisted: Sequence[Submission],
) -> list[Task]:
  """All cases together, and each group of cases that the project knows."""
  found = [Task(_ALL, list(manual), list(assisted))]
  cases = project.state.cases
  groups = {c.about.get("stratum", "") for c in cases.values()} - {""}
  for name in sorted(groups):
    arms = [
      [s for s in arm if cases[s.uid].about.get("stratum") == name]
      for arm in (manual, assisted)
    ]
    found.append(Task(f"group {name}", *arms))
  return found


def saved(
  project: Project, task: Task, rates: effort.Rates, machine_s: float = 0.0
) -> Estimate:
  """Money saved per exam of a task; NaN: it was not read both ways.

  Args:
    project: with the patients.
    task: its exams.
    rates: what an hour costs.
    machine_s: seconds of the machine for each assisted exam.
  """
  if not (task.manual and task.assisted):
    return Estimate(np.nan, np.nan, np.nan, 0)
  costs = [
    effort.cost_of(rates, _seconds(arm), compute_s=seconds)
    for arm, seconds in ((task.manual, 0.0), (task.assisted, machine_s))
  ]
  patients = [_patients(project, arm) for arm in (task.manual, task.assisted)]
  return effort.unpaired_savings(*costs, *patients)


def _row(project, task, rates, machine_s):
  found = saved(project, task, rates, machine_s)
  few = min(
    len(set(_patients(project, arm))) for arm in (task.manual, task.assisted)
  )
  told = NOTHING
  if not np.isnan(found.value):
    told = effort_words.money(found, rates.currency)
  return [
    task.name,
    f"{len(task.manual)}",
    f"{len(task.assisted)}",
    told,
    _verdict(found, few),
  ]


def _verdict(found, few):
  if not few:
    return "not known: not read both ways"
  if few < LEAST:
    return f"none: {counted(few, 'patient')} of a kind"
  return effort.verdict(float(found.low), float(found.high)).task


def _patients(project, arm):
  return [project.state.cases[answer.uid].group for answer in arm]


def _seconds(answers):
  return np.array([answer.about["seconds"] for answer in answers], float)


def _helped(answers):
  return [s for s in answers.all if s.about.get("model")]


def _machine_s(project):
  found = (m.about.get("seconds") for m in project.state.models.values())
  return float(sum(s for s in found if s is not None))


def _gigabytes(project):
  """Of what has to be kept: rounds and pages are made anew from it."""
  places = (project.folder / name for name in (blobs.FOLDER, IMAGES, MODELS))
  files = (file for place in places for file in place.rglob("*"))
  return sum(file.stat().st_size for file in files if file.is_file()) / 1e9


def _spent(project, answers, rates):
  """What was paid so far, part by part; what has no price is not told."""
  show = partial(effort_words.amount, currency=rates.currency)
  unknown = len(answers.all) - len(answers.timed)
  untimed = counted(unknown, "answer")
  more = f" ({untimed} without a time not counted)" if unknown else ""
  read = effort.cost_of(rates, answers.seconds)
  spent = [
    f"{show(read)} on reading, {counted(len(answers.timed), 'answer')}{more}"
  ]
  if rates.compute_hour:
    cost = effort.cost_of(rates, 0.0, compute_s=_machine_s(project))
    spent.append(f"{show(cost)} on {counted(len(project.state.models), 'fit')}")
  if rates.storage_gb_month:
    cost = effort.cost_of(rates, 0.0, gb_months=_gigabytes(project))
    spent.append(f"{show(cost)} a month on keeping images, labels and versions")
  return (
    f"Spent: {', '.join(spent)}. Prices of {rates.currency} {rates.year}: "
    f"{_prices(rates)}."
  )


def _prices(rates):
  told = [f"{rates.reader_hour:g} an hour of a reader"]
  for value, what in (
    (rates.compute_hour, "an hour of the machine"),
    (rates.storage_gb_month, "a GB kept for a month"),
  ):
    told.append(f"{value:g} {what}" if value else f"none told for {what}")
  return ", ".join(told)


def _apart(answers, rates):
  """What went into drafts that were of no use."""
  failed = [s for s in answers.timed if s.decision in ("reject", "redraw")]
  if not failed:
    return ()
  cost = effort.cost_of(rates, _seconds(failed).sum())
  lost = effort_words.amount(cost, rates.currency)
  return (
    f"Of that, {lost} on {counted(len(failed), 'case')} whose draft was "
    "rejected and drawn anew.",
  )
