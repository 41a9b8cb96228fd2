"""Features of images, made once: then active learning takes seconds.

Label-free, from an encoder that is trained here on the pool:

  python -m experiments.features --data=breastmnist.npz --encoder=simclr \
    --output=breast-simclr.npz
  python -m experiments.run --features=breast-simclr.npz --seeds=20

or from a model that a run has trained:

  python -m experiments.features --checkpoint=runs/slices/runs/bald-seed0 \
    --output=slices-bald.npz

--encoder is pca (principal components of the voxels), autoencoder, or simclr
(contrastive, Chen et al. 2020). Items of any extents are resampled to one small
shape first. No label and no test item is learned from. Of a segmentation the
file has no labels: give it to `alx.query`.

About a minute on 2 CPU cores for some hundred images of 64 x 64.
"""

import contextlib
import dataclasses
import pathlib

from absl import flags

from alx import label_free
from experiments import command, compare, encode, problem, trained
from experiments.config import Config, override

_DATA = flags.DEFINE_string(
  "data", None, "Folder or .npz file; with --checkpoint the run's own."
)
_WHERE = flags.DEFINE_string(
  "where", None, "Keep the .npz items with, for example, frame=1."
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
  "field=value, a field of experiments.config.Config that is about the data, "
  "such as test_items; repeatable.",
)


def main(argv: list[str]) -> None:
  """Writes the file; a wrong input is one line and exit code 2."""
  console = command.begin()
  with command.ends(2, ValueError):
    output = _checked(argv)
    if _CHECKPOINT.value:
      dataset, split, rows = _from_run(console)
    else:
      dataset, split, rows = _label_free(console)
    encode.save(output, dataset, split, rows)
  shape = " x ".join(map(str, rows.shape))
  console.print(
    f"features {shape}: {output.resolve()}", soft_wrap=True, markup=False
  )


def _checked(argv):
  """Where to write; before anything is loaded."""
  command.only_flags(argv)
  if not _OUTPUT.value:
    raise ValueError("wanted --output=FILE.npz")
  if bool(_ENCODER.value) == bool(_CHECKPOINT.value):
    raise ValueError("wanted one of --encoder and --checkpoint")
  if _ENCODER.value and not _DATA.value:
    raise ValueError("--encoder wants --data=PATH")
  return encode.check_output(pathlib.Path(_OUTPUT.value), _FORCE.value)


def _config(base):
  """`base` on the data that the flags name."""
  given = {"data": _DATA.value, "where": _WHERE.value}
  given = {name: value for name, value in given.items() if value is not None}
  return override(dataclasses.replace(base, **given), _SET.value)


def _load(config, console):
  dataset = problem.load_dataset(config, compare.loading(console))
  compare.tell_reading(dataset, console)
  return dataset


def _label_free(console):
  """(dataset, split, features) of an encoder trained here."""
  config = _config(Config(acquisition=()))  # only a split is asked for
  dataset = _load(config, console)
  split = problem.split_of(config, dataset)
  encoding = _encoding(dataset.images[0].ndim - 1)
  images = label_free.shrink(dataset, encoding)
  shape = "x".join(map(str, images.values.shape[1:]))
  name = _ENCODER.value
  console.print(f"{name} of {len(split.pool)} pool items as {shape}")
  with _bar(console, name) as show:
    rows = encode.encode(
      dataset, split, images, name, _SEED.value, encoding, show
    )
  return dataset, split, rows


@contextlib.contextmanager
def _bar(console, name):
  """One progress bar: a function of (done, total), full at the end."""
  with compare.progress_bars(console) as bars:
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


def _from_run(console):
  """(dataset, split, features) of a model that a run has trained."""
  run = trained.find_run(pathlib.Path(_CHECKPOINT.value))
  config = _config(trained.read_config(run))
  dataset = _load(config, console)
  config = problem.resolve(config, dataset, baselines=False)
  ready = problem.make_problem(config, dataset)
  trained.check_data(run, ready)
  with console.status(f"{run.name}: {len(dataset.ids)} items"):
    rows = trained.features_of(run, ready, config)
  return dataset, ready.split, rows


if __name__ == "__main__":
  command.start(main)
