"""What is labelled weighed against the rest of the pool -> items [k].

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available; empty slots, once nothing is
available, hold N. An item that is not finite is never picked.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import candidates, of_both, of_features, of_probs
from alx.functional.choosing import NO_KEY, choose, choose_in_turn


def class_balanced(
  probs: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  labels: ArrayLike | None = None,
  mask: ArrayLike | None = None,
  *,
  lam: float = 0.6,
  sweeps: int = 10,
) -> jax.Array:
  """Uncertain items that are expected to fill up the rare classes.

  Maximises sum_S H_i - lam ||Omega - sum_S p_i||_1, Omega what each class lacks
  among the labelled (Bengar et al. 2022, Eq. 2-4): greedy, then sweeps of
  replacements. Ties go to the lowest item. Under `jax.vmap` one pool after the
  other.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    labels: [N] integer classes, read where labelled; None: all counts are 0.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    lam: >= 0, weight of the balance; 0 is `top_k` of the entropy.
    sweeps: >= 0, at most so many.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_probs(probs, mask, available=available)
  known = candidates(prediction.mask.shape[0], available, labelled, labels)
  options = {"lam": lam, "sweeps": sweeps}
  return choose_in_turn(
    BY_NAME["class_balanced"], NO_KEY, prediction, known, k, **options
  )


def ranked_batch(
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  mask: ArrayLike | None = None,
) -> jax.Array:
  """Far from all that is labelled first, uncertain more and more.

  alpha (1 - 1 / (1 + d)) + (1 - alpha) u: d is the distance to the nearest
  labelled item or pick, u the least confidence, alpha the share of what is not
  labelled (Cardoso et al. 2017, Eq. 4-5). Ties go to the lowest item. Under
  `jax.vmap` one pool after the other.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, D], or [N, *sp, D], whose mean is taken.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    items [k] int32 in the order of their picks; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  prediction = of_both(probs, features, mask, available=available)
  known = candidates(prediction.mask.shape[0], available, labelled)
  return choose_in_turn(BY_NAME["ranked_batch"], NO_KEY, prediction, known, k)


def mean_discrepancy(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
) -> jax.Array:
  """Most like the unlabelled, least like the labelled, by mean cosine.

  mean over the available of cos(x, .) - mean over the labelled of cos(x, .) (Li
  & Yin 2020). Ties go to the lowest item.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  return choose(BY_NAME["mean_discrepancy"], NO_KEY, prediction, known, k)


def influence(
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  labels: ArrayLike | None = None,
  mask: ArrayLike | None = None,
  *,
  damping: float = 1e-2,
  iterations: int = 200,
  rank: int = 16,
) -> jax.Array:
  """The items whose likeliest label would lower the training loss most.

  v . g_i with v = (G + damping I)^-1 g of the mean gradient g and Gauss-Newton
  matrix G of the labelled items (Koh & Liang 2017, eq. 2; Liu et al. 2021, eq.
  5). With nothing labelled all items stand in. Ties go to the lowest item.
  Under `jax.vmap` one pool after the other.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, *sp, D], what the last layer sees.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    labels: [N] integer classes, read where labelled and not in a segmentation;
      None: the likeliest ones.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    damping: > 0, added to the diagonal of G.
    iterations: of conjugate gradients, at most; >= 1.
    rank: of the matrix of an item in a segmentation, >= 1.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(
    probs, features, mask, available=available, per_voxel=True
  )
  known = candidates(prediction.mask.shape[0], available, labelled, labels)
  options = {"damping": damping, "iterations": iterations, "rank": rank}
  return choose_in_turn(
    BY_NAME["influence"], NO_KEY, prediction, known, k, **options
  )


def alfa_mix(
  key: jax.Array | int,
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  labels: ArrayLike | None = None,
  mask: ArrayLike | None = None,
  *,
  cap_step: float = 0.2,
) -> jax.Array:
  """Items whose label flips when features move towards class anchors.

  The anchor of a class is the mean feature of its labelled items; among the
  items that flip first the batch is spread, and filled up with random ones
  (Parvaneh et al. 2022, eq. 5-6). The last layer is read off probs and features
  by least squares. Under `jax.vmap` one pool after the other.

  Args:
    key: of the draws.
    probs: [N, *sp, C] probabilities of C >= 2 classes; with space the shares of
      the classes stand for them.
    features: [N, D], or [N, *sp, D], whose mean is taken.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    labels: [N] integer classes, read where labelled.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    cap_step: in (0, 1], by which the length of the move grows.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(probs, features, mask, available=available)
  known = candidates(prediction.mask.shape[0], available, labelled, labels)
  method = BY_NAME["alfa_mix"]
  return choose_in_turn(method, key, prediction, known, k, cap_step=cap_step)
