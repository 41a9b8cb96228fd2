"""Agglomerative clusters, and the choices that are made of them."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.cluster.hierarchy

from alx.acquisition.base import Candidates, picks_of, usable, wanted
from alx.acquisition.clusters.kmeans import best_of_clusters, sample
from alx.acquisition.comparisons.geometry import (
  centred,
  cross,
  report,
  squared_norms,
  unit_rows,
)
from alx.acquisition.comparisons.neighbours import nearest_centre
from alx.acquisition.scores import predictive
from alx.acquisition.scores.select import round_robin, top_k

_ROUNDING = 2.0**-21  # of a gain
_LIMIT = 4096  # items that are clustered, of an N x N matrix on the host


class Margins(NamedTuple):
  """What `cluster_margin` compares."""

  features: jax.Array  # [N, D]
  margin: jax.Array  # [N], minus the gap of the two likeliest classes


def features_and_margin(keys: jax.Array, prediction) -> Margins:
  """The model's features [B, D] and `predictive.margin` [B]."""
  return Margins(prediction.features, predictive.margin(keys, prediction))


def cluster_margin(
  key: jax.Array,
  description: Margins,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  factor: float = 10.0,
  cluster_size: float = 10.0,
  linkage: str = "average",
  within: str = "random",
  limit: int = _LIMIT,
) -> jax.Array:
  """Cluster-Margin: small margins from many clusters, the small ones first.

  The `factor` k available items with the smallest margins, in turns from their
  clusters in ascending order of size among them, random inside (Citovsky et
  al. 2021, Algorithms 1 and 2). The clusters are those of all items that are
  there, so that labels do not change them. Clusters of one size come in the
  order of their lowest ids.

  Time and memory are those of `hierarchical_clusters` and O(N log N).

  Args:
    key: of the order inside clusters, and of the items that are clustered.
    description: `features_and_margin` of N items.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    factor: >= 1, so many times k items are looked at.
    cluster_size: N_present / cluster_size clusters, >= 1.
    linkage: of the clusters.
    within: "random" or "score", the smallest margin first.
    limit: of `hierarchical_clusters`.

  Raises:
    ValueError: for an unknown `within`.
  """
  if within not in ("random", "score"):
    raise ValueError(f"within is 'random' or 'score', not {within!r}")
  key_sample, key_order = jax.random.split(key)
  description, kept = usable(description, candidates)
  num_clusters = jnp.ceil(kept.present.sum() / cluster_size).astype(jnp.int32)
  labels = hierarchical_clusters(
    key_sample,
    description.features,
    kept.present,
    num_clusters,
    linkage=linkage,
    limit=limit,
  )
  of = [max(int(factor * number), number) for number in range(k + 1)]
  looked_at = jnp.asarray(of, jnp.int32)[wanted(k, count)]
  items = top_k(None, description.margin, kept, of[-1], looked_at)
  chosen = jnp.zeros_like(kept.available).at[items].set(True, mode="drop")
  noise = jax.random.uniform(key_order, chosen.shape, dtype=jnp.float32)
  priority = noise if within == "random" else description.margin
  kept = kept._replace(available=chosen)
  return round_robin(labels, priority, kept, k, count)


def representative(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  num_clusters: int = 3,
  linkage: str = "ward",
  share: float = 0.9,
  limit: int = _LIMIT,
  progress: Callable | None = None,
) -> jax.Array:
  """Representative annotation: a cover of the pool by covers of its clusters.

  In each agglomerative cluster Q of the available items, items are taken by
  greedy maximum cover until F(S, Q) = sum_{x in Q} max_{s in S} cos(x, s) is at
  least `share` |Q|; the k picks are the greedy maximum cover of all clusters
  by those items, and by the others once they are used up (Zheng et al. 2019,
  section 3). A cover starts below every cosine. Ties go to the item that is
  more similar to all others, then to the lowest id. The labelled are ignored:
  the paper chooses once, before anything is labelled.

  Pools of more than `limit` available items are represented by a uniform
  sample of so many; with k beyond it the lowest ids follow. Time O(limit^2
  (D + k + most items of a cluster)), memory O(limit^2) and on the host.

  Args:
    key: of the sample, if there is one.
    features: [N, D] float32.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    num_clusters: of the items.
    linkage: of the clusters.
    share: of the highest possible cover, in [0, 1].
    limit: of the items that are compared.
    progress: called with (picked, k) now and then.
  """
  features, kept = usable(features, candidates)
  num_items = features.shape[0]
  items = sample(key, kept.available, limit)
  x, free = features[items], kept.available[items]
  labels = hierarchical_clusters(
    key, x, free, num_clusters, linkage=linkage, limit=limit
  )
  similarity = jnp.where(free[:, None], _cosines(x), -1.0)
  chosen = _cover_clusters(similarity, labels, free, share)
  slots, asked = min(k, free.shape[0]), wanted(k, count)
  places = _cover_all(similarity, chosen, free, slots, asked, progress)
  picks = items.at[places].get(mode="fill", fill_value=num_items)
  left = kept.available.at[picks].set(False, mode="drop")
  rest = jnp.nonzero(left, size=num_items, fill_value=num_items)[0]
  slots = jnp.arange(k, dtype=jnp.int32) - (picks < num_items).sum()
  picks = jnp.pad(picks, (0, k - picks.shape[0]), constant_values=num_items)
  later = rest.at[jnp.maximum(slots, 0)].get(mode="fill", fill_value=num_items)
  picks = jnp.where(slots < 0, picks, later)
  counted = jnp.arange(k, dtype=jnp.int32) < asked
  return jnp.where(counted, picks, num_items).astype(jnp.int32)


