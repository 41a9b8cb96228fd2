"""Features of the items of a data set: made, written, read again."""

import io
import json
import pathlib
from collections.abc import Callable, Mapping

import jax
import numpy as np

import alx
from alx import data, label_free
from alx.data.arrays.features import read_features
from alx.data.patches import Images
from alx.data.sources.digest import of_dataset, of_texts
from alx.label_free import Encoding
from alx.runs.disk import store
from alx.runs.settings.config import PATHS

_ABOUT = "made_of"


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


def check_output(path: pathlib.Path, force: bool) -> None:
  """Looks whether features may be written there, before data are read.

  Raises:
    ValueError: for another kind of name, or a file that cannot be one that the
      same command has finished.
  """
  if path.suffix != ".npz":
    raise ValueError(f"output: wanted a name that ends in .npz, found {path}")
  if path.is_dir():
    raise ValueError(f"output: wanted a file to write, found the folder {path}")
  if path.exists() and not force and not _read_about(path):
    raise ValueError(f"{path} is there; --force overwrites it")


def about(
  dataset: data.Dataset, split: data.Split, settings: Mapping
) -> dict[str, str]:
  """What features depend on, to know them again: contents and settings."""
  parts = {name: getattr(split, name).tolist() for name in ("pool", "test")}
  texts = {name: json.dumps(value) for name, value in settings.items()}
  return {
    "data": of_dataset(dataset),
    "split": of_texts([json.dumps(parts)]),
    "alx": alx.__version__,
    **{k: v for k, v in texts.items() if k not in PATHS},
  }


def finished(
  path: pathlib.Path, wanted: Mapping[str, str], force: bool
) -> np.ndarray | None:
  """The features [N, D] that the same command has written; None: none yet.

  Raises:
    ValueError: if there is a file that was made otherwise.
  """
  if force or not path.exists():
    return None
  known = _read_about(path)
  differ = [name for name, value in wanted.items() if known.get(name) != value]
  if differ:
    names = ", ".join(differ)
    raise ValueError(
      f"{path} is there, of other {names}; --force overwrites it"
    )
  return read_features(path)[0]


def _read_about(path):
  """What `save` noted of a file; {} if it is none of ours, or damaged."""
  try:
    with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
      known = json.loads(str(arrays[_ABOUT]))
      arrays["features"], arrays["ids"]  # checked by the archive
  except Exception:  # a damaged archive breaks in many ways
    return {}
  return known if isinstance(known, dict) else {}


def save(
  path: pathlib.Path,
  dataset: data.Dataset,
  split: data.Split,
  features: np.ndarray,
  about: Mapping[str, str] | None = None,
) -> None:
  """Writes an .npz that `data.load` reads, whole or not at all.

  `features` [N, D], `ids`, `split` (0 pool, 1 unused, 2 test), `group` if
  known, and for a classification `labels` and `class_names`. Label maps are
  not features of an item: of a segmentation there are no labels. `about`, what
  the features depend on, is kept beside them.
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
  if about:
    arrays[_ABOUT] = np.array(json.dumps(about))
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
