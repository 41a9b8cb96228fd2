"""Frozen features in the place of images: one row of numbers per item."""

import pathlib
from typing import NamedTuple

import numpy as np

from alx.data.arrays import fields
from alx.data.dataset import DataError, Dataset, bad_input
from alx.data.sources.source import checked_ids

_WANTED = "an .npy [N, D] or an .npz with an array features"


class Scaling(NamedTuple):
  """Mean and deviation of columns."""

  mean: np.ndarray  # [D] float64
  deviation: np.ndarray  # [D] float64; inf where it is 0


def standardise(rows: np.ndarray) -> np.ndarray:
  """Each column with mean 0 and standard deviation 1, a constant one with 0.

  Args:
    rows: [N, D], any real type, finite. No label is looked at.

  Returns:
    [N, D] float32.
  """
  rows = np.asarray(rows, np.float64)
  return scaled(rows, scaling_of(rows))


def scaling_of(rows: np.ndarray) -> Scaling:
  """What brings each column of rows [N, D] to mean 0 and deviation 1."""
  rows = np.asarray(rows, np.float64)
  mean = rows.mean(0)
  deviation = (rows - mean).std(0)
  return Scaling(mean, np.where(deviation > 0, deviation, np.inf))


def scaled(rows: np.ndarray, scaling: Scaling) -> np.ndarray:
  """Rows [..., D] brought to a scale, as float32."""
  rows = np.asarray(rows, np.float64) - scaling.mean
  return (rows / scaling.deviation).astype(np.float32)


def read_features(path: pathlib.Path) -> tuple[np.ndarray, tuple | None]:
  """Features [N, D] of an .npy or .npz, and the ids [N] of the latter if any.

  Those of an .npy stay in their file until they are read.

  Args:
    path: an .npy with an array [N, D], or an .npz with one named `features`
      and, if the rows are not in the order of the items, `ids` [N].

  Raises:
    DataError: no such file, pickled objects, not real numbers [N, D], or other
      than N different ids.
  """
  if not path.is_file():
    raise bad_input(path, _WANTED, "a folder" if path.is_dir() else "no file")
  try:
    found, ids = _arrays(path)
  except Exception as error:  # a damaged archive breaks in many ways
    raise bad_input(path, _WANTED, error) from error
  if found.ndim != 2 or not found.size or found.dtype.kind not in "buif":
    what = f"{found.dtype} {found.shape}"
    raise bad_input(path, "real numbers [N, D]", what)
  try:
    checked_ids(ids, len(found))
  except DataError as error:
    raise DataError(f"{path}, {len(found)} rows: {error}") from error
  return found, ids


def _arrays(path):
  """What is in the file, ids as texts."""
  magic = np.lib.format.MAGIC_PREFIX
  with open(path, "rb") as file:
    if file.read(len(magic)) == magic:
      return np.lib.format.open_memmap(path, mode="r"), None
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
      ids = archive["ids"].ravel() if "ids" in archive else None
      ids = None if ids is None else tuple(map(fields.text_of, ids))
      return archive["features"], ids


def with_features(dataset: Dataset, path: pathlib.Path) -> Dataset:
  """The items of a classification data set, known by features of a file.

  Raises:
    DataError: as `read_features`; another task; an item without a row; rows
      without ids that are not as many as the items; numbers not finite.
  """
  if dataset.task != "classification":
    wanted = "a classification task for features of whole items"
    raise bad_input(dataset.name, wanted, dataset.task)
  rows, ids = read_features(path)
  if ids is not None:
    places = {name: i for i, name in enumerate(ids)}
    missing = [name for name in dataset.ids if name not in places]
    if missing:
      wanted = f"a row for each of the {len(dataset.ids)} items"
      found = f"none for {len(missing)} of them, the first {missing[0]}"
      raise bad_input(path, wanted, found)
    rows = rows[[places[name] for name in dataset.ids]]
  if len(rows) != len(dataset.ids):
    wanted = f"one row for each of the {len(dataset.ids)} items used"
    raise bad_input(path, wanted, f"{len(rows)} rows and no ids")
  broken = np.flatnonzero(~np.isfinite(rows).all(1))
  if len(broken):
    name = dataset.ids[broken[0]]
    found = f"NaN or infinity in {len(broken)} rows, the first of {name}"
    raise bad_input(path, "finite numbers", found)
  return with_rows(dataset, rows)


def with_rows(dataset: Dataset, rows: np.ndarray) -> Dataset:
  """The data set with standardised rows [N, D] as images without space."""
  return dataset._replace(images=tuple(standardise(rows)))
