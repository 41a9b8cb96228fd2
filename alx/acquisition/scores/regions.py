"""Scores of regions: of an item, or of a slice, a box, a superpixel of it.

What is told of a prediction [B, *sp, C] is told of its B regions, see
`alx.units.view`.
"""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, picks_of, usable, wanted
from alx.acquisition.scores.maps import entropy_map
from alx.acquisition.scores.passes import summary_of
from alx.acquisition.scores.spatial import reduce_spatial
from alx.acquisition.scores.stochastic import sharpness
from alx.acquisition.shares import ratio_of
from alx.prediction import Prediction


def predicted_shares(classes: jax.Array, mask: jax.Array, num_classes: int):
  """[B, C] share of the real voxels that each class is predicted on.

  Args:
    classes: [B, *sp] int32.
    mask: [B, *sp] bool.
    num_classes: C.
  """
  axes = tuple(range(1, mask.ndim))
  counts = [
    (mask & (classes == c)).sum(axes, dtype=jnp.int32)
    for c in range(num_classes)
  ]
  total = jnp.maximum(mask.sum(axes, dtype=jnp.int32), 1)
  return jnp.stack(counts, -1) / total[:, None]


def inconsistency(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Share of the voxels that are not of the likeliest class, in [0, 1 - 1/C].

  Regional consistency (Li et al. 2023): 1 - max over classes of the share of
  the region that is predicted as the class. A checkerboard has 0.5.
  """
  del keys
  mean = summary_of(prediction).mean
  shares = predicted_shares(mean.argmax(-1), prediction.mask, mean.shape[-1])
  # Of a region without a real voxel nothing is inconsistent.
  found = jnp.where(shares.any(-1), 1.0 - shares.max(-1), 0.0)
  told = reduce_spatial(mean.sum(-1), prediction.mask, "mean")
  return jnp.where(jnp.isnan(told), jnp.nan, found)


def ripu(
  keys: jax.Array,
  prediction: Prediction,
  *,
  impurity: str = "entropy",
  window: int = 0,
) -> jax.Array:
  """Region impurity times prediction uncertainty (Xie et al. 2022).

  Impurity is that of the classes predicted in a window around a voxel, its
  uncertainty the mean entropy in that window; the product is averaged over the
  real voxels. The window ends where the region or the real voxels end.

  Args:
    keys: unused.
    prediction: of B regions with space, of any number of axes.
    impurity: "entropy" of the shares of the classes, in nats, or their number
      "classes" - 1.
    window: voxels to each side; 0: the window is the region itself.

  Returns:
    [B] float32, at least 0.
  """
  del keys
  mean = summary_of(prediction).mean
  mask, num_classes = prediction.mask, mean.shape[-1]
  entropy = jnp.where(mask, entropy_map(mean), 0.0)
  if not window:
    shares = predicted_shares(mean.argmax(-1), mask, num_classes)
    uncertainty = reduce_spatial(entropy, mask, "mean")
    return _impurity(shares, impurity) * uncertainty
  counts = window_sums(mask.astype(jnp.float32), window)
  classes = jax.nn.one_hot(mean.argmax(-1), num_classes) * mask[..., None]
  sums = jnp.stack(
    [window_sums(classes[..., c], window) for c in range(num_classes)], -1
  )
  shares = sums / jnp.maximum(counts, 1.0)[..., None]
  uncertainty = window_sums(entropy, window) / jnp.maximum(counts, 1.0)
  # What is not finite in a window is told as not finite.
  values = _impurity(shares, impurity) * uncertainty
  return reduce_spatial(values, mask, "mean")


def _impurity(shares, how):
  if how == "classes":
    present = (shares > 0).sum(-1)
    return jnp.maximum(present - 1, 0).astype(jnp.float32)
  return entropy_map(shares)


def window_sums(values: jax.Array, window: int) -> jax.Array:
  """Sums over [2 window + 1] voxels along every axis, cut at the edges.

  Axis by axis: time is that of the axes, not of their product.

  Args:
    values: [B, *sp] float32.
    window: voxels to each side, >= 0.
  """
  for axis in range(1, values.ndim):
    sizes, pads = [1] * values.ndim, [(0, 0)] * values.ndim
    sizes[axis], pads[axis] = 2 * window + 1, (window, window)
    values = jax.lax.reduce_window(
      values, 0.0, jax.lax.add, sizes, [1] * values.ndim, pads
    )
  return values


def class_entropies(keys: jax.Array, prediction: Prediction) -> dict:
  """Mean entropy of the mean prediction, as it is and by class.

  Of a class: mean over the real voxels of entropy x p_c.

  Returns:
    {"all": [B], "classes": [B, C - 1] of the classes but background}.
  """
  del keys
  mean = summary_of(prediction).mean
  entropy = entropy_map(mean)
  by_class = [
    reduce_spatial(entropy * mean[..., c], prediction.mask, "mean")
    for c in range(1, mean.shape[-1])
  ]
  whole = reduce_spatial(entropy, prediction.mask, "mean")
  return {"all": whole, "classes": jnp.stack(by_class, -1)}


def class_stratified(
  key: jax.Array,
  description: dict,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  share: float = 0.66,
  beta: float = 1.0,
  growth: float = 2.0,
) -> jax.Array:
  """ClaSP PE: a share of the batch by class, with noise that decays.

  Lueth et al. 2026.

  `share` of the picks are spread evenly over the classes but background, by
  their entropy; what does not divide goes to classes by chance. The others are
  by the entropy of all classes. Every score s is beta_t log s + Gumbel noise,
  beta_t = beta growth^t behind t whole batches of k labels: chance early, the
  highest scores later; what has a score of 0 comes behind all others. The turns
  of the classes are in random order.

  The share is that of the public code of the authors; the published schedule
  of the noise is not in it, and this one is ours. Time O(k N + N C), memory
  O(N C).

  Args:
    key: of the noise and of the turns.
    description: of `class_entropies`.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    share: in [0, 1], of the picks that are by class.
    beta: >= 0, of the first question on one batch of labels.
    growth: >= 1, by which it grows with each.
  """
  key_noise, key_extra, key_turns = jax.random.split(key, 3)
  description, kept = usable(description, candidates)
  scores = jnp.concatenate(
    [description["classes"], description["all"][:, None]], -1
  )
  num_items, num_strata = scores.shape
  asked = wanted(k, count)
  batches = candidates.labelled.sum() // jnp.maximum(asked, 1) - 1
  power = _power(beta, growth, batches)
  noise = jax.random.gumbel(key_noise, scores.shape, dtype=jnp.float32)
  positive = scores > 0
  drawn = power * jnp.log(jnp.where(positive, scores, 1.0)) + noise
  strata = _turns(key_extra, key_turns, k, asked, num_strata, share)

  def pick(free, turn):
    of = strata[turn]
    # A score of 0 comes behind all others, in an order that is random as well.
    first = free & positive[:, of]
    first = jnp.where(first.any(), first, free)
    ranked = jnp.where(first, drawn[:, of], -jnp.inf)
    item = jnp.argmax(ranked).astype(jnp.int32)
    found = free.any()
    return free.at[item].set(False), jnp.where(found, item, num_items)

  return picks_of(pick, kept.available, num_items, k, count)


def _power(beta, growth, batches):
  """beta growth^batches, as far as `sharpness` goes."""
  grown = growth ** jnp.clip(batches, 0, 60).astype(jnp.float32)
  return sharpness(beta * sharpness(grown))


def _turns(key_extra, key_turns, k, asked, num_strata, share):
  """[k] int32, the stratum of each pick; the last stratum is that of all.

  Of the first `asked` only; what is drawn for them does not depend on k.
  """
  classes = num_strata - 1
  part, whole = ratio_of(share) if classes else (0, 1)
  shares = [part * number // whole for number in range(k + 1)]
  by_class = jnp.asarray(shares, jnp.int32)[asked]
  order = jax.random.permutation(key_extra, max(classes, 1)).astype(jnp.int32)
  turns = jnp.arange(k, dtype=jnp.int32)
  of_class = order[turns % max(classes, 1)]
  strata = jnp.where(turns < by_class, of_class, classes)
  noise = jax.random.uniform(key_turns, (k,), dtype=jnp.float32)
  return strata[jnp.argsort(jnp.where(turns < asked, noise, jnp.inf))]
