"""Labelling with people: who is asked, what they answer, which model serves."""

from alx.projects.answers.receive import receive
from alx.projects.answers.take import import_rounds
from alx.projects.store.project import Project, open_project, working
from alx.projects.store.questions import final_label, status_of
from alx.projects.store.state import (
  State,
)
from alx.projects.work.ask import next_round
from alx.projects.work.begin import begin
from alx.projects.work.decide import reopen, review
from alx.projects.work.export import export
from alx.projects.work.fit import fit
from alx.projects.work.promote import promote, roll_back
from alx.projects.work.settings import Settings
from alx.projects.work.status import status, verify

__all__ = [
  "Project",
  "Settings",
  "State",
  "begin",
  "export",
  "final_label",
  "fit",
  "import_rounds",
  "next_round",
  "open_project",
  "promote",
  "receive",
  "reopen",
  "review",
  "roll_back",
  "status",
  "status_of",
  "verify",
  "working",
]
