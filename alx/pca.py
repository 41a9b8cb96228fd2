"""Principal components of rows of numbers."""

from typing import NamedTuple

import numpy as np


class Components(NamedTuple):
  """The directions of most variance."""

  mean: np.ndarray  # [P] float32
  directions: np.ndarray  # [D, P] float32, orthonormal, most variance first


def fit_components(rows: np.ndarray, width: int) -> Components:
  """The first components of rows [N, P], by a singular value decomposition.

  Of the two signs of a direction the one whose largest entry is positive is
  taken, so that a library does not decide it.

  Args:
    rows: [N, P], finite.
    width: D wanted; there are at most min(N, P).
  """
  rows = np.asarray(rows, np.float32)
  mean = rows.mean(0, dtype=np.float64).astype(np.float32)
  _, _, directions = np.linalg.svd(rows - mean, full_matrices=False)
  directions = directions[:width]
  largest = np.abs(directions).argmax(1)
  signs = np.sign(directions[np.arange(len(directions)), largest])
  return Components(mean, directions * np.where(signs == 0, 1, signs)[:, None])


def project(components: Components, rows: np.ndarray) -> np.ndarray:
  """[N, D] float32 coordinates of rows [N, P]; those of the mean are 0."""
  rows = np.asarray(rows, np.float32) - components.mean
  return rows @ components.directions.T
