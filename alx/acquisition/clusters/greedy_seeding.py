"""k-means++ seeding where each pick is the best of a few draws."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.geometry import report
from alx.acquisition.scores.embeddings import Factors, squared_distances, take


def usual_trials(k: int | jax.Array) -> int | jax.Array:
  """2 + floor(log k), the draws of a pick in scikit-learn; k >= 1."""
  if isinstance(k, int):
    return 2 + int(math.log(k))
  steps = [math.ceil(math.exp(n)) for n in range(1, 22)]  # of int32
  return 2 + (k >= jnp.asarray(steps, jnp.int32)).sum(dtype=jnp.int32)


def best_of_draws(
  key: jax.Array,
  factors: Factors,
  free: jax.Array,
  first: jax.Array,
  count: jax.Array,
  k: int,
  *,
  trials: int,
  power: float = 2.0,
  asked: int | jax.Array | None = None,
  progress: Callable | None = None,
) -> tuple[jax.Array, jax.Array]:
  """Each pick: of `trials` draws by D^power, the one that leaves least of it.

  Greedy k-means++ as scikit-learn's `kmeans_plusplus` does it: the draws are
  independent, one item may be among them twice, and of equal sums of D^power
  the first draw is kept (Arthur & Vassilvitskii 2007, section 4). Time
  O(k N trials (C + D)), memory O(N trials).

  Args:
    key: of the draws.
    factors: N vectors.
    free: [N] bool, which may be picked.
    first: [] int32, the first pick.
    count: [] int32, how many, at most k.
    k: slots.
    trials: of each pick; 0: `usual_trials` of what is asked for.
    power: of the distance.
    asked: [] int32, how many picks were asked for; None: k.
    progress: called with (picked, k) now and then.

  Returns:
    (picks [k] int32, [] int32 how many of them there are: fewer than `count`
    once every D is 0).
  """

  def to(items):
    distances = squared_distances(factors, take(factors, items))
    return jnp.where(free[:, None], distances, 0.0)

  def unfinished(carry):
    return (carry[1] < count) & (carry[2] > 0).any()

  def pick(carry):
    picks, turn, nearest = carry
    scale = nearest.max()
    weights = _weight(nearest, scale, power)
    drawn = _draw(jax.random.fold_in(key, turn), weights, trials)
    left = jnp.minimum(nearest[:, None], to(drawn))
    total = _weight(left, scale, power).sum(0)
    best = jnp.argmin(jnp.where(numbers < counted, total, jnp.inf))
    nearest = left[:, best].at[drawn[best]].set(0.0)
    report(progress, turn + 1, asked)
    return picks.at[turn].set(drawn[best]), turn + 1, nearest

  asked = k if asked is None else asked
  counted = trials or usual_trials(asked)
  trials = trials or usual_trials(k)
  numbers = jnp.arange(trials, dtype=jnp.int32)
  start = jnp.zeros(k, jnp.int32).at[0].set(first)
  nearest = to(first[None])[:, 0].at[first].set(0.0)
  found = jax.lax.while_loop(unfinished, pick, (start, jnp.int32(1), nearest))
  return found[:2]


def _weight(squares, scale, power):
  """D^power over that of the largest D, at most 1; all of 0 stays 0."""
  ratio = squares / jnp.where(scale > 0, scale, 1.0)
  return jnp.where(ratio > 0, ratio ** (power / 2), 0.0)


def _draw(key, weights, trials):
  """[trials] items with probability in proportion to their weights [N].

  The highest log weight + Gumbel noise: no sum of many small weights is lost
  in its rounding. A draw has noise of its own, one number for each item.
  """
  some = weights > 0
  logs = jnp.where(some, jnp.log(jnp.where(some, weights, 1.0)), -jnp.inf)

  def draw(number):
    own = jax.random.fold_in(key, number)
    noise = jax.random.gumbel(own, weights.shape, dtype=jnp.float32)
    return jnp.argmax(logs + noise).astype(jnp.int32)

  return jax.vmap(draw)(jnp.arange(trials, dtype=jnp.int32))
