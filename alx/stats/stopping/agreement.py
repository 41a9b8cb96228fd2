"""How far two raters agree, and what a model expects of itself."""

import numpy as np

from alx.stats import checks


def cohen_kappa(joint: np.ndarray) -> np.ndarray:
  """(p - e) / (1 - e): agreement p beyond that of chance, e.

  Cohen 1960. 1 where both say the same of everything, 0 as by chance.

  Args:
    joint: [..., C, C] >= 0, how often one says the row and the other the
      column.

  Returns:
    [...]; NaN where nothing was rated, or both say one class of everything,
    which chance does too.

  Raises:
    ValueError: for counts that are negative or not square.
  """
  joint = checks.numbers(joint, "joint")
  if joint.ndim < 2 or joint.shape[-1] != joint.shape[-2] or (joint < 0).any():
    raise ValueError(f"wanted counts [..., C, C] >= 0, got shape {joint.shape}")
  total = joint.sum((-2, -1))
  with np.errstate(invalid="ignore", divide="ignore"):
    share = joint / total[..., None, None]
    agreed = np.trace(share, axis1=-2, axis2=-1)
    chance = (share.sum(-1) * share.sum(-2)).sum(-1)
    found = (agreed - chance) / (1 - chance)
  one_class = (joint.sum(-1) == total[..., None]).any(-1)
  one_class &= (joint.sum(-2) == total[..., None]).any(-1)
  same = one_class & (agreed == 1)
  return np.where((total == 0) | same, np.nan, found)[()]


def expected_dice(overlap: np.ndarray) -> np.ndarray:
  """Mean Dice that a model expects of its own segmentation.

  2 sum(h p) / (sum(h) + sum(p)) of each class but the background, p its
  probability and h whether it is the likeliest one: the Dice of the prediction
  with what the probabilities say is there. A class never predicted has 0.

  Args:
    overlap: [..., C, 2] sum(h p) and sum(h) + sum(p), C >= 2.

  Returns:
    [...]; NaN where a class has neither, no voxel and no probability.
  """
  overlap = checks.numbers(overlap, "overlap")[..., 1:, :]
  with np.errstate(invalid="ignore", divide="ignore"):
    return (2 * overlap[..., 0] / overlap[..., 1]).mean(-1)[()]
