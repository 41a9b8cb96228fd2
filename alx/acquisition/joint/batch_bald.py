"""Batches that together tell most about the weights."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy

from alx.acquisition.base import Candidates, picks_of, usable, wanted
from alx.acquisition.comparisons.geometry import cross, report
from alx.acquisition.scores.predictive import disagreement_map, entropy_map
from alx.prediction import Prediction

ROWS = 1024  # configurations of one matrix product
COLUMNS = 512  # candidates x classes of one matrix product
NEGLIGIBLE = 1e-6  # nats: what rounding makes of a gain of nothing


class Joint(NamedTuple):
  """Label configurations of the picks: all of them, or a sample of J."""

  posterior: jax.Array  # [J, S] p(w_s | configuration); unused rows are 0
  weight: jax.Array  # [J] probability of the configuration, sums to 1
  mean: jax.Array  # [S] mean posterior, 1/S but for the error of sampling
  count: jax.Array  # [] int32, rows in use


def class_shares(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Class probabilities of each item and posterior sample: [B, S, C].

  In a segmentation the mean over the item's real pixels or voxels stands for
  the joint distribution of all their labels, which has no tractable entropy:
  what counts is disagreement on the share of each class.
  """
  del keys
  probs = prediction.probs
  axes = tuple(range(2, probs.ndim - 1))
  mask = prediction.mask[None, ..., None]
  total = jnp.where(mask, probs, 0.0).sum(axes)
  shares = total / jnp.maximum(mask.sum(axes), 1)
  return jnp.moveaxis(shares, 1, 0)


def joint_entropy(probs: jax.Array) -> jax.Array:
  """Entropy of the labels of n items together, by enumeration, in nats.

  -sum_y p(y) log p(y) over all C^n configurations y, where
  p(y) = mean_s prod_i p_s(y_i) (Kirsch et al. 2019, eq. 9). Time and memory
  O(C^n S).

  Args:
    probs: [n, S, C] float32, the same S posterior samples for each item.

  Returns:
    [] float32, in [0, n log C].
  """
  joint = jnp.ones((1, probs.shape[1]), probs.dtype)
  for of_item in probs:
    joint = joint[:, None, :] * of_item.T[None, :, :]
    joint = joint.reshape(-1, joint.shape[-1])
  return entropy_map(joint.mean(1))


def batch_information(probs: jax.Array) -> jax.Array:
  """Mutual information of the labels of n items and the weights, in nats.

  I(y_1..n; w) = H(y_1..n) - sum_i mean_s H(y_i | w_s) (Kirsch et al. 2019,
  eq. 8). It grows with every item and never exceeds log S. Time and memory
  O(C^n S).

  Args:
    probs: [n, S, C] float32, the same S posterior samples for each item.

  Returns:
    [] float32, in [0, min(log S, n log C)] but for rounding.
  """
  return joint_entropy(probs) - entropy_map(probs).mean(1).sum()


def batch_bald(
  key: jax.Array,
  probs: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  joint_samples: int = 10_000,
  progress: Callable | None = None,
) -> jax.Array:
  """The batch whose labels tell most about the weights, greedily.

  Each pick has the highest I(y_i; w | labels of the picks before it), which
  sums to I(y_1..k; w) (Kirsch et al. 2019, Algorithm 1). The expectation over
  those labels is exact while their C^n configurations are no more than
  `joint_samples`; from then on it is over a sample of that many.

  No batch tells more than log S, so about log S / log C picks use up what S
  posterior samples know: take S >= 100, and the same S sets of weights for
  every item. Picks that add less than 1e-6 nats are ranked by their own
  mutual information instead (BALD), ties go to the lowest id.

  A gain cannot grow with the batch, so only candidates whose last gain beats
  the best one of the current pick are computed again (Minoux 1978). Time
  O(k N J S C) at worst, memory O(N S C + J (S + C)), J = joint_samples.

  Args:
    key: draws the sampled configurations; unused while they are exact.
    probs: [N, S, C] float32, the same S posterior samples for each item.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    joint_samples: the most configurations, >= 1; rounded up to whole blocks.
    progress: called with (picks so far, k).

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N.
  """
  probs, candidates = usable(probs, candidates)
  num_items, num_samples, _ = probs.shape
  alone = disagreement_map(jnp.moveaxis(probs, 1, 0))

  def pick(carry, turn):
    joint, bounds, free = carry
    bounds, fresh = _refreshed(joint, probs, bounds, free, turn == 0)
    gain = jnp.where(free & fresh, bounds, -jnp.inf)
    useful = gain.max() > NEGLIGIBLE
    ranked = jnp.where(useful, gain, jnp.where(free, alone, -jnp.inf))
    item = jnp.argmax(ranked).astype(jnp.int32)
    joint = extended(jax.random.fold_in(key, turn), joint, probs[item])
    report(progress, turn + 1, wanted(k, count))
    picked = jnp.where(free.any(), item, num_items)
    return (joint, bounds, free.at[item].set(False)), picked

  start = nothing_known(joint_samples, num_samples)
  carry = start, alone, candidates.available
  return picks_of(pick, carry, num_items, k, count)


