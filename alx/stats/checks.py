"""Refusals that say what was wanted and what was found."""

from collections.abc import Sequence

import numpy as np


def share(value: float, name: str, top: float = 1.0) -> None:
  """Refuses what is not in the open interval (0, top)."""
  if not 0.0 < value < top:
    raise ValueError(f"wanted {name} in (0, {top:g}), got {value}")


def pairs(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Both as float64; refuses different shapes."""
  a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
  if a.shape != b.shape:
    raise ValueError(f"wanted pairs, got shapes {a.shape} and {b.shape}")
  return a, b


def axes(values: np.ndarray, names: str) -> np.ndarray:
  """As float64; refuses another number of axes than there are names."""
  values = np.asarray(values, np.float64)
  if values.ndim != len(names.split()) or not values.size:
    raise ValueError(f"wanted values [{names}], got shape {values.shape}")
  return values


def probabilities(p: np.ndarray) -> np.ndarray:
  """As float64; refuses what is known and not in [0, 1]."""
  p = np.asarray(p, np.float64)
  if ((p < 0) | (p > 1)).any():
    raise ValueError(f"wanted p-values in [0, 1], got {p}")
  return p


def groups(names: Sequence | None, rows: np.ndarray) -> np.ndarray:
  """[n] a cluster for each row, each row its own if None; refuses others.

  Rows whose cluster is not known (None or NaN) are each their own.
  """
  names = np.arange(rows.size) if names is None else _known_groups(names)
  if names.shape != rows.shape or names.ndim != 1:
    raise ValueError(
      f"wanted rows [n] and groups [n], got shapes {rows.shape} and "
      f"{names.shape}"
    )
  return names


def _known_groups(names):
  """As numbers, rows of one name alike; None and NaN are names of their own."""
  names = np.asarray(names, object)
  numbers, found = {}, np.empty(names.shape, np.int64)
  for place, name in np.ndenumerate(names):
    unknown = name is None or name != name
    key = ("unknown", place) if unknown else (name,)
    found[place] = numbers.setdefault(key, place[0])
  return found
