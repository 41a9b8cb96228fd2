"""Choices that cover the pool in feature space: greedy k-center."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import (
  Candidates,
  finite_rows,
  greedy,
  in_float32,
)
from alx.acquisition.comparisons import farthest, geometry
from alx.acquisition.comparisons.farthest import Rows
from alx.acquisition.comparisons.geometry import cross, map_rows, squared_norms

# Up to here every distance is a difference, exact for exact duplicates.
_EXACT_SIZE = 2**18  # of features, N D


def features(keys: jax.Array, prediction) -> jax.Array:
  """The description that covers compare: the model's features [B, D]."""
  del keys
  return prediction.features


def k_center(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  progress: Callable | None = None,
) -> jax.Array:
  """Greedy k-center: again and again the item farthest from all centres.

  The labelled items are the first centres; with none of them the first pick
  is the item farthest from the mean (Sener & Savarese 2018, Algorithm 1;
  Gonzalez 1985). The radius is at most twice the smallest possible one. Ties
  go to the lowest id.

  The picks are those of the plain greedy; large pools only skip distances
  that cannot matter (`farthest.lazy`). Time O((N_labelled + k) N D) at worst
  and mostly far less; memory O(N) beside the features, which are not copied.

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and is no centre.
    candidates: of the N items.
    k: how many items.
    progress: called with (picked, k) now and then.
  """
  del key
  features = in_float32(features)
  there = candidates.present & finite_rows(features)
  rows = _rows(features, there, jnp.ones_like(features[:, 0]))
  return _choose(rows, candidates, k, count, progress)


def k_center_cosine(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  progress: Callable | None = None,
) -> jax.Array:
  """Greedy k-center in the distance 1 - cosine, in [0, 2].

  The same as `k_center` of rows scaled to length 1, for |a - b|^2 is
  2 (1 - cos). A zero vector is unlike everything, another zero vector too:
  cosine 0, distance 1. With nothing labelled the first pick is the item least
  similar to the mean of the scaled rows. Arguments, time and memory are those
  of `k_center`.
  """
  del key
  features = in_float32(features)
  there = candidates.present & finite_rows(features)

  def norm(items):
    row = features.at[items].get(mode="clip")
    return jnp.sqrt(squared_norms(row))

  norm = jnp.where(there, map_rows(norm, there.shape[0]), 0.0)
  scale = jnp.where(norm > 0, 1.0 / jnp.where(norm > 0, norm, 1.0), 0.0)
  rows = _rows(features, there, scale, angular=True)
  return _choose(rows, candidates, k, count, progress)


def _rows(features, there, scale, angular=False):
  """Puts the origin amid the rows, so that squares are small.

  The origin is a row, the one nearest to the mean: features that are whole
  numbers stay whole numbers, and their equal distances stay equal. Angles
  need no origin; there every row counts as of length 1, a zero row too.
  """
  num_items, width = features.shape
  zero = jnp.zeros(width, features.dtype)
  rows = Rows(features, there, scale, zero, scale, scale, angular)
  mean = _total(rows) / jnp.maximum(there.sum(), 1)
  if not angular:
    off = map_rows(
      lambda items: squared_norms(farthest.take(rows, items) - mean[None, :]),
      num_items,
    )
    amid = jnp.argmin(jnp.where(there, off, jnp.inf))
    rows = rows._replace(origin=farthest.take(rows, amid[None])[0])

  def measure(items):
    row = farthest.take(rows, items)
    along = cross(row, (mean - rows.origin)[None, :])[:, 0]
    norms = jnp.ones_like(along) if angular else squared_norms(row)
    return norms, norms - 2.0 * along

  norms, spread = map_rows(measure, num_items)
  return rows._replace(norms=norms, spread=spread)


def _total(rows):
  """[D] sum of all rows, block by block: a scaled copy would be large."""
  num_items, width = rows.features.shape
  size = min(geometry.BLOCK, max(num_items, 1))

  def add(i, total):
    items = i * size + jnp.arange(size, dtype=jnp.int32)
    real = (items < num_items)[:, None]
    return total + jnp.where(real, farthest.take(rows, items), 0.0).sum(0)

  zero = jnp.zeros(width, rows.features.dtype)
  return jax.lax.fori_loop(0, -(-num_items // size), add, zero)


def _choose(rows, candidates, k, count, progress):
  available = candidates.available & rows.there
  labelled = candidates.labelled & rows.there
  num_items, size = rows.features.shape[0], rows.features.size
  if num_items <= farthest.BLOCK or size <= _EXACT_SIZE:
    return _plain(rows, available, labelled, k, count)
  return farthest.lazy(rows, available, labelled, k, count, progress=progress)


def _plain(rows, available, labelled, k, count=None):
  """The obvious greedy, every distance one by one."""
  everything = jnp.arange(available.shape[0], dtype=jnp.int32)
  centres = jnp.nonzero(labelled, size=labelled.shape[0], fill_value=0)[0]

  def nearer(nearest, item):
    distance = farthest.by_differences(rows, everything)(item[None])[:, 0]
    return jnp.minimum(nearest, distance)

  nearest = jnp.full(available.shape, jnp.inf, rows.features.dtype)
  nearest = jax.lax.fori_loop(
    0, labelled.sum(), lambda i, nearest: nearer(nearest, centres[i]), nearest
  )

  def gains(nearest):
    return jnp.where(jnp.isinf(nearest), rows.spread, nearest)  # no centre yet

  return greedy(nearest, gains, nearer, available, k, count)
