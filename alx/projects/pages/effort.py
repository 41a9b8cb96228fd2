"""What readers did to drafts, what it took, and what drafts have saved."""

from typing import NamedTuple

import numpy as np

from alx import effort
from alx.effort import words as effort_words
from alx.effort.fit import line_of
from alx.projects.cases.targets import grid_of, label_of
from alx.projects.cases.units import mask_of
from alx.projects.pages import history
from alx.projects.pages.history import LEAST, Answers
from alx.projects.people.share import seniors_of
from alx.projects.store.project import Project
from alx.projects.store.state import TRAIN, Submission
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import counted
from alx.stats.resampling import Estimate

_SOURCES = {
  "opened": "measured while the reader's viewer was open",
  "client": "measured by the viewer or server",
  "self_reported": "written down by the reader",
  "lease": "from handing out to answer, pauses in it",
}
_WORDS = {
  "accept": "accepted as it was",
  "edit": "edited",
  "redraw": "rejected, drawn anew",
  "scratch": "drawn without a draft",
}
_REPLIES = {"reject": "redraw"}  # what the effort model calls it
_TITLE = "What drafts have saved"


class Done(NamedTuple):
  """An answer and its work in mm and counts; None: not of a label map."""

  answer: Submission
  totals: effort.Totals | None


def work_of(project: Project, answers: Answers) -> list[Done]:
  """What each answer took, from its draft or from nothing."""
  return [Done(s, _totals(project, s)) for s in answers.all]


def _totals(project, answer):
  if not project.segments or not isinstance(answer.label, str):
    return None
  grid = grid_of(project.state.cases[answer.uid])
  draft = None
  if answer.about.get("draft_sha256"):
    draft = label_of(project, answer.uid, answer.about["draft_sha256"])
  final = label_of(project, answer.uid, answer.label)
  if answer.of_units:  # elsewhere nothing was done
    inside = mask_of(answer.about["units"], final.shape)
    final = np.where(inside, final, 0 if draft is None else draft)
  spacing = grid.spacing_mm and grid.spacing_mm[: final.ndim]
  count = len(project.class_names)
  edit = effort.edit_of(draft, final, count, spacing_mm=spacing)
  return effort.totals_of(edit)


def section(project: Project, answers: Answers, done: list[Done]) -> Section:
  """Seconds saved where they were measured both ways; mm and counts else."""
  lines = [_time_line(answers), _saved_line(project, answers)]
  lines += _model_lines(project, done)
  lines.append(_machine_line(project))
  return Section(_TITLE, tuple(lines), (), _tables(done))


def _machine_line(project):
  seconds = [m.about.get("seconds") for m in project.state.models.values()]
  known = [s for s in seconds if s is not None]
  if not known:
    return "The machine's time for fits: none is on record."
  return (
    f"The machine took {sum(known) / 3600:.2f} hours for "
    f"{counted(len(known), 'fit')}, beside the readers."
  )


def _time_line(answers):
  if not answers.timed:
    return (
      f"No time was measured in {counted(len(answers.all), 'answer')}: what "
      "follows is in mm and counts, not in minutes (`alx project open` "
      "measures, the column minutes of the worklist is read)."
    )
  counts = {}
  for answer in answers.timed:
    source = _SOURCES.get(
      answer.about.get("time_source"), "of a source unknown"
    )
    counts[source] = counts.get(source, 0) + 1
  told = ", ".join(f"{n} {source}" for source, n in sorted(counts.items()))
  return (
    f"Readers took {answers.seconds / 3600:.2f} hours in {len(answers.timed)} "
    f"of {counted(len(answers.all), 'answer')} ({told}); the time of the "
    "others is not known."
    if len(answers.timed) < len(answers.all)
    else f"Readers took {answers.seconds / 3600:.2f} hours in "
    f"{counted(len(answers.all), 'answer')} ({told})."
  )


def arms_of(project: Project, answers: Answers):
  """(timed answers without a draft, with one) of rounds that had both.

  Cases whose draft was withheld are drawn by chance. First rounds and frozen
  cases are not, nor is what seniors read, nor a round without any draft; so
  they are not compared.
  """
  arms, state = {"blind": [], "draft": []}, project.state
  seniors = set(seniors_of(state))
  with_drafts = {s.round for s in answers.all if _arm(s) == "draft"}
  for answer in answers.timed:
    made = state.rounds.get(answer.round)
    part = state.cases[answer.uid].part
    by_chance = made and made.model and answer.round in with_drafts
    by_chance = by_chance and answer.reader not in seniors
    if by_chance and part == TRAIN and not answer.repeat:
      arms[_arm(answer)].append(answer)
  return arms["blind"], arms["draft"]


def _arm(answer):
  return answer.about.get("arm", "draft")


class Saved(NamedTuple):
  """What drafts have saved per case, and on how many cases it was seen."""

  estimate: Estimate  # seconds; NaN: not known
  manual: int  # cases
  assisted: int
  patients: int  # of the smaller arm


