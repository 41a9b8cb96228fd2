"""Masks or classes of images that a run has never seen."""

import contextlib
import math
import os
import pathlib
from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console

from alx.data.dataset import bad_input
from alx.data.unlabelled import embeddings as rows
from alx.data.unlabelled.find import find
from alx.runs import compare, screen
from alx.runs.disk import owned, store
from alx.runs.settings.config import absolute_path
from alx.runs.use.embeddings import scaling
from alx.runs.use.place import ABOUT, Place, check_free
from alx.runs.use.tell import notes_of
from alx.runs.use.trained import Trained, is_random, load, wanted_of
from alx.runs.use.work import Work, do


class Predicted(NamedTuple):
  """What a prediction has written."""

  out: pathlib.Path
  model: str  # a line: which one, trained on how many labels
  ids: tuple[str, ...]  # of the images that are finished
  before: int  # how many of them were finished by an earlier call
  left_out: tuple[str, ...]  # a line for each image that cannot be used
  no_seg: tuple[str, ...] = ()  # for each mask that DICOM SEG cannot hold


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
      file of that kind, or an .npz with `images`; embeddings [N, D] for a run
      on embeddings, scaled as its own.
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
        cases = _find(trained, data, out, where)
        place = Place(out, _about(trained, data, samples, where))
      model = trained.choice.told()
      console.print(model, markup=False, soft_wrap=True)
      compare.tell("note", notes_of(trained, cases), console)
      work = Work(trained, cases, place, samples, strict, is_mine)
      done, before, left_out = do(work, console)
    no_seg = tuple(place.no_seg)
  return Predicted(out, model, tuple(done), before, tuple(left_out), no_seg)


def _find(trained, data, out, where):
  if not trained.on_embeddings:
    return find(data, wanted_of(trained), out, where)
  if where:
    raise bad_input(data, "images to use where on", "embeddings")
  return rows.find(data, scaling(trained))


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
