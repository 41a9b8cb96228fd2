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


def structure_summary(
  counts: np.ndarray, class_names: Sequence[str]
) -> dict[str, float]:
  """Of what is there how much is found; of what is not how much is drawn.

  A class is scored in the cases that hold it: the first voxels that a model
  draws elsewhere do not turn an undefined Dice into a 0. They are counted by
  themselves.

  Args:
    counts: [cases, C, 3] as `overlap_counts` gives them.
    class_names: C names, background first.

  Returns:
    `structure_dice`, the mean over foreground classes of the mean over cases
    that hold the class, and that of each as `structure_dice_NAME`, NaN for a
    class that no case holds; `structures`, how many pairs of case and class
    there are; of those that there are not `invented_share`, in how many of
    them something is drawn, NaN for none, and `invented_voxels`, the mean
    size of what is drawn, NaN for nothing.

  Raises:
    ValueError: for another shape, or counts that no two masks have.
  """
  dice = np.asarray(overlap.dice_from_counts(counts), np.float64)[:, 1:]
  drawn, true = np.moveaxis(np.asarray(counts, np.int64)[:, 1:, 1:], -1, 0)
  held, invented = true > 0, (drawn > 0) & (true == 0)
  of_classes = nan_mean(np.where(held, dice, np.nan), axis=0)
  absent = int((~held).sum())
  found = {
    f"structure_dice_{name}": float(value)
    for name, value in zip(class_names[1:], of_classes, strict=True)
  }
  return (
    {"structure_dice": nan_mean(of_classes)}
    | found
    | {
      "structures": int(held.sum()),
      "invented_share": invented.sum() / absent if absent else np.nan,
      "invented_voxels": nan_mean(np.where(invented, drawn, np.nan)),
    }
  )


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
