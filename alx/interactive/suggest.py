"""Where the next click is wanted, by the model itself."""

from collections.abc import Collection, Sequence

import numpy as np
import scipy.ndimage
import scipy.special

from alx.interactive.user import Click, Spacing


def most_uncertain(
  probs: np.ndarray,
  clicks: Sequence[Click] = (),
  spacing: Spacing = None,
  *,
  sigma_mm: float = 2.0,
  apart_mm: float = 3.0,
) -> tuple[int, ...] | None:
  """The voxel around which entropy is highest; None: none is left.

  Args:
    probs: [*sp] of the foreground.
    clicks: that there were; nothing nearer than `apart_mm` is asked for.
    spacing: mm.
    sigma_mm: of the Gaussian that the entropy is averaged with.
    apart_mm: >= 0; 0: only not the same voxel.
  """
  probs = np.asarray(probs, np.float64)
  sides = np.ones(probs.ndim) if spacing is None else np.asarray(spacing)
  entropy = scipy.special.entr(probs) + scipy.special.entr(1 - probs)
  around = scipy.ndimage.gaussian_filter(entropy, sigma_mm / sides)
  free = np.ones(probs.shape, bool)
  for click in clicks:
    free[click.place] = False
    free &= _away(probs.shape, click.place, sides) >= apart_mm
  if not free.any():
    return None
  at = np.where(free, around, -np.inf).argmax()
  return tuple(int(i) for i in np.unravel_index(at, probs.shape))


def _away(shape, place, sides):
  """[*sp] mm to a voxel."""
  gaps = [
    np.square((np.arange(n) - at) * side)
    for n, at, side in zip(shape, place, sides, strict=True)
  ]
  return np.sqrt(sum(np.ix_(*gaps)))


def lowest_quality(
  quality: Sequence[float], seen: Collection[int] = ()
) -> int | None:
  """The slice whose mask is thought to be worst (Zhou et al. 2021).

  Args:
    quality: [n] predicted IoU; NaN: a slice that has none.
    seen: slices that were suggested before; they are not again.

  Returns:
    Its number, the first of equal ones; None: none is left.
  """
  found = np.array(quality, np.float64)
  found[list(seen)] = np.nan
  return None if np.isnan(found).all() else int(np.nanargmin(found))
