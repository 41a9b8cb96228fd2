"""Choices that share the batch out over groups: classes, clusters, buckets."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Acquisition, usable
from alx.acquisition.clusters.hashing import hash_codes
from alx.acquisition.clusters.kmeans import cluster
from alx.acquisition.combinations.combine import together
from alx.acquisition.comparisons.geometry import sum_rows
from alx.acquisition.comparisons.neighbours import nearest_centre
from alx.acquisition.scores.predictive import nan_where_broken
from alx.acquisition.scores.regions import predicted_shares
from alx.acquisition.scores.select import Groups, first_by, grouped
from alx.acquisition.scores.spatial import reduce_spatial
from alx.acquisition.shares import share_of


class Strata(NamedTuple):
  """How to tell the groups of a pool.

  Attributes:
    describe: as of an Acquisition; what the labels are made of, or None.
    labels: (key, that description of N items, Candidates, k) -> [N] int32,
      equal in a group, any numbers. The description and the candidates are
      those of `usable`: float32, finite, 0 where nothing is there.
    needs: as of an Acquisition.
  """

  describe: Callable | None
  labels: Callable
  needs: tuple[str, ...] = ()


def per_cluster(
  acquisition: Acquisition, strata: Strata, quota: str | Callable
) -> Acquisition:
  """The best of each group by a score, as many of each as the quota says.

  For instance clusters (Citovsky et al. 2021), predicted classes or patients.
  Groups without available items get nothing. Time O(N log N) beside that of
  the labels, memory O(N).

  Args:
    acquisition: describes the score, [N]; its `select` is not used. One that
      describes nothing ("random") is a random order.
    strata: which items are a group.
    quota: a name in QUOTAS, or a function like them.

  Raises:
    ValueError: on an unknown quota.
  """
  if isinstance(quota, str) and quota not in QUOTAS:
    raise ValueError(f"no quota {quota!r}; there are: {', '.join(QUOTAS)}")
  orders = QUOTAS[quota] if isinstance(quota, str) else quota

  def select(key, description, candidates, k):
    key_labels, key_score = jax.random.split(key)
    description, kept = _usable(description, candidates)
    score, of_strata = description
    if score is None:
      score = jax.random.uniform(
        key_score, kept.available.shape, dtype=jnp.float32
      )
    labels = strata.labels(key_labels, of_strata, kept, k)
    groups = grouped(labels, score, kept)
    return first_by(orders(groups, score, k), kept.available, k)

  described = Acquisition(strata.describe, None, strata.needs)
  return Acquisition(select=select, **together((acquisition, described)))


def balanced(
  acquisition: Acquisition, strata: Strata | None = None
) -> Acquisition:
  """The same number of items of each predicted class, the best by score.

  The counts of two classes differ by at most one as long as both have items
  left; the class with the fewest available items comes first.

  Args:
    acquisition: describes the score, [N].
    strata: other groups; None: `predicted_class`.
  """
  return per_cluster(
    acquisition, predicted_class() if strata is None else strata, "round_robin"
  )


def _usable(description, candidates):
  """`usable`, also of nothing at all."""
  if not jax.tree.leaves(description):
    return (None, None), candidates
  return usable(description, candidates)


def predicted_class() -> Strata:
  """Groups by the likeliest class of the mean over samples.

  In space by the class with the most voxels but background, which is class 0;
  by that where nothing else is predicted. Almost every image has more of it
  than of anything else. Superpixels have one class: that of their mean. What is
  NaN where it is real is of no class, and never picked.
  """

  def describe(keys, prediction):
    del keys
    in_space = prediction.probs.ndim > 3 and prediction.borders is None
    shares = foreground_shares if in_space else mean_probs
    classes = shares(prediction).argmax(-1).astype(jnp.float32)
    return nan_where_broken(classes, prediction)

  def labels(key, classes, candidates, k):
    del key, candidates, k
    return classes.astype(jnp.int32)

  return Strata(describe, labels, ("probs",))


def foreground_shares(prediction) -> jax.Array:
  """[B, C] share of real voxels that each class is predicted on; class 0: 0."""
  probs = prediction.probs.mean(0)
  shares = predicted_shares(probs.argmax(-1), prediction.mask, probs.shape[-1])
  return shares.at[:, 0].set(0.0)


def mean_probs(prediction) -> jax.Array:
  """[B, C] mean probabilities over samples and real voxels."""
  mean = jnp.moveaxis(prediction.probs.mean(0), -1, 0)
  of_class = functools.partial(reduce_spatial, mask=prediction.mask)
  return jax.vmap(of_class)(mean).T


def patient() -> Strata:
  """Groups as given with the candidates."""
  return Strata(
    None, lambda key, _, candidates, k: candidates.groups, ("groups",)
  )


def hash_buckets(bits: int = 8) -> Strata:
  """Groups by `hashing.hash_codes` of the features (Shi et al. 2019).

  Args:
    bits: in [1, 20]; up to 2^bits groups.
  """

  def labels(key, features, candidates, k):
    del k
    return hash_codes(key, features, candidates.present, bits=bits)

  return Strata(
    lambda _, prediction: prediction.features, labels, ("features",)
  )


def clusters(count: int = 0) -> Strata:
  """Groups by k-means of the features of the available items.

  A labelled item is in the group of the nearest centre.

  Args:
    count: clusters; 0: as many as items are asked for.

  Raises:
    ValueError: for a count below 0.
  """
  if count < 0:
    raise ValueError(f"count: wanted 0 or more clusters, found {count}")

  def labels(key, features, candidates, k):
    found = cluster(key, features, candidates.available, count or max(k, 1))
    near = _nearest(found, features)
    return jnp.where(candidates.labelled, near, found.labels)

  return Strata(
    lambda _, prediction: prediction.features, labels, ("features",)
  )


def _nearest(found, features):
  """[N] int32, the cluster with items whose centre is nearest to each item."""
  full = found.sizes > 0
  order = jnp.argsort(~full, stable=True).astype(jnp.int32)
  origin = sum_rows(found.centres, full)[None, :] / jnp.maximum(full.sum(), 1)
  centres = found.centres[order] - origin
  return order[nearest_centre(features - origin, centres, full.sum())[0]]


# Quotas: (Groups, score [N], k) -> orders [N], the first is what counts first
# and the lowest is picked first, see `select.first_by`.


def one_each(groups: Groups, score: jax.Array, k: int) -> tuple:
  """The best of each group, the highest first; then the second best."""
  del k
  return groups.rank, -score


def round_robin(groups: Groups, score: jax.Array, k: int) -> tuple:
  """The best of each group, the smallest group first; then the second best."""
  del score, k
  return groups.rank, groups.sizes[groups.ids], groups.ids


def proportional(groups: Groups, score: jax.Array, k: int) -> tuple:
  """As many as the group's share of the available, the highest first.

  Rounded by largest remainder, equal ones in the order of the labels.
  """
  places = jnp.arange(groups.sizes.shape[0], dtype=jnp.int32)
  total = jnp.maximum(groups.sizes.sum(), 1)
  whole, rest = share_of(jnp.int32(k), groups.sizes, total)
  order = jnp.argsort(-rest, stable=True)
  place = jnp.zeros_like(places).at[order].set(places)
  more = place < k - whole.sum()
  quota = whole + more.astype(jnp.int32)
  return groups.rank >= quota[groups.ids], -score


def least_labelled(groups: Groups, score: jax.Array, k: int) -> tuple:
  """Again and again from the group with the fewest labelled and picked items.

  Ties go to the group with more available items (Hacohen et al. 2022), then
  to the lowest label.
  """
  del score, k
  held = groups.labelled[groups.ids] + groups.rank
  return held, -groups.sizes[groups.ids], groups.ids


QUOTAS = {
  "one": one_each,
  "proportional": proportional,
  "round_robin": round_robin,
  "least_labelled": least_labelled,
}
