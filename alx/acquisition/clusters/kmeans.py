"""k-means clusters, and the choices that need nothing else."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, finite_rows, in_float32, zero_rows
from alx.acquisition.clusters.kmeans_pp import d2_sampling
from alx.acquisition.comparisons.geometry import (
  centred,
  cross,
  report,
  squared_norms,
  sum_rows,
)
from alx.acquisition.comparisons.neighbours import nearest_centre
from alx.acquisition.scores.select import first_by, grouped

_BLOCK = 1024  # items that are summed together where additions need an order
_SAMPLE = 8192  # items among which first centres are drawn, at least
_SAMPLE_PER_CENTRE = 16
_SETTLED = 1e-3  # share of items that may still move when clusters are done
_ROUNDING = 2.0**-21  # of a distance, as a share of what is subtracted


class Clusters(NamedTuple):
  """Which cluster each item is in."""

  labels: jax.Array  # [N] int32 of the nearest centre, -1 if not there
  distances: jax.Array  # [N] squared distance to it, inf if not there
  centres: jax.Array  # [K, D]
  sizes: jax.Array  # [K] int32


def k_means(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  iterations: int = 25,
  progress: Callable | None = None,
) -> jax.Array:
  """The item nearest to the centre of each of k clusters, largest first.

  k-means of the available items, the labelled are ignored (Pourahmadi et al.
  2021). Where clusters are empty the second nearest items follow, in the same
  order of clusters, and so on. Ties go to the lowest id.

  Time O(iterations N k D), memory O(N D).

  Args:
    key: of the first centres.
    features: [N, D] float32.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    iterations: of Lloyd's algorithm, at most.
    progress: called with (done, iterations) now and then.
  """
  features = in_float32(features)
  free = candidates.available & finite_rows(features)
  clusters = cluster(
    key,
    features,
    free,
    max(k, 1),
    count=count,
    iterations=iterations,
    progress=progress,
  )
  kept = candidates._replace(available=free)
  nearness = -_alike(clusters, features, free)
  return pick_in_turns(
    clusters.labels, nearness, -clusters.sizes, kept, k, count
  )


def _alike(
  clusters: Clusters, features: jax.Array, there: jax.Array
) -> jax.Array:
  """[N] distances to the centre, alike where only rounding tells them apart.

  The two items of a pair are equally far from their mean: which of them is
  nearer in float32 depends on how the program was compiled.
  """
  place = _drop(clusters.labels, clusters.sizes.size)
  distances = jnp.sqrt(clusters.distances)
  nearest = jnp.full(clusters.sizes.shape, jnp.inf, jnp.float32)
  nearest = nearest.at[place].min(distances, mode="drop")
  nearest = nearest.at[place].get(mode="fill", fill_value=jnp.inf)
  given, moved = zero_rows(features, there), centred(features, there)
  length = jnp.sqrt(squared_norms(given)) + jnp.sqrt(squared_norms(moved))
  rounding = _ROUNDING * (nearest + length)
  return jnp.where(distances <= nearest + rounding, nearest, distances)


def cluster(
  key: jax.Array,
  features: jax.Array,
  there: jax.Array,
  num_clusters: int,
  *,
  count: jax.Array | None = None,
  iterations: int = 25,
  progress: Callable | None = None,
) -> Clusters:
  """k-means of the items that are there: k-means++, then Lloyd.

  The first centres are drawn among a uniform sample of 8192 items, or 16 for
  each cluster if that is more. Lloyd ends when at most one item in a thousand
  moves. Time O(iterations N K D), memory O(N D).

  Args:
    key: of the first centres.
    features: [N, D] float32, anything where nothing is there.
    there: [N] bool.
    num_clusters: K >= 1, the length of the arrays.
    count: [] int32, clusters to be made, at most K; None: K. With fewer
      distinct items, or fewer items, some clusters stay empty.
    iterations: of Lloyd's algorithm, at most.
    progress: called with (done, iterations) now and then.
  """
  count = jnp.minimum(num_clusters if count is None else count, there.sum())
  x = centred(features, there)
  key_sample, key_draw = jax.random.split(key)
  size = max(_SAMPLE, _SAMPLE_PER_CENTRE * num_clusters)
  items = sample(key_sample, there, size)
  nothing = jnp.full(items.shape, jnp.inf, jnp.float32)
  places = d2_sampling(
    key_draw, x[items], there[items], nothing, count, num_clusters
  )
  centres = x[items.at[places].get(mode="clip")]
  clusters = lloyd(
    x,
    there,
    centres,
    count=count,
    iterations=iterations,
    tolerance=_SETTLED,
    progress=progress,
  )
  rows = jnp.where(there[:, None], features, 0.0) - x
  moved = sum_rows(rows, there)[None, :] / jnp.maximum(there.sum(), 1)
  return clusters._replace(centres=clusters.centres + moved)


def lloyd(
  features: jax.Array,
  there: jax.Array,
  centres: jax.Array,
  *,
  count: jax.Array | None = None,
  iterations: int = 25,
  tolerance: float = 0.0,
  progress: Callable | None = None,
) -> Clusters:
  """Lloyd's algorithm: centres become means, items go to the nearest centre.

  Ends after `iterations`, or when hardly any item has moved (Lloyd 1982). An
  empty cluster keeps its centre. Time O(iterations N K D), memory O(N + K D).

  Args:
    features: [N, D] float32, best with a mean near 0; finite.
    there: [N] bool.
    centres: [K, D], where to start.
    count: [] int32, only so many centres are used; None: all.
    iterations: at most.
    tolerance: the share of items that may still move at the end.
    progress: called with (done, iterations) now and then.
  """
  num_clusters = centres.shape[0]
  count = num_clusters if count is None else count
  weights = there.astype(features.dtype)

  def assign(centres):
    labels = nearest_centre(features, centres, count)[0]
    return jnp.where(there, labels, -1)

  def advance(carry):
    step, labels, centres, _ = carry
    # In the first step nothing has a label, and the centres stay.
    sums = _sums(features * weights[:, None], labels, num_clusters)
    sizes = _sums(weights[:, None], labels, num_clusters)
    means = sums / jnp.maximum(sizes, 1.0)
    centres = jnp.where(sizes > 0, means, centres)
    moved = assign(centres)
    report(progress, step, iterations)
    restless = (moved != labels).sum() > tolerance * there.sum()
    return step + 1, moved, centres, restless | (step == 0)

  def unfinished(carry):
    return (carry[0] <= iterations) & carry[3]

  nowhere = jnp.full(there.shape, -1, jnp.int32)
  start = jnp.int32(0), nowhere, centres, jnp.bool_(True)
  _, labels, centres, _ = jax.lax.while_loop(unfinished, advance, start)
  sizes = jnp.zeros(num_clusters, jnp.int32).at[_drop(labels, num_clusters)]
  distances = squared_norms(features - centres[jnp.maximum(labels, 0)])
  return Clusters(
    labels,
    jnp.where(there, distances, jnp.inf),
    centres,
    sizes.add(1, mode="drop"),
  )


def sample(key: jax.Array, there: jax.Array, size: int) -> jax.Array:
  """At most `size` items [n] int32, a uniform sample of those that are there.

  In the order of their ids, any others behind; simply all N items when they
  are no more than `size`.
  """
  num_items = there.shape[0]
  if num_items <= size:
    return jnp.arange(num_items, dtype=jnp.int32)
  noise = jnp.where(
    there, jax.random.uniform(key, (num_items,), dtype=jnp.float32), -1.0
  )
  items = jax.lax.top_k(noise, size)[1].astype(jnp.int32)
  return jnp.sort(jnp.where(there[items], items, items + num_items)) % num_items


def pick_in_turns(
  labels: jax.Array,
  priority: jax.Array,
  turn: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """The best item of each cluster, then the second best, and so on.

  Time O(N log N), memory O(N).

  Args:
    labels: [N] int32 cluster in [0, K); anything where not available.
    priority: [N] float, the highest of a cluster is its best; ties go to the
      lowest id. Finite where available.
    turn: [K], the cluster with the lowest is first, ties by number.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.

  Returns:
    items [k] int32; empty slots hold N.
  """
  rank = grouped(labels, priority, candidates).rank
  orders = rank, turn.at[labels].get(mode="clip"), labels
  return first_by(orders, candidates.available, k, count)


def best_of_clusters(
  values: jax.Array, labels: jax.Array, num_clusters: int
) -> jax.Array:
  """The item with the highest value [N] of each cluster, N if it is empty.

  Labels [N] are in [0, K), -1 for items that are in none. Ties go to the
  lowest id. Returns items [K] int32.
  """
  num_items = labels.shape[0]
  place = _drop(labels, num_clusters)
  highest = (
    jnp.full(num_clusters, -jnp.inf, jnp.float32)
    .at[place]
    .max(values, mode="drop")
  )
  leads = values == highest.at[place].get(mode="fill", fill_value=jnp.inf)
  items = jnp.where(
    leads, jnp.arange(num_items, dtype=jnp.int32), num_items
  ).astype(jnp.int32)
  first = jnp.full(num_clusters, num_items, jnp.int32)
  return first.at[place].min(items, mode="drop")


def _sums(x, labels, num_clusters):
  """[K, D] sums of the rows with each label in [0, K)."""

  def scatter(x, labels):
    return _sums_by_addition(x, labels, num_clusters)

  def product(x, labels):
    return _sums_by_products(x, labels, num_clusters)

  # Additions in no fixed order would make a GPU choose anew each time.
  return jax.lax.platform_dependent(x, labels, cpu=scatter, default=product)


def _sums_by_addition(x, labels, num_clusters):
  sums = jnp.zeros((num_clusters, x.shape[1]), x.dtype)
  return sums.at[_drop(labels, num_clusters)].add(x, mode="drop")


def _sums_by_products(x, labels, num_clusters):
  clusters = jnp.arange(num_clusters, dtype=jnp.int32)[:, None]

  def add(i, sums):
    items = i * _BLOCK + jnp.arange(_BLOCK, dtype=jnp.int32)
    label = labels.at[items].get(mode="fill", fill_value=-1)
    part = x.at[items].get(mode="fill", fill_value=0.0)
    here = (label[None, :] == clusters).astype(x.dtype)
    return sums + cross(here, part.T)

  sums = jnp.zeros((num_clusters, x.shape[1]), x.dtype)
  return jax.lax.fori_loop(0, -(-x.shape[0] // _BLOCK), add, sums)


def _drop(labels, num_clusters):
  """Labels with those below 0 beyond the end, where they are dropped."""
  return jnp.where(labels < 0, num_clusters, labels)
