"""Where a project stands, and what its person can do next."""

from collections import Counter
from typing import NamedTuple

from alx.projects.answers.flags import unused
from alx.projects.pages import outlooks
from alx.projects.pages.history import answers_of, judged, versions_of
from alx.projects.store import blobs, log
from alx.projects.store.project import Project, open_project
from alx.projects.store.questions import blobs_of, statuses
from alx.projects.store.state import (
  CONFLICT,
  LABELLED,
  TRAIN,
)
from alx.projects.work.fit import digest_of_files, folder_of


class Status(NamedTuple):
  """What is told."""

  counts: dict[str, dict[str, int]]  # by part and status
  rounds: int
  waiting: dict[str, list[str]]  # cases without an answer, by reader
  decisions: dict[str, int]
  flagged: int  # last answers that a reviewer should look at
  conflicts: tuple[str, ...]
  unused: tuple[str, ...]  # cases with answers behind a reviewer's decision
  current: int
  models: dict[int, str]
  seconds: float  # that readers' answers tell of
  timed: int  # how many do
  head: str
  next: str


def status(project: Project) -> Status:
  """The counts, and the next step in words."""
  state = project.state
  counts, found = {}, statuses(state)
  for uid, case in state.cases.items():
    counts.setdefault(case.part, Counter())[found[uid]] += 1
  waiting = {}
  for task in state.open_tasks():
    waiting.setdefault(task.reader, []).append(task.uid)
  newest = [v[-1] for v in state.submissions.values()]
  answers = answers_of(state)
  conflicts = [u for u in state.cases if found[u] == CONFLICT]
  return Status(
    {part: dict(found) for part, found in counts.items()},
    len(state.rounds),
    waiting,
    dict(Counter(s.decision for s in newest)),
    sum(bool(s.about.get("flags")) for s in newest),
    tuple(conflicts),
    tuple(unused(state)),
    state.current,
    {v: m.state for v, m in state.models.items()},
    answers.seconds,
    len(answers.timed),
    state.last.sha256,
    _next(project, counts, waiting),
  )


def _next(project, counts, waiting):
  place = project.folder
  if waiting:
    total = sum(map(len, waiting.values()))
    return (
      f"{total} cases wait for an answer: write them into "
      f"{place}/rounds/round_{max(project.state.rounds):03d}/out/, then alx "
      f"project import {place}"
    )
  train = counts.get(TRAIN, {})
  if train.get("pool"):
    return f"alx project next {place}"
  return (
    f"all {train.get(LABELLED, 0)} cases have a label: alx project export "
    f"{place} --out=FOLDER"
  )


def lines_of(project: Project, found: Status) -> list[str]:
  """The status as text."""
  state, lines = project.state, []
  total = len(state.cases)
  lines.append(
    f"{total} images, {project.settings['task']}: "
    + ", ".join(project.class_names)
  )
  for part in sorted(found.counts, key=lambda p: (p != TRAIN, p)):
    told = ", ".join(f"{n} {s}" for s, n in sorted(found.counts[part].items()))
    lines.append(f"{part}: {told}")
  if state.left_out:
    lines.append(f"{len(state.left_out)} images could not be used")
  if found.decisions:
    told = ", ".join(f"{n} {d}" for d, n in sorted(found.decisions.items()))
    lines.append(f"answers: {told}")
  if found.timed:
    minutes = found.seconds / 60
    lines.append(f"time: {minutes:.1f} min in {found.timed} answers")
  if found.flagged:
    lines.append(f"{found.flagged} answers are flagged for a second look")
  if found.conflicts:
    lines.append(f"in conflict: {', '.join(found.conflicts)}")
  if found.unused:
    told = (
      "decided, and answered since (alx project reopen, if that is to count)"
    )
    lines.append(f"{told}: {', '.join(found.unused)}")
  for reader, uids in sorted(found.waiting.items()):
    lines.append(f"{reader}: {len(uids)} without an answer, {uids[0]} first")
  serves = f"v{found.current:03d} serves" if found.current else "none serves"
  models = ", ".join(f"v{v:03d} {s}" for v, s in sorted(found.models.items()))
  lines.append(f"models: {models or 'none'}; {serves}")
  lines += _outlook(project)
  lines.append(f"log: {state.last.number} events, head {found.head[:16]}")
  return lines


def _outlook(project):
  """As on the page; [] before a version was judged."""
  events = log.read(project.folder)[0]
  versions = judged(versions_of(project.state, events))
  return outlooks.lines(project, versions) if versions else []


def verify(folder, head: str = "") -> list[str]:
  """A line for everything that is not as the log tells; [] if all is.

  Lines of the log, blobs, images and the files of versions.

  Args:
    folder: of the project.
    head: as a report has printed it; the log must still hold that event.
  """
  lines = log.problems(folder, head)
  if lines:
    return lines
  project = open_project(folder)
  lines += blobs.problems(folder, blobs_of(project.state))
  lines += _images(project)
  for version, model in sorted(project.state.models.items()):
    place = folder_of(project, version)
    there = digest_of_files(place) if place.is_dir() else {}
    wanted = model.about["files"]
    for name in sorted({*wanted, *there}):
      if wanted.get(name) != there.get(name):
        word = "gone" if name not in there else "changed"
        lines.append(f"{place / name}: {word if name in wanted else 'added'}")
  return lines


def _images(project):
  lines = []
  for case in project.state.cases.values():
    files, wanted = case.about["files"], case.about["image_sha256"]
    for name, sha256 in zip(files, wanted, strict=True):
      lines.append(blobs.problem(project.folder / "images" / name, sha256))
  return [line for line in lines if line]
