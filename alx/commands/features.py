"""Features of images, made once: then active learning takes seconds.

Label-free, from an encoder that is trained here on the pool:

  python -m experiments.features --data=breastmnist.npz --encoder=simclr \\
    --output=breast-simclr.npz
  python -m experiments.run --features=breast-simclr.npz --seeds=20

or from a model that a run has trained:

  python -m experiments.features --checkpoint=runs/slices/runs/bald-seed0 \\
    --output=slices-bald.npz

--encoder is pca (principal components of the voxels), autoencoder, or simclr
(contrastive, Chen et al. 2020). Items of any extents are resampled to one small
shape first. No label and no test item is learned from. Of a segmentation the
file has no labels: give it to `alx.query`.

Of images that nobody has labelled, in any layout that `alx predict` reads, for
`alx query` to say which to label first:

  python -m experiments.features --unlabelled --data=scans --encoder=pca \\
    --output=scans-pca.npz
  python -m experiments.query --acquisition=typiclust --k=20 \\
    --arrays=scans-pca.npz

About a minute on 2 CPU cores for some hundred images of 64 x 64.
"""

import contextlib
import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from absl import flags
from rich.markup import escape

from alx import data, label_free
from alx.commands import command
from alx.keys import check_seed
from alx.runs import compare, progress
from alx.runs.disk import owned, stops, store
from alx.runs.disk.claim import Claim
from alx.runs.features import encode, trained, unlabelled
from alx.runs.problem import problem, reading
from alx.runs.settings import idle
from alx.runs.settings.config import Config, absolute, override
from alx.runs.use.trained import load

_DATA = flags.DEFINE_string(
  "data", None, "Folder or .npz file; with --checkpoint the run's own."
)
_WHERE = flags.DEFINE_string(
  "where", None, "Keep the .npz items with, for example, frame=1."
)
_UNLABELLED = flags.DEFINE_bool(
  "unlabelled",
  False,
  "Read images alone: a folder of volumes, DICOM series or pictures, or an "
  ".npz of images. All are learned from; --set knows image_size, "
  "group_pattern and strict.",
)
_ENCODER = flags.DEFINE_enum(
  "encoder", None, label_free.NAMES, "What makes the features."
)
_CHECKPOINT = flags.DEFINE_string(
  "checkpoint",
  None,
  "A run (RUN_DIR/runs/NAME-seedS) whose model makes the features.",
)
_OUTPUT = flags.DEFINE_string("output", None, "The .npz to write.")
_FORCE = flags.DEFINE_bool("force", False, "Overwrite --output.")
_SEED = flags.DEFINE_integer("seed", 0, "Of weights, batches and views.")
_WIDTH = flags.DEFINE_integer(
  "width",
  None,
  "D, numbers per item; default 64, for volumes 32. pca gives fewer where the "
  "items differ in fewer directions.",
  1,
)
_STEPS = flags.DEFINE_integer(
  "steps", None, "Of an encoder's training; default 300.", 1
)
_LONGEST = flags.DEFINE_integer(
  "longest", None, "Voxels of the longest axis; default 64, in 3-D 32.", 1
)
_SET = flags.DEFINE_multi_string(
  "set",
  [],
  "field=value, a field of the settings of a run that is about the data, "
  "such as test_items; repeatable.",
)


def main(argv: list[str]) -> None:
  """Writes the file; for the exit codes see --help."""
  with command.session() as console:
    with command.wrong_input():
      output = _checked(argv)
    claim = Claim(output.parent, f".{output.name}.claim")
    with (
      owned.owning(output, claim) as check,
      command.wrong_input(ValueError),
    ):
      with command.wrong_input():
        work = (_of_run if _CHECKPOINT.value else _label_free)(console)
        done = encode.finished(output, work.about, _FORCE.value)
      rows = work.make() if done is None else done
      if done is None:
        check()
        encode.save(output, work.dataset, work.split, rows, work.about)
    told = "features" if done is None else "finished before: features"
    shape = " x ".join(map(str, rows.shape))
    console.print(f"{told} {shape}: {output.resolve()}", soft_wrap=True)


class _Work(NamedTuple):
  """Features that can be made."""

  dataset: data.Dataset
  split: data.Split
  about: dict  # what they depend on
  make: Callable[[], np.ndarray]


def _checked(argv):
  """Where to write; before anything is loaded."""
  command.only_flags(argv)
  if not _OUTPUT.value:
    raise ValueError("wanted --output=FILE.npz")
  if bool(_ENCODER.value) == bool(_CHECKPOINT.value):
    raise ValueError("wanted one of --encoder and --checkpoint")
  if _ENCODER.value and not _DATA.value:
    raise ValueError("--encoder wants --data=PATH")
  if _UNLABELLED.value and not _ENCODER.value:
    raise ValueError("--unlabelled wants --encoder, found --checkpoint")
  _check_used()
  output = command.path_of(_OUTPUT.value)
  encode.check_output(output, _FORCE.value)
  owned.check_writable("--output", output.parent)
  return output


