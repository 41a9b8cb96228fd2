"""What a reviewer should look at in how an answer came."""

from collections.abc import Mapping
from typing import Any

from alx.projects.store.project import Project
from alx.projects.store.state import State, Task

UNUSED = (
  "a reviewer has decided this case: the answer is kept but does not count "
  "(alx project reopen)"
)
_UNNAMED = ("user-xyz",)  # what a client is called that nobody has named


def flags_of(
  project: Project,
  task: Task,
  told: Mapping[str, Any],
  asked: bool,
  late: bool,
) -> list[str]:
  """A line for each thing that a reviewer should look at.

  Args:
    project: before the answer is kept.
    task: that is answered.
    told: beside it.
    asked: it was asked of this reader.
    late: the lease had expired.
  """
  flags = []
  decided = project.state.decided.get(task.uid, {})
  if decided.get("by") == "reviewed" and not task.repeat:
    flags.append(UNUSED)
  if not asked:
    flags.append(f"was not asked of {task.reader}")
  if late or (task.uid, task.reader, task.round) in project.state.expired:
    flags.append("after its lease had ended")
  if told.get("client_id") in _UNNAMED:
    flags.append("unnamed reader: the client's default name")
  elif told.get("client_id") not in (None, "", task.reader):
    flags.append("the client calls itself by another name than its reader's")
  others = [s.reader for s in project.state.newest(task.uid)]
  planned = {t.reader for t in project.state.tasks() if t.uid == task.uid}
  strangers = [r for r in others if r != task.reader and r not in planned]
  if strangers or (others and not asked):
    flags.append("another reader has answered too: a conflict to decide")
  return flags


def unused(state: State) -> list[str]:
  """Cases of which a reader's last answer came behind what counts."""
  found = set()
  for *_, last in state.submissions.values():
    chosen = state.decided.get(last.uid, {})
    counts = (
      chosen.get("by") != "reviewed" or chosen.get("number") == last.number
    )
    if UNUSED in last.about.get("flags", ()) and not counts:
      found.add(last.uid)
  return sorted(found)
