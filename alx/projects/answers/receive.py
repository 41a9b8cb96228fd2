"""One answer of one reader, by file or server: checked, kept, told."""

import errno
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from alx.data.dataset import DataError
from alx.effort.timing import IDLE_S
from alx.projects.answers.flags import flags_of
from alx.projects.cases import units
from alx.projects.cases.given import class_number
from alx.projects.cases.targets import encode_label, grid_of, target_of
from alx.projects.exchange import nrrd
from alx.projects.exchange.ingest import (
  ACCEPTED,
  QUARANTINED,
  Result,
  ingest,
)
from alx.projects.exchange.params import checked_id, parse
from alx.projects.exchange.refused import Refused
from alx.projects.store.blobs import digest
from alx.projects.store.events import canonical
from alx.projects.store.project import Project
from alx.projects.store.state import TRAIN, Task

UNCHANGED, SKIPPED = "unchanged", "skipped"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
FULL = 507  # of HTTP: no room


class Reply(NamedTuple):
  """What the sender is told."""

  code: int  # of HTTP
  status: str  # accepted, repaired, quarantined, unchanged, skipped
  line: str  # the same with the reason
  uid: str = ""
  revision: int = 0
  decision: str = ""


def receive(
  project: Project,
  uid: Any,
  reader: Any,
  content: bytes,
  params: bytes | Mapping[str, Any] = b"{}",
  *,
  name: str = "",
  number: int | None = None,
  late: bool = False,
  elapsed: float | None = None,
  imported: bool = False,
) -> Reply:
  """Takes a label map, or tells why not; nothing is ever overwritten.

  Args:
    project: that this process writes to.
    uid: of the case, as the client says it.
    reader: likewise.
    content: of the file.
    params: JSON beside it, or what is known of it.
    name: of the file, for its ending alone.
    number: of the round; None: the last in which the case was asked of him.
    late: the lease had expired.
    elapsed: seconds since the case was handed out; None: it was not.
    imported: it is read from a folder, where it may lie since long.
  """
  how = name, number, late, elapsed, imported
  try:
    told = parse(params) if isinstance(params, bytes) else dict(params)
    uid = checked_id(uid, project.state.cases, "case")
    reader = checked_id(reader, readers_of(project), "reader")
    return _received(project, uid, reader, content, told, how)
  except Refused as error:
    return Reply(error.code, QUARANTINED, f"{QUARANTINED}({error})")
  except OSError as error:
    if error.errno not in NO_ROOM:
      raise
    line = (
      f"{QUARANTINED}(no room on the disk, nothing was kept: send it again)"
    )
    return Reply(FULL, QUARANTINED, line)


def readers_of(project: Project) -> set[str]:
  """The closed set of those who may answer."""
  asked = {task.reader for task in project.state.tasks()}
  return {*project.settings["readers"], *asked}


def task_of(
  project: Project, uid: str, reader: str, number: int | None = None
) -> tuple[Task, bool]:
  """(the task that is answered, whether it was asked of this reader)."""
  tasks = [t for t in project.state.tasks() if t.uid == uid]
  mine = [t for t in tasks if t.reader == reader]
  if number is not None:
    mine = [t for t in mine if t.round == number]
    tasks = [t for t in tasks if t.round <= number]
  if mine:
    return mine[-1], True
  others = tasks[-1:] or [Task(uid, reader, 0, 0, "")]
  return others[-1]._replace(reader=reader), False


def _received(project, uid, reader, content, told, how):
  name, number, late, elapsed, imported = how
  task, asked = task_of(project, uid, reader, number)
  sha256 = digest(content)
  mark = digest(canonical(_lasting(told)))
  before = _same(project, task, sha256, mark, imported)
  if before:
    line = f"{UNCHANGED} (revision {before.revision})"
    return Reply(200, UNCHANGED, line, uid, before.revision, before.decision)
  if not project.segments:
    raise Refused(415, "wanted a class in the worklist, found a file")
  task = _with_its_draft(project, task, told)
  seconds, source = _times(project, task, told, elapsed)
  target, told_more = target_of(project, task, asked), {"seconds": seconds}
  if task.units:  # which may well hold nothing
    region = units.mask_of(task.units, target.grid.shape)
    target = target._replace(region=region)
    told_more["nothing_to_label"] = True
  result = ingest(content, target, told | told_more, name)
  if result.label is None:
    return _refused(project, task, sha256, result)
  flags = (*result.flags, *flags_of(project, task, told, asked, late))
  grid, voxels = grid_of(project.state.cases[uid]), result.label
  if task.units:
    voxels = units.merged(project, uid, voxels, task.units)
  label = project.put(encode_label(voxels, grid))
  about = {
    "label": label,
    "decision": result.decision,
    "changed_voxels": result.changed,
    "fixes": list(result.fixes),
    "submitted_sha256": _raw(project, result),
  }
  return _keep(
    *(project, task, about, (sha256, mark), flags, (seconds, source), result),
    imported,
  )


