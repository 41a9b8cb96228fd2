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

from alx.acquisition.scores.maps import entropy_map, likeliest, minus_mean
from alx.prediction import Prediction

_SMALL = 0.125  # below it, relative differences go through a series


class Summary(NamedTuple):
  """What is kept of the passes so far; `...` is items and space."""

  count: jax.Array  # [] float32, passes
  mean: jax.Array  # [..., C] mean probabilities
  squares: jax.Array  # [..., C] sum of squared deviations from the mean
  information: jax.Array  # [..., C] sum of p log(p / mean) - p + mean, nats
  votes: jax.Array  # [..., C] float32, passes whose likeliest class it is


def empty(shape: tuple[int, ...]) -> Summary:
  """The summary of no pass, for probabilities of this shape [..., C]."""
  zeros = jnp.zeros(shape, jnp.float32)
  return Summary(jnp.float32(0), zeros, zeros, zeros, zeros)


def add(summary: Summary, probs: jax.Array) -> Summary:
  """The summary with one more pass [..., C] (Welford 1962).

  Each vote goes to the likeliest class, a tie to the lowest.
  """
  probs = probs.astype(jnp.float32)
  before = _deviation(probs, summary)
  return _add(summary, probs, before, _vote(probs))


def _deviation(probs, summary):
  """[..., C] of a pass from the mean of those before it, 0 before the first."""
  mean = summary.mean.reshape(probs.shape)
  return jnp.where(summary.count > 0, minus_mean(probs, mean), probs)


def _add(summary, probs, before, votes):
  """Nothing here looks along an axis, so that flat arrays do as well.

  The sum of the divergences d(p, mean) = p log(p / mean) - p + mean grows by
  that of the new pass and by what the old ones are off the old mean, (n - 1)
  d(old mean, new mean): no term is negative, and nothing cancels.
  """
  count = summary.count + 1
  share = 1 / count  # a product for each number is a third of a division
  mean = summary.mean + share * before
  after = (1 - share) * before
  divisor = 1 / jnp.where(mean > 0, mean, 1.0)
  information = mean * (
    _divergence(probs * divisor, after * divisor)
    + summary.count
    * _divergence(summary.mean * divisor, -share * before * divisor)
  )
  return Summary(
    count,
    mean,
    summary.squares + before * after,
    summary.information + information,
    summary.votes + votes,
  )


def _divergence(ratio, off):
  """r log r - r + 1 for r = 1 + off >= 0, exact to float32 where r is near 1.

  Near 1 by its series, off^2 / 2 - off^3 / 6 + off^4 / 12 - ...
  """
  tail = 1 / 20 - off * (1 / 30 - off * (1 / 42))
  series = off * off * (0.5 - off * (1 / 6 - off * (1 / 12 - off * tail)))
  far = xlogy(ratio, ratio) - off
  return jnp.where(jnp.abs(off) < _SMALL, series, far)


def _vote(probs):
  broken = jnp.isnan(probs).any(-1, keepdims=True)
  return jnp.where(broken, jnp.nan, likeliest(probs).astype(jnp.float32))


def summarise(samples: jax.Array) -> Summary:
  """The summary of samples [S, ..., C] that are there already.

  One pass over the samples; memory O(size of one of them) beside them.
  """
  return summarise_passes(lambda index: samples[index], samples.shape[0])


def summary_of(prediction: Prediction) -> Summary:
  """That of its samples, made here unless it is there already."""
  if prediction.summary is not None:
    return prediction.summary
  return summarise(prediction.probs)


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
    probs = pass_of(index).astype(jnp.float32)
    before = _deviation(probs, summary)
    flat = (x.reshape(-1) for x in (probs, before, _vote(probs)))
    return _add(summary, *flat)

  # On a CPU one long row is several times as fast as many of C numbers.
  flat = jax.lax.fori_loop(0, num_passes, step, empty((math.prod(shape),)))
  arrays = jax.tree.map(lambda x: x.reshape(shape), flat[1:])
  return Summary(flat.count, *arrays)


def predictive_entropy(summary: Summary) -> jax.Array:
  """Entropy of the mean prediction: [...], in [0, log C] nats (Gal 2017)."""
  return entropy_map(summary.mean)


def disagreement(summary: Summary) -> jax.Array:
  """Mutual information of label and weights: [...], nats (Houlsby 2011).

  H(mean_s p_s) - mean_s H(p_s) = mean_s KL(p_s || mean_s p_s), as the latter,
  in [0, min(log C, log S)]; exactly 0 where all passes are equal.
  """
  return summary.information.sum(-1) / summary.count


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
