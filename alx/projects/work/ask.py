"""The next round: cases are chosen, drafts made, a folder is written."""

from typing import NamedTuple

from alx.data.dataset import DataError, bad_input
from alx.projects.exchange.label_map import make as make_labels
from alx.projects.people.assignment import arm_of
from alx.projects.people.settling import settle
from alx.projects.people.share import Planned, expire, policy_of, share
from alx.projects.rounds import folder as round_folder
from alx.projects.store.project import Project
from alx.projects.store.questions import candidates
from alx.projects.store.state import TEST, VALIDATION, Task
from alx.projects.work.choose import Choice
from alx.projects.work.choose_units import choose_units
from alx.projects.work.drafts import make_drafts
from alx.projects.work.fit import digest_of_labels, fit, training_cases
from alx.projects.work.promote import promote

BLIND, DRAFT = "blind", "draft"


class Asked(NamedTuple):
  """A round that was written."""

  number: int
  folder: object  # path
  tasks: tuple[Task, ...]
  method: str
  model: int
  lines: tuple[str, ...]


def next_round(
  project: Project,
  query: int = 0,
  acquisition: str = "",
  *,
  more: bool = False,
  test: bool = False,
  scratch: bool = False,
) -> Asked:
  """Fits where there are new labels, asks, and writes a round.

  Args:
    project: that this process writes to.
    query: cases to ask for; 0: as the project was begun with.
    acquisition: see `choose`.
    more: also while answers of an earlier round are missing.
    test: ask for the frozen test cases instead.
    scratch: withhold all drafts.

  Raises:
    DataError: answers are missing, or nothing is left to ask for.
  """
  lines = [*round_folder.write_missing(project), *expire(project)]
  lines += settle(project)
  waiting = project.state.open_tasks()
  if waiting and not more:
    raise DataError(
      f"{project.folder}: {len(waiting)} cases of round "
      f"{waiting[0].round} have no answer yet, the first {waiting[0].uid} of "
      f"{waiting[0].reader} (alx project import takes what is there; --more "
      "asks for others meanwhile)"
    )
  lines += _learn(project)
  # Frozen cases that nobody was asked for come first, and blind.
  frozen = candidates(project.state, TEST if test else VALIDATION)
  if test:
    chosen = Choice("frozen test cases", ())
    if not frozen:
      raise bad_input(
        project.folder, "frozen test cases without a label", "none"
      )
  else:
    chosen = choose_units(
      project,
      query or project.settings["query"],
      acquisition or project.settings["acquisition"],
    )
  lines += [chosen.note] if chosen.note else []
  number = max(project.state.rounds, default=0) + 1
  shared = share(project, _plan(project, chosen, frozen, test, scratch))
  if not shared:
    raise DataError(
      f"{project.folder}: nothing is left to ask for (alx project fit, status, "
      "export)"
    )
  drafts = make_drafts(
    project,
    project.state.current,
    [*dict.fromkeys(s.planned.uid for s in shared if s.planned.arm == DRAFT)],
  )
  project.add(*_events(project, number, chosen.method, shared, drafts))
  path = round_folder.write(project, number)
  made = project.state.rounds[number]
  return Asked(number, path, made.tasks, made.method, made.model, tuple(lines))


def _learn(project):
  """Lines about a fit and its gate, if there are labels no version knows."""
  if not training_cases(project):
    return []
  known = {m.about["labels_sha256"] for m in project.state.models.values()}
  if digest_of_labels(project) in known:
    newest = max(project.state.models)
    if project.state.models[newest].state != "made":
      return []
    return list(promote(project, newest).lines)
  try:
    fitted = fit(project)
  except DataError as error:
    if project.state.current or project.segments:
      raise
    return [str(error)]  # one class so far: ask on
  judged = promote(project, fitted.version)
  line = f"v{fitted.version:03d}: fitted to {fitted.labels} labels"
  return [line, *judged.lines]


def _plan(project, chosen, frozen, test, scratch):
  """The cases of a round by rank, before they are somebody's."""
  part = "test" if test else "validation"
  why = f"frozen {part} case, never trained on"
  rows = [Planned(uid, why, part, BLIND) for uid in frozen]
  policy = policy_of(project.state)
  without = scratch or not project.state.current
  for uid, reason, units in chosen.cases:
    arm = BLIND if without else arm_of(policy, uid)
    rows.append(Planned(uid, reason, "query", arm, units))
  return rows


def _events(project, number, method, shared, drafts):
  labels = make_labels(project.class_names, "the project", project.segments)
  yield (
    "round_made",
    {
      **{"round": number, "model": project.state.current, "method": method},
      "cases": len({one.planned.uid for one in shared}),
      "label_map_sha256": labels.sha256,
    },
  )
  for one in shared:
    uid, reason, stratum, arm, units = one.planned
    draft = drafts.get(uid) if arm == DRAFT else None
    parts = {"units": units} if units else {}
    again = {"repeat": True, "alias": one.alias} if one.repeat else {}
    yield (
      "leased",
      {
        **{"case": uid, "reader": one.reader, "rank": one.rank},
        **{"round": number, "reason": reason, "arm": arm, "stratum": stratum},
        "draft": draft and draft._asdict(),
        **(again | parts),
      },
    )
