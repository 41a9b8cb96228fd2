"""A comparison of acquisitions as one function: settings in, page out."""

import contextlib
import os
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from rich.console import Console

from alx import report
from alx.devices.distributed import is_first
from alx.runs import compare, screen
from alx.runs.disk import owned, places, scores, store
from alx.runs.settings import idle, kept
from alx.runs.settings.config import Config, absolute, parts_of
from alx.runs.settings.stopping import labels_after
from alx.runs.streamed import compare as streamed_compare
from alx.runs.together import with_companions


class Result(NamedTuple):
  """What a comparison has found; a notebook shows it as its page."""

  page: pathlib.Path  # report.html
  metric: str  # what the scores are, such as "balanced_accuracy"
  labels: np.ndarray  # [R] labelled items, round by round
  scores: dict[str, np.ndarray]  # [seeds, R] by acquisition, rows in pairs
  full: np.ndarray  # [seeds] with all pool labels; [0] if that was not run
  answer: tuple[str, ...] = ()  # in words, a sentence each, the main one first

  def _repr_html_(self) -> str:
    return report.framed(self.page)


def run(
  config: Config,
  workdir: str | os.PathLike | None = None,
  *,
  baselines: bool = True,
  streamed: bool = False,
  console: Console | None = None,
  beginning: Callable[[], contextlib.AbstractContextManager] = (
    contextlib.nullcontext
  ),
) -> Result | None:
  """Runs every acquisition and seed, with progress, and writes the report.

  What is finished is not run again, what was interrupted goes on. Nothing
  outside of `workdir` and the cache is written to.

  Args:
    config: the data, and everything that decides the result.
    workdir: where everything is written; None: runs/NAME-OF-DATA.
    baselines: add random (and foreground_random) to the acquisitions.
    streamed: the volumes stay in config.cache, on disk.
    console: where progress, notes and the table go.
    beginning: () -> context of what is done before any work.

  Returns:
    The scores of the seeds of the settings. Row s of each acquisition is of one
    seed, with one starting set. None on all but the first of several
    processes, which alone writes.

  Raises:
    ValueError: settings that make no sense, a directory of another run;
      `alx.data.DataError` for data that cannot be read as they are.
    Held: another process works there.
    Diverged: a model gives no numbers any more.
  """
  console = console or screen.make_console()
  rounds = streamed_compare if streamed else compare
  with screen.hushed():
    with beginning():
      config = absolute(config)
      place = _place_for(config, workdir, streamed)
    parts = with_companions(place, parts_of(config, baselines))
    with _working(place, parts) as is_mine:
      with beginning():
        ready = rounds.prepare(config, place, console, baselines)
        asked = kept.content_of(kept.Kept(config, baselines, streamed))
        store.write_json(place / kept.FILE, asked)
      rounds.train(ready, console, is_mine)
      if not is_first():
        return None
      with owned.page_of(place):
        page = compare.finish(ready, console)
  return _result(ready, page)


def _working(place, parts):
  """The directory is this process's; of several it is the first one's."""
  if is_first():
    return owned.working(place, parts)
  return contextlib.nullcontext()


def _place_for(config, workdir, streamed):
  """The directory, for settings that make sense by themselves."""
  idle.check_methods(config)
  if streamed:
    streamed_compare.check(config)
  place = places.workdir_of(config.data, workdir and os.fspath(workdir))
  if config.cache:
    owned.check_writable("--cache", pathlib.Path(config.cache))
  return place


def _result(ready, page):
  config = ready.config
  metric = config.metric
  names = (*config.acquisition, *(["full"] if config.full else []))
  found = {
    name: scores.scores_of(config, ready.workdir, name, metric)
    for name in names
  }
  full = found.pop("full", np.zeros((0, 1)))[:, 0]
  labels = np.array(
    [labels_after(config, number) for number in range(config.rounds + 1)]
  )
  answer = report.read_answer(ready.workdir)
  return Result(page, metric, labels, found, full, answer)
