"""Cases and their labels as a reviewer goes through them."""

from collections.abc import Mapping
from typing import Any

from alx.projects.cases.targets import suffix_of
from alx.projects.exchange.refused import Refused
from alx.projects.store.questions import (
  final_label,
  final_labels,
  newest_answers,
)
from alx.projects.work import decide
from alx.serve import content
from alx.serve.content import Content
from alx.serve.desk import Service

FINAL = "final"
APPROVED, FLAGGED = "approved", "flagged"


def objects(service: Service) -> dict[str, Any]:
  """{case: {image, labels}}; labels by reader, and the `final` one."""
  state = service.project.look()
  newest, final = newest_answers(state), final_labels(state)
  found = {}
  for uid in sorted(state.cases):
    answers = {s.reader: s for s in newest.get(uid, ())}
    if uid in final:
      answers[FINAL] = final[uid]
    found[uid] = _object(state, state.cases[uid], answers)
  return found


def _object(state, case, answers):
  suffix = suffix_of(case)
  return {
    "image": {"ext": suffix, "info": {"name": case.uid, "part": case.part}},
    "labels": {
      tag: {"ext": suffix, "info": _info(state, answer)}
      for tag, answer in answers.items()
    },
  }


def _info(state, answer):
  decided = state.decided.get(answer.uid)
  key = answer.uid, answer.reader
  said = dict(state.flagged.get(key, {}))
  status = FLAGGED if said else ""
  if decided and decided.get("number") == answer.number:
    status, said = APPROVED, dict(decided)
  return {
    "client_id": answer.reader,
    "revision": answer.revision,
    "decision": answer.decision,
    "flags": list(answer.about.get("flags", ())),
    "seconds": answer.about.get("seconds"),
    "segmentationMeta": {
      "status": status,
      "approvedBy": said.get("reviewer", "") if status == APPROVED else "",
      "comment": said.get("reason", ""),
      "level": said.get("level", ""),
    },
  }


def label_of(service: Service, case: str, tag: str) -> Content | None:
  """The label map of a reader, or the one that counts; None: there is none."""
  state = service.project.look()
  found = _answer(state, case, tag)
  if found is None or not isinstance(found.label, str):
    return None
  return content.label_content(service, case, found.label)


def _answer(state, case, tag):
  if tag == FINAL:
    return final_label(state, case)
  found = {s.reader: s for s in state.newest(case)}
  return found.get(tag)


def say(
  service: Service, case: str, tag: str, said: Mapping[str, Any], by: str
) -> dict[str, Any]:
  """Approves or flags a label; both are in the log.

  Args:
    service: the project.
    case: whose label it is.
    tag: a reader, or "final".
    said: status, comment, level.
    by: who says it.

  Raises:
    Refused: 404 without such a label, 400 for another status.
  """
  texts = {n: said.get(n, "") for n in ("status", "comment", "level")}
  if not all(isinstance(text, str) for text in texts.values()):
    raise Refused(400, "wanted status, comment and level as texts")
  comment = " ".join(texts["comment"].split())[:500]
  with service.project.turn() as project:
    answer = _answer(project.state, case, tag)
    if answer is None or not answer.reader:
      raise Refused(404, "no such label")
    if texts["status"] == APPROVED:
      if tag == FINAL:
        decide.confirm(project, case, comment, by)
      else:
        decide.review(project, case, answer.reader, comment, by)
    elif texts["status"] == FLAGGED:
      about = {"case": case, "reader": answer.reader, "by": by}
      about |= {"reason": comment, "level": texts["level"][:40]}
      project.add(("flagged", about))
    elif texts["status"]:
      raise Refused(400, f"wanted the status {APPROVED} or {FLAGGED}")
  return {"label": case, "tag": tag, "status": texts["status"]}
