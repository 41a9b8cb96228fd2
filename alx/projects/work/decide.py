"""Whose label counts where readers differ, and cases that are asked anew."""

from alx.data.dataset import bad_input
from alx.projects.store.project import Project
from alx.projects.store.questions import final_label, status_of


def review(
  project: Project, uid: str, reader: str, reason: str = "", reviewer: str = ""
) -> None:
  """The newest answer of a reader becomes the label of a case.

  Args:
    project: that this process writes to.
    uid: of the case.
    reader: whose answer.
    reason: why.
    reviewer: who says so; "": not known.

  Raises:
    DataError: no such answer.
  """
  _check(project, uid)
  answers = project.state.submissions.get((uid, reader), ())
  answers = [s for s in answers if not s.repeat]  # which are of agreement
  if not answers:
    known = ", ".join(s.reader for s in project.state.newest(uid)) or "none"
    wanted = f"a reader (--reader) who has answered {uid}"
    raise bad_input(project.folder, wanted, f"{reader or 'none'}; {known} did")
  chosen = answers[-1]
  about = {
    **{"case": uid, "reader": reader, "number": chosen.number},
    **{"by": "reviewed", "reason": reason},
    **({"reviewer": reviewer} if reviewer else {}),
  }
  project.add(("reviewed", about))


def confirm(
  project: Project, uid: str, reason: str = "", reviewer: str = ""
) -> None:
  """The label that counts stays what it is, also one that readers settled on.

  Args:
    project: that this process writes to.
    uid: of a case that has a label.
    reason: why.
    reviewer: who says so; "": not known.

  Raises:
    DataError: no such case, or none that has a label.
  """
  _check(project, uid)
  before = project.state.decided.get(uid, {})
  if "label" not in before:
    found = final_label(project.state, uid)
    return review(project, uid, found.reader if found else "", reason, reviewer)
  about = {**before, "by": "reviewed", "reason": reason}
  about |= {"reviewer": reviewer} if reviewer else {}
  project.add(("reviewed", about))


def reopen(project: Project, uid: str, reason: str = "") -> str:
  """A case that was skipped, or decided, is open again; where it is now.

  Raises:
    DataError: it is neither.
  """
  _check(project, uid)
  state = project.state
  is_skipped = any(case == uid for case, _ in state.skips)
  if not is_skipped and uid not in state.decided:
    found = status_of(state, uid)
    raise bad_input(uid, "a case that was skipped or reviewed", found)
  project.add(("reopened", {"case": uid, "reason": reason}))
  return status_of(project.state, uid)


def _check(project, uid):
  if uid not in project.state.cases:
    raise bad_input(project.folder, "one of its cases", repr(uid[:40]))
