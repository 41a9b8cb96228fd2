"""Masks or classes of images that a run has never seen."""

import contextlib
import math
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from rich.console import Console

from alx.data.dataset import DataError, bad_input
from alx.data.sources.digest import of_file, of_texts
from alx.data.sources.prefetch import prefetch
from alx.data.unlabelled.case import Case, Cases, Loaded
from alx.data.unlabelled.find import find
from alx.runs import compare, screen
from alx.runs.disk import owned, stops, store
from alx.runs.settings.config import absolute_path
from alx.runs.use.place import ABOUT, Place, check_free
from alx.runs.use.program import (
  UNCERTAINTIES,
  Found,
  extent_of,
  make_program,
  predict_block,
)
from alx.runs.use.tell import about_classes, notes_of
from alx.runs.use.trained import Trained, is_random, load, wanted_of

MASKS = "masks"


class Predicted(NamedTuple):
  """What a prediction has written."""

  out: pathlib.Path
  model: str  # a line: which one, trained on how many labels
  ids: tuple[str, ...]  # of the images that are finished
  before: int  # how many of them were finished by an earlier call
  left_out: tuple[str, ...]  # a line for each image that cannot be used


def predict(
  run: str | os.PathLike,
  data: str | os.PathLike,
  out: str | os.PathLike,
  *,
  arm: str = "",
  seed: int | None = None,
  round: int | None = None,
  uncertainty: bool = False,
  samples: int = 0,
  where: str = "",
  strict: bool = False,
  console: Console | None = None,
  beginning: Callable[[], contextlib.AbstractContextManager] = (
    contextlib.nullcontext
  ),
) -> Predicted:
  """Predicts the images of a folder with a model of a run.

  A segmentation writes masks/ID.nii.gz on the grid of each volume, or
  masks/ID.png of a picture; a classification the columns of predictions.csv,
  which has a row for each image. classes.csv names the values. The same call
  again goes on where it was stopped; nothing outside of `out` is written to.

  Args:
    run: a run directory, or runs/NAME-seedS in it.
    data: a folder of NIfTI volumes or pictures, with labels or without, or a
      file of that kind, or an .npz with `images`.
    out: a folder that is empty, or not there, or of the same prediction.
    arm: whose model; "": the first acquisition that was asked for, "full": the
      one of all labels.
    seed: of the run; None: the lowest.
    round: after which; None: the last.
    uncertainty: also the predictive entropy and, of a model with dropout or
      several members, the mutual information (Houlsby et al. 2011), nats.
    samples: passes of dropout for them; 0: as the run has.
    where: "frame=1" keeps these items of an .npz.
    strict: stop at the first image that cannot be used.
    console: where progress and lines go.
    beginning: () -> context of what is done before any work.

  Raises:
    DataError: no run, no model, images of another kind than the run's, a folder
      that holds something else.
    ValueError: samples that nothing would be made of.
    Held: another process writes there.
    Diverged: the model gives no numbers.
  """
  console = console or screen.make_console()
  with screen.hushed():
    with beginning():
      out = pathlib.Path(absolute_path(os.fspath(out)))
      check_free(out, ABOUT)
    with owned.working(out) as is_mine:
      with beginning():
        trained = load(run, arm, seed, round)
        samples = _samples(trained, uncertainty, samples)
        data = pathlib.Path(absolute_path(os.fspath(data)))
        cases = find(data, wanted_of(trained), out, where)
        place = Place(out, _about(trained, data, samples, where))
      model = trained.choice.told()
      console.print(model, markup=False, soft_wrap=True)
      compare.tell("note", notes_of(trained, cases), console)
      work = _Work(trained, cases, place, samples, strict, is_mine)
      done, before, left_out = _run(work, console)
  return Predicted(out, model, tuple(done), before, tuple(left_out))


def _samples(trained, uncertainty, samples):
  """S of `make_program`; ValueError for a number that does nothing."""
  config = trained.config
  if samples and (not uncertainty or config.ensemble or not config.dropout):
    why = "without uncertainty"
    if uncertainty:
      why = "with an ensemble" if config.ensemble else "without dropout"
    raise ValueError(f"samples={samples} does nothing {why}")
  if samples < 0:
    raise ValueError(f"samples must be at least 1, found {samples}")
  if not uncertainty:
    return None
  known = config.members if config.ensemble else config.samples
  return (samples or known) if is_random(config) else 0


def _about(trained, data, samples, where):
  """The content of predict.json."""
  choice = trained.choice
  settings = {
    "uncertainty": samples is not None,
    "samples": samples or 0,
    "where": where,
  }
  return {
    "run": str(choice.workdir.absolute()),
    "arm": choice.arm,
    "seed": choice.seed,
    "round": choice.round,
    "labels": choice.labels,
    "parameters": trained.digest,
    "data": str(data),
    "task": trained.about["task"],
    "class_names": list(trained.class_names),
    "settings": settings,
    "maps": about_maps(trained, samples),
    "versions": store.versions(),
  }


