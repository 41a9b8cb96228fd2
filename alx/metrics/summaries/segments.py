"""The numbers of a segmentation beside its Dice: overlap and volume."""

from collections.abc import Sequence

import numpy as np

from alx.metrics import overlap, volumes
from alx.metrics.means import nan_mean


def overlap_summary(counts: np.ndarray) -> dict[str, float]:
  """`jaccard`, per case over foreground classes, then over cases.

  Args:
    counts: [cases, C, 3] as `overlap_counts` gives them.

  Raises:
    ValueError: for another shape, or counts that no two masks have.
  """
  jaccard = np.asarray(overlap.jaccard_from_counts(counts))
  return {"jaccard": _over_cases(jaccard[:, 1:])}


def volume_summary(
  counts: np.ndarray,
  spacings: Sequence[Sequence[float] | None],
  members: Sequence[np.ndarray],
) -> dict[str, float]:
  """Errors of the volume, per case over foreground classes, then over cases.

  What neither mask of a case has is left out, as in the Dice.

  Args:
    counts: [V, C, 3] of items, as `overlap_counts` gives them.
    spacings: of the items, mm along each axis, or None.
    members: of each case the numbers of its items.

  Returns:
    `volume_error`, the absolute one as a share of the true volume, and
    `volume_bias`, with its sign (below 0: too small); both without what is
    invented, which has no true volume. Where all items have spacings along 3
    axes `volume_error_ml`, absolute.

  Raises:
    ValueError: for another shape, or counts that no two masks have.
  """
  counts = np.asarray(counts, np.int64)
  cases = np.stack([counts[m].sum(0) for m in members])[:, 1:]
  shares = volumes.volume_error(cases)
  found = {
    "volume_error": _over_cases(shares.absolute_relative),
    "volume_bias": _over_cases(shares.relative),
  }
  if all(s is not None and len(s) == 3 for s in spacings):
    items = zip(counts, spacings, strict=True)
    ml = np.stack([volumes.volume_error(c, s).ml for c, s in items])[:, 1:]
    apart = abs(np.stack([ml[m].sum(0) for m in members]))
    some = cases[..., 1:].any(-1)
    found["volume_error_ml"] = _over_cases(np.where(some, apart, np.nan))
  return found


def _over_cases(values):
  """[cases, C-1] -> one number."""
  return nan_mean(nan_mean(values, axis=1))
