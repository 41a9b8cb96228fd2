"""Rows of numbers in the place of images, without labels."""

import pathlib

import numpy as np

from alx.data.arrays.features import Scaling, read_features, scaled
from alx.data.dataset import bad_input
from alx.data.sources.source import checked_ids
from alx.data.unlabelled.case import Case, Cases, Loaded, by_id


def find(path: pathlib.Path, scaling: Scaling) -> Cases:
  """The rows of an .npy, or of `features` of an .npz, as `Cases`.

  Args:
    path: the file.
    scaling: of the rows that the model was trained on.

  Raises:
    DataError: no such file, or other columns.
  """
  rows, ids = read_features(path)
  wanted = len(scaling.mean)
  if rows.shape[1] != wanted:
    told = f"{wanted} numbers for each item, as the run's embeddings have"
    raise bad_input(path, told, rows.shape[1])
  names = checked_ids(ids, len(rows))
  cases = [Case(name, (path,), row) for row, name in enumerate(names)]

  def read(case):
    row = np.asarray(rows[case.row])
    if not np.isfinite(row).all():
      file = f"{path}, {case.id}"
      raise bad_input(file, "finite numbers", "NaN or infinity")
    return Loaded(scaled(row, scaling), (), None)

  return Cases(by_id(cases, path), read, "")
