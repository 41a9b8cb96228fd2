"""Sections of a predetermined change control plan, from settings and log.

After the guidance of the FDA on such plans (December 2024): description of
modifications, modification protocol, impact assessment. Orientation for who
writes one, not advice.
"""

from collections import Counter
from collections.abc import Sequence

from alx.projects.models.rule_texts import (
  parse_rules,
  parse_update,
  parse_weights,
)
from alx.projects.pages.cards import NOT_PROVIDED
from alx.projects.store.events import Event
from alx.projects.store.project import Project
from alx.projects.store.state import TEST, VALIDATION
from alx.report.article import Section
from alx.report.tables import Table
from alx.report.words import counted

_MODES = {
  "scratch": "from new parameters on all labels",
  "warm": "from the version that serves, on all labels",
  "finetune_new": "from the version that serves, on new labels alone",
  "finetune_replay": "from the version that serves, on new labels and a share "
  "of old ones",
}


def sections(project: Project, events: Sequence[Event]) -> list[Section]:
  """The three sections."""
  return [_modifications(project), _protocol(project), _impact(project, events)]


def _modifications(project):
  update = parse_update(project.settings.get("update", "scratch"))
  rows = [
    ["what may change", "parameters of the model, by fits to more labels"],
    [
      "what may not",
      "classes, label map, network and settings of the fit, frozen cases: they "
      "are set when the project is begun",
    ],
    ["how a fit starts", f"{update.mode}: {_MODES[update.mode]}"],
    ["how often", "when new labels are there and a round is asked for"],
    ["one model for all sites", "yes"],
    ["indication for use", NOT_PROVIDED],
  ]
  title = "Change control: description of modifications"
  return Section(title, (), (), (), (Table([], rows),))


def _protocol(project):
  rules = parse_rules(project.settings.get("gate", ()))
  weights = parse_weights(project.settings.get("weights", ()))
  parts = Counter(c.part for c in project.state.cases.values())
  told = ", ".join(f"{name} {value:g}" for name, value in vars(weights).items())
  overrides = ", ".join(project.settings.get("set", ())) or "none"
  rows = [
    [
      "data management",
      f"{parts[VALIDATION]} validation and {parts[TEST]} test cases, whole "
      "patients, frozen before anything was asked; a fit refuses them and "
      "their patients. Each label has its reader, draft and hash in the log",
    ],
    ["weights of labels by source", told],
    ["re-training: settings changed from the defaults", overrides],
    ["evaluation: comparison", _comparison(rules)],
    ["evaluation: floors", _floors(rules)],
    ["evaluation: failures", _failures(rules)],
    ["evaluation: calibration", _calibration(rules)],
    ["approval", _approval(rules)],
    [
      "update",
      "a version that passes serves by a pointer; drafts name their version; "
      "rollback moves the pointer back, bit for bit",
    ],
    ["monitoring after the update", "drift by round, on the other page"],
    ["information to users", NOT_PROVIDED],
  ]
  title = "Change control: modification protocol"
  return Section(title, (), (), (), (Table([], rows),))


def _comparison(rules):
  return (
    "with the version that serves, on the same frozen validation cases: lower "
    f"end of the {100 * rules.level:g}% interval of the mean difference "
    f"(paired, {rules.draws} draws of patients) above -{rules.margin:g}; "
    f"{rules.patients} patients at least"
  )


def _floors(rules):
  if not rules.floors:
    return "none were set"
  return "; ".join(
    f"{f.class_name or 'all classes'}"
    f"{f' in {f.stratum}' if f.stratum else ''} at least {f.least:g}"
    for f in rules.floors
  )


def _failures(rules):
  if rules.failures is None:
    return "not looked at"
  return f"{rules.failures} new scores of 0 at most (label maps)"


def _calibration(rules):
  if rules.calibration is None:
    return "not looked at"
  return f"error at most {rules.calibration:g} larger than before"


def _approval(rules):
  if rules.approval == "human":
    return "a reviewer or admin says yes by name"
  return "by the rules alone; a name was not asked for"


def _impact(project, events):
  withheld = project.settings.get("blind", 0)
  gates = [e.about for e in events if e.kind == "gated"]
  counts = Counter(about["decision"] for about in gates)
  backs = sum(e.kind == "rolled_back" for e in events)
  rows = [
    [
      "so far",
      f"{counted(len(gates), 'decision')}: {counts['promoted']} promoted, "
      f"{counts['held']} held; {counted(backs, 'rollback')}",
    ],
    [
      "benefit of a change",
      "scores of each version with intervals, and time saved: the other page",
    ],
    [
      "risk: a class or group gets worse while the mean rises",
      "floors by class and stratum, where set; new failures are counted",
    ],
    [
      "risk: readers follow wrong drafts",
      f"of drafts {100 * withheld:g}% are withheld by chance; every label is a "
      "person's",
    ],
    [
      "risk: the choice of cases makes labels unlike the patients to come",
      "frozen cases are drawn by chance, not chosen by the model",
    ],
    ["clinical risk, severity, and mitigation", NOT_PROVIDED],
  ]
  title = "Change control: impact assessment"
  return Section(title, (), (), (), (Table([], rows),))
