"""CLAIM and CLEARR-AI, filled with what a project knows.

Mongan et al., CLAIM: 2024 update, Radiology: Artificial Intelligence 2024;
Elfer et al., CLEARR-AI, 2024. What they ask for is paraphrased by subject,
without their numbers.
"""

from collections.abc import Sequence

import alx
from alx.projects.pages import cards
from alx.projects.pages.cards import NOT_PROVIDED
from alx.projects.pages.history import Answers, Version
from alx.projects.store.project import Project
from alx.projects.store.questions import newest_answers
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import counted, listed

_PARAPHRASED = (
  "Paraphrased by subject: the published checklist has the wording and the "
  "numbers of its items."
)
_ITEMS = (
  "Title or abstract names the method as AI",
  "Structured summary",
  "Background, intended use, clinical role",
  "Aims and hypotheses",
  "Prospective or retrospective",
  "Goal of the study",
  "Data sources",
  "Inclusion and exclusion criteria",
  "Preprocessing",
  "Selection of subsets of the data",
  "De-identification",
  "Missing data",
  "Image acquisition",
  "Definition of the reference standard",
  "Reason for this reference standard",
  "Who annotated, and what they are",
  "Annotation of the test set",
  "Inter- and intrarater variability",
  "Assignment to partitions",
  "Level at which partitions are disjoint",
  "Sample size",
  "Model",
  "Software",
  "Initial parameters",
  "Training",
  "How the final model was selected",
  "Ensembles",
  "Metrics",
  "Statistics and uncertainty",
  "Robustness",
  "Explainability",
  "Evaluation on internal data",
  "Evaluation on external data",
  "Registration of a trial",
  "Flow of patients and exclusions",
  "Demographics of each partition",
  "Performance with uncertainty",
  "Diagnostic performance and precision",
  "Failure analysis",
  "Limitations",
  "Implications for practice",
  "Registration number",
  "Where the protocol is",
  "Funding",
)


def claim(
  project: Project, versions: Sequence[Version], given: Answers
) -> Section:
  """The subjects of CLAIM 2024."""
  known = _claim(project, versions, given)
  rows = [
    [item, known.get(n, NOT_PROVIDED)] for n, item in enumerate(_ITEMS, 1)
  ]
  note = (
    f"{len(known)} of {len(_ITEMS)} subjects are known to the project. "
    f"{_PARAPHRASED}"
  )
  return Section("CLAIM 2024", (note,), (), (), (Table([], rows),))


def _claim(project, versions, given):
  state = project.state
  patients = {c.group for c in state.cases.values()}
  readers = {s.reader for s in given.all}
  found = {
    10: f"cases to label were chosen by {_methods(state)}",
    11: cards.identifiers(),
    12: f"images that could not be used: {cards.left_out(project)}",
    14: "labels of readers, or of the data as they came; see the data card",
    16: f"{counted(len(readers), 'reader')}; what they are {NOT_PROVIDED}",
    17: "frozen cases are labelled by the same readers, without drafts",
    18: "see How far readers agree on the other page",
    19: "by a seed, before anything was asked, of each stratum its share",
    20: "patients, where they are known; else images",
    21: f"{counted(len(patients), 'patient')}, "
    f"{counted(len(state.cases), 'image')}; no power analysis",
    23: f"alx {alx.__version__}; the project was begun with "
    f"alx {project.settings['alx']}",
    28: "Dice by class" if project.segments else "share of right answers",
    29: "95% bootstrap intervals over patients",
    35: f"{counted(len(state.cases), 'image')} used, "
    f"{len(state.left_out)} left out",
  }
  if versions:
    found |= {
      22: "network and settings are in config.json of each version",
      24: "see Started from in each model card",
      25: "see config.json of each version, and the protocol",
      26: "the gate, see Decisions on versions",
    }
  if any(v.gate.get("scores") for v in versions):
    found |= {
      32: "frozen validation cases; they also serve the gate",
      37: "see How good the model is on the other page",
    }
  return found


def clearr(project: Project, given: Answers) -> Section:
  """Collection and evaluation of annotations."""
  state = project.state
  repeats = sum(task.repeat for task in state.tasks())
  blind = sum(s.about.get("arm") == "blind" for s in given.all)
  several = sum(len(own) > 1 for own in newest_answers(state).values())
  readers = sorted({s.reader for s in given.all})
  flagged = sum(bool(s.about.get("flags")) for s in given.all)
  rows = [
    ["annotators: number", f"{len(readers)}"],
    ["annotators: expertise, training, pay", NOT_PROVIDED],
    ["data annotated", f"{counted(len({s.uid for s in given.all}), 'case')}"],
    ["selection of cases", _methods(state)],
    ["labels and their definitions", listed(project.class_names)],
    ["instructions", "README.txt of each round; clinical ones not provided"],
    ["platform", "any viewer that writes the label files; " + NOT_PROVIDED],
    [
      "time",
      f"{len(given.timed)} of {counted(len(given.all), 'answer')} timed",
    ],
    [
      "help by a model",
      f"{len(given.all) - blind} answers after a draft was shown, {blind} "
      "without; the version of each draft is in the log",
    ],
    ["blinding to other readers", "readers write in folders of their own"],
    ["readers per case", f"{several} cases by two or more"],
    ["hidden repeats", f"{repeats}"],
    ["disagreement", _settled(state)],
    ["quality control", f"each file checked; {flagged} answers flagged"],
    ["refused", f"{counted(len(state.refused), 'file or answer')}"],
    ["changes of a label", _revisions(state)],
    ["provenance", "every answer with its hashes in the audit log"],
    ["truth beyond the readers", NOT_PROVIDED],
  ]
  return Section("CLEARR-AI", (_PARAPHRASED,), (), (), (Table([], rows),))


def _methods(state):
  return listed(sorted({made.method for made in state.rounds.values()})) or "-"


def _settled(state):
  return f"{counted(len(state.decided), 'case')} decided by a reviewer or vote"


def _revisions(state):
  count = sum(len(v) > 1 for v in state.submissions.values())
  return f"{counted(count, 'case')} answered again; earlier answers are kept"
