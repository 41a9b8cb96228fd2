"""Images one after the other: read, predicted, written."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from rich.console import Console

from alx._version import __version__
from alx.data.dataset import DataError, bad_input
from alx.data.dicom import seg
from alx.data.sources.digest import of_file, of_texts
from alx.data.sources.prefetch import prefetch
from alx.data.unlabelled.case import Case, Cases, Loaded
from alx.runs import compare, progress
from alx.runs.disk import stops
from alx.runs.use.place import ABOUT, Place
from alx.runs.use.program import (
  UNCERTAINTIES,
  Found,
  extent_of,
  make_program,
  number_of,
  predict_block,
)
from alx.runs.use.tell import about_classes, note_of_spacings
from alx.runs.use.trained import Trained

MASKS = "masks"
CLASSES = "classes.csv"


class Work(NamedTuple):
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

  case: Case
  digest: str
  loaded: Loaded | None  # None: finished before
  error: DataError | None


def do(work: Work, console: Console) -> tuple[list[str], int, list[str]]:
  """Predicts what is not finished.

  Returns:
    (ids, how many of them were finished before, a line for each image that is
    left out).

  Raises:
    DataError: not one can be used; if strict, the first that cannot.
  """
  trained, cases = work.trained, work.cases.cases
  program = make_program(trained, work.samples)
  done, before, left_out = [], 0, []
  with progress.progress_bars(console) as bars:
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
  work.place.write(CLASSES, about_classes(trained.class_names))
  work.place.finish(len(done), left_out)
  compare.tell("note", note_of_spacings(trained, work.place.rows), console)
  compare.tell("left out", left_out, console, ABOUT)
  compare.tell("no SEG", work.place.no_seg, console, ABOUT)
  return done, before, left_out


def _predict(work, program, block):
  if not block:
    return
  trained = work.trained
  size = min(trained.config.block, 1 << (len(block) - 1).bit_length())
  found = predict_block(
    trained,
    program,
    [one.loaded for one in block],
    [number_of(one.case.id) for one in block],
    size,
  )
  pairs = list(zip(block, found, strict=True))
  work.place.add([_row(trained, *pair) for pair in pairs])
  for one, told in pairs:
    _write(work, one, told)


def _blocks(work) -> Iterator[list[_Read]]:
  """Images that follow each other, as many as are predicted at a time.

  Those of one block have arrays of one extent.
  """
  patch, block = work.trained.config.patch, []
  for one in prefetch(lambda case: _read(work, case), work.cases.cases):
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


def _read(work, case) -> _Read:
  try:
    content = _digest(case)
    if work.place.is_finished(case.id, content, work.files_of(case)):
      return _Read(case, content, None, None)
  except OSError as error:
    refused = bad_input(case.files[0], "a file that can be read", error)
    return _Read(case, "", None, refused)
  try:
    return _Read(case, content, work.cases.read(case), None)
  except DataError as error:
    return _Read(case, content, None, error)


def _digest(case):
  """Of the files of an image, and its row in an .npz."""
  files = [of_file(file) for file in case.files if file]
  return of_texts([*files, "" if case.row is None else str(case.row)])


def _write(work, one, found: Found):
  """The files of an image."""
  if not work.trained.segments:
    return
  top = math.log(len(work.trained.class_names))
  contents = [one.loaded.mask_bytes(found.classes)]
  for name in work.maps():
    contents.append(one.loaded.map_bytes(found.uncertainty[name], top))
  files = work.files_of(one.case)
  if one.loaded.seg_bytes:  # first: a mask that is there has its SEG
    _write_seg(work, one, found)
  for name, content in zip(files, contents, strict=True):
    work.place.write(name, content, one.case.id)


def _write_seg(work, one, found):
  """The mask as DICOM SEG, or a line why it is none."""
  try:
    content = one.loaded.seg_bytes(
      *(found.classes, work.trained.class_names, "alx predict"),
      f"{__version__} {work.trained.digest[:12]}",
    )
  except DataError as error:
    work.place.tell_seg(one.case.id, str(error).removeprefix("SEG: "))
    return
  name = f"{MASKS}/{one.case.id}.dcm"
  work.place.write(name, content, one.case.id, seg.is_same)
  work.place.tell_seg(one.case.id)


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
  spacing = "x".join(f"{mm:.6g}" for mm in one.loaded.spacing_mm or ())
  about = {"spacing_mm": spacing, "file": one.case.files[0]}
  return row | about | {"digest": one.digest}
