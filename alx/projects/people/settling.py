"""One label of the cases that several readers have answered, into the log."""

import math

from alx.data.dataset import bad_input
from alx.projects.cases.targets import encode_label, grid_of, label_of
from alx.projects.people.settle import WAYS, settle_classes, settle_map
from alx.projects.people.share import levels_of
from alx.projects.store.project import Project
from alx.projects.store.questions import newest_answers
from alx.projects.store.state import State
from alx.projects.work.settings import GIVEN

CONSENSUS = "consensus"


def settle(
  project: Project, way: str = "", *, unplanned: bool = False
) -> list[str]:
  """Makes one label of several answers; a line for each case.

  Cases that a reviewer has decided stay as they are, and so do those whose
  answers and way are the same as before.

  Args:
    project: that this process writes to.
    way: one of WAYS; "": as the project was begun with, and what was settled
      in another way stays.
    unplanned: also answers of readers who had not been asked.

  Raises:
    DataError: another way, or "senior" without one.
  """
  wanted, way = way, way or project.state.settings.get("settle", WAYS[0])
  if way not in WAYS:
    raise bad_input("--way", f"one of {', '.join(WAYS)}", way)
  if way == "senior" and not project.state.settings.get("seniors"):
    raise bad_input("--way=senior", "a project with --seniors", "none")
  ready = _ready(project.state, wanted, unplanned)
  if not ready:
    return []
  found = _maps(project, ready, way) if project.segments else None
  found = found or _classes(project, way)
  lines = []
  for uid, answers in ready.items():
    settled = found[uid]
    lines.append(f"{uid}: {settled.line}")
    if settled.label is None:
      if uid in project.state.decided:  # of answers that have changed since
        project.add(("reopened", {"case": uid, "reason": settled.line}))
      continue
    label = settled.label
    if project.segments:
      label = project.put(
        encode_label(label, grid_of(project.state.cases[uid]))
      )
    project.add((CONSENSUS, _about(uid, answers, label, way, settled)))
  return lines


def _about(uid, answers, label, way, settled):
  sure = settled.confidence
  return {
    **{"case": uid, "label": label, "by": CONSENSUS, "way": way},
    "of": [answer.number for answer in answers],
    "open": settled.open,
    "confidence": None if math.isnan(sure) else round(sure, 6),
    "reason": settled.line,
  }


def _ready(state: State, wanted, unplanned):
  """{uid: the newest answer of each reader} where there is something to do."""
  asked = {(task.uid, task.reader) for task in state.tasks()}
  waiting = {task.uid for task in state.open_tasks() if not task.repeat}
  found = {}
  for uid, newest in newest_answers(state).items():
    answers = [s for s in newest if s.reader != GIVEN]
    before = state.decided.get(uid, {})
    answers = [s for s in answers if not s.of_units]
    if len(answers) < 2 or uid in waiting or before.get("by") == "reviewed":
      continue
    if not unplanned and any((s.uid, s.reader) not in asked for s in answers):
      continue
    same = [s.number for s in answers] == before.get("of")
    same &= wanted in ("", before.get("way"))
    alike = len({s.label for s in answers}) == 1 and not before
    if not alike and not same:
      found[uid] = answers
  return found


def _maps(project, ready, way):
  count, levels = len(project.class_names), levels_of(project.state)
  return {
    uid: settle_map(
      {s.reader: label_of(project, uid, s.label) for s in answers},
      count,
      way,
      levels,
    )
    for uid, answers in ready.items()
  }


def _classes(project, way):
  """Of all cases together: readers are judged by all that they answered."""
  answers = {}
  for uid, newest in newest_answers(project.state).items():
    for answer in newest:
      if answer.reader != GIVEN:
        answers.setdefault(answer.reader, {})[uid] = int(answer.label)
  levels = levels_of(project.state)
  return settle_classes(answers, len(project.class_names), way, levels)
