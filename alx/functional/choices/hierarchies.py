"""Choices by agglomerative clusters, which SciPy makes on the host.

What is neither available nor labelled is treated as if it were not there. All
give items [k] int32, distinct and available; empty slots, once nothing is
available, hold N. An item with a non-finite feature is never picked and counts
as absent. Under `jax.vmap` one pool after the other.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import candidates, of_both, of_features
from alx.functional.choosing import choose_in_turn


def cluster_margin(
  key: jax.Array | int,
  probs: ArrayLike,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  mask: ArrayLike | None = None,
  *,
  factor: float = 10.0,
  cluster_size: float = 10.0,
  linkage: str = "average",
  within: str = "random",
  limit: int = 4096,
) -> jax.Array:
  """Cluster-Margin: small margins from many clusters, the small ones first.

  The `factor` k available items with the smallest margins, in turns from their
  agglomerative clusters (Citovsky et al. 2021, Algorithms 1 and 2). SciPy on
  the host makes the clusters, through `jax.pure_callback`.

  Args:
    key: of the order inside clusters, and of the items that are clustered.
    probs: [N, *sp, C] probabilities of C >= 2 classes.
    features: [N, D], or [N, *sp, D], whose mean is taken.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool, never picked; they are in clusters as well.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    factor: >= 1, so many times k items are looked at.
    cluster_size: >= 1, items of a cluster on average.
    linkage: "average", "ward", "complete" or "single".
    within: a cluster "random", or by "score", the smallest margin first.
    limit: >= 1, of more items a uniform sample of so many is clustered.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_both(probs, features, mask, available=available)
  known = candidates(prediction.mask.shape[0], available, labelled)
  options = {
    "factor": factor,
    "cluster_size": cluster_size,
    "linkage": linkage,
    "within": within,
    "limit": limit,
  }
  method = BY_NAME["cluster_margin"]
  return choose_in_turn(method, key, prediction, known, k, **options)


def representative(
  key: jax.Array | int,
  features: ArrayLike,
  available: ArrayLike,
  k: int,
  *,
  num_clusters: int = 3,
  linkage: str = "ward",
  share: float = 0.9,
  limit: int = 4096,
) -> jax.Array:
  """Representative annotation: a cover of the pool by covers of its clusters.

  Greedy maximum covers of agglomerative clusters of the available items, then
  of all by those (Zheng et al. 2019, section 3); the labelled are ignored.
  SciPy on the host makes the clusters, through `jax.pure_callback`.

  Args:
    key: of the sample, if there are more than `limit` items.
    features: [N, D].
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    num_clusters: >= 1, of the items.
    linkage: "average", "ward", "complete" or "single".
    share: of the highest possible cover, in [0, 1].
    limit: >= 1, of the items that are compared; memory O(limit^2).

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  options = {
    "num_clusters": num_clusters,
    "linkage": linkage,
    "share": share,
    "limit": limit,
  }
  prediction = of_features(features)
  known = candidates(prediction.mask.shape[0], available)
  method = BY_NAME["representative"]
  return choose_in_turn(method, key, prediction, known, k, **options)