def hierarchical_clusters(
  key: jax.Array,
  features: jax.Array,
  present: jax.Array,
  num_clusters: jax.Array | int,
  *,
  linkage: str = "average",
  limit: int = _LIMIT,
) -> jax.Array:
  """Agglomerative clusters by SciPy, on the host.

  Of more than `limit` items a uniform sample of so many is clustered, and the
  others join the nearest of these. Time O(limit^2 (D + log limit) + N limit D),
  memory O(N D) and 8 limit^2 bytes on the host.

  Args:
    key: of the sample, if there is one.
    features: [N, D] float32, anything where nothing is there.
    present: [N] bool.
    num_clusters: [] int32, at most so many.
    linkage: "average", "ward", "complete" or "single", in Euclidean distance.
    limit: items that are clustered.

  Returns:
    labels [N] int32 in the order of the lowest ids, -1 where nothing is there.
  """
  x = centred(features, present)
  items = sample(key, present, limit)
  there = present[items]

  def cut(x, there, num_clusters):
    return _cut(x, there, num_clusters, linkage)

  labels = jax.pure_callback(
    cut,
    jax.ShapeDtypeStruct(items.shape, jnp.int32),
    x[items],
    there,
    jnp.asarray(num_clusters, jnp.int32),
    vmap_method="sequential",
  )
  if items.shape[0] == present.shape[0]:
    return labels
  nearest = nearest_centre(x, x[items], there.sum())[0]
  # What was clustered keeps its label; another item may lie at the same place.
  joined = labels[nearest].at[items].set(labels)
  return jnp.where(present, joined, -1)


def _cut(x, there, num_clusters, linkage):
  """Labels [n] of the rows that are there, numbered as they appear."""
  x, there = np.asarray(x, np.float64), np.asarray(there)
  labels = np.full(len(there), -1, np.int32)
  if there.sum() == 1:
    labels[there] = 0
  if there.sum() > 1:
    tree = scipy.cluster.hierarchy.linkage(x[there], linkage)
    found = scipy.cluster.hierarchy.fcluster(
      tree, max(int(num_clusters), 1), "maxclust"
    )
    first, where = np.unique(found, return_index=True, return_inverse=True)[1:]
    labels[there] = np.argsort(np.argsort(first))[where]
  return labels


def _cosines(x):
  """[n, n], exactly symmetric and 1 to itself: pairs of items are ties."""
  unit = unit_rows(x)
  cosines = cross(unit, unit)
  own = jnp.sign(squared_norms(unit))
  return jnp.fill_diagonal(0.5 * (cosines + cosines.T), own, inplace=False)


def _as_high(gain, highest):
  """Whether gains are the highest but for rounding.

  Two items that cover each other and nothing else are a tie, always.
  """
  return gain >= highest - _ROUNDING * (1.0 + jnp.abs(highest))


def _cover_clusters(similarity, labels, free, share):
  """[n] bool: greedy covers of all clusters, a pick in each at a time."""
  num_items = labels.shape[0]
  place = jnp.where(free, labels, num_items)
  sizes = jnp.zeros(num_items, jnp.float32).at[place].add(1.0, mode="drop")
  same = (labels[:, None] == labels[None, :]) & free[:, None]
  ids = jnp.arange(num_items, dtype=jnp.int32)
  total = similarity.sum(0)

  def unfinished(covered, chosen):
    reached = (
      jnp.zeros(num_items, jnp.float32).at[place].add(covered, mode="drop")
    )
    short = reached < share * sizes
    return short[jnp.maximum(labels, 0)] & free & ~chosen

  def leading(values, among):
    values = jnp.where(among, values, -jnp.inf)
    best = (
      jnp.full(num_items, -jnp.inf, jnp.float32)
      .at[place]
      .max(values, mode="drop")
    )
    return among & _as_high(values, best[jnp.maximum(labels, 0)])

  def advance(carry):
    covered, chosen, open_ = carry
    gain = jnp.where(same, jnp.maximum(similarity - covered[:, None], 0.0), 0.0)
    gain = gain.sum(0)
    leads = leading(total, leading(gain, open_))
    leaders = jnp.where(leads, labels, -1)
    picks = best_of_clusters(
      jnp.zeros(num_items, jnp.float32), leaders, num_items
    )
    pick = picks[jnp.maximum(labels, 0)]
    near = similarity.at[ids, pick].get(mode="fill", fill_value=-1.0)
    covered = jnp.maximum(covered, near)
    chosen |= leads & (pick == ids)
    return covered, chosen, unfinished(covered, chosen)

  covered = jnp.where(free, -1.0, 0.0)
  chosen = jnp.zeros_like(free)
  start = covered, chosen, unfinished(covered, chosen)
  return jax.lax.while_loop(lambda c: c[2].any(), advance, start)[1]


def _cover_all(similarity, chosen, free, k, asked, progress):
  """Greedy maximum cover by the chosen items [n], then by the others."""
  num_items = free.shape[0]
  total = similarity.sum(0)

  def pick(carry, step):
    covered, left = carry
    gain = jnp.maximum(similarity - covered[:, None], 0.0).sum(0)
    first = left & chosen
    gain = jnp.where(jnp.where(first.any(), first, left), gain, -jnp.inf)
    second = jnp.where(_as_high(gain, gain.max()), total, -jnp.inf)
    item = jnp.argmax(_as_high(second, second.max())).astype(jnp.int32)
    found = left.any()
    report(progress, step + 1, asked)
    carry = jnp.maximum(covered, similarity[:, item]), left.at[item].set(False)
    return carry, jnp.where(found, item, num_items)

  start = jnp.full(num_items, -1.0, jnp.float32), free
  count = None if isinstance(asked, int) else asked
  return picks_of(pick, start, num_items, k, count)
