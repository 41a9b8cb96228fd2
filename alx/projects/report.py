"""Two pages about a project that need nothing else."""

import pathlib
from typing import NamedTuple

from alx.effort import Rates
from alx.projects.pages import cards, checklists, chief, history, plan
from alx.projects.store import log
from alx.projects.store.project import Project
from alx.report.article import write_article

PAGE, AUDIT = "report.html", "audit.html"


class Pages(NamedTuple):
  """Where they are."""

  report: pathlib.Path  # for who leads the readers
  audit: pathlib.Path  # for who audits: cards, decisions, plans, checklists


def write_report(project: Project, rates: Rates | None = None) -> Pages:
  """Writes both pages into the project, from its log alone.

  The head of the log is printed: a log that was written anew is found by
  `alx project verify --head`.

  Args:
    project: to look at.
    rates: what an hour of a reader costs; None: no money is told.
  """
  events = log.read(project.folder)[0]
  versions = history.versions_of(project.state, events)
  given = history.answers_of(project.state)
  name = chief.title(project)
  report = write_article(
    project.folder / PAGE,
    f"Labelling project: {name}",
    chief.summary(project, versions, given),
    chief.sections(project, versions, given, AUDIT, rates),
    chief.BYLINE,
  )
  audit = write_article(
    project.folder / AUDIT,
    f"For the audit: {name}",
    f"What is on record; what is not says {cards.NOT_PROVIDED}. Every number "
    f"is made of the log. Scores, time and readers: {PAGE} beside this page.",
    [
      cards.data_card(project, given),
      *cards.model_cards(project, versions),
      cards.decisions(events),
      *plan.sections(project, events),
      checklists.claim(project, versions, given),
      checklists.clearr(project, given),
      cards.audit(project, events),
    ],
    chief.BYLINE,
  )
  return Pages(report, audit)
