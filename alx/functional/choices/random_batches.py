"""Random choices that look at predictions: probs or samples -> items [k].

`available` is [N] bool, the items that may be picked. All give items [k] int32,
distinct and available, best first; empty slots, once nothing is available or
has a finite score, hold N.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.acquisition.scores.predictive import Reduce
from alx.functional.arrays import candidates, of_probs, of_samples
from alx.functional.choosing import choose


def foreground_random(
  key: jax.Array | int,
  probs: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
) -> jax.Array:
  """Random among the items predicted to hold foreground, then among the rest.

  The baseline of segmentation: an item holds foreground where the likeliest
  class of any voxel is not 0.

  Args:
    key: of the draw, one number for each item.
    probs: [N, *sp, C] probabilities with space.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  prediction = of_probs(probs, mask, rank=3, available=available)
  free = candidates(prediction.mask.shape[0], available)
  return choose(BY_NAME["foreground_random"], key, prediction, free, k)


def power_bald(
  key: jax.Array | int,
  samples: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  beta: float = 1.0,
  reduce: Reduce = "mean",
) -> jax.Array:
  """`power_sampling` of `bald` (Kirsch et al. 2023).

  Args:
    key: of the noise, one number for each item.
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    beta: >= 0, see `power_sampling`; it may be traced.
    reduce: over space, see `confidence`.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  return _of_bald("power_bald", key, samples, available, k, mask, beta, reduce)


def softmax_bald(
  key: jax.Array | int,
  samples: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  beta: float = 1.0,
  reduce: Reduce = "mean",
) -> jax.Array:
  """`softmax_sampling` of `bald` (Kirsch et al. 2023).

  Args:
    key: of the noise, one number for each item.
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    beta: >= 0, in 1 / nats, see `softmax_sampling`; it may be traced.
    reduce: over space, see `confidence`.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  return _of_bald(
    "softmax_bald", key, samples, available, k, mask, beta, reduce
  )


def softrank_bald(
  key: jax.Array | int,
  samples: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  beta: float = 1.0,
  reduce: Reduce = "mean",
) -> jax.Array:
  """`softrank_sampling` of `bald` (Kirsch et al. 2023).

  Args:
    key: of the noise, one number for each item.
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    beta: >= 0, see `softrank_sampling`; it may be traced.
    reduce: over space, see `confidence`.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  return _of_bald(
    "softrank_bald", key, samples, available, k, mask, beta, reduce
  )


def _of_bald(name, key, samples, available, k, mask, beta, reduce):
  prediction = of_samples(samples, mask)
  free = candidates(prediction.mask.shape[0], available)
  options = {"beta": beta, "reduce": reduce}
  return choose(BY_NAME[name], key, prediction, free, k, **options)


def stochastic_batches(
  key: jax.Array | int,
  probs: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  num_groups: int | None = None,
  reduce: Reduce = "mean",
) -> jax.Array:
  """`best_random_batch` of `entropy` (Gaillochet et al. 2023).

  Args:
    key: of the order, one number for each item.
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    num_groups: >= 1, look only at so many of the batches; None: at all.
    reduce: over space, see `confidence`.

  Returns:
    items [k] int32, the highest entropy first; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_probs(probs, mask, available=available)
  free = candidates(prediction.mask.shape[0], available)
  options = {"num_groups": num_groups, "reduce": reduce}
  return choose(
    BY_NAME["stochastic_batches"], key, prediction, free, k, **options
  )
