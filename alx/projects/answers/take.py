"""The answers in the folders of rounds: every file is told of, none touched."""

import errno
import os
import pathlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from alx.data.dataset import DataError, bad_input
from alx.data.files import visible
from alx.projects.answers.beside import (
  SUFFIXES,
  filled,
  read_bytes,
  read_rows,
  rows_of,
  stem_of,
  told_of,
)
from alx.projects.answers.receive import FULL, Reply, readers_of, receive
from alx.projects.answers.words import MISSING, SKIPS, answer_in_words
from alx.projects.exchange.decode import MOST
from alx.projects.exchange.ingest import QUARANTINED
from alx.projects.exchange.refused import Refused
from alx.projects.rounds import folder as round_folder
from alx.projects.store.project import Project


class Line(NamedTuple):
  """What became of a file or row."""

  round: int
  reader: str
  what: str  # name of the file, or the case
  status: str
  line: str


def import_rounds(
  project: Project, place: str | os.PathLike | None = None
) -> list[Line]:
  """Takes what readers have written; the same again changes nothing.

  Args:
    project: that this process writes to.
    place: a round folder that came back from elsewhere; None: those of the
      project.

  Raises:
    DataError: no such round.
  """
  round_folder.write_missing(project)
  if place is not None:
    path = pathlib.Path(place).expanduser().absolute()
    return _of_round(project, _number_of(project, path), path)
  lines = []
  for number in sorted(project.state.rounds):
    path = round_folder.path_of(project, number)
    lines += _of_round(project, number, path)
  return lines


def _number_of(project, path):
  number = path.name.removeprefix("round_")
  if not (number.isdecimal() and int(number) in project.state.rounds):
    known = ", ".join(f"round_{n:03d}" for n in sorted(project.state.rounds))
    raise bad_input(
      path, f"a round of the project, {known or 'none yet'}", path.name
    )
  return int(number)


def _of_round(project, number, path):
  out, lines = path / "out", []
  found = visible(out) if out.is_dir() else []
  known = readers_of(project)
  for folder in found:
    if not folder.is_dir():
      why = f"{QUARANTINED}(wanted folders of readers in out/)"
      lines.append(Line(number, "", folder.name, QUARANTINED, why))
    elif folder.name not in known or folder.is_symlink():
      wanted = ", ".join(sorted(known))
      why = f"{QUARANTINED}(no such reader; the project has {wanted})"
      lines.append(Line(number, "", folder.name, QUARANTINED, why))
  main, lines = _worklist(number, "", path, lines)
  for reader in sorted(known & {f.name for f in found}):
    if not (out / reader).is_symlink():
      lines += _of_reader(project, number, out / reader, main)
  answered = {(line.reader, line.what) for line in lines}
  for task in project.state.rounds[number].tasks:
    if (task.reader, task.name) not in answered and not (
      out / task.reader
    ).is_dir():
      lines.append(Line(number, task.reader, task.name, MISSING, MISSING))
  return lines


def _of_reader(project, number, folder, main):
  reader = folder.name
  tasks = project.state.rounds[number].tasks
  named = dict.fromkeys(project.state.cases)  # and repeats by their names
  named |= {t.name: t.uid for t in tasks if t.reader == reader}
  files, lines = _files(number, folder, named)
  mine, lines = _worklist(number, reader, folder, lines)
  rows = rows_of([*main, *mine], reader)
  uids = [t.name for t in tasks if t.reader == reader]
  uids += [u for u in files if u not in uids]
  mine = {*uids}
  for uid in rows:
    if uid not in named:
      if _is_repeat_of_another(tasks, uid, reader):
        continue
      why = f"{QUARANTINED}(no such case)"
      lines.append(Line(number, reader, uid[:40], QUARANTINED, why))
    elif uid not in mine:
      uids.append(uid)
  for uid in uids:
    given = _Given(uid, files.get(uid, []), rows.get(uid, {}))
    reply = _answer(project, number, folder, named[uid] or uid, given)
    what = files[uid][0].name if files.get(uid) else uid
    lines.append(Line(number, reader, what, reply.status, reply.line))
  return lines


class _Given(NamedTuple):
  """What a reader has written of a case, under the name he knows it by."""

  name: str
  files: list[pathlib.Path]
  row: Mapping[str, Any]


def _is_repeat_of_another(tasks, name, reader):
  """Whether a row of the worklist of all is another reader's repeat."""
  return any(t.alias == name and t.reader != reader for t in tasks)


def _worklist(number, reader, folder, lines):
  """(what is filled in, the lines and one more if it cannot be read)."""
  try:
    return filled(read_rows(folder / round_folder.WORKLIST)), lines
  except DataError as error:
    why = f"{QUARANTINED}({error})"
    line = Line(number, reader, round_folder.WORKLIST, QUARANTINED, why)
    return [], [*lines, line]


def _files(number, folder, named):
  """(files by case, lines about files that are of none)."""
  found, lines = defaultdict(list), []
  for file in visible(folder):
    if file.name.casefold() in (round_folder.WORKLIST, "readme.txt"):
      continue
    stem = stem_of(file.name)
    if file.is_symlink() or not file.is_file():
      why = "wanted a file, found a link or folder"
    elif file.suffix.lower() == ".json" and file.stem in named:
      continue
    elif not stem:
      why = f"wanted one of {', '.join(SUFFIXES)}"
    elif stem not in named:
      why = "no such case"
    else:
      found[stem].append(file)
      continue
    why = f"{QUARANTINED}({why})"
    lines.append(Line(number, folder.name, file.name, QUARANTINED, why))
  return found, lines


def _answer(project, number, folder, uid, given: _Given) -> Reply:
  reader, files = folder.name, given.files
  try:
    told = told_of(folder, given.name, given.row)
  except Refused as error:
    return Reply(error.code, QUARANTINED, f"{QUARANTINED}({error})", uid)
  decision = str(told.get("decision", "")).casefold()
  if len(files) > 1:
    names = ", ".join(file.name for file in files)
    why = f"{QUARANTINED}(two files of one case, keep one of {names})"
    return Reply(409, QUARANTINED, why, uid)
  if not files:
    how = {"imported": True}
    return answer_in_words(project, number, reader, uid, told, how)
  if decision in SKIPS:
    why = f"{QUARANTINED}(a file, and skip in the worklist: which of both?)"
    return Reply(409, QUARANTINED, why, uid)
  size = files[0].stat().st_size
  if size > MOST:
    why = f"{QUARANTINED}({size} bytes, more than {MOST})"
    return Reply(413, QUARANTINED, why, uid)
  content = read_bytes(files[0])
  reply = receive(
    *(project, uid, reader, content, told),
    name=files[0].name,
    number=number,
    imported=True,
  )
  if reply.code == FULL:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(project.folder))
  return reply
