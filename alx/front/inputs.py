"""The arrays of a caller, whatever framework they are from, checked.

Nothing is repaired here: what is not right is a ValueError that says what was
wanted and what was found.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.front.axes import (
  SAMPLES,
  channels_last,
  check_evidence,
  check_predictions,
  check_rows,
)

_CHECKED_AT_ONCE = 2**22  # numbers; keeps the temporaries of a check small
_SMALLEST, _LARGEST = 1e-15, 1e15  # their squares are numbers of float32
_TINY = float(np.finfo(np.float32).tiny)  # what is smaller may be 0
_TOLERANCE = {"float16": 5e-3, "bfloat16": 3e-2}  # of a sum of probabilities


class Inputs(NamedTuple):
  """What is known of N items; the item axis is first but for `probs`."""

  num_items: int
  probs: Any = None  # [S, N, *sp, C], or what their softmax is taken of
  features: Any = None  # [N, D]
  pixels: Any = None  # [N, *sp, D]
  evidence: Any = None  # [N, *sp, C], or [N, *sp, L, 2]
  logits: bool | None = False  # whether `probs` are


def as_array(name: str, value: Any) -> np.ndarray | jax.Array:
  """A NumPy or JAX array of anything that is one, without a copy if it can.

  Args:
    name: of the argument, for the error.
    value: NumPy or JAX array, a DLPack exporter (torch), or nested lists.

  Raises:
    ValueError: if it is not an array of numbers.
  """
  refuse_traced(name, value)
  if np.ma.is_masked(value):
    raise ValueError(f"{name}: some numbers are masked; fill or leave them out")
  if not isinstance(value, (np.ndarray, jax.Array)):
    value = _imported(name, value)
  if value.dtype.kind not in "biuf" and value.dtype.name != "bfloat16":
    raise ValueError(f"{name}: wanted numbers, found dtype {value.dtype}")
  return value


def refuse_traced(name: str, value: Any) -> None:
  """Raises for an array of `jax.jit` or `jax.vmap`, which has no values yet."""
  if isinstance(value, jax.core.Tracer):
    raise ValueError(
      f"{name}: wanted an array with values, found a traced one; query and "
      "score are for outside of jax.jit, alx.functional for inside"
    )


def _imported(name, value):
  if not hasattr(value, "__dlpack__"):
    try:
      return np.asarray(value)
    except ValueError as error:
      raise ValueError(f"{name}: wanted an array: {error}") from error
  on_host = value.__dlpack_device__()[0] == 1
  try:
    return (np if on_host else jax.dlpack).from_dlpack(value)
  except (BufferError, RuntimeError, TypeError) as error:
    try:  # a type that NumPy does not know, such as bfloat16
      return jax.dlpack.from_dlpack(value)
    except Exception:
      raise ValueError(
        f"{name}: {type(value).__name__} cannot be read: {error}"
      ) from error


def read_inputs(
  *,
  probs=None,
  logits=None,
  samples=None,
  sample_logits=None,
  features=None,
  evidence=None,
  sizes: dict[str, int] | None = None,
  spatial: bool = False,
  beta: bool = False,
) -> Inputs:
  """Checks the arrays of one call and lays them out for `describe`.

  Args:
    probs, logits, samples, sample_logits, features, evidence: see `alx.query`.
    sizes: N by the name of what else tells it, see `candidates.sizes_of`.
    spatial: whether predictions have spatial axes in any case.
    beta: whether evidence is of Betas, [N, *sp, L, 2].

  Raises:
    ValueError: wrong shape, NaN, probabilities that do not sum to one, arrays
      of different N or that may be read in two ways, or nothing that says what
      N is.
  """
  told = next(iter((sizes or {}).values()), None)
  if features is not None:
    features = _floats("features", features, "[N, D]", 2)
    check_rows("features", features.shape, told)
    told = features.shape[0] if told is None else told
  of_voxels = features is not None and features.ndim > 2
  spatial, said = spatial or of_voxels, of_voxels or "n" in (sizes or {})
  if evidence is not None:
    evidence = _floats("evidence", evidence, "[N, ..., C]", 2)
    check_evidence(evidence.shape, told, spatial, said, beta)
    told = evidence.shape[0] if told is None else told
  given = {
    "probs": probs,
    "logits": logits,
    "samples": samples,
    "sample_logits": sample_logits,
  }
  predicted = _predictions(given, told, spatial, said)
  pixels, features = _features(features, predicted)
  if evidence is not None:
    _check_blocks("evidence", evidence, _bad_evidence)
  counts = {
    "the predictions": None if predicted is None else predicted.shape[1],
    "features": None if features is None else features.shape[0],
    "evidence": None if evidence is None else evidence.shape[0],
    **(sizes or {}),
  }
  counts = {name: n for name, n in counts.items() if n is not None}
  if not counts:
    raise ValueError("N is not known: give an array, or n= if there is none")
  if len(set(counts.values())) > 1:
    found = ", ".join(f"{n} in {name}" for name, n in counts.items())
    raise ValueError(f"wanted the same number of items everywhere: {found}")
  items = next(iter(counts.values()))
  logits = logits is not None or sample_logits is not None
  return Inputs(items, predicted, features, pixels, evidence, logits)


def _predictions(given, told, spatial, said):
  """[S, N, *sp, C] of the one that is given, None if none is."""
  given = {name: x for name, x in given.items() if x is not None}
  if len(given) > 1:
    raise ValueError(f"give one of {', '.join(given)}, not {len(given)}")
  if not given:
    return None
  (name, value), *_ = given.items()
  several = name in SAMPLES
  rank = 3 if several else 2
  shape = "[S, N, ..., C]" if several else "[N, ..., C]"
  value = _floats(name, value, shape, rank)
  if value.shape[-1] < 2:
    raise ValueError(
      f"{name}: wanted at least 2 classes on the last axis, found shape "
      f"{value.shape}; a binary p is [1 - p, p]"
    )
  check_predictions(name, value.shape, told, spatial, said)
  samples = value if several else value[None]
  if name in ("logits", "sample_logits"):
    if value.dtype == bool:
      raise ValueError(f"{name}: wanted numbers, found dtype {value.dtype}")
    for sample in samples:
      _check_blocks(name, sample, _bad_logits)
    return _near_zero(samples)
  tolerance = _TOLERANCE.get(value.dtype.name, 1e-3)
  cure = channels_last(name, value.shape)
  cure = f"; for classes before space give {cure}" if cure else ""
  for sample in samples:
    _check_blocks(
      name, sample, lambda x, xp: _bad_probs(x, xp, tolerance, cure)
    )
  return samples


def _near_zero(logits):
  """Logits [S, N, ..., C]; of 64 bits less their highest, as integers are.

  Only differences count, and at 1e5 float32 has steps of 0.008.
  """
  if logits.dtype.kind in "iu":
    logits = np.asarray(logits)
    logits = -_apart(logits, logits.max(-1, keepdims=True))
  if logits.dtype == np.float64:
    logits = np.maximum(logits - logits.max(-1, keepdims=True), -1e30)
  return logits


def _features(features, predicted):
  """(pixels [N, *sp, D], features [N, D]) of what is given."""
  if features is None:
    return None, None
  _check_blocks("features", features, _bad_number)
  _check_scale(features)
  if features.ndim == 2:
    return None if predicted is not None and predicted.ndim > 3 else features, (
      features
    )
  if predicted is None or features.shape[:-1] != predicted.shape[1:-1]:
    space = "no predictions" if predicted is None else predicted.shape[1:-1]
    raise ValueError(
      f"features: wanted [N, D], or one vector per voxel of the predictions; "
      f"found {features.shape} with {space}"
    )
  # NumPy would add up numbers of 16 bits as such.
  kind = np.float32 if features.dtype.name in _TOLERANCE else None
  axes = tuple(range(1, features.ndim - 1))
  return features, features.mean(axes, dtype=kind)


def _check_scale(features):
  """Refuses what float32 cannot compare: too large, small or far from 0."""
  rows = features.reshape(-1, features.shape[-1])
  ends = [np.asarray(f(0)) for f in (rows.min, rows.max)]
  integers = ends[0].dtype.kind in "iu"
  apart = _apart(*ends) if integers else None
  low, high = (end.astype(np.float64) for end in ends)
  apart = high - low if apart is None else apart
  size = np.maximum(abs(low), abs(high))
  largest = size.max()
  if largest and not _SMALLEST < largest < _LARGEST:
    raise ValueError(
      f"features: the largest number is {largest:.3g}, and its square is "
      "beyond float32; scale them"
    )
  spread, lost = np.square(apart), np.square(size * 2.0**-24)
  rounded = 0.0 if integers else size * 2.0**-40  # more than float64 rounds
  real = spread > np.square(rounded)
  spread, lost = spread[real].sum(), lost[real].sum()
  wide = integers or features.dtype == np.float64
  if wide and lost > 1e-6 * spread:
    raise ValueError(
      f"features: they are {np.sqrt(spread):.3g} apart but {largest:.3g} from "
      "0, which float32 cannot tell apart; subtract their mean"
    )


def _apart(low, high):
  """high - low >= 0 of integers, exact before it is a float64."""
  return (high.astype(np.uint64) - low.astype(np.uint64)).astype(np.float64)


def _floats(name, value, shape, rank):
  """The array, if it has at least `rank` axes and is not empty."""
  value = as_array(name, value)
  if value.ndim < rank or 0 in value.shape:
    raise ValueError(f"{name}: wanted {shape}, found shape {value.shape}")
  return value


def _check_blocks(name: str, value, check: Callable) -> None:
  """Raises with the first item [N, ...] that `check` calls bad."""
  rows = max(1, _CHECKED_AT_ONCE // max(1, value[0].size))
  xp = jnp if isinstance(value, jax.Array) else np
  for start in range(0, value.shape[0], rows):
    block = value[start : start + rows]
    bad, wanted, show = check(block, xp)
    bad = np.asarray(bad.reshape(block.shape[0], -1).any(1))
    if bad.any():
      row = int(bad.argmax())
      found = show(np.asarray(block[row], np.float32))
      raise ValueError(f"{name}: item {start + row} {wanted}, found {found}")


def _bad_number(block, xp):
  return ~xp.isfinite(block), "must be finite", _first_bad


def _bad_logits(block, xp):
  impossible = (block == -xp.inf) & xp.isfinite(block).any(-1, keepdims=True)
  return ~(xp.isfinite(block) | impossible), "must be finite", _first_bad


def _bad_evidence(block, xp):
  bad = ~((block < _LARGEST) & (block >= _TINY))
  wanted = "must have finite Dirichlet parameters above 0"
  if (bad & (block > 0) & (block < 1)).any():
    wanted += f" (from {_TINY:.2g} on in float32)"
  return bad, wanted, _least


def _bad_probs(block, xp, tolerance, cure):
  if not xp.isfinite(block).all():
    return _bad_number(block, xp)
  if (block < 0).any():
    return block < 0, "must not have negative probabilities", _least
  total = block.sum(-1, dtype=xp.float32)
  return (
    abs(total - 1) > tolerance,
    "must have probabilities that sum to 1 over the last axis (for raw scores "
    f"there is logits={cure})",
    _worst_sum,
  )


def _first_bad(row):
  return f"{row[~np.isfinite(row)].ravel()[0]}"


def _least(row):
  bad = row[~np.isfinite(row)].ravel()
  return f"{bad[0] if bad.size else row.min()}"


def _worst_sum(row):
  total = row.sum(-1).ravel()
  return f"a sum of {total[np.abs(total - 1).argmax()]:.6g}"
