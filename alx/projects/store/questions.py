"""What is asked of the state: where a case is, which label is its own."""

from alx.projects.store.state import (
  ASKED,
  CONFLICT,
  LABELLED,
  POOL,
  SKIPPED,
  State,
  Submission,
)


def status_of(state: State, uid: str) -> str:
  """Where a case is: pool, asked, labelled, conflict or skipped."""
  answers = state.newest(uid)
  if uid in state.decided:
    return LABELLED
  if answers:
    planned = {t.reader for t in state.tasks() if t.uid == uid}
    strangers = len(answers) > 1 and not (
      {s.reader for s in answers} <= planned
    )
    return CONFLICT if strangers else LABELLED
  if any(t.uid == uid for t in state.open_tasks()):
    return ASKED
  if any(c == uid for c, _ in state.skips):
    return SKIPPED
  return POOL


def final_label(state: State, uid: str) -> Submission | None:
  """The label of a case; None: none yet, or readers who are in conflict.

  The one that a reviewer or a vote chose, else the newest answer.
  """
  chosen = state.decided.get(uid)
  answers = [
    s for (c, _), v in state.submissions.items() if c == uid for s in v
  ]
  if chosen:
    if "label" in chosen:
      newest = max(answers, key=lambda s: s.number, default=None)
      base = newest or Submission(uid, "", 0, 0, "", "", "consensus", {}, 0)
      return base._replace(label=chosen["label"], decision=chosen["by"])
    return next(s for s in answers if s.number == chosen["number"])
  if status_of(state, uid) != LABELLED:
    return None
  return max(answers, key=lambda s: s.number)


def blobs_of(state: State) -> set[str]:
  """SHA-256 of every blob that the events name."""
  drafts = {t.draft.sha256 for t in state.tasks() if t.draft}
  labels = {
    s.label
    for answers in state.submissions.values()
    for s in answers
    if isinstance(s.label, str)
  }
  raw = {
    s.about["submitted_sha256"]
    for answers in state.submissions.values()
    for s in answers
    if s.about.get("submitted_sha256")
  }
  chosen = {d.get("label") for d in state.decided.values()}
  return {x for x in drafts | labels | raw | chosen if isinstance(x, str) and x}