def about_maps(trained: Trained, samples: int | None) -> dict:
  """What the numbers of uncertainty are."""
  if samples is None:
    return {}
  of = f"the mean of {samples} samples" if samples else "the one prediction"
  top = math.log(len(trained.class_names))
  told = {"entropy": f"of {of}, nats", "largest": top}
  if trained.segments:
    told["png"] = "nats = value / 65535 * largest"
  return told


class _Work(NamedTuple):
  """What is to be done."""

  trained: Trained
  cases: Cases
  place: Place
  samples: int | None
  strict: bool
  is_mine: Callable

  def names(self) -> list[str]:
    """Folders of the maps that are written."""
    if not self.trained.segments:
      return []
    return [MASKS, *self.maps()]

  def maps(self) -> tuple[str, ...]:
    """The uncertainties that are told."""
    if self.samples is None:
      return ()
    return UNCERTAINTIES if self.samples else UNCERTAINTIES[:1]

  def files_of(self, case: Case) -> list[str]:
    """What is written of one image, beside its row."""
    return [f"{name}/{case.id}{self.cases.suffix}" for name in self.names()]


class _Read(NamedTuple):
  """One image on its way."""

  number: int
  case: Case
  digest: str
  loaded: Loaded | None  # None: finished before
  error: DataError | None


def _run(work, console):
  """(ids, how many were finished before, lines about what is left out)."""
  trained, cases = work.trained, work.cases.cases
  program = make_program(trained, work.samples)
  done, before, left_out = [], 0, []
  with compare.progress_bars(console) as bars:
    bar = bars.add_task("predicting", total=len(cases))
    for block in _blocks(work):
      work.is_mine()
      stops.note(f"{len(done)} of {len(cases)} images are predicted")
      for one in block:
        if one.error is None:
          done.append(one.case.id)
          before += one.loaded is None
        elif work.strict:
          raise one.error
        else:
          left_out.append(str(one.error))
      _predict(work, program, [one for one in block if one.loaded])
      bars.update(bar, completed=len(done) + len(left_out))
  if not done:
    raise DataError(left_out[0])
  work.place.write("classes.csv", about_classes(trained.class_names))
  work.place.finish(len(done), left_out)
  compare.tell("left out", left_out, console)
  return done, before, left_out


def _predict(work, program, block):
  if not block:
    return
  trained = work.trained
  size = min(trained.config.block, len(work.cases.cases))
  found = predict_block(
    trained,
    program,
    [one.loaded for one in block],
    [one.number for one in block],
    size,
  )
  for one, told in zip(block, found, strict=True):
    _write(work, one, told)


def _blocks(work) -> Iterator[list[_Read]]:
  """Images that follow each other, as many as are predicted at a time.

  Those of one block have arrays of one extent.
  """
  patch, block = work.trained.config.patch, []
  numbered = enumerate(work.cases.cases)
  for one in prefetch(lambda pair: _read(work, *pair), numbered):
    waiting = [other for other in block if other.loaded]
    if one.loaded and waiting:
      extents = {extent_of(x.loaded.image, patch) for x in (one, waiting[0])}
      full = len(waiting) == work.trained.config.block
      if full or len(extents) > 1:
        yield block
        block = []
    block.append(one)
    if not one.loaded and not waiting:
      yield block
      block = []
  if block:
    yield block


def _read(work, number, case) -> _Read:
  try:
    content = _digest(case)
    if work.place.is_finished(case.id, content, work.files_of(case)):
      return _Read(number, case, content, None, None)
  except OSError as error:
    refused = bad_input(case.files[0], "a file that can be read", error)
    return _Read(number, case, "", None, refused)
  try:
    return _Read(number, case, content, work.cases.read(case), None)
  except DataError as error:
    return _Read(number, case, content, None, error)


def _digest(case):
  """Of the files of an image, and its row in an .npz."""
  files = [of_file(file) for file in case.files if file]
  return of_texts([*files, "" if case.row is None else str(case.row)])


def _write(work, one, found: Found):
  """The files of an image, then its row."""
  trained, loaded = work.trained, one.loaded
  if trained.segments:
    top = math.log(len(trained.class_names))
    contents = [loaded.mask_bytes(found.classes)]
    for name in work.maps():
      contents.append(loaded.map_bytes(found.uncertainty[name], top))
    files = work.files_of(one.case)
    for name, content in zip(files, contents, strict=True):
      work.place.write(name, content)
  work.place.add(_row(trained, one, found))


def _row(trained, one, found):
  names = trained.class_names
  row = {"id": one.case.id}
  if trained.segments:
    counts = np.bincount(found.classes.reshape(-1), minlength=len(names))
    row |= {
      f"voxels_{name}": int(n) for name, n in zip(names, counts, strict=True)
    }
  else:
    row |= {"predicted": int(found.classes), "class": names[found.classes]}
    columns = zip(names, found.probs, strict=True)
    row |= {f"probability_{name}": f"{p:.9g}" for name, p in columns}
  for name, x in found.uncertainty.items():
    row[f"{name}"] = f"{float(np.mean(x)):.9g}"
  file = one.case.files[0]
  return row | {"file": str(file), "digest": one.digest}
