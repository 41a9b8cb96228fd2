"""The gate, and what a fit reads, for a project as it stands on disk.

A project is anything with `class_names`, `segments` and a `state` whose `cases`
have a `part`, a `patient` and an `about`, and whose `models` have an `about`.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from alx._version import __version__
from alx.projects.models import frozen, sources
from alx.projects.models.gate import Approver, Rules, approval, judge
from alx.projects.models.scores import Scores, make_scores
from alx.projects.models.sources import SourceWeights
from alx.projects.models.updates import Plan, Update, plan_update
from alx.projects.models.versions import Version, make_version

_PARTS = {"train": "pool", "validation": "val", "test": "test"}
CHOSEN = "chosen"  # the decision of a vote or of a reviewer


class Judged(NamedTuple):
  """What becomes of a version, and why."""

  promote: bool
  lines: tuple[str, ...]


def make_judge(rules: Rules, approver: Approver | None = None) -> Callable:
  """(project, version, its scores, those of the one that serves) -> `Judged`.

  Scores have `uids`, `patients` and `values` [N, C']: of each foreground class,
  or of a classification right or wrong.

  Without a frozen case that has a label the first version serves, and a later
  one only if somebody says so by name.

  Args:
    rules: of the gate.
    approver: who looked at it, if somebody did.
  """

  def of_project(project, version, new, old):
    if not len(new.uids):
      return _without_scores(version, old, rules, approver)
    pair = scores_of(project, new), old and scores_of(project, old)
    record = record_of(project, version)
    found = judge(*pair, _that_apply(rules, project), record, approver)
    lines = (f"v{version:03d}: {line}" for line in found.reasons)
    return Judged(found.promote, (_headline(version, found), *lines))

  return of_project


def _headline(version, decision):
  word = "promoted" if decision.promote else "held"
  return f"v{version:03d} {word}"


def _that_apply(rules, project):
  """A single answer that is wrong is no failure of a model."""
  if project.segments:
    return rules
  return dataclasses.replace(rules, failures=None)


def _without_scores(version, old, rules, approver):
  name = f"v{version:03d}"
  line = f"{name}: no frozen case has a label, nothing to judge it by"
  if rules.approval == "human":
    asked = approval(approver)
    word = "promoted" if asked.passed else "held"
    return Judged(asked.passed, (f"{name} {word}", f"{line}; {asked.line}"))
  if old is None:
    return Judged(True, (f"{name} promoted", f"{line}; none served before"))
  if approver and approver.name.strip():
    by = f"{name}: approved by {approver.name}, {approver.role}"
    return Judged(True, (f"{name} promoted", line, by))
  hint = "label the validation cases, or name who approves it"
  return Judged(False, (f"{name} held", f"{line}: {hint}"))


def scores_of(project: Any, found: Any) -> Scores:
  """Scores of the gate, with the stratum of each case where it is known.

  Args:
    project: whose cases they are.
    found: uids N, patients N, values [N, C'], and perhaps a calibration.
  """
  names = project.class_names[1:] if project.segments else ("right",)
  cases = project.state.cases
  return make_scores(
    found.uids,
    found.values,
    names,
    patients=found.patients,
    strata=[cases[uid].about.get("stratum", "") for uid in found.uids],
    calibration=getattr(found, "calibration", np.nan),
  )


def record_of(project: Any, version: int) -> Version:
  """What is on record of a version that was fitted."""
  about: Mapping[str, Any] = project.state.models[version].about
  update = about.get("update", "scratch")
  parent = about.get("start", "")
  return make_version(
    number=version,
    parents=(parent,) if parent else (),
    weights=about.get("parameters", ""),
    data=about.get("labels_sha256", ""),
    label_map=about.get("label_map_sha256", ""),
    frozen=frozen.digest(parts_of(project)),
    code=about.get("code", __version__),
    settings={"files": about.get("files", {})},
    update=update if isinstance(update, Mapping) else {"mode": update},
    metrics={"loss": about.get("loss")},
  )


def refuse_frozen(project: Any, uids: Sequence[str]) -> None:
  """Refuses a case to train on that is frozen, or of such a patient.

  Raises:
    ValueError: one line with the first such case.
  """
  patients = {uid: case.patient for uid, case in project.state.cases.items()}
  frozen.refuse_leak(parts_of(project), uids, patients)


def parts_of(project: Any) -> frozen.Frozen:
  """Which case is in which part."""
  found: dict[str, list[str]] = {name: [] for name in frozen.PARTS}
  for uid, case in sorted(project.state.cases.items()):
    found[_PARTS[case.part]].append(uid)
  return frozen.Frozen(*(tuple(found[name]) for name in frozen.PARTS))


class Label(NamedTuple):
  """The final label of a case."""

  uid: str
  sha256: str  # of the label: another one is new to a model
  decision: str  # of its reader, see `sources.source_of`, or CHOSEN
  confidence: float = 1.0  # in [0, 1]
  domain: str = ""  # such as the hospital


class Reading(NamedTuple):
  """What one fit reads."""

  uids: tuple[str, ...]  # N, by name
  weights: np.ndarray | None  # [N] float32 in (0, 1]; None: all 1
  plan: Plan  # its items are "uid sha256"; kept with the version
  left_out: tuple[str, ...]  # uids of labels that weigh nothing


def plan_reading(
  labels: Sequence[Label],
  weights: SourceWeights,
  update: Update,
  *,
  seed: int = 0,
  seen: Sequence[str] = (),
  start: str = "",
) -> Reading:
  """The cases of a fit with their weights, and where it starts from.

  Args:
    labels: final ones of cases that may be trained on, one of each case.
    weights: by source.
    update: the mode.
    seed: of what is replayed.
    seen: `plan.items` of the version that serves.
    start: its parameters' name; "": none serves.

  Raises:
    ValueError: without a label that weighs anything, or see `plan_update`.
  """
  known = {f"{label.uid} {label.sha256}": label for label in labels}
  found = sources.weights_of(
    [_source(label.decision) for label in labels],
    weights,
    [label.confidence for label in labels],
  )
  weight = dict(zip(known, found.tolist(), strict=True))
  items = [item for item in known if weight[item] > 0]
  if labels and not items:
    raise ValueError(
      f"fit: wanted labels that weigh something, found {len(labels)} of weight "
      "0: set the weights of their sources"
    )
  domains = {item: known[item].domain for item in items}
  plan = plan_update(seed, update, items, seen, start, domains)
  own = np.array([weight[item] for item in plan.items], np.float32)
  return Reading(
    tuple(known[item].uid for item in plan.items),
    None if (own == 1).all() else own,
    plan,
    tuple(sorted(known[item].uid for item in known if not weight[item])),
  )


def _source(decision):
  return "expert" if decision == CHOSEN else sources.source_of(decision)
