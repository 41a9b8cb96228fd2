"""Scores of one prediction per item: probs [N, *sp, C] -> [N]."""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.acquisition.scores.predictive import Reduce
from alx.functional.arrays import of_probs
from alx.functional.choosing import describe


def confidence(
  probs: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Least confidence, 1 - max_c p_c (Lewis & Catlett 1994).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space: "mean", "sum", "max", "quantile", "top_fraction",
      "foreground", "boundary", or a function, see
      `alx.acquisition.scores.spatial`. An item without a voxel to look at is
      as one that is surely known.

  Returns:
    [N] float32 in [0, 1 - 1/C].

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["confidence"], of_probs(probs, mask), reduce=reduce)


def margin(
  probs: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Minus the gap of the two likeliest classes (Roth & Small 2006).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [-1, 0]; 0 is a tie. With "sum" it is that of 1 - gap, in
    [0, voxels].

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["margin"], of_probs(probs, mask), reduce=reduce)


def margin_ratio(
  probs: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Second likeliest class over likeliest, p_(2) / p_(1) (Cai et al. 2021).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 1]; 1 is a tie.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["margin_ratio"], of_probs(probs, mask), reduce=reduce)


def entropy(
  probs: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the prediction, -sum_c p_c log p_c (Joshi et al. 2009).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, log C] nats ("sum": times the voxels).

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["entropy"], of_probs(probs, mask), reduce=reduce)


def gini(
  probs: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Gini impurity, 1 - sum_c p_c^2 (Gini 1912; Gal et al. 2017).

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 1 - 1/C].

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["gini"], of_probs(probs, mask), reduce=reduce)
