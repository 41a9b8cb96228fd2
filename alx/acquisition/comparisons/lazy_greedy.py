"""Exact greedy maximisation of a cover, without most of its similarities."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import wanted
from alx.acquisition.comparisons.coverage import (
  Problem,
  at,
  between,
  compact,
  sums,
  to_item,
  whole_ground,
)
from alx.acquisition.comparisons.geometry import report

_TOP = 32  # candidates whose gain is computed anew together
_ROUNDING = 2.0**-19  # of a gain, in many small subtractions from it
# Of a gain and a similarity: closer gains are a tie. Two items that have only
# each other to cover tie exactly, but not in float32.
TIE = 2.0**-20
# New gains cost this share of bringing all of them up to date: do the latter.
_SHARE = 0.25
_LARGE = 1e30  # a gain that is not more, so that differences are numbers


class State(NamedTuple):
  """Bounds of the gains of N candidates, and the picks so far."""

  cover: jax.Array  # [G], similarity to the nearest pick
  known: jax.Array  # [G], the cover that `gain` is about
  gain: jax.Array  # [N] of each candidate, at `known`
  slack: jax.Array  # [N], what rounding in `gain` may be
  tight: jax.Array  # [N], gain when it was last computed by itself
  fresh: jax.Array  # [N] bool, `tight` is about `cover`
  free: jax.Array  # [N] bool
  picks: jax.Array  # [k] int32 places among the candidates
  gains: jax.Array  # [k] float32
  count: jax.Array  # [] int32
  spent: jax.Array  # [] float32, similarities since `known` was `cover`
  rank: jax.Array  # [N] decides between equal gains, and then the lowest id


def lazy_greedy(
  problem: Problem,
  state: State,
  move: Callable | None = None,
  progress: Callable | None = None,
  count: jax.Array | None = None,
) -> tuple[jax.Array, jax.Array]:
  """Greedy picks and their gains.

  The gain of candidate j is sum_x max(0, sim(x, j) - cover_x). It only falls
  as picks are added, so that an old gain is an upper bound, and the best
  candidate is known once its gain, computed anew, is the highest bound
  (Minoux 1978). Bounds are made tighter in two ways, whichever costs less:
  the highest few are computed anew; or all lose what the items whose cover
  has risen no longer give, sum_x clip(sim(x, j), old_x, new_x) - old_x. The
  t-th pick raises about 1 / t of the covers, which makes it about log k
  passes over all similarities for k picks.

  Args:
    problem: what covers what.
    state: from `start`.
    move: (state before a pick, item) -> rank [N] after it; None: it stays.
    progress: called with (picked, k).
    count: [] int32, see `Acquisition.select`.

  Returns:
    items [k] int32, N in an empty slot, and gains [k] float32.
  """
  asked = wanted(state.picks.shape[0], count)
  total = jnp.minimum(asked, problem.num_candidates)
  scale = jnp.where(
    jnp.abs(state.cover) < _LARGE, jnp.abs(state.cover), 0
  ).max()

  def pick(state, best, gain):
    report(progress, state.count + 1, asked)
    return _pick(problem, state, best, gain, move)

  def advance(state):
    upper = _upper(state)
    apart = TIE * (upper.max() + scale)
    tied = upper >= upper.max() - apart
    among = jnp.where(tied & state.free, state.rank, -jnp.inf)
    best = jnp.argmax(among).astype(jnp.int32)
    pending = (state.cover > state.known).sum()
    exact = state.fresh | ((pending == 0) & (state.slack == 0))
    sure = (exact | (upper <= apart) | ~tied).all()
    all_of_them = pending * problem.num_candidates.astype(jnp.float32)
    catch_up = (pending > 0) & (state.spent > _SHARE * all_of_them)
    step = jnp.where(sure, 0, jnp.where(catch_up, 1, 2))
    return jax.lax.switch(
      step,
      [
        lambda s: pick(s, best, upper[best]),
        lambda s: _catch_up(problem, s),
        lambda s: _compute_anew(problem, s),
      ],
      state,
    )

  state = jax.lax.while_loop(lambda s: s.count < total, advance, state)
  items = problem.candidates.at[state.picks].get(mode="clip")
  # A pick that was there already may be more than is asked for.
  number = jnp.minimum(state.count, total)
  filled = jnp.arange(items.shape[0], dtype=jnp.int32) < number
  items = jnp.where(filled, items, problem.items.norms.shape[0])
  return items, jnp.where(filled, state.gains, 0.0)


def start(
  problem: Problem, cover: jax.Array, gain: jax.Array, rank: jax.Array, k: int
) -> State:
  """Nothing is picked; the gains [N] are exact, as those of whole numbers are.

  Args:
    problem: what covers what.
    cover: [G] similarity to what is chosen already.
    gain: [N] of each candidate.
    rank: [N] of each candidate: decides between equal gains.
    k: how many will be picked.
  """
  places = jnp.arange(problem.candidates.shape[0], dtype=jnp.int32)
  behind = jnp.arange(cover.shape[0], dtype=jnp.int32) >= problem.num_ground
  cover = jnp.where(behind, jnp.inf, cover)
  return State(
    cover=cover,
    known=cover,
    gain=gain,
    slack=jnp.zeros(places.shape, jnp.float32),
    tight=jnp.full(places.shape, jnp.inf, jnp.float32),
    fresh=jnp.zeros(places.shape, bool),
    free=places < problem.num_candidates,
    picks=jnp.zeros(k, jnp.int32),
    gains=jnp.zeros(k, jnp.float32),
    count=jnp.int32(0),
    spent=jnp.float32(0),
    rank=rank,
  )


def rounded(state: State) -> State:
  """The same with gains that are sums of rounded numbers."""
  return state._replace(slack=_ROUNDING * state.gain)


def picked_first(state: State, given, place, gain) -> State:
  """The same with a first pick, if `given`, that the cover knows of already."""
  place = place.astype(jnp.int32)
  return state._replace(
    free=state.free.at[place].set(state.free[place] & ~given),
    picks=state.picks.at[0].set(place),
    gains=state.gains.at[0].set(jnp.where(given, gain, 0.0)),
    count=given.astype(jnp.int32),
  )


def gains_over(problem: Problem, cover: jax.Array) -> jax.Array:
  """[N] gain of each candidate over a cover [G]."""

  def gain(similar, places):
    return jnp.maximum(similar - cover[places][None, :], 0)

  return sums(problem, *whole_ground(problem), gain)


def _upper(state):
  """[N] upper bounds of the gains, -1 where nothing can be picked."""
  upper = jnp.minimum(state.gain + state.slack, state.tight)
  # Neither what rounding made negative nor what is not a number.
  upper = jnp.where(upper > 0, jnp.minimum(upper, _LARGE), 0.0)
  return jnp.where(state.free, upper, -1.0)


def _pick(problem, state, best, gain, move):
  item = problem.candidates[best]
  similar = to_item(problem, item)
  return state._replace(
    cover=jnp.maximum(state.cover, similar),
    fresh=jnp.zeros_like(state.fresh),
    free=state.free.at[best].set(False),
    picks=state.picks.at[state.count].set(best),
    gains=state.gains.at[state.count].set(gain),
    count=state.count + 1,
    rank=move(state, item) if move else state.rank,
  )


def _catch_up(problem, state):
  """All gains, from `known` to `cover`."""
  known, cover = state.known, state.cover

  def lost(similar, places):
    old = known[places][None, :]
    return jnp.clip(similar, old, cover[places][None, :]) - old

  lost = sums(problem, *compact(cover > known), lost)
  return state._replace(
    gain=state.gain - lost, known=cover, spent=jnp.float32(0)
  )


def _compute_anew(problem, state):
  """The gains of the candidates with the highest bounds."""
  upper = jnp.where(state.fresh, -1.0, _upper(state))
  size = min(_TOP, upper.shape[0])
  # Without the barrier XLA may turn top_k into a full sort; of the very pair
  # that top_k returns, not turned round, it aborts where arrays are sharded.
  pair = jax.lax.top_k(upper, size)[::-1]
  places, _ = jax.lax.optimization_barrier(pair)
  y = at(problem.items, problem.candidates[places])
  above = between(problem, problem.ground, y) - state.cover[:, None]
  gain = jnp.maximum(above, 0.0).sum(0)
  return state._replace(
    tight=state.tight.at[places].set(gain),
    fresh=state.fresh.at[places].set(True),
    spent=state.spent + float(size) * problem.num_ground,
  )
