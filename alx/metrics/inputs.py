"""What metrics are given, checked: one line says what was wanted and found.

Shapes and kinds are known under jit too; values are looked at where they are
known. Nothing is repaired: labels [N, 1] are not taken for [N], nor 1 and 2
for 0 and 1.
"""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from alx.label_maps import UNLABELLED

ROUNDING = 1e-6  # of a distance: headers hold spacings in float32
_MOST_VOXELS = np.iinfo(np.int32).max
_TOLERANCE = {"float16": 5e-3, "bfloat16": 3e-2}  # of a sum of probabilities


def is_known(value: Any) -> bool:
  """Whether there are values to look at: not while jit traces."""
  return not isinstance(value, jax.core.Tracer)


def check_unmasked(name: str, value: Any) -> None:
  """Refuses `np.ma` arrays with masked entries, whose mask would be lost."""
  parts = value if isinstance(value, list | tuple) else [value]
  if any(map(np.ma.is_masked, parts)):
    raise ValueError(
      f"{name}: wanted a plain array, found a masked one: leave masked entries "
      "out, or say so where there is a mask or NaN (.filled(np.nan))"
    )


def as_array(name: str, value: Any, host: bool = True) -> np.ndarray:
  """An array of numbers; NumPy's where the metric is one of the host.

  Raises:
    ValueError: for anything else, a masked array, or for what jit traces on
      the host.
  """
  check_unmasked(name, value)
  if not is_known(value) and host:
    raise ValueError(f"{name}: wanted known values, found a tracer: not in jit")
  if host or not isinstance(value, np.ndarray | jax.Array):
    try:
      value = np.asarray(value)
    except ValueError as error:
      raise ValueError(f"{name}: wanted an array, {error}") from error
  if value.dtype.kind not in "biuf" and value.dtype.name != "bfloat16":
    raise ValueError(f"{name}: wanted numbers, found dtype {value.dtype}")
  return value


def check_num_classes(num_classes: int) -> None:
  """Refuses what is no count of two classes or more."""
  whole = isinstance(num_classes, int | np.integer)
  if not whole or isinstance(num_classes, bool) or num_classes < 2:
    raise ValueError(
      f"num_classes: wanted 2 or more, background included, found "
      f"{num_classes!r}"
    )


def classes(
  name: str, value: Any, num_classes: int, host: bool = True
) -> np.ndarray:
  """Integer classes of any shape; bool is one of two.

  Raises:
    ValueError: for another kind, such as whole numbers stored as floats.
  """
  value = as_array(name, value, host)
  kind = value.dtype.kind
  if kind == "b" and num_classes > 2:
    raise ValueError(f"{name}: wanted {num_classes} classes, found a bool mask")
  if kind not in "iub" and value.size:
    raise ValueError(
      f"{name}: wanted integer classes, found {value.dtype} (whole numbers: "
      ".astype(int))"
    )
  return value


def check_range(
  name: str, value: Any, num_classes: int, mask: Any = True
) -> None:
  """Refuses classes outside 0..C-1, where they are known and not masked."""
  if not (is_known(value) and is_known(mask)):
    return
  value = np.asarray(value)
  bad = ((value < 0) | (value >= num_classes)) & np.asarray(mask)
  if bad.any():
    found = value[bad][0]
    hint = (
      " (unlabelled: score the others alone)" if found == UNLABELLED else ""
    )
    raise ValueError(
      f"{name}: wanted classes 0..{num_classes - 1}, found {found}{hint}"
    )


def label_maps(
  pred: Any, truth: Any, num_classes: int, mask: Any = None
) -> tuple[Any, Any, Any]:
  """Label maps [B, *sp], and which voxels exist (True: all), for jit too.

  Raises:
    ValueError: for other kinds, ranks, shapes or classes, a mask that is not
      bool, or more voxels than 32 bits count.
  """
  check_num_classes(num_classes)
  pred = classes("pred", pred, num_classes, host=False)
  truth = classes("truth", truth, num_classes, host=False)
  check_shapes(pred, truth, 2, "[B, *sp]")
  if np.prod(pred.shape[1:], dtype=float) > _MOST_VOXELS:
    raise ValueError(
      f"pred: wanted items of at most {_MOST_VOXELS} voxels, found shape "
      f"{pred.shape}"
    )
  if mask is None:
    mask = np.True_
  else:
    mask = as_array("mask", mask, host=False)
    if mask.dtype != bool or mask.shape != pred.shape:
      raise ValueError(
        f"mask: wanted bool {pred.shape}, found {mask.dtype} {mask.shape}"
      )
  check_range("pred", pred, num_classes, mask)
  check_range("truth", truth, num_classes, mask)
  return pred, truth, mask


def check_shapes(pred: Any, truth: Any, rank: int, wanted: str) -> None:
  """Refuses different shapes, or fewer axes than `rank`."""
  if pred.shape != truth.shape:
    raise ValueError(
      f"wanted masks of one shape, got {pred.shape} and {truth.shape}"
    )
  if pred.ndim < rank:
    raise ValueError(f"pred: wanted {wanted}, found shape {pred.shape}")


def mask_of(name: str, value: Any) -> np.ndarray:
  """As bool; refuses numbers beside 0 and 1, such as classes or scores."""
  value = as_array(name, value)
  if value.dtype == bool:
    return value
  bad = (value != 0) & (value != 1)
  if bad.any():
    raise ValueError(
      f"{name}: wanted a bool mask, or 0 and 1, found {value[bad][0]}"
    )
  return value.astype(bool)


