"""The process that fits, judges and asks, so that the server need not.

python -m alx.serve.fitting FOLDER ID WORK JSON
"""

import json
import pathlib
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

from alx.data.dataset import DataError
from alx.devices.processes import this_process
from alx.projects.models.gate import Approver
from alx.projects.store.project import fitting
from alx.projects.store.shared import Shared, look_at
from alx.projects.work.ask import next_round
from alx.projects.work.fit import fit
from alx.projects.work.promote import promote
from alx.runs.disk.claim import Held
from alx.runs.disk.records import Diverged
from alx.serve import progress as progresses
from alx.serve.progress import DONE, FAILED, RUNNING, Progress

FIT, ASK, PROMOTE = "fit", "ask", "promote"
_WAIT_S = 600.0  # for a command on the same project to end
_LONGEST = 300  # characters of a line about an error
_TOLD = DataError, Diverged, Held  # in words for users


def main(argv: list[str]) -> None:
  """Does one piece of work; everything about it is in the file of progress."""
  folder, id, what, text = argv[1:]
  place, how = pathlib.Path(folder), json.loads(text)
  progresses.keep_short(place)
  begun = Progress(
    *(id, what, RUNNING, int(time.time())),
    stage="begins",
    process=tuple(this_process()),
  )
  progresses.write(place, begun)

  def tell(stage):
    progresses.write(place, begun._replace(stage=stage))

  try:
    with fitting(place):
      ended = _worked(place, begun, how, tell)
      progresses.write(place, ended)  # before another may begin
  except Exception as error:
    progresses.write(place, _failed(place, begun, error))


def _worked(place, begun, how, tell):
  """The end of the work, good or bad."""
  try:
    project = look_at(place, _WAIT_S)
    lines, version = WORK[begun.what](project, how, tell)
  except Exception as error:
    return _failed(place, begun, error)
  return progresses.ended_as(begun, DONE, lines, version)


def _failed(place, begun, error):
  """The end in one line; what users cannot mend is traced, too."""
  if not isinstance(error, _TOLD):
    traceback.print_exception(error)
  return progresses.ended_as(begun, FAILED, [_plain(error, place)])


def _plain(error, place):
  """One line without the path of the project."""
  line, kind = " ".join(str(error).split()), type(error).__name__
  if not isinstance(error, (ValueError, OSError, *_TOLD)):
    line = f"{kind}: {line[:_LONGEST]}" if line else kind
  line = line or kind
  return line.replace(f"{place}/", "").replace(str(place), place.name)


def _fit(project: Shared, how: Mapping[str, Any], tell):
  del how
  tell("training")
  found = fit(project)
  lines = [f"v{found.version:03d}: of {found.labels} labels"]
  if project.state.models[found.version].state == "made":
    tell("judging")
    lines += promote(project, found.version).lines
  return lines, found.version


def _ask(project: Shared, how: Mapping[str, Any], tell):
  del how
  tell("training and asking")
  found = next_round(project, more=True)
  line = f"round {found.number}: {len(found.tasks)} cases, by {found.method}"
  return [*found.lines, line], found.model


def _promote(project: Shared, how: Mapping[str, Any], tell):
  tell("judging")
  version = how.get("version") or max(project.state.models, default=0)
  approver = Approver(how["name"], how["role"]) if how.get("name") else None
  return list(promote(project, version, approver=approver).lines), version


WORK = {FIT: _fit, ASK: _ask, PROMOTE: _promote}

if __name__ == "__main__":
  main(sys.argv)
