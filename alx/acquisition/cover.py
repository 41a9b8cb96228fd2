"""Choices that cover the pool in feature space: greedy k-center."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, finite_rows, greedy
from alx.acquisition.geometry import cross, map_rows, report, squared_norms

# Up to here every distance is a difference, exact for exact duplicates.
_EXACT_SIZE = 2**18  # of features, N D
_BLOCK = 1024  # items whose distances are brought up to date together
_CENTRES = 128  # centres in one matrix product
_FIRST = 256  # centres that every item is compared with at the start
_PATIENCE = 8  # a round costs as much as bounds of so many blocks
_ROUNDING = 2.0**-20  # of squared norms: a squared distance below it is 0
_PRECISE = 2.0**-8  # of squared norms: distances above it may be of products


class Rows(NamedTuple):
  """What is compared, made from the features where it is needed.

  Row i is `features[i] * scale[i] - origin`, and 0 where nothing is there.
  """

  features: jax.Array  # [N, D]
  there: jax.Array  # [N] bool
  scale: jax.Array  # [N]
  origin: jax.Array  # [D]
  norms: jax.Array  # [N], what |row|^2 counts as in a distance
  spread: jax.Array  # [N], |row - mean|^2 up to a constant
  angular: bool  # distances are 2 (1 - cosine), of a zero row 2


def features(keys: jax.Array, prediction) -> jax.Array:
  """The description that covers compare: the model's features [B, D]."""
  del keys
  return prediction.features


def k_center(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  *,
  progress: Callable | None = None,
) -> jax.Array:
  """Greedy k-center: again and again the item farthest from all centres.

  The labelled items are the first centres; with none of them the first pick
  is the item farthest from the mean (Sener & Savarese 2018, Algorithm 1;
  Gonzalez 1985). The radius is at most twice the smallest possible one. Ties
  go to the lowest id.

  The picks are those of the plain greedy; large pools only skip distances
  that cannot matter (see `_lazy`). Time O((N_labelled + k) N D) at worst and
  mostly far less; memory O(N) beside the features, which are not copied.

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and is no centre.
    candidates: of the N items.
    k: how many items.
    progress: called with (picked, k) now and then.
  """
  del key
  there = candidates.present & finite_rows(features)
  rows = _rows(features, there, jnp.ones_like(features[:, 0]))
  return _choose(rows, candidates, k, progress)


