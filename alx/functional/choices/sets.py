"""Sets chosen by submodular functions and distances of sets -> items [k].

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available, in the order of their picks; empty
slots, once nothing is available, hold N. An item with a non-finite feature is
never picked and counts as absent.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import candidates, of_features, of_probs
from alx.functional.choosing import NO_KEY, choose, choose_in_turn


def non_similar(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  aggregate: str = "max",
) -> jax.Array:
  """Again and again the item least similar to what is labelled and picked.

  The cosine to the most similar of them ("max"), or to them on average ("mean")
  is smallest (Kim et al. 2024). "max" is `k_center_cosine`. Under `jax.vmap`
  one pool after the other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    aggregate: "max" or "mean".

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  method = BY_NAME["non_similar"]
  return choose_in_turn(
    method, NO_KEY, prediction, known, k, aggregate=aggregate
  )


def graph_cut(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  redundancy: float | None = None,
) -> jax.Array:
  """Similar to the whole pool, and not to each other: greedy graph cut.

  f(A) = sum_{x, a in A} s(x, a) - redundancy sum_{a, b in A} s(a, b), x over
  all that are there, s the cosine, the labelled items in A (Wei et al. 2015).

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    redundancy: >= 0; None: half the number of items over that of the labelled
      and picked at the end.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  method = BY_NAME["graph_cut"]
  return choose(method, NO_KEY, prediction, known, k, redundancy=redundancy)


def mutual_information(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  labels: ArrayLike | None = None,
  *,
  kind: str = "flqmi",
  eta: float = 1.0,
  target_class: int | None = None,
  max_targets: int = 256,
) -> jax.Array:
  """Greedy maximum of the information about targets (Kothawade et al. 2021).

  The targets are the labelled items of a class; all that are labelled, if no
  class is known; all items, if nothing is labelled. Under `jax.vmap` one pool
  after the other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    labels: [N] integer classes, read where labelled.
    kind: "flqmi", "flvmi", "flcmi", "gcmi", "com" or "logdetmi", see
      `alx.acquisition.joint.targeted.mutual_information`.
    eta: weight of the similarity to the targets, > 0; <= 1 for "logdetmi", and
      1 for "gcmi", which it does not change.
    target_class: the class of the targets, for labels; None: the rarest one.
    max_targets: >= 1, keep the first so many in the order of ids.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  if target_class is not None and labels is None:
    raise ValueError(
      f"target_class={target_class} does nothing without labels="
    )
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled, labels)
  options = {
    "kind": kind,
    "eta": eta,
    "target_class": target_class,
    "max_targets": max_targets,
  }
  method = BY_NAME["mutual_information"]
  return choose_in_turn(method, NO_KEY, prediction, known, k, **options)


def contextual_diversity(
  probs: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  mask: ArrayLike | None = None,
) -> jax.Array:
  """Greedy k-center of how items confuse the classes (Agarwal et al. 2020).

  The distance is the mean over the classes predicted in both of half the sum of
  the two KL divergences of their mean predictions there. Ties go to the lowest
  item. Under `jax.vmap` one pool after the other.

  Args:
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape or k.
  """
  prediction = of_probs(probs, mask, available=available)
  known = candidates(prediction.mask.shape[0], available, labelled)
  method = BY_NAME["contextual_diversity"]
  return choose_in_turn(method, NO_KEY, prediction, known, k)


def mmd(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  kernel: str = "rbf",
  bandwidth: float | None = None,
) -> jax.Array:
  """Greedy minimum of the discrepancy between what is labelled and the pool.

  Each pick makes the squared maximum mean discrepancy of labelled and picked
  from all that are there smallest (Gretton et al. 2012; Hwang et al. 2022).

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    kernel: "rbf", "linear" or "cosine".
    bandwidth: of "rbf", > 0, in units of the features; None: from their spread.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  options = {"kernel": kernel, "bandwidth": bandwidth}
  return choose(BY_NAME["mmd"], NO_KEY, prediction, known, k, **options)
