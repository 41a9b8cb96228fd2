"""Sets chosen by a set function of similarities, one item at a time."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import (
  Candidates,
  greedy,
  picks_of,
  usable,
  wanted,
)
from alx.acquisition.comparisons.geometry import (
  cross,
  squared_norms,
  sum_rows,
  unit_rows,
)
from alx.acquisition.joint.cover import k_center_cosine

_BLOCK = 64  # items whose gains are computed anew together


class Objective(NamedTuple):
  """A set function f(A), with what it remembers of the items in A.

  Attributes:
    state: pytree, of the items in A so far.
    gains: state -> [N], f(A + i) - f(A) of each item i, up to rounding.
    update: (state, item [] int32) -> state with that item in A.
    gains_of: (state, items [B] int32) -> [B] gains of some items, where all
      of them are costly; f must be submodular and monotone. Or None.
  """

  state: tuple
  gains: Callable
  update: Callable
  gains_of: Callable | None = None


def maximise(
  objective: Objective,
  available: jax.Array,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Greedy maximum: items [k] int32 of highest gain, ties to the lowest id.

  At least 1 - 1/e of the best set if f is submodular and monotone (Nemhauser
  et al. 1978).
  """
  state, gains, update, gains_of = objective
  if gains_of is None:
    return greedy(state, gains, update, available, k, count)
  return _lazy_greedy(objective, available, k, count)


def _lazy_greedy(objective, available, k, count=None, block=_BLOCK):
  """The same picks: a gain only falls, so an old one is a bound (Minoux 1978).

  The highest bounds are computed anew until one of them is the highest gain.
  """
  num_items = available.shape[0]
  block = min(block, num_items)

  def refresh(state, free, carry):
    bounds, fresh = carry
    stale = jnp.where(free & ~fresh, bounds, -jnp.inf)
    items = jax.lax.top_k(stale, block)[1].astype(jnp.int32)
    gain = objective.gains_of(state, items)
    return bounds.at[items].set(gain), fresh.at[items].set(True)

  def pick(carry, turn):
    state, bounds, free = carry

    def may_win(carry):
      bounds, fresh = carry
      stale = jnp.where(free & ~fresh, bounds, -jnp.inf).max()
      best = jnp.where(free & fresh, bounds, -jnp.inf).max()
      return (stale >= best) & (stale > 0)

    bounds, fresh = jax.lax.while_loop(
      may_win,
      lambda carry: refresh(state, free, carry),
      (bounds, (turn == 0) | (bounds <= 0)),  # 0 cannot fall
    )
    gain = jnp.where(free & fresh, bounds, -jnp.inf)
    item = jnp.argmax(gain).astype(jnp.int32)
    picked = jnp.where(free.any(), item, num_items)
    carry = objective.update(state, item), bounds, free.at[item].set(False)
    return carry, picked

  start = objective.state, objective.gains(objective.state), available
  return picks_of(pick, start, num_items, k, count)


def non_similar(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  aggregate: str = "max",
  progress: Callable | None = None,
) -> jax.Array:
  """Again and again the item least similar to what is labelled and picked.

  The cosine to the most similar of them ("max"), or to them on average
  ("mean") is smallest (Kim et al. 2024). "max" is `k_center_cosine`; "mean"
  is the largest sum of distances 1 - cos (disparity sum) and may come back to
  one far corner of the pool. With nothing labelled the first pick is the item
  least similar to the mean of the rows scaled to length 1. A zero vector has
  cosine 0 with everything; ties go to the lowest id.

  Time of `k_center_cosine` for "max", O((N + k N) D) for "mean"; memory
  O(N D).

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and counts as absent.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    aggregate: "max" or "mean".
    progress: called with (picked, k) now and then, for "max".

  Raises:
    ValueError: for an unknown aggregate.
  """
  if aggregate not in ("max", "mean"):
    raise ValueError(f"no aggregate {aggregate!r}; there are: max, mean")
  if aggregate == "max":
    return k_center_cosine(
      key, features, candidates, k, count, progress=progress
    )
  features, candidates = usable(features, candidates)
  rows = unit_rows(features)
  known = candidates.labelled
  start = jnp.where(known.any(), known, candidates.available)
  objective = Objective(
    (_total(rows, start), ~known.any()),
    lambda state: -state[0],
    # The mean of the pool only stands in until something is picked.
    lambda state, item: (
      jnp.where(state[1], 0.0, state[0]) + _products(rows, rows[item]),
      jnp.bool_(False),
    ),
  )
  return maximise(objective, candidates.available, k, count)


def graph_cut(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  redundancy: float | None = None,
) -> jax.Array:
  """Similar to the whole pool, and not to each other: greedy graph cut.

  f(A) = sum_{x, a in A} s(x, a) - redundancy sum_{a, b in A} s(a, b), x over
  all that are there, s the cosine (Wei et al. 2015). The labelled items are in
  A; that is also the conditional gain of Kothawade et al. 2021 given them.
  Ties go to the lowest id. Time O((N + k N) D), memory O(N D).

  The first sum grows with the pool, the second with A. The papers' numbers, up
  to 0.5, are of small pools: at N = 2000 and k = 20 they choose the k items of
  highest mean similarity. The default grows with N / |A|: it is N / (2 |A|) for
  |A| at the end, the labelled and k more. Then f is, but for a constant, minus
  N |A| / 2 times the squared maximum mean discrepancy of A and the pool under
  the cosine (Gretton et al. 2012), and a pick as similar to A as to the pool
  gains nothing at last. Where all are labelled at the end it is 0.5.

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and counts as absent.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    redundancy: >= 0; monotone up to 0.5 if no cosine is negative. None: half
      the number of items over that of the labelled and picked at the end.

  Raises:
    ValueError: for a negative redundancy.
  """
  del key
  if redundancy is not None and not redundancy >= 0:
    raise ValueError(f"redundancy must be >= 0, not {redundancy}")
  features, candidates = usable(features, candidates)
  if redundancy is None:
    chosen = candidates.labelled.sum()
    chosen = chosen + jnp.minimum(wanted(k, count), candidates.available.sum())
    redundancy = candidates.present.sum() / (2 * jnp.maximum(chosen, 1))
  objective = cut(
    unit_rows(features), candidates.present, candidates.labelled, redundancy
  )
  return maximise(objective, candidates.available, k, count)


def cut(
  rows: jax.Array,
  ground: jax.Array,
  chosen: jax.Array,
  redundancy: jax.Array | float,
) -> Objective:
  """Graph cut of products of rows: see `graph_cut`.

  Args:
    rows: [N, D] of length 1 or 0.
    ground: [N] bool, the items x.
    chosen: [N] bool, what is in A already.
    redundancy: >= 0.
  """
  to_all, own = _total(rows, ground), squared_norms(rows)
  return Objective(
    _total(rows, chosen),
    lambda inside: to_all - redundancy * (own + 2.0 * inside),
    lambda inside, item: inside + _products(rows, rows[item]),
  )


def _products(rows, row):
  """[N] inner products with one row [D]."""
  return cross(rows, row[None, :])[:, 0]


def _total(rows, some):
  """[N] inner products with the sum of some rows [N]."""
  return _products(rows, sum_rows(rows, some))
