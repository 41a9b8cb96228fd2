"""Which version serves: moved by a decision, never by training."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.projects.cases.targets import label_of
from alx.projects.store.project import Project
from alx.projects.store.questions import final_label
from alx.projects.store.state import (
  VALIDATION,
)
from alx.projects.work.drafts import predict
from alx.projects.work.fit import write_pointer


class Judged(NamedTuple):
  """What becomes of a version, and why."""

  promote: bool
  lines: tuple[str, ...]


class Frozen(NamedTuple):
  """Scores of a version on the frozen cases that have a label."""

  uids: tuple[str, ...]  # N
  patients: tuple[str, ...]  # N
  values: np.ndarray  # [N, C'] Dice of each foreground class, or [N, 1] right


Judge = Callable[[Project, int, Frozen, Frozen | None], Judged]


def scores_on(project: Project, version: int, part: str = VALIDATION) -> Frozen:
  """How a version does on frozen cases, by their final labels."""
  state = project.state
  uids = [
    uid
    for uid, case in sorted(state.cases.items())
    if case.part == part and final_label(state, uid) is not None
  ]
  rows = [
    _row(project, uid, classes)
    for uid, classes, _ in predict(project, version, uids)
  ]
  width = len(project.class_names) - 1 if project.segments else 1
  return Frozen(
    tuple(uids),
    tuple(state.cases[uid].patient or uid for uid in uids),
    np.array(rows, np.float64).reshape(len(uids), width),
  )


def _row(project, uid, classes):
  chosen = final_label(project.state, uid)
  if not project.segments:
    return [float(int(classes) == chosen.label)]
  truth = label_of(project, uid, chosen.label)
  return [
    _dice(classes == c, truth == c) for c in range(1, len(project.class_names))
  ]


def _dice(one, other):
  """1 where both are empty: the model is right that there is none."""
  total = np.count_nonzero(one) + np.count_nonzero(other)
  return 2 * np.count_nonzero(one & other) / total if total else 1.0


def not_worse(
  project: Project, version: int, new: Frozen, old: Frozen | None
) -> Judged:
  """The plain rule: promoted unless its mean score is lower."""
  del project
  if not new.uids:
    line = f"v{version:03d}: no frozen case has a label, nothing to judge it by"
    return Judged(True, (line,))
  mean = float(np.nanmean(new.values))
  if old is None:
    line = (
      f"v{version:03d}: {mean:.3f} on {len(new.uids)} frozen cases, the first"
    )
    return Judged(True, (line,))
  before = float(np.nanmean(old.values))
  word = "promoted" if mean >= before else "held"
  line = (
    f"v{version:03d}: {mean:.3f} on {len(new.uids)} frozen cases, the one that "
    f"serves {before:.3f}: {word}"
  )
  return Judged(mean >= before, (line,))


def promote(project: Project, version: int, judge: Judge = not_worse) -> Judged:
  """Judges a version on the frozen cases; moves the pointer if it may serve.

  Args:
    project: that this process writes to.
    version: that was fitted.
    judge: (project, version, its scores, those of the one that serves or
      None) -> `Judged`.
  """
  state = project.state
  if version not in state.models:
    raise bad_input(project.folder, f"a version {version}", _known(state))
  new = scores_on(project, version)
  old = scores_on(project, state.current) if state.current else None
  judged = judge(project, version, new, old)
  about = {
    "version": version,
    "against": state.current,
    "decision": "promoted" if judged.promote else "held",
    "lines": list(judged.lines),
    "cases": len(new.uids),
    "mean": None if not new.uids else round(float(np.nanmean(new.values)), 6),
  }
  news = [("gated", about)]
  if judged.promote:
    news.append(("promoted", {"version": version, "from": state.current}))
  project.add(*news)
  write_pointer(project)
  return judged


def roll_back(project: Project, to: int | None = None, reason: str = "") -> int:
  """The version before serves again, bit for bit; its number.

  Args:
    project: that this process writes to.
    to: a version that has served; None: the one before.
    reason: why.

  Raises:
    DataError: there is none.
  """
  state = project.state
  served = [v for v, m in sorted(state.models.items()) if m.state == "promoted"]
  before = [v for v in served if v < state.current]
  if to is None and not before:
    raise bad_input(
      project.folder, "a version that served before", _known(state)
    )
  to = before[-1] if to is None else to
  if to not in served or to == state.current:
    wanted = "a version that has served and does not serve now"
    found = f"{to}; served: {', '.join(map(str, served)) or 'none'}"
    raise bad_input(project.folder, wanted, found)
  about = {"from": state.current, "to": to, "reason": reason}
  project.add(("rolled_back", about))
  write_pointer(project)
  return to


def _known(state):
  return f"versions {', '.join(map(str, sorted(state.models))) or 'none'}"
