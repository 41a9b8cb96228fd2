"""The parameters of a model as plain arrays, and what they are in words."""

import hashlib
import io
import json
import os
import pathlib
from typing import NamedTuple

import jax
import numpy as np

import alx
from alx.data.dataset import bad_input
from alx.data.files import visible
from alx.runs.disk import owned, store
from alx.runs.disk.claim import FOLDER
from alx.runs.problem.images import BYTES, FEATURES, NORMALISED
from alx.runs.problem.learning import network_of
from alx.runs.settings.config import absolute_path
from alx.runs.use.place import check_free
from alx.runs.use.trained import Trained, load

PARAMS, ABOUT = "params.npz", "model.json"
_VALUES = {
  BYTES: "bytes / 127.5 - 1",
  NORMALISED: "each item and channel: clipped to its percentiles 0.5 and 99.5, "
  "then mean 0 and deviation 1 (alx.data.intensity.normalise)",
  FEATURES: "each column of the data: mean 0 and deviation 1",
}


class Exported(NamedTuple):
  """What was written."""

  out: pathlib.Path
  model: str  # a line: which one, trained on how many labels
  arrays: int
  numbers: int  # in all arrays


def export(
  run: str | os.PathLike,
  out: str | os.PathLike,
  *,
  arm: str = "",
  seed: int | None = None,
  round: int | None = None,
) -> Exported:
  """Writes params.npz and model.json of a model of a run.

  An array is named by the way to it, trunk/params/Dense_0/kernel; the JSON says
  network, classes, patch, normalisation, voxel sizes and the SHA-256 of the
  file.

  Args:
    run: a run directory, or runs/NAME-seedS in it.
    out: a folder that is empty, or not there, or has the same model.
    arm: see `alx.runs.predict`.
    seed: the same.
    round: the same.

  Raises:
    DataError: no run, no model, or a folder that holds something else.
    Held: another process writes there.
  """
  out = pathlib.Path(absolute_path(os.fspath(out)))
  check_free(out, ABOUT, PARAMS)  # that alone is what a kill leaves
  with owned.working(out) as is_mine:
    trained = load(run, arm, seed, round)
    arrays = named(trained.params)
    params = _as_npz(arrays)
    about = json.dumps(describe(trained, params), indent=2, ensure_ascii=False)
    contents = {PARAMS: params, ABOUT: f"{about}\n".encode()}
    _check(out, contents)
    is_mine()
    for name, content in contents.items():  # the one that names the other last
      store.write_bytes(out / name, content)
  numbers = sum(array.size for array in arrays.values())
  return Exported(out, trained.choice.told(), len(arrays), numbers)


def named(params) -> dict[str, np.ndarray]:
  """The arrays of a tree of dicts by the way to them, in order."""
  leaves = jax.tree_util.tree_leaves_with_path(params)
  return {"/".join(str(k.key) for k in path): x for path, x in leaves}


def describe(trained: Trained, params: bytes) -> dict:
  """The content of model.json.

  Args:
    trained: the model.
    params: the content of params.npz.
  """
  choice, config = trained.choice, trained.config
  images, classes = trained.about["images"], trained.class_names
  make, arguments = network_of(config, len(classes))
  return {
    "alx": alx.__version__,
    "data": trained.about.get("name"),
    "arm": choice.arm,
    "seed": choice.seed,
    "round": choice.round,
    "labels": choice.labels,
    "task": trained.about["task"],
    "class_names": list(classes),
    "network": {"make": make, "arguments": arguments},
    "members": config.members if config.ensemble else 1,
    "evidential": config.evidential,
    "images": {
      **images,
      "normalisation": _VALUES[images["values"]],
      "axes_of_volumes": "right, front, head where the header tells (RAS+)",
      "image_size": config.image_size,
      "coarsen": config.coarsen,
    },
    "patch": list(config.patch),
    "overlap": config.overlap,
    "parameters": {
      "file": PARAMS,
      "sha256": hashlib.sha256(params).hexdigest(),
      "digest": trained.digest,
    },
  }


def _as_npz(arrays):
  content = io.BytesIO()
  np.savez(content, **arrays)
  return content.getvalue()


def _check(out, contents):
  """Raises DataError if another model is there."""
  for path in visible(out):
    content = contents.get(path.name)
    if path.name != FOLDER and not _holds(path, content):
      wanted = "an empty or a new folder for --out, or the same model"
      raise bad_input(out, wanted, path.name)


def _holds(path, content):
  return content is not None and path.is_file() and path.read_bytes() == content
