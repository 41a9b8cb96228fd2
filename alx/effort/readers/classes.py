"""Readers who name a class, and are wrong as often as a table says."""

from typing import Any

import numpy as np

from alx.effort.readers.opinion import generator_of
from alx.metrics import inputs


def noisy_classes(
  key: Any, truth: np.ndarray, confusion: np.ndarray
) -> np.ndarray:
  """[n] int32 classes that a reader names.

  Args:
    key: of the reader.
    truth: [n] classes 0..C-1.
    confusion: [C, C] >= 0, rows add up to 1: what the true class is named.

  Raises:
    ValueError: for another table, or classes outside of it.
  """
  confusion = np.asarray(confusion, float)
  square = confusion.ndim == 2 and confusion.shape[0] == confusion.shape[1]
  if not square or not (confusion >= 0).all():
    raise ValueError(f"confusion: wanted [C, C] >= 0, found {confusion.shape}")
  if not np.allclose(confusion.sum(1), 1):
    raise ValueError(
      f"confusion: wanted rows of sum 1, found {confusion.sum(1)}"
    )
  num_classes = len(confusion)
  truth = inputs.classes("truth", truth, num_classes).astype(np.int64)
  inputs.check_range("truth", truth, num_classes)
  draws = generator_of(key, "classes").random(truth.shape)
  until = np.cumsum(confusion, 1)[truth]
  named = (draws[..., None] >= until).sum(-1)
  return np.minimum(named, num_classes - 1).astype(np.int32)


def uniform_confusion(num_classes: int, right: float) -> np.ndarray:
  """[C, C] of a reader who is right so often, else any other class.

  Raises:
    ValueError: for a share outside [0, 1] or fewer than two classes.
  """
  inputs.check_num_classes(num_classes)
  right = inputs.number_of("right", right, 0, 1)
  wrong = (1 - right) / (num_classes - 1)
  return np.where(np.eye(num_classes, dtype=bool), right, wrong)
