"""Sets of large determinant: log-det and determinantal point processes."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, greedy, usable, wanted
from alx.acquisition.comparisons.geometry import cross, unit_rows
from alx.acquisition.comparisons.kernels import column, kernel_of
from alx.acquisition.scores import predictive
from alx.prediction import Prediction

# What is left of a kernel of diagonal 1 below this is rounding: no rank.
_NO_RANK = 1e-5
# Eigenvalues below this share of the largest one are rounding.
_NO_VALUE = 1e-6


class Factor(NamedTuple):
  """The first rows of a pivoted Cholesky factor of an N x N matrix."""

  rows: jax.Array  # [T, N], one for each pivot, zeros behind them
  residual: jax.Array  # [N] diagonal of the Schur complement of the pivots
  count: jax.Array  # [] int32, pivots


class Quality(NamedTuple):
  """How good an item is, and what it is like."""

  score: jax.Array  # [B]
  features: jax.Array  # [B, D]


def no_pivot(diagonal: jax.Array, size: int) -> Factor:
  """The factor before its first of at most `size` pivots."""
  rows = jnp.zeros((max(size, 1), diagonal.shape[0]), diagonal.dtype)
  return Factor(rows, diagonal, jnp.int32(0))


def with_pivot(
  factor: Factor,
  item: jax.Array,
  column: jax.Array,
  floor: float = 0.0,
) -> Factor:
  """The factor with one more pivot, in O(N T) (Chen et al. 2018, Alg. 1).

  Args:
    factor: of the pivots so far.
    item: [] int32, not yet a pivot.
    column: [N] of the matrix at that item.
    floor: the residual is known to be no less.
  """
  pivot = factor.residual[item]
  known = cross(factor.rows[:, item][None, :], factor.rows.T)[0]
  root = jnp.sqrt(jnp.where(pivot > 0, pivot, 1.0))
  row = jnp.where(pivot > 0, (column - known) / root, 0.0)
  return Factor(
    factor.rows.at[factor.count].set(row),
    jnp.maximum(factor.residual - jnp.square(row), floor),
    factor.count + 1,
  )


def log_det(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  kernel: str = "cosine",
  bandwidth: float | None = None,
  ridge: float = 0.01,
  max_labelled: int = 256,
) -> jax.Array:
  """Greedy log det(S_A + ridge I): the set that spans the largest volume.

  The gain of an item is the log of its Schur complement, its squared distance
  from the span of A up to the ridge (Wei et al. 2015); it is also the entropy
  of a Gaussian process with noise. The labelled items are in A; of more than
  `max_labelled` those that the same greedy picks first. Ties go to the lowest
  id, items that add nothing but the ridge among them.

  Time O(N (D + T) T) and memory O(N (D + T)), T = max_labelled + k.

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and counts as absent.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    kernel: "cosine", "rbf" or "linear", as in `kernels.kernel_of`.
    bandwidth: of "rbf".
    ridge: > 0; below 1e-4 of the diagonal of S it is lost in rounding.
    max_labelled: condition on so many labelled items at most; 0: on none.

  Raises:
    ValueError: for an unknown kernel, or a ridge that is not positive.
  """
  del key
  if not ridge > 0:
    raise ValueError(f"ridge must be positive, not {ridge}")
  features, candidates = usable(features, candidates)
  found = kernel_of(kernel, features, candidates.present, bandwidth)

  def update(factor, item):
    return with_pivot(factor, item, column(found, item), ridge)

  def condition(_, carry):
    factor, left = carry
    item = jnp.argmax(jnp.where(left, factor.residual, -jnp.inf))
    return update(factor, item), left.at[item].set(False)

  most = min(max_labelled, features.shape[0])
  factor = no_pivot(found.diagonal + ridge, most + k)
  labelled = candidates.labelled
  first = jnp.minimum(labelled.sum(), most)
  factor, _ = jax.lax.fori_loop(0, first, condition, (factor, labelled))
  available = candidates.available

  def gains(factor):
    return jnp.log(factor.residual)

  return greedy(factor, gains, update, available, k, count)


def quality(
  keys: jax.Array, prediction: Prediction, *, reduce: predictive.Reduce = "mean"
) -> Quality:
  """Entropy of the mean prediction as the score, beside the features."""
  score = predictive.entropy(keys, prediction, reduce=reduce)
  return Quality(score, prediction.features)


def dpp(
  key: jax.Array,
  description: Quality,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  weight: float = 1.0,
  kernel: str = "cosine",
  bandwidth: float | None = None,
) -> jax.Array:
  """The likeliest set of a determinantal point process, greedily.

  Maximises log det L_A of L = diag(q) S diag(q) with q = exp(weight score)
  item by item (Chen et al. 2018; Biyik et al. 2019). Labelled items take no
  part. Once A spans all features, no set has a determinant; from there on the
  highest score is picked. Ties go to the lowest id. Time O(k N (D + k)),
  memory O(N (D + k)).

  Args:
    key: unused.
    description: of N items. An item that is not finite is never picked.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    weight: of quality against diversity, >= 0.
    kernel: S, "cosine" or "rbf", as in `kernels.kernel_of`.
    bandwidth: of "rbf".

  Raises:
    ValueError: for an unknown kernel.
  """
  del key
  (score, features), candidates = usable(description, candidates)
  available = candidates.available
  found = kernel_of(kernel, features, available, bandwidth)

  def gains(factor):
    spans = factor.residual > _NO_RANK * found.diagonal
    volume = jnp.log(jnp.where(spans, factor.residual, 1.0))
    return _first(spans & available, 2.0 * weight * score + volume, score)

  def update(factor, item):
    factor = with_pivot(factor, item, column(found, item))
    return factor._replace(residual=factor.residual.at[item].set(0.0))

  start = no_pivot(found.diagonal, k)
  return greedy(start, gains, update, available, k, count)


def _first(worth, gain, otherwise):
  """Gains of those that are worth it; of all otherwise, if there are none."""
  lowest = jnp.finfo(gain.dtype).min
  return jnp.where(worth.any(), jnp.where(worth, gain, lowest), otherwise)


def k_dpp(
  key: jax.Array,
  description: Quality,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  weight: float = 1.0,
) -> jax.Array:
  """A random set of k items A, with probability in proportion to det L_A.

  L = diag(q) S diag(q) with q = exp(weight score) and S the cosine of the
  features (Kulesza & Taskar 2011, 2012, Alg. 3 and 8). Exact: eigenvectors of
  the D x D dual are chosen by elementary symmetric polynomials, then items one
  by one. Labelled items take no part. Sets larger than the rank of L, at most
  D, have no determinant; the picks beyond it have the highest scores. The
  order within the set means nothing. Time O(N D^2 + D^3 + k N (D + k)),
  memory O(N (D + k)).

  Args:
    key: what the set is drawn with.
    description: of N items. An item that is not finite is never picked.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    weight: of quality against diversity, >= 0.
  """
  (score, features), candidates = usable(description, candidates)
  available = candidates.available
  key_vectors, key_items = jax.random.split(key)
  highest = jnp.where(available, score, -jnp.inf).max()
  scale = jnp.where(available, jnp.exp(weight * (score - highest)), 0.0)
  rows, size = _projection(key_vectors, unit_rows(features), scale, k, count)

  def gains(factor):
    step = jax.random.fold_in(key_items, factor.count)
    noise = jax.random.gumbel(step, score.shape, dtype=jnp.float32)
    possible = available & (factor.residual > 0) & (factor.count < size)
    weights = jnp.log(jnp.where(possible, factor.residual, 1.0))
    return _first(possible, weights + noise, score)

  def update(factor, item):
    near = cross(rows, rows[item][None, :])[:, 0]
    factor = with_pivot(factor, item, near)
    return factor._replace(residual=factor.residual.at[item].set(0.0))

  start = no_pivot(jnp.square(rows).sum(1), k)
  return greedy(start, gains, update, available, k, count)


def _projection(key, features, scale, k, count):
  """Rows [N, D] whose products are a random projection of L; its rank.

  The projection is on min(k, rank of L) eigenvectors of L, drawn as a k-DPP
  draws them.
  """
  rows = features * scale[:, None]
  values, vectors = jnp.linalg.eigh(cross(rows.T, rows.T))
  real = values > _NO_VALUE * jnp.maximum(values[-1], 0.0)
  log_values = jnp.where(real, jnp.log(jnp.where(real, values, 1.0)), -jnp.inf)
  num_values = values.shape[0]
  most = jnp.minimum(wanted(k, count), num_values)
  size = jnp.minimum(most, real.sum()).astype(jnp.int32)
  chosen = _choose_values(key, log_values, size, min(k, num_values))
  lengths = jnp.where(chosen, jnp.exp(-0.5 * log_values), 0.0)
  return cross(rows, (vectors * lengths[None, :]).T), size


def log_elementary(log_values: jax.Array, size: int) -> jax.Array:
  """Logs of the elementary symmetric polynomials of the first n values.

  e_l(v_1..n) = e_l(v_1..n-1) + v_n e_{l-1}(v_1..n-1) (Kulesza & Taskar 2012,
  Alg. 7), which never overflows as logs.

  Args:
    log_values: [D], -inf for a value of 0.
    size: highest degree.

  Returns:
    [D + 1, size + 1], row n for the first n values, column l for degree l.
  """

  def step(row, log_value):
    one_more = jnp.concatenate(
      [jnp.full(1, -jnp.inf, jnp.float32), row[:-1] + log_value]
    )
    row = jnp.logaddexp(row, one_more)
    return row, row

  none = jnp.full(size + 1, -jnp.inf, jnp.float32).at[0].set(0.0)
  return jnp.concatenate([none[None], jax.lax.scan(step, none, log_values)[1]])


def _choose_values(key, log_values, size, most):
  """[D] bool: `size` <= most values, in proportion to their product."""
  table = log_elementary(log_values, most)
  num_values = log_values.shape[0]
  noise = jnp.log(
    jax.random.uniform(key, (num_values,), minval=1e-37, dtype=jnp.float32)
  )
  real = jnp.isfinite(log_values)
  below = jnp.cumsum(real) - real  # values that are not 0 still to come

  def step(left, place):
    with_it = log_values[place] + table[place, jnp.maximum(left - 1, 0)]
    likely = noise[place] < with_it - table[place + 1, left]
    take = (left > 0) & real[place] & (likely | (left > below[place]))
    return left - take, take

  places = jnp.arange(num_values, dtype=jnp.int32)
  return jax.lax.scan(step, size, places, reverse=True)[1]
