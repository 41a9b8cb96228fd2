"""Which version serves: moved by a decision, never by training."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.data.patches import near
from alx.data.sources.source import stack_into
from alx.label_maps import UNLABELLED
from alx.metrics import ece
from alx.projects.cases.targets import label_of
from alx.projects.models.gate import Approver
from alx.projects.models.pointer import Pointer, moved, rollback
from alx.projects.models.rule_texts import parse_rules
from alx.projects.models.scores import map_calibration
from alx.projects.models.serving import Judged, make_judge
from alx.projects.store import log
from alx.projects.store.project import Project
from alx.projects.store.questions import labelled
from alx.projects.store.state import VALIDATION
from alx.projects.work import learn
from alx.projects.work.drafts import predict
from alx.projects.work.fit import load_version, write_pointer
from alx.runs.use.program import extent_of


class Frozen(NamedTuple):
  """Scores of a version on the frozen cases that have a label."""

  uids: tuple[str, ...]  # N
  patients: tuple[str, ...]  # N
  values: np.ndarray  # [N, C'] Dice of each foreground class, or [N, 1] right
  calibration: float  # expected calibration error; NaN: not known


Judge = Callable[[Project, int, Frozen, Frozen | None], Judged]


def scores_on(project: Project, version: int, part: str = VALIDATION) -> Frozen:
  """How a version does on frozen cases, by their final labels."""
  state = project.state
  labels = {uid: s.label for uid, s in labelled(state, part).items()}
  uids = list(labels)
  found = list(predict(project, version, uids))
  rows = [_row(project, uid, classes, labels[uid]) for uid, classes, _ in found]
  width = len(project.class_names) - 1 if project.segments else 1
  return Frozen(
    tuple(uids),
    tuple(state.cases[uid].group for uid in uids),
    np.array(rows, np.float64).reshape(len(uids), width),
    _calibration(project, version, found, labels),
  )


def _calibration(project, version, found, labels):
  """Of maps it is measured if the gate looks at it: that predicts them anew."""
  if not found:
    return np.nan
  uids = [uid for uid, _, _ in found]
  if project.segments:
    rules = parse_rules(project.settings.get("gate", ()))
    if rules.calibration is None:
      return np.nan
    return map_calibration(_probabilities(project, version, uids))
  probs = np.array([about["probabilities"] for _, _, about in found])
  truth = [labels[uid] for uid in uids]
  return ece(probs / probs.sum(1, keepdims=True), np.array(truth))


def _probabilities(project, version, uids):
  """(probabilities, classes, spacing) of each case, on the model's voxels."""
  trained = load_version(project, version)
  patch, made = trained.config.patch, learn.make_pool(project, uids).dataset

  @jax.jit
  def probs_of(params, images, items):
    key = jax.random.key(0)
    return trained.learner.predict(key, params, images, items, 0).probs[0]

  for number, image in enumerate(made.images):
    stacked = stack_into([image], patch, extent_of(image, patch))
    items = np.array([number], np.int32)
    probs = np.asarray(probs_of(trained.params, stacked, items))[0]
    inside = near(probs, image.shape[:-1])
    yield inside, made.labels[number], made.spacing_mm[number]


def _row(project, uid, classes, label):
  if not project.segments:
    return [float(int(classes) == label)]
  truth = label_of(project, uid, label)
  known = truth != UNLABELLED  # readers did not agree on the others
  classes, truth = np.asarray(classes)[known], truth[known]
  return [
    _dice(classes == c, truth == c) for c in range(1, len(project.class_names))
  ]


def _dice(one, other):
  """NaN where both are empty: the gate takes it for right."""
  total = np.count_nonzero(one) + np.count_nonzero(other)
  return 2 * np.count_nonzero(one & other) / total if total else np.nan


def promote(
  project: Project,
  version: int,
  judge: Judge | None = None,
  approver: Approver | None = None,
) -> Judged:
  """Judges a version on the frozen cases; moves the pointer if it may serve.

  Args:
    project: that this process writes to.
    version: that was fitted.
    judge: (project, version, its scores, those of the one that serves or
      None) -> `Judged`; None: by the gate that the project was begun with.
    approver: who says yes, if somebody does.
  """
  if judge is None:
    rules = parse_rules(project.settings.get("gate", ()))
    judge = make_judge(rules, approver)
  state = project.state
  if version not in state.models:
    raise bad_input(project.folder, f"a version {version}", _known(state))
  if version == state.current:
    raise bad_input(project.folder, "a version that does not serve", version)
  new = scores_on(project, version)
  old = scores_on(project, state.current) if state.current else None
  judged = judge(project, version, new, old)
  about = {
    "version": version,
    "against": state.current,
    "decision": "promoted" if judged.promote else "held",
    "lines": list(judged.lines),
    "cases": len(new.uids),
    "mean": _known_number(_mean(new.values)),
    "calibration": _known_number(new.calibration),
    "scores": {
      uid: list(map(_known_number, row))
      for uid, row in zip(new.uids, new.values.tolist(), strict=True)
    },
    "approver": None if approver is None else approver._asdict(),
  }
  news = [("gated", about)]
  if judged.promote:
    news.append(("promoted", {"version": version, "from": state.current}))
  project.add(*news)
  write_pointer(project)
  return judged


def _mean(values):
  """NaN: no case, or none with any class in either mask."""
  known = values[~np.isnan(values)]
  return known.mean() if known.size else np.nan


def _known_number(value):
  """For JSON, which has no NaN."""
  return None if np.isnan(value) else round(float(value), 6)


def roll_back(project: Project, to: int | None = None, reason: str = "") -> int:
  """The version before serves again, bit for bit; its number.

  Args:
    project: that this process writes to.
    to: a version that has served; None: the one before.
    reason: why.

  Raises:
    DataError: there is none.
  """
  events = log.read(project.folder)[0]
  moves = ((event.kind, event.about) for event in events)
  try:
    event = rollback(functools.reduce(moved, moves, Pointer()), to, reason)
  except ValueError as error:
    raise DataError(f"{project.folder}: {error}") from error
  project.add(event)
  write_pointer(project)
  return event[1]["to"]


def _known(state):
  return f"versions {', '.join(map(str, sorted(state.models))) or 'none'}"
