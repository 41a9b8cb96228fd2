"""Disagreement of posterior samples, in memory independent of their number.

A `Summary` takes in one stochastic pass after the other (MC dropout, members
of an ensemble, views) and is all that the scores of samples are made of.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy

from alx.acquisition.maps import entropy_map

_ROUNDING = 2.0**-21  # of an entropy, in a sum of float32 over passes


class Summary(NamedTuple):
  """What is kept of the passes so far; `...` is items and space."""

  count: jax.Array  # [] float32, passes
  mean: jax.Array  # [..., C] mean probabilities
  squares: jax.Array  # [..., C] sum of squared deviations from the mean
  surprise: jax.Array  # [..., C] mean of -p log p, nats
  votes: jax.Array  # [..., C] float32, passes whose likeliest class it is


def empty(shape: tuple[int, ...]) -> Summary:
  """The summary of no pass, for probabilities of this shape [..., C]."""
  zeros = jnp.zeros(shape, jnp.float32)
  return Summary(jnp.float32(0), zeros, zeros, zeros, zeros)


def add(summary: Summary, probs: jax.Array) -> Summary:
  """The summary with one more pass [..., C] (Welford 1962).

  Each vote goes to the likeliest class, a tie to the lowest.
  """
  return _add(summary, probs, _vote(probs))


def _add(summary, probs, votes):
  """Nothing here looks along an axis, so that flat arrays do as well."""
  probs = probs.astype(jnp.float32)
  count = summary.count + 1
  share = 1 / count  # a product for each number is a third of a division
  before = probs - summary.mean
  mean = summary.mean + share * before
  surprise = -xlogy(probs, probs)
  return Summary(
    count,
    mean,
    summary.squares + before * (probs - mean),
    summary.surprise + share * (surprise - summary.surprise),
    summary.votes + votes,
  )


def _vote(probs):
  best = probs.argmax(-1)[..., None]
  classes = jax.lax.broadcasted_iota(best.dtype, probs.shape, probs.ndim - 1)
  broken = jnp.isnan(probs).any(-1, keepdims=True)
  return jnp.where(broken, jnp.nan, (classes == best).astype(jnp.float32))


def summarise(samples: jax.Array) -> Summary:
  """The summary of samples [S, ..., C] that are there already.

  One pass over the samples; memory O(size of one of them) beside them.
  """
  return summarise_passes(lambda index: samples[index], samples.shape[0])


def summarise_passes(
  pass_of: Callable[[jax.Array], jax.Array], num_passes: int
) -> Summary:
  """The summary of passes that are made one at a time and then dropped.

  Args:
    pass_of: (index [] int32) -> probabilities [..., C] of that pass; fold the
      index into a key for a stochastic one.
    num_passes: how many.
  """
  shape = jax.eval_shape(pass_of, jax.ShapeDtypeStruct((), jnp.int32)).shape

  def step(index, summary):
    probs = pass_of(index)
    return _add(summary, probs.reshape(-1), _vote(probs).reshape(-1))

  # On a CPU one long row is several times as fast as many of C numbers.
  flat = jax.lax.fori_loop(0, num_passes, step, empty((math.prod(shape),)))
  arrays = jax.tree.map(lambda x: x.reshape(shape), flat[1:])
  return Summary(flat.count, *arrays)


def predictive_entropy(summary: Summary) -> jax.Array:
  """Entropy of the mean prediction: [...], in [0, log C] nats (Gal 2017)."""
  return entropy_map(summary.mean)


def disagreement(summary: Summary) -> jax.Array:
  """Mutual information of label and weights: [...], nats (Houlsby 2011).

  H(mean_s p_s) - mean_s H(p_s), in [0, min(log C, log S)]; exactly 0 where it
  is less than 5e-7 H(mean_s p_s), which is rounding.
  """
  of_mean = entropy_map(summary.mean)
  found = of_mean - summary.surprise.sum(-1)
  # What is not more than the rounding of the two entropies is a tie.
  return jnp.where(found > _ROUNDING * of_mean, found, 0.0 * found)


def variance(summary: Summary) -> jax.Array:
  """mean_c Var_s(p_sc), ddof 0: [...], in [0, 0.25]."""
  return summary.squares.mean(-1) / summary.count


def mean_std(summary: Summary) -> jax.Array:
  """mean_c of the standard deviation over samples, ddof 0: [...]."""
  # Not below zero: the root of a rounding would be a NaN.
  squares = jnp.maximum(summary.squares, 0.0)
  return jnp.sqrt(squares / summary.count).mean(-1)


def vote_entropy(summary: Summary) -> jax.Array:
  """Entropy of the shares of votes: [...], nats (Seung 1992)."""
  return entropy_map(summary.votes / summary.count)


def lost_votes(summary: Summary) -> jax.Array:
  """How many passes do not vote for the class most vote for: [...]."""
  return summary.count - summary.votes.max(-1)


def variation_ratio(summary: Summary) -> jax.Array:
  """1 - the largest share of votes: [...], in [0, 1 - 1/C] (Gal 2017)."""
  return lost_votes(summary) / summary.count