def _refreshed(joint, probs, bounds, free, all_fresh):
  """Computes gains again, the highest bounds first, until one beats the rest.

  Returns:
    (bounds [N], which of them are gains of this pick [N] bool).
  """
  num_items, _, num_classes = probs.shape
  block = min(max(COLUMNS // num_classes, 1), num_items)

  def may_win(state):
    bounds, fresh = state
    best = jnp.where(free & fresh, bounds, -jnp.inf).max()
    rest = jnp.where(free & ~fresh, bounds, -jnp.inf).max()
    # Ties must be seen, and a gain is only known up to rounding.
    return rest > jnp.maximum(best - NEGLIGIBLE, NEGLIGIBLE)

  def refresh(state):
    bounds, fresh = state
    stale = jnp.where(free & ~fresh, bounds, -jnp.inf)
    items = jax.lax.top_k(stale, block)[1]
    gain = gains(joint, probs[items])
    return bounds.at[items].set(gain), fresh.at[items].set(True)

  fresh = jnp.full(num_items, all_fresh)
  return jax.lax.while_loop(may_win, refresh, (bounds, fresh))


def nothing_known(joint_samples: int, num_samples: int) -> Joint:
  """The one empty configuration, which leaves S samples equally likely.

  Args:
    joint_samples: the most configurations, >= 1; rounded up to whole blocks.
    num_samples: S.
  """
  rows = min(ROWS, joint_samples)
  num_rows = -(-joint_samples // rows) * rows
  prior = jnp.full(num_samples, 1 / num_samples, jnp.float32)
  first = jnp.zeros(num_rows, jnp.float32).at[0].set(1)
  return Joint(first[:, None] * prior[None, :], first, prior, jnp.int32(1))


def gains(joint: Joint, probs: jax.Array) -> jax.Array:
  """I(y_i; w | labels of the picks) for candidates [b, S, C]: [b] nats.

  The mean over configurations of H(y_i) - E_w H(y_i | w), both under the
  posterior of the configuration: no term is negative, and nothing underflows
  however long the batch.
  """
  size, num_samples, num_classes = probs.shape
  columns = jnp.moveaxis(probs, 1, 2).reshape(-1, num_samples)
  rows = min(ROWS, joint.weight.shape[0])
  # A multiple of p - 1 is in both terms: of what is nearly sure, all but the
  # square of 1 - p, which would be lost in its rounding.
  sure = (cross(columns, joint.mean[None])[:, 0] > 0.5).astype(probs.dtype)

  def surplus(x, sure):
    return xlogy(x, x) - sure * (x - 1)

  def add(i, total):
    part = jax.lax.dynamic_slice_in_dim(joint.posterior, i * rows, rows)
    weight = jax.lax.dynamic_slice_in_dim(joint.weight, i * rows, rows)
    predicted = cross(part, columns)
    return total - (weight[:, None] * surplus(predicted, sure[None])).sum(0)

  blocks = (joint.count + rows - 1) // rows
  less = (joint.mean[None, :] * surplus(columns, sure[:, None])).sum(1)
  gain = jax.lax.fori_loop(0, blocks, add, less)
  return gain.reshape(size, num_classes).sum(1)


def extended(key: jax.Array, joint: Joint, probs: jax.Array) -> Joint:
  """The configurations with the label of one more pick [S, C].

  All of them as long as they fit; else as many as fit, drawn by stratified
  resampling: on average in proportion to their probability.
  """
  num_rows, num_classes = joint.weight.shape[0], probs.shape[-1]
  predicted = cross(joint.posterior, probs.T)
  weight = (joint.weight[:, None] * predicted).reshape(-1)
  fits = joint.count * num_classes <= num_rows
  slots = jnp.arange(num_rows, dtype=jnp.int32)
  heap = jnp.cumsum(weight)
  # One number for all would give each of equally likely rows the same label.
  spots = (
    (slots + jax.random.uniform(key, slots.shape, dtype=jnp.float32))
    * heap[-1]
    / num_rows
  )
  drawn = jnp.searchsorted(heap, spots, side="right")
  chosen = jnp.where(fits, slots, jnp.minimum(drawn, weight.shape[0] - 1))
  before, label = chosen // num_classes, chosen % num_classes
  posterior = joint.posterior[before] * probs.T[label]
  total = posterior.sum(1, keepdims=True)
  posterior /= jnp.where(total > 0, total, 1.0)
  weight = jnp.where(fits, weight[slots], 1 / num_rows)
  mean = (weight[:, None] * posterior).sum(0)
  count = jnp.minimum(joint.count * num_classes, num_rows)
  return Joint(posterior, weight, mean, count)
