"""BAIT: the batch after which the Fisher information leaves least error."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable, wanted
from alx.acquisition.comparisons.geometry import report
from alx.acquisition.scores import fisher_rows as fisher
from alx.acquisition.scores.fisher_rows import FisherRows

_FRESH = 256  # picks after which everything is computed anew, against drift
_PIVOT = 1e-6  # of I - X A X^T at least: rounding may make it 0


class _State(NamedTuple):
  """For A the inverse of the information that is there, and E = A F A."""

  inverse: jax.Array  # [P, P] A
  error: jax.Array  # [P, P] E
  inner: jax.Array  # [N, R, R] X_i A X_i^T
  outer: jax.Array  # [N, R, R] X_i E X_i^T


def bait(
  key: jax.Array,
  rows: FisherRows,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  prior: float = 1.0,
  oversample: int = 2,
  progress: Callable | None = None,
) -> jax.Array:
  """Forward-backward greedy of tr((prior I + M + sum_S X_i^T X_i)^-1 F).

  F is the mean Fisher information of all items, M that of the labelled. The
  item that lowers the trace most is added until there are `oversample` k; then
  the one whose loss raises it least is removed until k are left (Ash et al.
  2021, Algorithm 1). As in the authors' code M counts n / (n + k) and each
  X_i^T X_i counts k / (n + k), for n labelled. Ties are added lowest id first,
  and removed latest pick first. The batch is in the order of its picks.

  Inverses are updated by the rank of an item, and so are the R x R matrices
  that the gain of an item is made of; everything is computed anew after 256
  picks. Time O(N C^2 D^2 + P^3 + k (N C (D + R) R + N R^3 + P^2 R)), memory
  O(N R^2 + P^2), P = C D numbers in a row: make D small if P is above 5000.

  Args:
    key: unused.
    rows: of the N items, from `fisher_rows`.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    prior: > 0, information that is there before any label.
    oversample: >= 1, picks before the removal, as a multiple of k.
    progress: called with (added, oversample k) now and then.

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N.

  Raises:
    ValueError: if `prior` or `oversample` is out of range.
  """
  del key
  if not (prior > 0 and oversample >= 1):
    raise ValueError(
      f"prior must be > 0 and oversample >= 1, got {prior} and {oversample}"
    )
  if k == 0:
    return jnp.zeros(0, jnp.int32)
  asked = wanted(k, count)
  rows, candidates = usable(rows, candidates)
  labelled = candidates.labelled.astype(jnp.float32)
  number = labelled.sum()
  share = labelled / jnp.maximum(number, 1) * number / (number + asked)
  size = rows.left.shape[2] * rows.right.shape[1]
  known = prior * jnp.eye(size, dtype=jnp.float32) + fisher.total(rows, share)
  present = candidates.present.astype(jnp.float32)
  goal = fisher.total(rows, present / jnp.maximum(present.sum(), 1))
  rows = rows._replace(left=rows.left * jnp.sqrt(asked / (number + asked)))
  free, slots, number = candidates.available, oversample * k, oversample * asked
  picks = _forward(rows, known, goal, free, slots, number, progress)
  return _backward(rows, known, goal, picks, k, asked)


def _forward(rows, known, goal, free, slots, number, progress):
  """[slots] items, the highest gain `number` times; N in an empty slot."""
  num_items, part = free.shape[0], min(_FRESH, slots)

  def pick(turn, carry):
    state, free, picks = carry
    gain = jnp.where(free, _changes(state, -1.0), -jnp.inf)
    item = jnp.argmax(gain).astype(jnp.int32)
    found = free.any()
    state = _moved(state, rows, rows, item, -1.0, found)
    report(progress, turn + 1, number)
    picks = picks.at[turn].set(jnp.where(found, item, num_items))
    return state, free.at[item].set(False), picks

  def advance(block, carry):
    free, picks = carry
    picked = jnp.zeros(num_items, jnp.float32)
    picked = picked.at[picks].set(1.0, mode="drop")
    information = known + fisher.total(rows, picked)
    state = _anew(rows, information, goal)
    start = block * part
    stop = jnp.minimum(start + part, number)
    return jax.lax.fori_loop(start, stop, pick, (state, free, picks))[1:]

  picks = jnp.full(slots, num_items, jnp.int32)
  blocks = -(-number // part)
  return jax.lax.fori_loop(0, blocks, advance, (free, picks))[1]


def _backward(rows, known, goal, picks, k, asked):
  """The asked of the picks that are left, in their order."""
  num_items = rows.left.shape[0]
  here = picks < num_items
  mine = jax.tree.map(lambda x: x.at[picks].get(mode="clip"), rows)
  mine = mine._replace(left=jnp.where(here[:, None, None], mine.left, 0.0))
  information = known + fisher.total(mine, here.astype(jnp.float32))
  state = _anew(mine, information, goal)

  def drop(carry):
    state, here = carry
    rise = jnp.where(here, _changes(state, 1.0), jnp.inf)
    place = here.shape[0] - 1 - jnp.argmin(rise[::-1])
    state = _moved(state, mine, mine, place, 1.0, True)
    return state, here.at[place].set(False)

  start = state, here
  _, here = jax.lax.while_loop(lambda c: c[1].sum() > asked, drop, start)
  slots = jnp.nonzero(here, size=k, fill_value=picks.shape[0])[0]
  return picks.at[slots].get(mode="fill", fill_value=num_items)


def _anew(rows, information, goal):
  size = information.shape[0]
  factor = jax.scipy.linalg.cho_factor(information, lower=True)
  inverse = jax.scipy.linalg.cho_solve(factor, jnp.eye(size, dtype=jnp.float32))
  error = _product(_product(inverse, goal), inverse)
  inner, outer = fisher.forms(rows, inverse), fisher.forms(rows, error)
  return _State(inverse, error, inner, outer)


def _changes(state, sign):
  """[N] by how much the trace falls (sign -1) or rises (+1) with each item.

  tr((I - sign X A X^T)^-1 X A F A X^T), by Woodbury.
  """
  return (_inverses(state.inner, sign) * state.outer).sum((1, 2))


def _inverses(inner, sign):
  """[N, R, R] of I - sign inner, by Gauss and Jordan on all items at once.

  The matrices are positive definite, so that no pivoting is needed.
  """
  num_rows = inner.shape[-1]
  matrix = jnp.moveaxis(
    jnp.eye(num_rows, dtype=jnp.float32)[None] - sign * inner, 0, -1
  )

  def sweep(j, matrix):
    pivot = 1.0 / jnp.maximum(matrix[j, j], _PIVOT)
    row = matrix[j] * pivot[None, :]
    column = matrix[:, j]
    matrix = matrix - column[:, None, :] * row[None, :, :]
    matrix = matrix.at[j].set(row).at[:, j].set(-column * pivot[None, :])
    return matrix.at[j, j].set(pivot)

  matrix = jax.lax.fori_loop(0, num_rows, sweep, matrix)
  return jnp.moveaxis(matrix, -1, 0)


def _moved(state, rows, source, item, sign, really):
  """With the information of one item more (sign -1) or less (+1)."""
  small = _inverses(state.inner[item][None], sign)[0]
  small = jnp.where(really, small, 0.0)
  of_item = fisher.columns(source, item, state.inverse)
  solved = _product(of_item, small)
  bent = fisher.columns(source, item, state.error)
  bent = bent + 0.5 * sign * _product(solved, state.outer[item])
  width = of_item.shape[1]
  seen = fisher.products(rows, jnp.concatenate([of_item, bent], 1))
  near, far = seen[..., :width], seen[..., width:]
  weighed = jnp.matmul(near, small, precision=jax.lax.Precision.HIGHEST)
  return _State(
    state.inverse + sign * _product(solved, of_item.T),
    state.error + sign * _both(solved, bent),
    state.inner + sign * _pairs(weighed, near),
    state.outer + sign * (_pairs(weighed, far) + _pairs(far, weighed)),
  )


def _both(x, y):
  """x y^T + y x^T."""
  return _product(jnp.concatenate([x, y], 1), jnp.concatenate([y, x], 1).T)


def _pairs(x, y):
  return jnp.einsum("nra,nsa->nrs", x, y, precision=jax.lax.Precision.HIGHEST)


def _product(x, y):
  return jnp.matmul(x, y, precision=jax.lax.Precision.HIGHEST)
