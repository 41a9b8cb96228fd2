"""An answer without a file: accept, empty, skip, or a class."""

from collections.abc import Mapping
from typing import Any

from alx.projects.answers.receive import (
  SKIPPED,
  UNCHANGED,
  Reply,
  receive,
  receive_class,
  task_of,
)
from alx.projects.cases.targets import empty_label
from alx.projects.exchange.ingest import QUARANTINED
from alx.projects.store.project import Project
from alx.projects.store.state import DECLINED, DEFERRED, Task

MISSING = "missing"
SKIPS = {"skip": SKIPPED, "decline": DECLINED, "defer": DEFERRED}


def answer_in_words(
  project: Project,
  number: int,
  reader: str,
  uid: str,
  told: Mapping[str, Any],
  how: Mapping[str, Any] | None = None,
) -> Reply:
  """Takes accept, empty, skip or a class; `MISSING` where nothing is told.

  Args:
    project: that this process writes to.
    number: of the round.
    reader: who answers.
    uid: of the case.
    told: decision, comment, label, minutes.
    how: it came, see `receive`: late, elapsed.
  """
  how = dict(how or {})
  decision = str(told.get("decision", "")).casefold()
  task, asked = task_of(project, uid, reader, number)
  if decision in SKIPS:
    return _skip(project, task, told, SKIPS[decision])
  if not project.segments:
    return _class(project, task, told, asked, how)
  if decision == "accept":
    if not task.shown:
      why = f"{QUARANTINED}(accept: there was no draft of this case)"
      return Reply(409, QUARANTINED, why, uid)
    content = project.get(task.draft.sha256)
    return receive(project, uid, reader, content, told, number=number, **how)
  if told.get("nothing_to_label"):
    content = empty_label(project.state.cases[uid])
    return receive(project, uid, reader, content, told, number=number, **how)
  if decision:
    why = f"{QUARANTINED}({decision[:20]}, but no file {uid})"
    return Reply(409, QUARANTINED, why, uid)
  return _missing(project, task)


def _missing(project, task) -> Reply:
  """An answer that was taken before may be gone; nothing changes by that."""
  answers = project.state.submissions.get((task.uid, task.reader), ())
  if any(s.round == task.round for s in answers):
    return Reply(200, UNCHANGED, f"{UNCHANGED} (its file is gone)", task.uid)
  return Reply(200, MISSING, MISSING, task.uid)


def _class(project, task, told: Mapping, asked, how) -> Reply:
  decision = str(told.get("decision", "")).casefold()
  text = str(told.get("label", ""))
  if not text and decision == "accept":
    if not task.shown:
      why = f"{QUARANTINED}(accept: there was no draft of this case)"
      return Reply(409, QUARANTINED, why, task.uid)
    text = project.class_names[task.draft.label]
  if not text:
    return _missing(project, task)
  return receive_class(project, task, text, told, asked, **how)


def _skip(project, task: Task, told, kind) -> Reply:
  reason = " ".join(str(told.get("comment", "")).split())
  if not reason:
    why = f"{QUARANTINED}({kind}: wants its reason as a comment)"
    return Reply(409, QUARANTINED, why, task.uid)
  key = task.uid, task.reader
  before = project.state.skips.get(key), project.state.out.get(key)
  later = any(
    (t.uid, t.reader) == key and t.round > task.round
    for t in project.state.tasks()
  )  # he was asked again since: this row is of before
  if later or before == (reason[:500], kind):
    return Reply(200, UNCHANGED, UNCHANGED, task.uid)
  about = {
    **{"case": task.uid, "reader": task.reader, "round": task.round},
    **{"reason": reason[:500], "kind": kind},
  }
  project.add(("skipped", about))
  return Reply(200, SKIPPED, f"{kind}({reason[:80]})", task.uid)
