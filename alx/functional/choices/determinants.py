"""Sets that span a large volume: determinants of kernels -> items [k].

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available, in the order of their picks; empty
slots, once nothing is available, hold N. An item with a non-finite feature is
never picked and counts as absent.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.acquisition.scores.predictive import Reduce
from alx.functional.arrays import candidates, of_both, of_features
from alx.functional.choosing import NO_KEY, choose, choose_in_turn


def log_det(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  kernel: str = "cosine",
  bandwidth: float | None = None,
  ridge: float = 0.01,
  max_labelled: int = 256,
) -> jax.Array:
  """Greedy log det(S_A + ridge I): the set that spans the largest volume.

  The labelled items are in A; also the entropy of a Gaussian process with noise
  (Wei et al. 2015). Ties go to the lowest item. Under `jax.vmap` one pool after
  the other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    kernel: "cosine", "rbf" or "linear".
    bandwidth: of "rbf", > 0, in units of the features; None: from their spread.
    ridge: > 0; below 1e-4 of the diagonal of S it is lost in rounding.
    max_labelled: >= 0, condition on so many labelled items at most.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  options = {
    "kernel": kernel,
    "bandwidth": bandwidth,
    "ridge": ridge,
    "max_labelled": max_labelled,
  }
  return choose_in_turn(
    BY_NAME["log_det"], NO_KEY, prediction, known, k, **options
  )


def dpp(
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  weight: float = 1.0,
  kernel: str = "cosine",
  bandwidth: float | None = None,
  reduce: Reduce = "mean",
) -> jax.Array:
  """The likeliest set of a determinantal point process, greedily.

  Maximises log det L_A of L = diag(q) S diag(q), q = exp(weight entropy), item
  by item (Chen et al. 2018; Biyik et al. 2019). Beyond the rank of the features
  the highest entropies follow. Under `jax.vmap` one pool after the other.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, D], or [N, *sp, D], whose mean is taken.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    weight: of quality against diversity, >= 0.
    kernel: S, "cosine" or "rbf".
    bandwidth: of "rbf", > 0, in units of the features; None: from their spread.
    reduce: of the entropy over space, see `confidence`.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(probs, features, mask, available=available)
  known = candidates(prediction.mask.shape[0], available)
  options = {
    "weight": weight,
    "kernel": kernel,
    "bandwidth": bandwidth,
    "reduce": reduce,
  }
  return choose_in_turn(BY_NAME["dpp"], NO_KEY, prediction, known, k, **options)


def k_dpp(
  key: jax.Array | int,
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  mask: ArrayLike | None = None,
  *,
  weight: float = 1.0,
  reduce: Reduce = "mean",
) -> jax.Array:
  """A random set of k items A, with probability in proportion to det L_A.

  L = diag(q) S diag(q), q = exp(weight entropy), S the cosine (Kulesza & Taskar
  2011; Biyik et al. 2019). Exact. Beyond the rank of L, at most D, the highest
  entropies follow.

  Args:
    key: what the set is drawn with.
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, D], or [N, *sp, D], whose mean is taken.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    weight: of quality against diversity, >= 0.
    reduce: of the entropy over space, see `confidence`.

  Returns:
    items [k] int32, their order means nothing; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(probs, features, mask, available=available)
  known = candidates(prediction.mask.shape[0], available)
  options = {"weight": weight, "reduce": reduce}
  return choose(BY_NAME["k_dpp"], key, prediction, known, k, **options)
