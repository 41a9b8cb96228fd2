"""Nearest neighbours and nearest centres, exact, without an N x N array."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.geometry import (
  centred,
  cross,
  map_rows,
  report,
  squared_norms,
)

_BLOCK = 1024  # items whose distances to a block of centres are held at once
_CENTRES = 128  # centres in one matrix product
# Squared distances below this share of the squared norms are rounding: 0.
_ROUNDING = 2.0**-20


class Tile(NamedTuple):
  """How many distances are held at once when neighbours are searched."""

  rows: int
  columns: int  # a multiple of 64


_WHOLE = Tile(512, 32768)
_CLUSTER = Tile(128, 1024)


def nearest_neighbours(
  features: jax.Array,
  num_neighbours: int,
  present: jax.Array,
  *,
  clusters: jax.Array | None = None,
  tile: Tile | None = None,
  progress: Callable | None = None,
) -> tuple[jax.Array, jax.Array]:
  """The exact nearest neighbours of each item, itself not among them.

  Candidates are found by products and their distances computed again as
  differences, exact for duplicates. Among equally near ones any may be listed.

  Time O(N^2 D), with clusters O(N size D), size that of the largest clusters;
  memory O(N (D + K)) and one tile. N = 1,000,000 with D = 128 is 2.6e14
  operations: about an hour at 70 GFlop/s; with 1,000 clusters seconds.

  Args:
    features: [N, D] float32, anything where nothing is there.
    num_neighbours: K >= 1.
    present: [N] bool; the others have no neighbours and are none.
    clusters: [N] int32 >= 0 where present: look in the own cluster only.
    tile: of the N x N distances that are held at once; a matter of speed.
    progress: called with (done, N) now and then.

  Returns:
    (squared distances [N, K] ascending, items [N, K] int32). Slots without a
    neighbour hold inf and N.
  """
  num_items = features.shape[0]
  tile = tile or (_WHOLE if clusters is None else _CLUSTER)
  tile = Tile(min(tile.rows, num_items), _even(num_items, tile.columns))
  labels = jnp.zeros(num_items, jnp.int32) if clusters is None else clusters
  labels = jnp.where(present, labels, jnp.iinfo(jnp.int32).max)
  order = jnp.argsort(labels, stable=True).astype(jnp.int32)
  ordered = labels[order]
  first = jnp.searchsorted(ordered, ordered, side="left").astype(jnp.int32)
  last = jnp.searchsorted(ordered, ordered, side="right").astype(jnp.int32)
  x = jnp.pad(centred(features, present)[order], ((0, max(tile)), (0, 0)))
  norms = squared_norms(x)
  # Blocks begin with their cluster, so that no product is of two clusters.
  into = jnp.arange(num_items, dtype=jnp.int32) - first
  begins = present[order] & (into % tile.rows == 0)
  starts = jnp.nonzero(begins, size=num_items, fill_value=0)[0]

  def of_block(i, found):
    start = starts[i].astype(jnp.int32)
    members = first[start], last[start]
    near = _search(x, norms, start, members, num_neighbours, tile)
    done = jnp.minimum(start + tile.rows, last[start]) + (~present).sum()
    report(progress, done, num_items)
    # What is behind the end of the cluster, the next block puts right.
    return tuple(
      jax.lax.dynamic_update_slice_in_dim(old, new, start, 0)
      for old, new in zip(found, near, strict=True)
    )

  shape = num_items + tile.rows, num_neighbours
  none = jnp.full(shape, jnp.inf, jnp.float32), jnp.zeros(shape, jnp.int32)
  distances, places = jax.lax.fori_loop(0, begins.sum(), of_block, none)
  back = (
    jnp.zeros_like(order).at[order].set(jnp.arange(num_items, dtype=jnp.int32))
  )
  distances, places = distances[back], places[back]
  missing = ~present[:, None] | jnp.isinf(distances)
  items = order.at[places].get(mode="clip")
  return (
    jnp.where(missing, jnp.inf, distances),
    jnp.where(missing, num_items, items),
  )


def _even(total, most):
  """Columns of a tile: as few tiles as with the most, of equal width."""
  tiles = -(-total // most)
  return 64 * -(-total // (64 * tiles))


def _search(x, norms, start, members, num_neighbours, tile):
  """(squared distances, places) [rows, K] of the rows from `start` on.

  Neighbours are in the places from members[0] up to members[1].
  """
  rows = start + jnp.arange(tile.rows, dtype=jnp.int32)
  own = jax.lax.dynamic_slice_in_dim(x, start, tile.rows)
  width, stop = tile.columns, members[1]

  def of_tile(begin):
    y = jax.lax.dynamic_slice_in_dim(x, begin, width)
    norm = jax.lax.dynamic_slice_in_dim(norms, begin, width)
    columns = begin + jnp.arange(width, dtype=jnp.int32)
    norm = jnp.where(columns < stop, norm, jnp.inf)
    distance = norm[None, :] - 2.0 * cross(own, y)
    itself = rows[:, None] == columns[None, :]
    distance = jnp.where(itself, jnp.inf, distance)
    near, nearest = _smallest(distance, min(num_neighbours, width))
    return near, begin + nearest

  def compare(carry):
    begin, near, found = carry
    more, where = of_tile(begin)
    near = jnp.concatenate([near, more], 1)
    found = jnp.concatenate([found, where], 1)
    lowest, which = jax.lax.top_k(-near, num_neighbours)
    found = jnp.take_along_axis(found, which, 1)
    return begin + width, -lowest, found

  near, found = of_tile(members[0])
  missing = (0, 0), (0, num_neighbours - near.shape[1])
  near = jnp.pad(near, missing, constant_values=jnp.inf)
  carry = members[0] + width, near, jnp.pad(found, missing)
  _, near, found = jax.lax.while_loop(lambda c: c[0] < stop, compare, carry)

  def exact(found):
    return squared_norms(x.at[found].get(mode="clip") - own)

  distances = jnp.moveaxis(jax.lax.map(exact, found.T), 0, 1)
  return jnp.where(jnp.isinf(near), jnp.inf, distances), found


def _smallest(values, k):
  """The k smallest of each row [B, T] and where they are.

  They are in the k groups of columns with the smallest minima, and to look at
  minima is much cheaper than to rank everything.
  """
  rows, width = values.shape
  group = 2 ** min(round(math.log2(max(width / k, 1.0)) / 2), 6)
  if group < 4:
    lowest, places = jax.lax.top_k(-values, k)
    return -lowest, places.astype(jnp.int32)
  grouped = values.reshape(rows, width // group, group)
  groups = jax.lax.top_k(-grouped.min(2), k)[1].astype(jnp.int32)
  chosen = jnp.take_along_axis(grouped, groups[:, :, None], 1)
  lowest, places = jax.lax.top_k(-chosen.reshape(rows, -1), k)
  columns = jnp.take_along_axis(groups, places // group, 1) * group
  return -lowest, (columns + places % group).astype(jnp.int32)


def nearest_centre(
  features: jax.Array, centres: jax.Array, count: jax.Array | int
) -> tuple[jax.Array, jax.Array]:
  """Which of the first `count` centres is nearest, ties to the lowest.

  Time O(N count D); memory O(N + K D) and one block, never N x K.

  Args:
    features: [N, D].
    centres: [K, D].
    count: [] int32.

  Returns:
    (centre [N] int32, squared distance [N], inf if there are no centres). The
    distance is made of products: 0 where it is as small as their rounding.
  """
  num_centres = centres.shape[0]
  width = min(_CENTRES, num_centres)
  extra = -num_centres % width
  centres = jnp.pad(centres, ((0, extra), (0, 0)))
  norms = squared_norms(centres)
  norms = jnp.where(
    jnp.arange(num_centres + extra, dtype=jnp.int32) < count, norms, jnp.inf
  )

  def of_block(items):
    x = features.at[items].get(mode="clip")

    def compare(i, best):
      part = jax.lax.dynamic_slice_in_dim(centres, i * width, width)
      norm = jax.lax.dynamic_slice_in_dim(norms, i * width, width)
      # Centres come first: a minimum over rows is the fast one on a CPU.
      distance = norm[:, None] - 2.0 * cross(part, x)
      low = distance.min(0)
      places = jnp.where(
        distance == low[None, :],
        jnp.arange(width, dtype=jnp.int32)[:, None],
        width,
      )
      label = i * width + places.min(0).astype(jnp.int32)
      nearer = low < best[1]
      return (
        jnp.where(nearer, label, best[0]),
        jnp.where(nearer, low, best[1]),
      )

    none = (
      jnp.zeros(items.shape, jnp.int32),
      jnp.full(items.shape, jnp.inf, jnp.float32),
    )
    label, low = jax.lax.fori_loop(0, -(-count // width), compare, none)
    own = squared_norms(x)
    distance = own + low
    rounding = _ROUNDING * (own + norms[label])
    near = (distance <= rounding) & jnp.isfinite(low)
    return label, jnp.where(near, 0.0, distance)

  return map_rows(of_block, features.shape[0], _BLOCK)
