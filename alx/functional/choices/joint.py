"""Batches chosen together from predictions -> items [k].

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available; empty slots, once nothing is
available, hold N. An item that is not finite is never picked.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import candidates, of_both, of_samples
from alx.functional.choosing import NO_KEY, choose_in_turn


def badge(
  key: jax.Array | int,
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  first: str = "norm",
  power: float = 2.0,
  trials: int = 1,
) -> jax.Array:
  """BADGE: k-means++ seeding of gradients of the last layer (Ash et al. 2020).

  The gradients are those of `gradient_embedding`, drawn with probability
  D^power of the distance D to the nearest pick. They are never written out, so
  memory is O(N + k (C + D)) beside the arrays. Under `jax.vmap` one pool after
  the other.

  Args:
    key: of the draws.
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    first: "norm", the longest gradient, or "uniform".
    power: >= 0; math.inf takes the farthest, which is greedy k-center.
    trials: >= 0, draws of each pick, of which the best is kept; 0:
      2 + floor(log k) as in scikit-learn.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(
    probs, features, mask, available=available, per_voxel=True
  )
  known = candidates(prediction.mask.shape[0], available)
  options = {"first": first, "power": power, "trials": trials}
  return choose_in_turn(BY_NAME["badge"], key, prediction, known, k, **options)


def batch_bald(
  key: jax.Array | int,
  samples: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  joint_samples: int = 10_000,
) -> jax.Array:
  """BatchBALD: the batch whose labels tell most about the weights, greedily.

  Each pick has the highest I(y_i; w | labels of the picks before it) (Kirsch et
  al. 2019, Algorithm 1); exact while the C^n configurations of labels are no
  more than `joint_samples`, then over a sample. No batch tells more than log S:
  take S >= 100. Under `jax.vmap` one pool after the other.

  Args:
    key: draws the sampled configurations.
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2; with space the
      shares of the classes stand for them.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    joint_samples: >= 1, the most configurations.

  Returns:
    items [k] int32 in the order of their picks; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_samples(samples, mask)
  known = candidates(prediction.mask.shape[0], available)
  options = {"joint_samples": joint_samples}
  method = BY_NAME["batch_bald"]
  return choose_in_turn(method, key, prediction, known, k, **options)


def bait(
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  mask: ArrayLike | None = None,
  *,
  prior: float = 1.0,
  oversample: int = 2,
  rank: int = 16,
) -> jax.Array:
  """BAIT: forward-backward greedy of tr((prior I + M + sum_S I_i)^-1 F).

  F is the mean Fisher information of all items, M that of the labelled, I_i
  that of a pick (Ash et al. 2021, Algorithm 1). Memory O(N C^2 + (C D)^2). Ties
  go to the lowest item. Under `jax.vmap` one pool after the other.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    prior: > 0, information that is there before any label.
    oversample: >= 1, picks before the removal, as a multiple of k.
    rank: of the matrix of an item in a segmentation, >= 1.

  Returns:
    items [k] int32 in the order of their picks; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(
    probs, features, mask, available=available, per_voxel=True
  )
  known = candidates(prediction.mask.shape[0], available, labelled)
  options = {"prior": prior, "oversample": oversample, "rank": rank}
  return choose_in_turn(
    BY_NAME["bait"], NO_KEY, prediction, known, k, **options
  )


def fisher(
  key: jax.Array | int,
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  keep: int = 200,
  draw: bool = False,
  iterations: int = 1000,
) -> jax.Array:
  """Items whose information S leaves the least tr(S^-1), greedily.

  Of the last layer, averaged over each output unit, among the `keep` most
  uncertain (Sourati et al. 2018, 2019). Ties go to the most uncertain. Under
  `jax.vmap` one pool after the other.

  Args:
    key: of the draw.
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    keep: >= 1, so many of the highest entropy, and at least k.
    draw: from the optimal design first, then greedily.
    iterations: of the design, at most; >= 0, only with `draw`.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(
    probs, features, mask, available=available, per_voxel=True
  )
  known = candidates(prediction.mask.shape[0], available)
  options = {"keep": keep, "draw": draw, "iterations": iterations}
  return choose_in_turn(BY_NAME["fisher"], key, prediction, known, k, **options)
