"""Principal components of rows of numbers."""

from typing import NamedTuple

import numpy as np
import scipy.linalg

_BLOCK = 1024  # rows or columns in float64 at a time


class Components(NamedTuple):
  """The directions of most variance."""

  mean: np.ndarray  # [P] float32
  directions: np.ndarray  # [D, P] float32, orthonormal, most variance first


def fit_components(rows: np.ndarray, width: int) -> Components:
  """The first components of rows [N, P], from the smaller of their products.

  Of the two signs of a direction the one whose largest entry is positive is
  taken, so that a library does not decide it. Directions in which the rows do
  not differ but for rounding, singular values up to eps sqrt(N) of the largest,
  are left out: they would be noise.

  Args:
    rows: [N, P], finite.
    width: D wanted; there are as many as the rank of the centred rows at most,
      which is below N.

  Raises:
    ValueError: if all rows are equal.
  """
  rows = np.asarray(rows, np.float32)
  if (rows == rows[:1]).all():
    raise ValueError(
      "principal components: wanted rows that differ, found "
      f"{len(rows)} equal ones"
    )
  mean = rows.mean(0, dtype=np.float64)
  directions = _directions(rows, mean, width)
  largest = np.abs(directions).argmax(1)[:, None]
  directions *= np.sign(np.take_along_axis(directions, largest, 1))
  return Components(mean.astype(np.float32), directions.astype(np.float32))


def _directions(rows, mean, width):
  """[D, P] float64 unit vectors, their signs as they come."""
  wide = rows.shape[0] < rows.shape[1]
  blocks = _centred(rows, mean)
  product = sum(x @ x.T if wide else x.T @ x for x in blocks)
  size = len(product)
  values, vectors = scipy.linalg.eigh(
    product, subset_by_index=(max(0, size - width), size - 1)
  )
  singular = np.sqrt(np.maximum(values[::-1], 0.0))
  least = np.finfo(np.float32).eps * np.sqrt(len(rows)) * singular[0]
  found = vectors.T[::-1][singular > least]
  if wide:
    found = np.concatenate([found @ x for x in _centred(rows, mean)], 1)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
  return found


def _centred(rows, mean):
  """The centred rows, in blocks along the longer axis."""
  wide = rows.shape[0] < rows.shape[1]
  for at in range(0, max(rows.shape), _BLOCK):
    part = slice(at, at + _BLOCK)
    yield rows[:, part] - mean[part] if wide else rows[part] - mean


def project(components: Components, rows: np.ndarray) -> np.ndarray:
  """[N, D] float32 coordinates of rows [N, P]; those of the mean are 0."""
  rows = np.asarray(rows, np.float32) - components.mean
  return rows @ components.directions.T
