"""Choices by clusters and densities: features [N, D] -> items [k].

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available; empty slots, once nothing is
available, hold N. An item with a non-finite feature is never picked and counts
as absent. Under `jax.vmap` one pool after the other.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import candidates, of_features
from alx.functional.choosing import choose_in_turn


def k_means(
  key: jax.Array | int,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  iterations: int = 25,
) -> jax.Array:
  """The item nearest to the centre of each of k clusters, largest first.

  k-means of the available items; the labelled are ignored (Pourahmadi et al.
  2021).

  Args:
    key: of the first centres.
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    iterations: of Lloyd's algorithm, at most; >= 0.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {"iterations": iterations}
  return _clustered("k_means", key, features, available, k, None, options)


def k_means_pp(
  key: jax.Array | int,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  first: str = "uniform",
  power: float = 2.0,
) -> jax.Array:
  """k-means++ seeding: drawn with probability D^power.

  D is the distance to the nearest labelled item or pick (Arthur & Vassilvitskii
  2007). Of gradient embeddings it is BADGE, whose `badge` needs no N x C D
  array.

  Args:
    key: of the draws.
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    first: the first pick where nothing is labelled, "uniform" or "norm", the
      longest vector.
    power: >= 0; 0 is uniform among the items that are not duplicates.

  Returns:
    items [k] int32 in the order of the draws; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {"first": first, "power": power}
  return _clustered(
    "k_means_pp", key, features, available, k, labelled, options
  )


def typiclust(
  key: jax.Array | int,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  max_clusters: int = 500,
  min_size: int = 6,
  num_neighbours: int = 20,
  iterations: int = 25,
) -> jax.Array:
  """TypiClust: the most typical item of each cluster without labels.

  min(N_labelled + k, `max_clusters`) k-means clusters of all items that are
  there; from the largest one with the fewest labels the item with the smallest
  mean distance to its neighbours (Hacohen et al. 2022, section 3).

  Args:
    key: of the first centres.
    features: [N, D]; the paper takes self-supervised ones.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, have their label; never picked. None: none.
    max_clusters: >= 1, never more clusters than this.
    min_size: >= 0, clusters with fewer members come last.
    num_neighbours: >= 1, that typicality looks at.
    iterations: of k-means, at most; >= 0.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {
    "max_clusters": max_clusters,
    "min_size": min_size,
    "num_neighbours": num_neighbours,
    "iterations": iterations,
  }
  return _clustered("typiclust", key, features, available, k, labelled, options)


def usl(
  key: jax.Array | int,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  num_neighbours: int = 20,
  strength: float = 0.5,
  power: float = 0.5,
  momentum: float = 0.9,
  updates: int = 10,
  iterations: int = 25,
) -> jax.Array:
  """USL: dense items of k clusters, kept apart from each other.

  Of each of k k-means clusters of the available items the one with the highest
  density - strength R, where density is 1 / the mean squared distance to the
  nearest neighbours and R grows near the picks of other clusters (Wang X. et
  al. 2022, section 3). Time O(N^2 D).

  Args:
    key: of the first centres.
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, never picked; they are neighbours and no more.
    num_neighbours: >= 1, of the density.
    strength: >= 0, of R.
    power: >= 0, of the distance in R.
    momentum: of R, in [0, 1).
    updates: >= 0, of R.
    iterations: of k-means, at most; >= 0.

  Returns:
    items [k] int32, the highest first; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {
    "num_neighbours": num_neighbours,
    "strength": strength,
    "power": power,
    "momentum": momentum,
    "updates": updates,
    "iterations": iterations,
  }
  return _clustered("usl", key, features, available, k, labelled, options)


def lsh(
  key: jax.Array | int,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  *,
  bits: int = 8,
) -> jax.Array:
  """Random items from random buckets of a locality-sensitive hash.

  One item of each bucket in a random order of buckets, then a second one, and
  so on (Shi et al. 2019); a bucket is on which sides of random hyperplanes an
  item lies (Charikar 2002).

  Args:
    key: of the hash and of the draws.
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, never picked; they move the mean.
    bits: of the hash, 1 to 20.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  return _clustered(
    "lsh", key, features, available, k, labelled, {"bits": bits}
  )


def _clustered(name, key, features, available, k, labelled, options):
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available, labelled)
  return choose_in_turn(BY_NAME[name], key, prediction, known, k, **options)
