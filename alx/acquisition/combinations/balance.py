"""Uncertain and fair to all classes; far from, unlike what is labelled."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, greedy, usable, wanted
from alx.acquisition.combinations.strata import mean_probs
from alx.acquisition.comparisons.geometry import (
  BLOCK,
  centred,
  cross,
  map_rows,
  report,
  squared_distances,
  squared_distances_to,
  sum_rows,
  unit_rows,
)
from alx.acquisition.comparisons.neighbours import nearest_centre
from alx.acquisition.scores import predictive
from alx.acquisition.scores.select import top_k

_IMPROVES = 1e-5  # a swap of items gains more than this


def probs_and_entropy(keys: jax.Array, prediction) -> dict:
  """{"probs": [B, C] mean over samples and voxels, "entropy": [B] nats}."""
  return {
    "probs": mean_probs(prediction),
    "entropy": predictive.entropy(keys, prediction),
  }


def class_balanced(
  key: jax.Array,
  description: dict,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  lam: float = 0.6,
  sweeps: int = 10,
) -> jax.Array:
  """Uncertain items that are expected to fill up the rare classes.

  Maximises sum_S H_i - lam ||Omega - sum_S p_i||_1 over sets S of k, where
  Omega_c = max(0, (M + k) / C - count_c) is what class c lacks among the M
  labelled items of known class (Bengar et al. 2022, Eq. 2-4). Greedy, then
  sweeps over the picks: each is replaced by the best item for its place if
  that gains more than 1e-5. Ordered as greedy picks from the final set. Ties
  go to the lowest id. Time O((1 + sweeps) k N C) at most; memory O(N C).

  Args:
    key: unused.
    description: of `probs_and_entropy`.
    candidates: of the N items; without labels every count is 0.
    k: how many items.
    count: see `Acquisition.select`.
    lam: >= 0, weight of the balance; 0 is `top_k` of the entropy.
    sweeps: at most so many; they end when nothing is replaced.
  """
  del key
  if k == 0:
    return jnp.zeros(0, jnp.int32)
  description, kept = usable(description, candidates)
  probs, entropy = description["probs"], description["entropy"]
  missing = _lacking(kept, probs.shape[1], wanted(k, count))
  gains = functools.partial(_balance_gains, lam=lam)
  items = greedy(
    missing,
    lambda lack: gains(lack, probs, entropy),
    lambda lack, item: lack - probs[item],
    kept.available,
    k,
    count,
  )
  items = _swapped(
    items, missing, probs, entropy, kept.available, gains, sweeps
  )
  # The final set in ascending order, so that ties go to the lowest id.
  items = jnp.sort(items)
  rows = probs.at[items].get(mode="clip")
  own = entropy.at[items].get(mode="clip")
  places = greedy(
    missing,
    lambda lack: gains(lack, rows, own),
    lambda lack, place: lack - rows[place],
    items < probs.shape[0],
    k,
  )
  return items.at[places].get(mode="fill", fill_value=probs.shape[0])


def _lacking(candidates, num_classes, k):
  """Omega [C], from the labels that are known."""
  counts = jnp.zeros(num_classes, jnp.int32)
  if candidates.labels is not None:
    known = candidates.labelled & (candidates.labels >= 0)
    labels = jnp.where(known, candidates.labels, num_classes)
    counts = counts.at[labels].add(1, mode="drop")
  target = (counts.sum() + k) / num_classes
  return jnp.maximum(target - counts, 0.0)


def _balance_gains(lack, probs, entropy, lam):
  """[N] H_i + lam (||lack||_1 - ||lack - p_i||_1), lack = Omega - q."""
  # |a| - |a - p| for p >= 0, without the difference of large numbers.
  nearer = jnp.clip(2 * lack[None, :] - probs, -probs, probs)
  return entropy + lam * nearer.sum(1)


def _swapped(items, missing, probs, entropy, available, gains, sweeps):
  """The picks [k] once no replacement of one of them gains anything."""
  num_items, k = probs.shape[0], items.shape[0]

  def replace(slot, carry):
    items, free, lack, changed = carry
    item = items[slot]
    row = probs.at[item].get(mode="fill", fill_value=0.0)
    gain = gains(lack + row, probs, entropy)
    best = jnp.argmax(jnp.where(free, gain, -jnp.inf)).astype(jnp.int32)
    own = gain.at[item].get(mode="fill", fill_value=jnp.inf)
    better = free[best] & (gain[best] > own + _IMPROVES)
    kept = jnp.where(better, best, item)
    free = free.at[item].set(better, mode="drop")
    free = free.at[best].set(free[best] & ~better)
    lack = jnp.where(better, lack + row - probs[best], lack)
    return items.at[slot].set(kept), free, lack, changed | better

  def sweep(carry):
    step, items, free, lack, _ = carry
    state = items, free, lack, jnp.bool_(False)
    return step + 1, *jax.lax.fori_loop(0, k, replace, state)

  picked = jnp.zeros(num_items, bool).at[items].set(True, mode="drop")
  lack = missing - probs.at[items].get(mode="fill", fill_value=0.0).sum(0)
  start = jnp.int32(0), items, available & ~picked, lack, jnp.bool_(True)
  return jax.lax.while_loop(
    lambda carry: (carry[0] < sweeps) & carry[4], sweep, start
  )[1]


def features_and_confidence(keys: jax.Array, prediction) -> dict:
  """{"features": [B, D], "uncertainty": [B] least confidence in [0, 1]}."""
  return {
    "features": prediction.features,
    "uncertainty": predictive.confidence(keys, prediction),
  }


def ranked_batch(
  key: jax.Array,
  description: dict,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  progress: Callable | None = None,
) -> jax.Array:
  """Far from all that is labelled first, uncertain more and more.

  Again and again the highest alpha (1 - 1 / (1 + d)) + (1 - alpha) u: d is
  the distance to the nearest labelled item or pick, u the least confidence,
  alpha = U / (U + L) of U available and L labelled items, picks included
  (Cardoso et al. 2017, Eq. 4-5). With nothing labelled the first pick has the
  smallest mean distance to all items. Ties go to the lowest id.

  Time O((N_labelled + k) N D), and O(N^2 D) with nothing labelled; memory
  O(N D).

  Args:
    key: unused.
    description: of `features_and_confidence`.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    progress: called with (picked, k).
  """
  del key
  description, kept = usable(description, candidates)
  x = centred(description["features"], kept.present)
  labelled = kept.labelled
  ids = jnp.nonzero(labelled, size=x.shape[0], fill_value=0)[0]
  near = nearest_centre(x, x[ids], labelled.sum())[1]
  nothing = jnp.zeros(x.shape[0], jnp.float32)
  apart = jax.lax.cond(
    labelled.any(), lambda: nothing, lambda: mean_distances(x, kept.present)
  )
  total, held = kept.present.sum(), labelled.sum()

  def gains(state):
    near, picked = state
    alpha = (total - held - picked) / jnp.maximum(total, 1)
    unlike = 1 - 1 / (1 + jnp.sqrt(near))
    mixed = alpha * unlike + (1 - alpha) * description["uncertainty"]
    return jnp.where(held + picked == 0, -apart, mixed)

  def update(state, item):
    near, picked = state
    report(progress, picked + 1, wanted(k, count))
    near = jnp.minimum(near, squared_distances_to(x, x[item]))
    return near, picked + 1

  start = near, jnp.int32(0)
  return greedy(start, gains, update, kept.available, k, count)


def mean_distances(x: jax.Array, there: jax.Array) -> jax.Array:
  """[N] mean distance to the rows of [N, D] that are there, itself included.

  Time O(N^2 D), memory O(N + block^2).
  """
  num_items = x.shape[0]
  block = min(BLOCK, num_items)

  def of_block(items):
    rows = x.at[items].get(mode="clip")

    def add(i, total):
      others = i * block + jnp.arange(block, dtype=jnp.int32)
      real = there.at[others].get(mode="fill", fill_value=False)
      apart = squared_distances(rows, x.at[others].get(mode="clip"))
      return total + jnp.where(real[None, :], jnp.sqrt(apart), 0.0).sum(1)

    blocks = -(-num_items // block)
    return jax.lax.fori_loop(
      0, blocks, add, jnp.zeros(items.shape, jnp.float32)
    )

  return map_rows(of_block, num_items) / jnp.maximum(there.sum(), 1)


def mean_cosine(features: jax.Array, members: jax.Array) -> jax.Array:
  """[N] mean cosine of each row of [N, D] to the members [N]; none: 0.

  Itself included; a zero row is like nothing. Through the mean of the rows of
  length 1, so time and memory are O(N D).
  """
  rows = unit_rows(features)
  total = sum_rows(rows, members)[None, :]
  return cross(rows, total / jnp.maximum(members.sum(), 1))[:, 0]


def mean_discrepancy(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Most like the unlabelled, least like the labelled, by mean cosine.

  mean over the available of cos(x, .) - mean over the labelled of cos(x, .)
  (Li & Yin 2020); with nothing labelled only the first. Time and memory
  O(N D).

  Args:
    key: unused.
    features: [N, D] float32.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
  """
  features, kept = usable(features, candidates)
  like = mean_cosine(features, kept.available)
  scores = like - mean_cosine(features, kept.labelled)
  return top_k(key, scores, kept, k, count)
