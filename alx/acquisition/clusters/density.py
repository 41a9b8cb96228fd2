"""Choices of typical items: those in dense parts of the feature space."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, picks_of, usable, wanted
from alx.acquisition.clusters.kmeans import (
  best_of_clusters,
  cluster,
  pick_in_turns,
)
from alx.acquisition.comparisons.geometry import (
  centred,
  map_rows,
  report,
  squared_distances,
)
from alx.acquisition.comparisons.neighbours import nearest_neighbours

_BLOCK = 1024  # items whose distances to the picks are held at once
_SOFT = 1e-5  # added to a mean distance, of duplicates it is 0
_TINY = 1e-12  # the least squared distance


def typiclust(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  max_clusters: int = 500,
  min_size: int = 6,
  num_neighbours: int = 20,
  iterations: int = 25,
  progress: Callable | None = None,
) -> jax.Array:
  """TypiClust: the most typical item of each cluster without labels.

  min(N_labelled + k, `max_clusters`) k-means clusters of all items that are
  there (Hacohen et al. 2022, section 3); the choice is `typical_picks` with
  `typicality`.

  Time O(iterations N K D + N size D + k N), size that of the largest
  clusters; memory O(N (D + num_neighbours)). More labels compile nothing new.

  Args:
    key: of the first centres.
    features: [N, D] float32; the paper takes self-supervised ones.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    max_clusters: never more clusters than this.
    min_size: clusters with fewer members come last.
    num_neighbours: that typicality looks at.
    iterations: of k-means, at most.
    progress: called with (picked, k) now and then.
  """
  features, kept = usable(features, candidates)
  num_clusters = max(min(max_clusters, features.shape[0]), 1)
  number = jnp.minimum(kept.labelled.sum() + wanted(k, count), num_clusters)
  clusters = cluster(
    key,
    features,
    kept.present,
    num_clusters,
    count=number,
    iterations=iterations,
  )
  scores = typicality(
    features, clusters.labels, num_clusters, num_neighbours=num_neighbours
  )
  return typical_picks(
    clusters.labels,
    scores,
    kept,
    k,
    count,
    num_clusters=num_clusters,
    min_size=min_size,
    progress=progress,
  )


def typicality(
  features: jax.Array,
  labels: jax.Array,
  num_clusters: int,
  *,
  num_neighbours: int = 20,
) -> jax.Array:
  """1 / (mean distance to the neighbours in the own cluster + 1e-5): [N].

  The nearest min(num_neighbours, size // 2) members, at least one (Hacohen et
  al. 2022, Eq. 1, with the authors' code for small clusters). The distance is
  L2, not squared. Alone in its cluster: 0.

  Args:
    features: [N, D] float32.
    labels: [N] int32 cluster in [0, K), -1 where nothing is there: 0.
    num_clusters: K.
    num_neighbours: at most so many.
  """
  there = labels >= 0
  squared, _ = nearest_neighbours(
    features, num_neighbours, there, clusters=labels
  )
  size = _sizes(labels, there, num_clusters)[jnp.maximum(labels, 0)]
  looked_at = jnp.clip(size // 2, 1, num_neighbours)
  counted = (
    jnp.arange(num_neighbours, dtype=jnp.int32)[None, :] < looked_at[:, None]
  )
  mean = jnp.where(counted, jnp.sqrt(squared), 0.0).sum(1) / looked_at
  return jnp.where(there, 1.0 / (mean + _SOFT), 0.0)


def typical_picks(
  labels: jax.Array,
  typicality: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  num_clusters: int,
  min_size: int = 6,
  progress: Callable | None = None,
) -> jax.Array:
  """The most typical available item of the least labelled cluster, k times.

  Each pick takes the cluster with the fewest labelled items and picks, of
  these the largest, of these the first (Hacohen et al. 2022, Algorithm 1).
  Clusters of fewer than `min_size` members wait until no other has an
  available item. Ties of items go to the lowest id. Time O(k N), memory O(N).

  Args:
    labels: [N] int32 cluster in [0, K), -1 where nothing is there.
    typicality: [N] float, finite.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    num_clusters: K.
    min_size: of clusters that are not put off.
    progress: called with (picked, k) now and then.

  Returns:
    items [k] int32; empty slots hold N.
  """
  num_items, asked = labels.shape[0], wanted(k, count)
  there = labels >= 0
  size = _sizes(labels, there, num_clusters)
  small = size < min_size

  def pick(carry, step):
    free, spent, left = carry
    last = jnp.iinfo(jnp.int32).max
    usable = (left > 0) & (~small | ~((left > 0) & ~small).any())
    fewest = jnp.where(usable, spent, last).min()
    label = jnp.argmax(jnp.where(usable & (spent == fewest), size, -1))
    inside = free & (labels == label)
    item = jnp.argmax(jnp.where(inside, typicality, -jnp.inf))
    found = inside.any()
    report(progress, step + 1, asked)
    carry = (
      free.at[item].set(free[item] & ~found),
      spent.at[label].add(found),
      left.at[label].add(-found.astype(jnp.int32)),
    )
    return carry, jnp.where(found, item, num_items).astype(jnp.int32)

  free = candidates.available & there
  carry = (
    free,
    _sizes(labels, candidates.labelled & there, num_clusters),
    _sizes(labels, free, num_clusters),
  )
  return picks_of(pick, carry, num_items, k, count)


def usl(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  num_neighbours: int = 20,
  strength: float = 0.5,
  power: float = 0.5,
  momentum: float = 0.9,
  updates: int = 10,
  iterations: int = 25,
  progress: Callable | None = None,
) -> jax.Array:
  """USL: dense items of k clusters, kept apart from each other.

  Of each of k k-means clusters of the available items the one with the highest
  density - strength R, where density is 1 / the mean squared distance to the
  nearest neighbours in the whole pool, R the running mean (`momentum`, from 0)
  of sum_j 1 / |x - x_j|^power over the picks of the other clusters, and the
  picks are made anew `updates` times (Wang X. et al. 2022, section 3). The
  first round has no R; strength 0 is the densest of each cluster. Best first;
  where clusters are empty the second best of the others follow.

  Time O(N^2 D + (iterations + updates) N k D), memory O(N (D + K)).

  Args:
    key: of the first centres.
    features: [N, D] float32.
    candidates: of the N items; labelled ones are neighbours and no more.
    k: how many items.
    count: see `Acquisition.select`.
    num_neighbours: of the density.
    strength: of R.
    power: of the distance in R.
    momentum: of R, in [0, 1).
    updates: of R.
    iterations: of k-means, at most.
    progress: called with (done, N) while neighbours are searched.
  """
  features, kept = usable(features, candidates)
  squared, _ = nearest_neighbours(
    features, num_neighbours, kept.present, progress=progress
  )
  found = jnp.isfinite(squared)
  mean = jnp.where(found, squared, 0.0).sum(1) / jnp.maximum(found.sum(1), 1)
  density = jnp.where(found.any(1), 1.0 / jnp.maximum(mean, _TINY), 0.0)
  clusters = cluster(
    key,
    features,
    kept.available,
    max(k, 1),
    count=count,
    iterations=iterations,
  )
  labels = clusters.labels
  x = centred(features, kept.present)

  def update(_, average):
    picks = best_of_clusters(
      density - strength * average, labels, clusters.sizes.size
    )
    new = _nearness(x, labels, picks, power)
    return momentum * average + (1.0 - momentum) * new

  average = jnp.zeros_like(density)
  average = jax.lax.fori_loop(0, updates, update, average)
  utility = density - strength * average
  picks = best_of_clusters(utility, labels, clusters.sizes.size)
  best = utility.at[picks].get(mode="fill", fill_value=-jnp.inf)
  return pick_in_turns(labels, utility, -best, kept, k, count)


def _nearness(x, labels, picks, power):
  """[N] sum of 1 / distance^power to the picks of the other clusters."""
  num_items = labels.shape[0]
  numbers = jnp.arange(picks.shape[0], dtype=jnp.int32)
  centres = x.at[picks].get(mode="clip")

  def of_block(items):
    rows = x.at[items].get(mode="clip")
    own = labels.at[items].get(mode="clip")[:, None] == numbers[None, :]
    square = jnp.maximum(squared_distances(rows, centres), _TINY)
    counted = ~own & (picks < num_items)[None, :]
    return jnp.where(counted, square ** (-0.5 * power), 0.0).sum(1)

  return map_rows(of_block, num_items, _BLOCK)


def _sizes(labels, counted, num_clusters):
  """[K] int32, how many of the counted items [N] are in each cluster."""
  sizes = jnp.zeros(num_clusters, jnp.int32)
  place = jnp.where(counted, labels, num_clusters)
  return sizes.at[place].add(1, mode="drop")
