"""Refusals that say what was wanted and what was found, and what is equal."""

from collections.abc import Sequence

import numpy as np

from alx.groups import numbers_of
from alx.keys import check_seed
from alx.metrics.inputs import check_unmasked

# Shares of the largest number. Metrics, numbers up to 1, are computed in
# float32: what differs by one of its steps is taken for equal. Larger numbers
# are float64, a few of whose steps are lost in sums.
ROUNDING = float(np.finfo(np.float32).eps)
_ROUNDING64 = 8 * float(np.finfo(np.float64).eps)
_UNIT = 1.0 + 1e-6


def numbers(values: np.ndarray, name: str = "values") -> np.ndarray:
  """As float64, unknown ones NaN; refuses text, infinite and masked ones."""
  check_unmasked(name, values)
  values = np.asarray(values)
  if values.dtype.kind not in "biufO" and values.dtype.name != "bfloat16":
    raise ValueError(f"{name}: wanted numbers, got {values.dtype}")
  try:
    values = values.astype(np.float64)
  except (TypeError, ValueError) as error:
    raise ValueError(f"{name}: wanted numbers, {error}") from error
  if np.isinf(values).any():
    raise ValueError(f"{name}: wanted finite numbers or NaN, got an infinite")
  return values


def is_rounding(
  apart: np.ndarray, size: np.ndarray, single: bool = False
) -> np.ndarray:
  """Whether a distance is 0 but for rounding, between numbers of a size.

  Args:
    apart: [...] the distance.
    size: [...] of the largest number.
    single: float32, whatever the size.
  """
  size = np.abs(size)
  share = np.where(single | (size <= _UNIT), ROUNDING, _ROUNDING64)
  return np.abs(apart) <= share * size


def is_single(*values: np.ndarray) -> bool:
  """Whether numbers have 32 bits or fewer; whole numbers are exact."""
  kinds = [np.asarray(value).dtype for value in values]
  return any(k.itemsize < 8 and k.kind not in "biu" for k in kinds)


def whole(value: int, name: str, least: int = 1) -> None:
  """Refuses what is no whole number, or too small a one."""
  is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
  if not is_whole or value < least:
    raise ValueError(f"wanted {name} >= {least}, got {value!r}")


def generator(seed: int | np.random.Generator) -> np.random.Generator:
  """Of random numbers; refuses what is neither one nor a seed of it."""
  if isinstance(seed, np.random.Generator):
    return seed
  try:
    seed = check_seed("seed", seed, "an integer or a NumPy generator")
  except ValueError as error:  # a key is printed in two lines
    raise ValueError(" ".join(str(error).split())) from error
  return np.random.default_rng(seed)


def share(value: float, name: str, top: float = 1.0) -> None:
  """Refuses what is not in the open interval (0, top)."""
  is_number = isinstance(value, int | float | np.number)
  if not is_number or not 0.0 < value < top:
    raise ValueError(f"wanted {name} in (0, {top:g}), got {value}")


def some_seed(rows: np.ndarray) -> None:
  """Refuses that no seed is left."""
  if not len(rows):
    raise ValueError("wanted a seed without NaN, got none")


def pairs(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Both as float64; refuses different shapes."""
  a, b = numbers(a), numbers(b)
  if a.shape != b.shape:
    raise ValueError(f"wanted pairs, got shapes {a.shape} and {b.shape}")
  return a, b


def axes(values: np.ndarray, names: str) -> np.ndarray:
  """As float64; refuses another number of axes than there are names."""
  values = numbers(values)
  if values.ndim != len(names.split()) or not values.size:
    raise ValueError(f"wanted values [{names}], got shape {values.shape}")
  return values


def probabilities(p: np.ndarray) -> np.ndarray:
  """As float64; refuses what is known and not in [0, 1]."""
  p = numbers(p, "p")
  if ((p < 0) | (p > 1)).any():
    raise ValueError(f"wanted p-values in [0, 1], got {p}")
  return p


def groups(names: Sequence | None, rows: np.ndarray) -> np.ndarray:
  """[n] a cluster for each row, each row its own if None; refuses others.

  Rows whose cluster is not known (None, NaN, "" ...) are each their own.
  """
  names = np.arange(rows.size) if names is None else numbers_of(names)
  if names.shape != rows.shape or names.ndim != 1:
    raise ValueError(
      f"wanted rows [n] and groups [n], got shapes {rows.shape} and "
      f"{names.shape}"
    )
  return names