def receive_class(
  project: Project,
  task: Task,
  text: str,
  told: Mapping[str, Any],
  asked: bool = True,
  *,
  late: bool = False,
  elapsed: float | None = None,
  imported: bool = False,
) -> Reply:
  """The same for a class that was written into a worklist.

  Args:
    project: that this process writes to.
    task: that is answered.
    text: the class by name or number.
    told: beside it.
    asked: it was asked of this reader.
    late: the lease had expired.
    elapsed: seconds since the case was handed out; None: it was not.
    imported: it is read from a folder, where it may lie since long.
  """
  try:
    label = class_number(text, project.class_names, "label")
  except DataError as error:
    result = Result(422, QUARANTINED, problem=str(error))
    return _refused(project, task, digest(text.encode()), result)
  sha256 = digest(canonical([task.uid, label]))
  mark = digest(canonical(_lasting(told)))
  before = _same(project, task, sha256, mark, imported)
  if before:
    line = f"{UNCHANGED} (revision {before.revision})"
    return Reply(200, UNCHANGED, line, task.uid, before.revision)
  shown = task.shown.label if task.shown else None
  decision = (
    "scratch" if shown is None else "accept" if shown == label else "edit"
  )
  seconds, source = _times(project, task, told, elapsed)
  flags = flags_of(project, task, told, asked, late)
  about = {"label": label, "decision": decision, "fixes": []}
  result = Result(200, ACCEPTED, None, (), tuple(flags), "", decision)
  return _keep(
    *(project, task, about, (sha256, mark), flags, (seconds, source), result),
    imported,
  )


def _lasting(told):
  names = ("minutes", "decision", "comment", "values_checked")
  return {n: told[n] for n in (*names, "nothing_to_label") if told.get(n)}


def _same(project, task, sha256, mark, imported):
  """The last answer to this task, if it was these bytes and words.

  Of folders that are read again the last one from there: an answer that came
  over the server since is newer than a file that nobody has changed.
  """
  answers = project.state.submissions.get((task.uid, task.reader), ())
  mine = [s for s in answers if s.round == task.round]
  if imported:
    mine = [s for s in mine if s.about.get("imported")] or mine
  if mine and mine[-1].sha256 == sha256 and mine[-1].about["mark"] == mark:
    return mine[-1]
  return None


def _with_its_draft(project, task, told):
  """The draft that the reader says he has edited, of whatever round."""
  wanted = told.get("draft_sha256")
  if not wanted or (task.draft and task.draft.sha256 == wanted):
    return task
  for other in reversed(project.state.tasks()):
    if other.uid == task.uid and other.draft and other.draft.sha256 == wanted:
      return task._replace(draft=other.draft, arm="draft")
  raise Refused(409, "of a draft that was never made of this case")


def _times(project, task, told, elapsed):
  """(seconds or None, where they are from); without work in it, none."""
  opened = project.state.opened.get((task.uid, task.reader))
  if opened:
    return opened, "opened"
  if told.get("seconds") is not None:
    return float(told["seconds"]), "client"
  if told.get("minutes") is not None:
    return 60.0 * float(told["minutes"]), "self_reported"
  if elapsed is not None and 0 <= elapsed <= IDLE_S:
    return round(elapsed, 3), "lease"
  return None, ""


def _refused(project, task, sha256, result):
  key = task.reader, sha256
  before = project.state.refused.get(key)
  about = {
    **{"case": task.uid, "reader": task.reader, "round": task.round},
    **{"file_sha256": sha256, "code": result.code, "reason": result.problem},
  }
  if before is None or before["reason"] != result.problem:
    project.add(("refused", about))
  return Reply(result.code, QUARANTINED, result.line(), task.uid)


def _raw(project, result):
  """The voxels as they came, where whole voxels were moved; no header."""
  came = result.came
  if came is None or came.affine is None or came.array.ndim != 3:
    return ""
  array = np.asarray(came.array)
  return project.put(nrrd.write(array.astype(np.uint8), came.affine))


def _keep(project, task, about, marks, flags, times, result, imported):
  sha256, mark = marks
  frozen = project.state.cases[task.uid].part != TRAIN
  draft = task.shown
  project.add(
    (
      "submitted",
      {
        **about,
        **{"case": task.uid, "reader": task.reader, "round": task.round},
        **{"file_sha256": sha256, "mark": mark, "flags": list(flags)},
        **{"seconds": times[0], "time_source": times[1], "arm": task.arm},
        "draft_sha256": draft.sha256 if draft else "",
        "model": draft.model if draft else 0,
        "frozen": frozen,
        **({"repeat": True} if task.repeat else {}),
        **({"imported": True} if imported else {}),
        **({"units": list(task.units)} if task.units else {}),
        "source": {"accept": "accepted_draft", "edit": "edited_draft"}.get(
          result.decision, "expert"
        ),
      },
    )
  )
  revision = project.state.submissions[task.uid, task.reader][-1].revision
  line = result._replace(flags=tuple(flags)).line()
  return Reply(200, result.status, line, task.uid, revision, result.decision)
