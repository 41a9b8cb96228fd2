"""The next round: cases are chosen, drafts made, a folder is written."""

from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.projects.exchange.label_map import make as make_labels
from alx.projects.rounds import folder as round_folder
from alx.projects.store.project import Project
from alx.projects.store.questions import candidates
from alx.projects.store.state import TEST, VALIDATION, Task
from alx.projects.work.choose import Choice, choose
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
  lines = round_folder.write_missing(project)
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
    chosen = choose(
      project,
      query or project.settings["query"],
      acquisition or project.settings["acquisition"],
    )
  if not chosen.cases and not frozen:
    raise DataError(
      f"{project.folder}: nothing is left to ask for (alx project fit, status, "
      "export)"
    )
  lines += [chosen.note] if chosen.note else []
  number = max(project.state.rounds, default=0) + 1
  planned = _plan(project, chosen, frozen, test, scratch)
  drafts = make_drafts(
    project,
    project.state.current,
    [uid for uid, _, _, arm in planned if arm == DRAFT],
  )
  project.add(*_events(project, number, chosen.method, planned, drafts))
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
  """[(uid, reason, stratum, arm)] by rank."""
  part = "test" if test else "validation"
  why = f"frozen {part} case, never trained on"
  rows = [(uid, why, part, BLIND) for uid in frozen]
  rng = np.random.default_rng(
    [project.settings["seed"], len(project.state.rounds)]
  )
  draws = rng.random(len(chosen.cases))
  share = 1.0 if scratch or not project.state.current else None
  for (uid, reason), draw in zip(chosen.cases, draws, strict=True):
    blind = draw < (project.settings["blind"] if share is None else share)
    rows.append((uid, reason, "query", BLIND if blind else DRAFT))
  return rows


def _events(project, number, method, planned, drafts):
  labels = make_labels(project.class_names, "the project", project.segments)
  yield (
    "round_made",
    {
      **{"round": number, "model": project.state.current, "method": method},
      **{"cases": len(planned), "label_map_sha256": labels.sha256},
    },
  )
  readers = project.settings["readers"]
  for rank, (uid, reason, stratum, arm) in enumerate(planned, 1):
    draft = drafts.get(uid)
    yield (
      "leased",
      {
        **{"case": uid, "reader": readers[(rank - 1) % len(readers)]},
        **{"round": number, "rank": rank, "reason": reason, "arm": arm},
        **{"stratum": stratum, "draft": draft and draft._asdict()},
      },
    )