def k_center_cosine(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
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
  there = candidates.present & finite_rows(features)
  norm = jnp.sqrt(squared_norms(jnp.where(there[:, None], features, 0.0)))
  scale = jnp.where(norm > 0, 1.0 / jnp.where(norm > 0, norm, 1.0), 0.0)
  rows = _rows(features, there, scale, angular=True)
  return _choose(rows, candidates, k, progress)


def _rows(features, there, scale, angular=False):
  """Puts the origin amid the rows, so that squares are small.

  The origin is a row, the one nearest to the mean: features that are whole
  numbers stay whole numbers, and their equal distances stay equal. Angles
  need no origin; there every row counts as of length 1, a zero row too.
  """
  num_items = features.shape[0]
  scaled = jnp.where(there[:, None], features * scale[:, None], 0.0)
  mean = scaled.sum(0) / jnp.maximum(there.sum(), 1)
  off = jnp.where(there, squared_norms(scaled - mean[None, :]), jnp.inf)
  amid = jnp.argmin(off)
  nearest = jnp.where(there[amid], features[amid] * scale[amid], 0.0)
  origin = jnp.zeros_like(mean) if angular else nearest
  rows = Rows(features, there, scale, origin, scale, scale, angular)

  def measure(items):
    row = _take(rows, items)
    along = cross(row, (mean - origin)[None, :])[:, 0]
    norms = jnp.ones_like(along) if angular else squared_norms(row)
    return norms, norms - 2.0 * along

  norms, spread = map_rows(measure, num_items)
  return rows._replace(norms=norms, spread=spread)


def _take(rows, items):
  """[B, D] the rows of some items; items >= N are clipped."""
  here = rows.there.at[items].get(mode="clip")[:, None]
  row = rows.features.at[items].get(mode="clip")
  scale = rows.scale.at[items].get(mode="clip")[:, None]
  return jnp.where(here, row * scale - rows.origin[None, :], 0.0)


def _choose(rows, candidates, k, progress):
  available = candidates.available & rows.there
  labelled = candidates.labelled & rows.there
  num_items, size = rows.features.shape[0], rows.features.size
  if num_items <= _BLOCK or size <= _EXACT_SIZE:
    return _plain(rows, available, labelled, k)
  return _lazy(rows, available, labelled, k, progress=progress)


def _plain(rows, available, labelled, k):
  """The obvious greedy, every distance one by one."""
  everything = jnp.arange(available.shape[0])
  centres = jnp.nonzero(labelled, size=labelled.shape[0], fill_value=0)[0]

  def nearer(nearest, item):
    distance = _by_differences(rows, everything, item[None])[:, 0]
    return jnp.minimum(nearest, distance)

  nearest = jnp.full(available.shape, jnp.inf, rows.features.dtype)
  nearest = jax.lax.fori_loop(
    0, labelled.sum(), lambda i, nearest: nearer(nearest, centres[i]), nearest
  )

  def gains(nearest):
    return jnp.where(jnp.isinf(nearest), rows.spread, nearest)  # no centre yet

  return greedy(nearest, gains, nearer, available, k)


def _by_differences(rows, items, others):
  """[A, B] squared distances of items [A] and [B], exact for duplicates."""
  x, y = _take(rows, items), _take(rows, others)
  square = jnp.square(x[:, None, :] - y[None, :, :]).sum(-1)
  if not rows.angular:
    return square
  zero = (squared_norms(x) == 0)[:, None] | (squared_norms(y) == 0)[None, :]
  return jnp.where(zero, 2.0, square)


def _by_products(rows, items, others):
  """[A, B] squared distances of items [A] and [B], off by a rounding."""
  norms = rows.norms.at[items].get(mode="clip"), rows.norms[others]
  products = cross(_take(rows, items), _take(rows, others))
  square = norms[0][:, None] + norms[1][None, :] - 2.0 * products
  return jnp.maximum(square, 0.0)


def squared_from_products(
  products: jax.Array, x_norms: jax.Array, y_norms: jax.Array
) -> jax.Array:
  """[A, B] squared distances from x y [A, B], |x|^2 [A] and |y|^2 [B].

  What may be the rounding of a difference of squares is 0.
  """
  norms = x_norms[:, None] + y_norms[None, :]
  square = norms - 2.0 * products
  return jnp.where(square > _ROUNDING * norms, square, 0.0)


class _State(NamedTuple):
  bound: jax.Array  # [N], the distance cannot be more; -inf: not to be picked
  seen: jax.Array  # [N] int32, the bound knows of so many centres
  centres: jax.Array  # [N] int32, the labelled, then the picks
  count: jax.Array  # [] int32, centres
  rounds: jax.Array  # [] int32, since all bounds were brought up to date
  precise: jax.Array  # [] bool, products are enough for the next picks


def _lazy(rows, available, labelled, k, *, block=_BLOCK, progress=None):
  """The same greedy without most distances.

  A distance to the nearest centre only falls, so the last one known is an
  upper bound. The `block` largest bounds are brought up to date; then the
  best of the block are picks as long as no bound outside is above them. Once
  such rounds have cost as much as bringing all bounds up to date, that is
  done instead. All of it with products of matrices, until distances are so
  small beside the norms that rounding would decide; then with differences.
  """
  num_items = available.shape[0]
  num_labelled = labelled.sum().astype(jnp.int32)
  total = num_labelled + jnp.minimum(k, available.sum()).astype(jnp.int32)
  block = min(block, num_items - 1)
  patience = 2 + num_items // (_PATIENCE * block)

  def until(distances, state):
    precise = distances is _by_differences

    def unsure(state):
      return (state.count < total) & (precise | state.precise)

    def pick(state):
      state = _pick_from_block(rows, distances, state, total, block)
      report(progress, state.count - num_labelled, k)
      return state

    def advance(state):
      state = jax.lax.while_loop(
        lambda s: unsure(s) & (s.rounds < patience), pick, state
      )
      return jax.lax.cond(
        unsure(state),
        lambda s: _all_bounds(rows, distances, s, s.seen.min()),
        lambda s: s,
        state,
      )

    return jax.lax.while_loop(unsure, advance, state)

  state = until(_by_products, _start(rows, available, labelled, total))
  state = jax.lax.cond(
    state.count < total,
    lambda s: until(_by_differences, _anew(rows, s)),
    lambda s: s,
    state,
  )
  slots = num_labelled + jnp.arange(k, dtype=jnp.int32)
  items = state.centres.at[slots].get(mode="clip")
  return jnp.where(slots < total, items, num_items)


def _start(rows, available, labelled, total):
  """Bounds from the first few centres, and a first centre if there is none."""
  num_items = available.shape[0]
  centres = jnp.nonzero(labelled, size=num_items, fill_value=0)[0]
  count = labelled.sum().astype(jnp.int32)
  alone = (count == 0) & (total > 0)
  farthest = jnp.argmax(jnp.where(available, rows.spread, -jnp.inf))
  centres = centres.at[0].set(jnp.where(alone, farthest, centres[0]))
  centres, count = centres.astype(jnp.int32), jnp.where(alone, 1, count)
  free = available.at[farthest].set(available[farthest] & ~alone)
  state = _State(
    jnp.where(free, jnp.inf, -jnp.inf),
    jnp.zeros(num_items, jnp.int32),
    centres,
    count,
    jnp.int32(0),
    jnp.bool_(True),
  )
  first = state._replace(count=jnp.minimum(count, _FIRST))
  first = _all_bounds(rows, _by_products, first, jnp.int32(0))
  return first._replace(count=count)


def _anew(rows, state):
  """All bounds from all centres, by differences."""
  bound = jnp.where(state.bound > -jnp.inf, jnp.inf, -jnp.inf)
  state = state._replace(bound=bound)
  return _all_bounds(rows, _by_differences, state, jnp.int32(0))


def _all_bounds(rows, distances, state, start):
  """Brings every bound up to date with the centres from `start` on."""

  def nearest(items):
    bound = state.bound.at[items].get(mode="clip")
    return _to_centres(rows, distances, items, state, start, bound)

  return state._replace(
    bound=map_rows(nearest, state.bound.shape[0]),
    seen=jnp.full_like(state.seen, state.count),
    rounds=jnp.int32(0),
  )


def _to_centres(rows, distances, items, state, start, nearest):
  """[B] squared distances to centres[start:], at most `nearest` [B]."""

  def body(carry):
    start, nearest = carry
    slots = start + jnp.arange(_CENTRES, dtype=jnp.int32)
    some = state.centres.at[slots].get(mode="clip")
    near = distances(rows, items, some)
    near = jnp.where((slots < state.count)[None, :], near, jnp.inf).min(1)
    return start + _CENTRES, jnp.minimum(nearest, near)

  carry = jax.lax.while_loop(
    lambda c: c[0] < state.count, body, (start, nearest)
  )
  return carry[1]


def _pick_from_block(rows, distances, state, total, block):
  """One round of `_lazy`: picks none, one or many items."""
  # Without the barrier XLA may turn top_k, once sliced, into a full sort.
  top, items = jax.lax.optimization_barrier(
    jax.lax.top_k(state.bound, block + 1)
  )
  edge, edge_item = top[block], items[block]  # the best outside
  items, nearest = items[:block], top[:block]
  free = nearest > -jnp.inf
  start = jnp.where(free, state.seen[items], state.count).min()
  nearest = _to_centres(rows, distances, items, state, start, nearest)
  columns = _columns(rows, distances, items)
  num_items = state.bound.shape[0]
  # Only where a product is precise may it decide; never so among equal items.
  least = jnp.maximum(edge, _PRECISE * jnp.where(free, rows.norms[items], 0).max())

  def best(nearest):
    highest = nearest.max()
    place = jnp.argmin(jnp.where(nearest == highest, items, num_items))
    return place, highest

  def certain(carry):
    _, _, count, place, highest = carry
    tie = (highest == edge) & (items[place] < edge_item)
    return (count < total) & ((highest > edge) | tie)

  def pick(carry):
    nearest, centres, count, place, _ = carry
    nearest = jnp.minimum(nearest, columns(place)).at[place].set(-jnp.inf)
    centres = centres.at[count].set(items[place])
    return nearest, centres, count + 1, *best(nearest)

  carry = nearest, state.centres, state.count, *best(nearest)
  nearest, centres, count, _, _ = jax.lax.while_loop(certain, pick, carry)
  return _State(
    state.bound.at[items].set(nearest),
    state.seen.at[items].set(count),
    centres,
    count,
    state.rounds + 1,
    state.precise,
  )


def _columns(rows, distances, items):
  """place -> [M] squared distances of the items [M] to the one there."""
  if distances is _by_products:
    between = _by_products(rows, items, items)
    return lambda place: between[place]
  return lambda place: _by_differences(rows, items, items[place][None])[:, 0]
