"""Features of the items of a data set: made, written, read again."""

import io
import pathlib
from collections.abc import Callable

import jax
import numpy as np

from alx import data, label_free
from alx.data.features import read_features
from alx.data.patches import Images
from alx.label_free import Encoding
from experiments import store


def encode(
  dataset: data.Dataset,
  split: data.Split,
  images: Images,
  name: str,
  seed: int,
  encoding: Encoding,
  progress: Callable | None = None,
) -> np.ndarray:
  """Features [N, D] of all items, learned from those of the pool.

  Args:
    dataset: N items; no label of it is read.
    split: of the items.
    images: the items, shrunk by `label_free.shrink`.
    name: one of `label_free.NAMES`.
    seed: of weights, batches and views.
    encoding: settings.
    progress: called with (done, total) now and then.
  """
  groups = label_free.group_numbers(dataset.groups, len(dataset.ids))
  key = jax.random.key(seed)
  return label_free.make_features(
    name, key, images, split.pool, groups, encoding, progress
  )


def check_output(path: pathlib.Path, force: bool) -> pathlib.Path:
  """`path`, where features may be written.

  Raises:
    ValueError: for another kind of name, or a file that is there.
  """
  if path.suffix != ".npz":
    raise ValueError(f"output: wanted a name that ends in .npz, found {path}")
  if path.exists() and not force:
    raise ValueError(f"{path} is there; --force overwrites it")
  return path


def save(
  path: pathlib.Path,
  dataset: data.Dataset,
  split: data.Split,
  features: np.ndarray,
) -> None:
  """Writes an .npz that `data.load` reads, whole or not at all.

  `features` [N, D], `ids`, `split` (0 pool, 1 unused, 2 test), `group` if
  known, and for a classification `labels` and `class_names`. Label maps are
  not features of an item: of a segmentation there are no labels.
  """
  parts = np.ones(len(dataset.ids), np.int8)
  parts[split.pool], parts[split.test] = 0, 2
  arrays = {
    "features": np.asarray(features, np.float32),
    "ids": np.array(dataset.ids),
    "split": parts,
  }
  if dataset.groups is not None:
    arrays["group"] = np.array(dataset.groups)
  if dataset.task == "classification":
    arrays["labels"] = np.array(dataset.labels, np.int32)
    arrays["class_names"] = np.array(dataset.class_names)
  content = io.BytesIO()
  np.savez(content, **arrays)
  store.write_bytes(path, content.getvalue())


def load(path: pathlib.Path, dataset: data.Dataset) -> np.ndarray:
  """The features [N, D] of such a file.

  Raises:
    DataError: if it is damaged or of other items.
  """
  rows, ids = read_features(path)
  if ids != tuple(dataset.ids):
    wanted = f"features of the {len(dataset.ids)} items of {dataset.name}"
    found = "other ids" if ids else "no ids"
    raise data.DataError(f"{path}: wanted {wanted}, found {found}")
  return rows
