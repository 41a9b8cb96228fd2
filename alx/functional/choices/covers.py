"""Choices that cover the pool: features [N, D] -> items [k].

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available, in the order of their picks; empty
slots, once nothing is available, hold N. An item with a non-finite feature is
never picked and covers nothing.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.acquisition.options import plain
from alx.functional.arrays import candidates, of_features
from alx.functional.choosing import NO_KEY, choose_in_turn


def k_center(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
) -> jax.Array:
  """Greedy k-center: again and again the item farthest from all centres.

  The labelled items are the first centres; with none of them the first pick is
  the item farthest from the mean (Sener & Savarese 2018, Algorithm 1; Gonzalez
  1985). Ties go to the lowest item. Under `jax.vmap` one pool after the other.

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
  return _cover("k_center", features, available, k, labelled)


def k_center_cosine(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
) -> jax.Array:
  """`k_center` in the distance 1 - cosine, in [0, 2].

  A zero vector is unlike everything, another zero vector too: distance 1
  (Sener & Savarese 2018). Under `jax.vmap` one pool after the other.

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
  return _cover("k_center_cosine", features, available, k, labelled)


def facility_location(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  similarity: str = "cosine",
  ground: int | None = None,
) -> jax.Array:
  """Greedy facility location: the set that the pool is most similar to.

  Maximises sum_x max_{s in S} sim(x, s), the labelled counted into S (Wei et
  al. 2015). Memory O(N D), never N x N. Under `jax.vmap` one pool after the
  other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    similarity: "cosine"; "euclidean", a constant minus the squared distance;
      "distance", a constant minus the distance.
    ground: >= 1, cover only so many of the items, evenly spaced in the order of
      ids; None: all of them.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {"similarity": similarity, "ground": ground}
  return _cover("facility_location", features, available, k, labelled, options)


def max_cover(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  ground: int | None = None,
) -> jax.Array:
  """Representative: greedy maximum cover of the available by the available.

  Maximises sum_x max_{s in S} cos(x, s) (Yang et al. 2017, Eq. 10-11; Kim et
  al. 2024). What is labelled neither covers nor needs cover. Under `jax.vmap`
  one pool after the other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    ground: >= 1, see `facility_location`.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  return _cover("max_cover", features, available, k, None, {"ground": ground})


def optimal_transport(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  swaps: int = 10,
  ground: int | None = None,
) -> jax.Array:
  """Picks that the pool is moved to at the least cost: k-medoids.

  Minimises sum_x min_{s in labelled and S} |x - s|, the Wasserstein-1 distance
  of the pool to what is chosen (Mahmood et al. 2022): greedy, then the best
  swaps as long as they improve (PAM, Kaufman & Rousseeuw 1987). Under
  `jax.vmap` one pool after the other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    swaps: >= 0, at most so many.
    ground: >= 1, see `facility_location`.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {"swaps": swaps, "ground": ground}
  return _cover("optimal_transport", features, available, k, labelled, options)


def prob_cover(
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  labels: ArrayLike | None = None,
  *,
  delta: float | None = None,
  clusters: int | None = None,
  purity: float = 0.95,
) -> jax.Array:
  """ProbCover: the ball with the most items that no ball holds yet.

  Item i covers j when |x_i - x_j| < delta, with rows of length 1 (Yehuda et al.
  2022). Ties go to the next of `k_center`. Memory O(N D), never N x N. Under
  `jax.vmap` one pool after the other.

  Args:
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    labels: [N] integer classes, read where labelled: with neither `delta` nor
      `clusters` they tell how many classes there are.
    delta: radius in (0, 2]; None: chosen so that balls are pure in k-means
      labels.
    clusters: of k-means, the number of classes, 2 to N; only without `delta`.
    purity: in [0, 1], share of balls in which all have one k-means label; only
      without `delta`.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option, or if nothing tells the number
      of classes.
  """
  if delta is None and clusters is None and labels is None:
    raise ValueError(
      "prob_cover wants to know how many classes the items are of: give "
      "clusters=, delta= or labels="
    )
  prediction = of_features(features)
  num_items = prediction.mask.shape[0]
  clusters = plain(clusters)
  if isinstance(clusters, int) and clusters > num_items:
    raise ValueError(
      f"clusters: wanted no more than there are items, {num_items}, found "
      f"{clusters}"
    )
  known = candidates(num_items, available, labelled, labels)
  options = {"delta": delta, "clusters": clusters, "purity": purity}
  method = BY_NAME["prob_cover"]
  return choose_in_turn(method, NO_KEY, prediction, known, k, **options)


def _cover(name, features, available, k, labelled, options=None):
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  options = options or {}
  return choose_in_turn(BY_NAME[name], NO_KEY, prediction, known, k, **options)