def _check_used():
  """Raises ValueError for a flag that would do nothing, or a wrong seed."""
  maker = f"--encoder={_ENCODER.value}"
  unread = (_SEED, _STEPS) if _ENCODER.value in label_free.WITHOUT_KEY else ()
  if _CHECKPOINT.value:
    maker, unread = "--checkpoint", (_SEED, _WIDTH, _STEPS, _LONGEST)
  for flag in unread:
    if flag.present:
      raise ValueError(f"--{flag.name} does nothing with {maker}")
  check_seed("seed", _SEED.value)


def _config(base):
  """`base` on the data that the flags name."""
  given = {"data": _DATA.value, "where": _WHERE.value}
  given = {name: value for name, value in given.items() if value is not None}
  told = {name: name for name in given}
  return absolute(override(base, _SET.value, told, given))


def _load(config, console):
  dataset = reading.load_dataset(config, compare.loading(console))
  compare.tell_reading(dataset, console)
  return dataset


def _label_free(console):
  """Those of an encoder that is trained here."""
  config = _config(Config(acquisition=()))  # only a split is asked for
  if _UNLABELLED.value:
    dataset, split = _images_alone(config, console)
  else:
    dataset = _load_labelled(config, console)
    split = problem.split_of(config, dataset)
  encoding = _encoding(dataset.images[0].ndim - 1)
  name, seed = _ENCODER.value, _SEED.value

  def make():
    images = label_free.shrink(dataset, encoding)
    shape = "x".join(map(str, images.values.shape[1:]))
    console.print(f"{name} of {len(split.pool)} pool items as {shape}")
    with _bar(console, name) as show:
      return encode.encode(dataset, split, images, name, seed, encoding, show)

  settings = {"encoder": name, "seed": seed, **dataclasses.asdict(encoding)}
  if name in label_free.WITHOUT_KEY:
    del settings["seed"], settings["steps"]
  about = encode.about(dataset, split, settings)
  return _Work(dataset, split, about, make)


def _load_labelled(config, console):
  try:
    return _load(config, console)
  except data.DataError as error:
    told = f"{error} (--unlabelled reads images that nobody has labelled)"
    raise data.DataError(told) from error


def _images_alone(config, console):
  """(data set, split) of images without labels: none is kept for a test."""
  dataset = unlabelled.load(config, compare.loading(console))
  compare.tell_reading(dataset, console)
  order = np.argsort(np.array(dataset.ids, object)).astype(np.int32)
  return dataset, data.Split(order, order[:0], order[:0], "item")


@contextlib.contextmanager
def _bar(console, name):
  """One progress bar: a function of (done, total), full at the end."""
  stops.note(f"at {name}, nothing is written yet")
  with progress.progress_bars(console) as bars:
    bar = bars.add_task(name, total=None)
    yield lambda done, total: bars.update(bar, completed=done, total=total)
    bars.update(bar, completed=1, total=1)


def _encoding(spatial_dims):
  encoding = label_free.encoding_for(spatial_dims)
  *finer, width = encoding.widths
  return dataclasses.replace(
    encoding,
    widths=(*finer, _WIDTH.value or width),
    steps=_STEPS.value or encoding.steps,
    longest=_LONGEST.value or encoding.longest,
  )


def _of_run(console):
  """Those of a model that a run has trained."""
  run = trained.find_run(command.path_of(_CHECKPOINT.value))
  model = load(run)
  config = _config(model.config)
  dataset = reading.load_any(config, compare.loading(console))
  compare.tell_reading(dataset, console)
  _check_settings(dataset)
  config = problem.resolve(config, dataset, baselines=False)
  ready = problem.make_problem(config, dataset)
  trained.check_data(run, ready)

  def make():
    with console.status(escape(f"{run.name}: {len(dataset.ids)} items")):
      return trained.features_of(model.params, ready, config)

  settings = {"run": run.name, **dataclasses.asdict(config)}
  lasting = {k: v for k, v in settings.items() if k not in store.MAY_CHANGE}
  lasting["rounds"] = model.choice.step
  about = encode.about(dataset, ready.split, lasting)
  return _Work(dataset, ready.split, about, make)


def _check_settings(dataset):
  """Raises ValueError for a --set that does nothing on these data.

  Those of the run are filled in, also where they do nothing.
  """
  if _SET.value:
    config = _config(Config(acquisition=()))
    idle.check_settings(config)
    idle.check_data(config, dataset)


if __name__ == "__main__":
  command.start(main)