def saved(project: Project, answers: Answers) -> Saved:
  """Seconds without a draft minus with one, of cases drawn by chance."""
  arms = arms_of(project, answers)
  if not all(arms):
    unknown = Estimate(np.nan, np.nan, np.nan, 0)
    return Saved(unknown, *map(len, arms), 0)
  seconds = [np.array([s.about["seconds"] for s in arm]) for arm in arms]
  patients = [[_patient(project, s.uid) for s in arm] for arm in arms]
  found = effort.unpaired_savings(*seconds, *patients)
  few = min(len(set(names)) for names in patients)
  return Saved(found, *map(len, arms), few)


def _patient(project, uid):
  return project.state.cases[uid].group


def headline(project: Project, answers: Answers) -> str:
  """The saving in a sentence; "" where none may be told."""
  found = saved(project, answers)
  if found.patients < LEAST:
    return ""
  text = effort_words.with_interval(found.estimate, 1, " s")
  finding = effort.verdict(*map(float, found.estimate[1:3])).finding
  told = {
    "saves": "Drafts save a reader's time",
    "costs": "Drafts cost more time than they save",
    "undecided": "It is not shown that drafts save time",
    "unknown": "What drafts save is not known",
  }[finding]
  return f"{told}: {text} per case."


def _saved_line(project, answers):
  found = saved(project, answers)
  if not found.patients:
    return (
      "Saving per case: not known. It takes timed answers with a draft "
      f"({found.assisted}) and of cases whose draft was withheld by chance "
      f"({found.manual}); `alx project init --blind=0.2` withholds a fifth."
    )
  low, high = (float(x) for x in found.estimate[1:3])
  told = _verdict(effort.verdict(low, high))
  if found.patients < LEAST:
    few = counted(found.patients, "patient")
    told = f"No verdict: {few} in an arm, wanted {LEAST}."
  text = effort_words.with_interval(found.estimate, 1, " s")
  return (
    f"Saving per case: {text} (95% interval over patients; negative: drafts "
    f"cost time), {counted(found.manual, 'case')} without a draft by chance "
    f"against {found.assisted} with one. {told}"
  )


def _verdict(said):
  told = {
    "saves": "Drafts save time: let them lead, a person still signs",
    "costs": "Drafts cost time: work without them",
    "undecided": "It is not shown that drafts save time: offer them",
  }
  return f"Verdict: {said.task}. {told[said.finding]}."


def _model_lines(project, done):
  """What an effort model of this project's own seconds says."""
  rows = [d for d in done if d.totals and history.is_timed(d.answer)]
  rows = [d for d in rows if d.totals.unit == "mm"]
  if not rows:
    return []
  counts = np.array([effort.counts_of(d.totals, _reply(d)) for d in rows])
  seconds = np.array([d.answer.about["seconds"] for d in rows])
  readers = [d.answer.reader for d in rows]
  try:
    fitted = effort.fit_effort(counts, seconds, readers)
  except ValueError as error:
    return [f"No effort model: {error}."]
  helped = [i for i, d in enumerate(rows) if d.answer.about.get("draft_sha256")]
  lines = [f"Effort model, {line_of(fitted)}."]
  if len(helped) > 1:
    scratch = np.array(
      [effort.counts_of(rows[i].totals, "scratch") for i in helped]
    )
    patients = [_patient(project, rows[i].answer.uid) for i in helped]
    found = effort.savings(
      effort.seconds_of(scratch, fitted.prices),
      seconds[helped],
      patients,
      [readers[i] for i in helped],
    )
    saved = effort_words.with_interval(found.per_exam, 1, " s")
    share = effort_words.with_interval(found.percent, 1, "%")
    lines.append(
      f"By that model the {counted(found.exams, 'case')} with a draft took "
      f"{saved} less than drawing them from nothing, {share}. That was not "
      "observed, and the model's own error is not in the interval: no verdict."
    )
  return lines


def _reply(done):
  return _REPLIES.get(done.answer.decision, done.answer.decision)


def _tables(done):
  """Work by what readers decided, in mm and counts."""
  known = [d for d in done if d.totals]
  if not known:
    return ()
  rows = []
  units = sorted({d.totals.unit for d in known})
  for decision in effort.DECISIONS:
    for unit in units:
      own = [
        d.totals
        for d in known
        if _reply(d) == decision and d.totals.unit == unit
      ]
      if own:
        rows.append(_work_row(decision, unit, own))
  head = ["draft", "answers", "unit", "path drawn", "path erased"]
  head += ["parts touched", "slices touched", "contour from nothing"]
  note = (
    "Means per answer. Path drawn: contour of the final label that the draft "
    "did not have (added path length); a whole part that goes costs no path. "
    "An accepted draft takes no path."
  )
  return ((Table(head, rows), note),)


def _work_row(decision, unit, totals):
  names = ("added", "erased", "components", "slices", "whole")
  means = [np.mean([getattr(t, name) for t in totals]) for name in names]
  return [
    _WORDS[decision],
    f"{len(totals)}",
    unit,
    *(f"{m:.1f}" for m in means),
  ]
