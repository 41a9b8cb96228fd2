"""Scores of regions: probs [N, *sp, C] of slices, boxes or images -> [N]."""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import of_probs
from alx.functional.choosing import describe


def inconsistency(probs: ArrayLike, mask: ArrayLike | None = None) -> jax.Array:
  """Share of the voxels that are not of the likeliest class (Li et al. 2023).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes, with space.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    [N] float32 in [0, 1 - 1/C]; a checkerboard has 0.5.

  Raises:
    ValueError: for a wrong shape.
  """
  return describe(BY_NAME["inconsistency"], of_probs(probs, mask, rank=3))


def ripu(
  probs: ArrayLike,
  mask: ArrayLike | None = None,
  *,
  impurity: str = "entropy",
  window: int = 0,
) -> jax.Array:
  """Region impurity times prediction uncertainty (Xie et al. 2022).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes, with space.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    impurity: "entropy" of the shares of the predicted classes, in nats, or
      their number, "classes" - 1.
    window: voxels to each side that are looked at around each; 0: all of it.

  Returns:
    [N] float32, at least 0.

  Raises:
    ValueError: for a wrong shape or option.
  """
  prediction = of_probs(probs, mask, rank=3)
  options = {"impurity": impurity, "window": window}
  return describe(BY_NAME["ripu"], prediction, **options)