def scores_of(name: str, value: Any) -> np.ndarray:
  """As float64; refuses NaN and infinity, but for a log of 0."""
  value = as_array(name, value).astype(np.float64)
  bad = np.isnan(value) | (value == np.inf)
  if bad.any():
    raise ValueError(f"{name}: wanted numbers, found {value[bad][0]}")
  return value


def ends_of_ties(scores: np.ndarray) -> np.ndarray:
  """[N] bool, the last of equal ones among ordered scores [N]; -inf too."""
  return np.append(scores[1:] != scores[:-1], True)[: len(scores)]


def scored(probs: Any, truth: Any) -> tuple[np.ndarray, np.ndarray]:
  """Scores [N, C], C >= 2, and the true class of each item [N].

  Raises:
    ValueError: for other shapes, kinds or classes, or a score that is none.
  """
  values = scores_of("probs", probs)
  if values.ndim != 2 or values.shape[1] < 2:
    raise ValueError(
      f"probs: wanted [N, C] with C >= 2, found shape {values.shape}; a binary "
      "p is [1 - p, p]"
    )
  count, num_classes = values.shape
  truth = classes("truth", truth, num_classes)
  if truth.shape != (count,):
    hint = "; take truth[:, 0]" if truth.shape == (count, 1) else ""
    raise ValueError(
      f"truth: wanted a class for each of {count} items, [{count}], found "
      f"shape {truth.shape}{hint}"
    )
  check_range("truth", truth, num_classes)
  return values, truth.astype(np.int64)


def check_probabilities(probs: Any) -> None:
  """Refuses rows [N, C] that are not in [0, 1] or do not sum to 1."""
  values = np.asarray(probs)
  tolerance = _TOLERANCE.get(values.dtype.name, 1e-3)
  sums = values.astype(np.float64).sum(-1)
  bad = (values < 0).any(-1) | ~(abs(sums - 1) <= tolerance)
  if bad.any():
    found = ", ".join(f"{x:.4g}" for x in values[bad][0].astype(np.float64))
    raise ValueError(
      f"probs: wanted probabilities, >= 0 and of sum 1, found [{found}] (the "
      "softmax of raw scores is one)"
    )


def overlaps(counts: Any) -> Any:
  """Counts [..., C, 3] as float32; NumPy's 64 bits are not cut to 32.

  Raises:
    ValueError: for another last axis, or counts that no two masks have.
  """
  counts = as_array("counts", counts, host=False)
  if counts.ndim < 2 or counts.shape[-1] != 3:
    raise ValueError(
      f"counts: wanted [..., C, 3], both, predicted and true, found shape "
      f"{counts.shape}"
    )
  if is_known(counts):
    found = np.asarray(counts)
    least = np.minimum(found[..., 1], found[..., 2])
    bad = ~((found[..., 0] >= 0) & (found[..., 0] <= least))
    bad |= ~np.isfinite(found).all(-1)
    if bad.any():
      raise ValueError(
        "counts: wanted 0 <= both <= predicted and true, found "
        f"{found[bad][0].tolist()}; sums beyond 32 bits want NumPy"
      )
  return counts.astype(np.float32)


def spacing_of(spacing_mm: Sequence[float] | None, axes: int) -> np.ndarray:
  """mm along each axis, 1 where unknown; refuses all but positive numbers."""
  if spacing_mm is None:
    return np.ones(axes)
  check_unmasked("spacing_mm", spacing_mm)
  spacing = np.asarray(spacing_mm)
  fits = spacing.dtype.kind in "iuf" and spacing.shape == (axes,)
  if not fits or not (np.isfinite(spacing) & (spacing > 0)).all():
    raise ValueError(f"wanted {axes} positive spacings in mm, got {spacing_mm}")
  return spacing.astype(np.float64)


def check_whole(name: str, value: Any, least: int) -> None:
  """Refuses what is no whole number, or too small a one."""
  is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
  if not is_whole or value < least:
    raise ValueError(f"{name}: wanted {least} or more, found {value!r}")


def number_of(
  name: str, value: Any, least: float, most: float = np.inf
) -> float:
  """A finite number in [least, most] as a float; refuses others."""
  if isinstance(value, np.ndarray | jax.Array) and not value.ndim:
    value = as_array(name, value).item()
  kinds = int | float | np.integer | np.floating
  is_number = isinstance(value, kinds) and not isinstance(value, bool)
  if not (is_number and np.isfinite(value) and least <= value <= most):
    ends = f"{least:g} or more" if most == np.inf else f"{least:g} to {most:g}"
    raise ValueError(f"{name}: wanted a number, {ends}, found {value!r}")
  return float(value)


def probabilities(probs: Any, truth: Any) -> tuple[np.ndarray, np.ndarray]:
  """Probabilities [N, C] in their own precision, and the true classes [N].

  Raises:
    ValueError: for what `scored` refuses, or rows of raw scores.
  """
  _, truth = scored(probs, truth)
  check_probabilities(probs)
  values = as_array("probs", probs)
  if values.dtype.kind in "biu":
    values = values.astype(np.float64)
  return values, truth


def two_masks(
  pred: Any, truth: Any, spacing_mm: Sequence[float] | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
  """Two bool masks of one shape [*sp], and their spacing [axes].

  Raises:
    ValueError: for masks of different extents or other values, or a spacing
      that is not one positive number per axis.
  """
  pred, truth = mask_of("pred", pred), mask_of("truth", truth)
  check_shapes(pred, truth, 1, "[*sp]")
  return pred, truth, spacing_of(spacing_mm, pred.ndim)
