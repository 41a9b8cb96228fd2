"""k-means++ seeding where each pick is the best of a few draws."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.geometry import report
from alx.acquisition.scores.embeddings import Factors, squared_distances, take


def usual_trials(k: int) -> int:
  """2 + floor(log k), the draws of a pick in scikit-learn."""
  return 2 + int(math.log(k))


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
    trials: of each pick, >= 1.
    power: of the distance.
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
    best = jnp.argmin(_weight(left, scale, power).sum(0))
    nearest = left[:, best].at[drawn[best]].set(0.0)
    report(progress, turn + 1, k)
    return picks.at[turn].set(drawn[best]), turn + 1, nearest

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
  in its rounding.
  """
  some = weights > 0
  logs = jnp.where(some, jnp.log(jnp.where(some, weights, 1.0)), -jnp.inf)
  noise = jax.random.gumbel(key, (trials, weights.shape[0]), dtype=jnp.float32)
  return jnp.argmax(logs[None, :] + noise, axis=1).astype(jnp.int32)
