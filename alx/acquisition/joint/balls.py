"""ProbCover: balls of one radius that hold as many items as possible."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable
from alx.acquisition.comparisons.coverage import (
  Problem,
  at,
  best_cover,
  compact,
  points,
  sums,
  to_item,
)
from alx.acquisition.comparisons.geometry import (
  BLOCK,
  cross,
  squared_distances,
  squared_norms,
  sum_rows,
  unit_rows,
)
from alx.acquisition.comparisons.lazy_greedy import lazy_greedy, start
from alx.acquisition.joint.cover import k_center
from alx.acquisition.joint.facility import euclidean, thinned

_INSIDE = 1 - 1e-4  # keeps a radius clear of the distance it is taken from
_ROUNDS = 10  # of k-means
_CLASSES = 10  # where nothing tells how many there are
_MOST_CLASSES = 64  # that labels are looked at for
_PAIRS = 1024  # items of a block whose pairs are looked at together


def prob_cover(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  delta: float | None = None,
  clusters: int | None = None,
  purity: float = 0.95,
  progress: Callable | None = None,
) -> jax.Array:
  """ProbCover: the ball with the most items that no ball holds yet.

  Item i covers j when |x_i - x_j| < delta, itself too, with rows of length 1
  (Yehuda et al. 2022). What labelled items cover is covered. Again and again
  the item that covers the most uncovered ones is picked. Among equal counts
  the next of `k_center` is taken, also once everything is covered: the one
  farthest from what is labelled and picked, or from the mean where that is
  nothing; then ties go to the lowest id.

  Time O(N^2 D) for the first counts and less for all picks together, because
  every item is covered once; memory O(N D), never N x N.

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and covers nothing.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    delta: radius in (0, 2]; None: `purity_radius` with k-means labels.
    clusters: of k-means, if delta is None: the number of classes, at least 2.
      None: as many as the known labels tell of, the highest class and 1 more,
      in [2, 64]; 10 where no label is known. `query` and the experiments know
      it from predictions and data.
    purity: share of balls in which all have one k-means label, if delta is
      None.
    progress: called with (picked, k) now and then.

  Raises:
    ValueError: for a delta out of range, or fewer than 2 clusters.
  """
  if delta is not None and not 0 < delta <= 2:
    raise ValueError(f"delta must be in (0, 2], not {delta}")
  if clusters is not None and not clusters >= 2:
    raise ValueError(f"clusters must be >= 2, not {clusters}")
  features, candidates = usable(features, candidates)
  rows, present = unit_rows(features), candidates.present
  if delta is None:
    classes = num_classes(candidates) if clusters is None else clusters
    most = _MOST_CLASSES if clusters is None else clusters
    labels = k_means_labels(rows, present, most, classes)
    delta = purity_radius(rows, labels, present, purity)
  if k == 0:
    return jnp.zeros(0, jnp.int32)
  items = points(rows)
  problem = Problem(
    items,
    items,
    jnp.int32(rows.shape[0]),
    *compact(candidates.available),
    euclidean,
  )
  nearest = -best_cover(problem, *compact(candidates.labelled))
  held = nearest < delta * delta
  cover = jnp.where(present, held.astype(rows.dtype), jnp.inf)
  balls = problem._replace(similarity=_within(delta))
  counts = _counts(balls, present & ~held)
  reach = _distances(rows, present, nearest, problem.candidates)
  state = start(balls, cover, counts, reach, k)
  some = candidates.labelled.any()

  def move(state, item):
    square = -to_item(problem, item)[problem.candidates]
    known = some | (state.count > 0)
    return jnp.where(known, jnp.minimum(state.rank, square), square)

  return lazy_greedy(balls, state, move, progress, count)[0]


def _distances(rows, present, nearest, candidates):
  """[N] what k_center goes by: distances to centres, or else to the mean."""
  mean = sum_rows(rows, present) / jnp.maximum(present.sum(), 1)
  spread = squared_norms(rows - mean[None, :])
  return jnp.where(jnp.isinf(nearest), spread, nearest)[candidates]


def _within(delta):
  """1 where the distance is below delta, else 0."""

  def within(products, x_norms, y_norms):
    square = -euclidean(products, x_norms, y_norms)
    return (square < delta * delta).astype(products.dtype)

  return within


def _counts(problem, wanted):
  """[N] how many of the wanted items [N] bool each candidate's ball holds.

  Of pairs the one way only, if that is less work.
  """
  if wanted.shape[0] <= _PAIRS:
    return _counts_of_pairs(problem, wanted)
  pairs = wanted.sum() * problem.num_candidates.astype(jnp.float32)
  return jax.lax.cond(
    2 * pairs > float(wanted.shape[0]) ** 2,
    lambda: _counts_of_pairs(problem, wanted),
    lambda: sums(problem, *compact(wanted), lambda near, _: near),
  )


def _counts_of_pairs(problem, wanted):
  """The same; a block of pairs counts for both of its sides."""
  items = problem.items
  num_items = wanted.shape[0]
  size = min(_PAIRS, num_items)
  num_blocks = -(-num_items // size)
  weight = wanted.astype(items.norms.dtype)

  def take(i):
    ids = i * size + jnp.arange(size, dtype=jnp.int32)
    return ids, at(items, ids), weight.at[ids].get(mode="fill", fill_value=0)

  def row(i, counts):
    ids, x, x_weight = take(i)

    def column(j, carry):
      counts, mine = carry
      others, y, y_weight = take(j)
      products = cross(x.rows, y.rows)
      near = problem.similarity(products, x.norms, y.norms) > 0
      mine += jnp.where(near, y_weight[None, :], 0.0).sum(1)
      theirs = jnp.where(near, x_weight[:, None], 0.0).sum(0)
      theirs = jnp.where(j > i, theirs, 0.0)
      return counts.at[others].add(theirs, mode="drop"), mine

    carry = counts, jnp.zeros(size, jnp.float32)
    counts, mine = jax.lax.fori_loop(i, num_blocks, column, carry)
    return counts.at[ids].add(mine, mode="drop")

  counts = jax.lax.fori_loop(
    0, num_blocks, row, jnp.zeros(num_items, jnp.float32)
  )
  return counts[problem.candidates]


def purity_radius(
  rows: jax.Array, labels: jax.Array, present: jax.Array, purity: float = 0.95
) -> jax.Array:
  """The largest radius at which enough balls hold one label only.

  The ball of an item is pure up to the nearest item with another label; the
  radius is the quantile of those distances, less 0.01 % (Yehuda et al. 2022,
  who try a grid). Of more than 4,096 items, so many evenly spaced ones are
  asked for their ball. Time O(N D min(N, 4096)).

  Args:
    rows: [N, D], of length 1.
    labels: [N] int32, of clusters.
    present: [N] bool.
    purity: share of balls, in [0, 1].

  Returns:
    [] radius; inf where all have one label.
  """
  ids, count = thinned(present, min(BLOCK, rows.shape[0]))
  pool, num_pool = compact(present)
  mine, width = rows[ids], min(BLOCK, rows.shape[0])

  def nearer(i, nearest):
    places = i * width + jnp.arange(width, dtype=jnp.int32)
    some = pool.at[places].get(mode="clip")
    square = squared_distances(mine, rows[some])
    other = labels[ids][:, None] != labels[some][None, :]
    other &= (places < num_pool)[None, :]
    return jnp.minimum(nearest, jnp.where(other, square, jnp.inf).min(1))

  nearest = jnp.full(ids.shape, jnp.inf, jnp.float32)
  trips = (num_pool + width - 1) // width
  nearest = jax.lax.fori_loop(0, trips, nearer, nearest)
  real = jnp.arange(ids.shape[0], dtype=jnp.int32) < count
  ordered = jnp.sort(jnp.where(real, jnp.sqrt(nearest), jnp.inf))
  # The share of 20 items is 19 at 0.95, whatever the rounding of a product.
  below = count - jnp.ceil(purity * count - 1e-3).astype(jnp.int32)
  return _INSIDE * ordered[jnp.clip(below, 0, ids.shape[0] - 1)]


def num_classes(candidates: Candidates) -> jax.Array:
  """[] int32, classes that the known labels tell of; 10 where none is known."""
  if candidates.labels is None:
    return jnp.int32(_CLASSES)
  highest = jnp.where(candidates.labelled, candidates.labels, -1).max()
  found = jnp.clip(highest + 1, 2, _MOST_CLASSES)
  return jnp.where(highest < 0, _CLASSES, found).astype(jnp.int32)


def k_means_labels(
  rows: jax.Array,
  present: jax.Array,
  clusters: int,
  count: jax.Array | int | None = None,
) -> jax.Array:
  """[N] int32 clusters of k-means that starts from `k_center`, 10 rounds.

  A cluster that loses all its items keeps its centre. Time O(N K D).

  Args:
    rows: [N, D].
    present: [N] bool.
    clusters: K, at most.
    count: [] int32, how many of them are made; None: K.
  """
  num_items = rows.shape[0]
  pool = Candidates(present, jnp.zeros_like(present))
  seeds = k_center(None, rows, pool, min(clusters, num_items))
  count = clusters if count is None else count
  real = (
    (seeds < num_items) & (jnp.arange(seeds.shape[0], dtype=jnp.int32) < count)
  )[None, :]
  centres = rows.at[seeds].get(mode="clip")

  def label(centres):
    # |row|^2 is the same for all centres of a row.
    off = squared_norms(centres)[None, :] - 2.0 * cross(rows, centres)
    labels = jnp.argmin(jnp.where(real, off, jnp.inf), axis=1)
    return labels.astype(jnp.int32)

  def move(step, carry):
    centres, labels = carry
    weight = jnp.where(step > 0, present.astype(rows.dtype), 0.0)
    zero = jnp.zeros_like(centres)
    sums = zero.at[labels].add(rows * weight[:, None])
    sizes = (
      jnp.zeros(centres.shape[0], jnp.float32).at[labels].add(weight)[:, None]
    )
    centres = jnp.where(sizes > 0, sums / jnp.maximum(sizes, 1), centres)
    return centres, label(centres)

  # In the first step nothing has a label, and the centres stay.
  start = centres, jnp.zeros(num_items, jnp.int32)
  return jax.lax.fori_loop(0, _ROUNDS + 1, move, start)[1]
