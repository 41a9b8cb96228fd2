"""Gradients and Fisher information of the last layer: probs, features -> ...

The last layer is affine, logits = W h + b: `features` [N, D] are h, what it
sees. In a segmentation they are one vector per voxel [N, *sp, D].
"""

from typing import NamedTuple

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import of_both
from alx.functional.choosing import describe


class GradientFactors(NamedTuple):
  """N gradients of C D numbers that are never made: left[i] (x) right[i]."""

  left: jax.Array  # [N, C], p - e_y; in a segmentation [N, 1], ones
  right: jax.Array


class FisherFactors(NamedTuple):
  """N Fisher matrices X_i^T X_i; row r of X_i is left[i, r] (x) right[i]."""

  left: jax.Array  # [N, C - 1, C]; in a segmentation [N, R, C D]
  right: jax.Array


def egl(
  probs: ArrayLike,
  features: ArrayLike,
  mask: ArrayLike | None = None,
  *,
  squared: bool = False,
) -> jax.Array:
  """Expected gradient length of the last layer (Settles et al. 2007).

  sum_c p_c |p - e_c| |[h; 1]|: the cross-entropy of each label, with respect to
  weights and bias; in a segmentation the mean over the real voxels.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    squared: expect the squared length, (|h|^2 + 1) (1 - sum_c p_c^2).

  Returns:
    [N] float32, at least 0.

  Raises:
    ValueError: for a wrong shape or option.
  """
  prediction = of_both(probs, features, mask, per_voxel=True)
  return describe(BY_NAME["egl"], prediction, squared=squared)


def entropy_gradient(
  probs: ArrayLike, features: ArrayLike, mask: ArrayLike | None = None
) -> jax.Array:
  """Length of the gradient of the entropy, |h| |p (log p + H)|.

  With respect to the weights of the last layer (Wang et al. 2022); in a
  segmentation the mean over the real voxels. 0 for a certain prediction, and
  for a uniform one too.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    [N] float32, at least 0.

  Raises:
    ValueError: for a wrong shape.
  """
  prediction = of_both(probs, features, mask, per_voxel=True)
  return describe(BY_NAME["entropy_gradient"], prediction)


def gradient_factors(
  probs: ArrayLike, features: ArrayLike, mask: ArrayLike | None = None
) -> GradientFactors:
  """The two factors of the gradients that BADGE compares (Ash et al. 2020).

  Of the cross-entropy of the likeliest label y, ties to the lowest, with
  respect to the weights: (p - e_y) (x) h. In a segmentation the cross-entropy
  and soft Dice of the likeliest mask, which is no product.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    GradientFactors: left [N, C] and right [N, D], or [N, 1] and [N, C D].

  Raises:
    ValueError: for a wrong shape.
  """
  prediction = of_both(probs, features, mask, per_voxel=True)
  return GradientFactors(*describe(BY_NAME["badge"], prediction))


def gradient_embedding(
  probs: ArrayLike, features: ArrayLike, mask: ArrayLike | None = None
) -> jax.Array:
  """The gradients of `gradient_factors` written out: N C D numbers.

  Any method of features takes them: `k_center(gradient_embedding(...), ...)`.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    [N, C D] float32, of class c the D numbers from c D on.

  Raises:
    ValueError: for a wrong shape.
  """
  left, right = gradient_factors(probs, features, mask)
  return (left[:, :, None] * right[:, None, :]).reshape(left.shape[0], -1)


def fisher_factors(
  probs: ArrayLike,
  features: ArrayLike,
  mask: ArrayLike | None = None,
  *,
  rank: int = 16,
) -> FisherFactors:
  """Rows X with X^T X = (diag p - p p^T) (x) h h^T (Ash et al. 2021).

  The Fisher information of the weights of the last layer. In a segmentation the
  mean over the real voxels, of which the largest eigenvalues are kept.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    rank: rows R of an item in a segmentation, >= 1.

  Returns:
    FisherFactors: left [N, C - 1, C] and right [N, D], or [N, R, C D] and
    [N, 1].

  Raises:
    ValueError: for a wrong shape or option.
  """
  prediction = of_both(probs, features, mask, per_voxel=True)
  return FisherFactors(*describe(BY_NAME["bait"], prediction, rank=rank))
