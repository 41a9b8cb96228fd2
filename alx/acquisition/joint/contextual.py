"""Contextual diversity: images that confuse the classes in other ways."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, greedy, usable
from alx.acquisition.scores.maps import entropy_map
from alx.prediction import Prediction


class Confusion(NamedTuple):
  """What an image holds in place of each class it is predicted to hold."""

  mean: jax.Array  # [B, C, C] mean prediction where c is predicted, or 0
  present: jax.Array  # [B, C] bool, c is predicted somewhere


def confusion(keys: jax.Array, prediction: Prediction) -> Confusion:
  """Mean prediction over the voxels of each predicted class.

  Over the real voxels whose likeliest class is c, weighted by their entropy,
  of the mean over samples (Agarwal et al. 2020, Eq. 1); where all of them are
  certain, each counts the same. Without space an item is one voxel. Time
  O(V C^2), memory O(V C) an item for V voxels.
  """
  del keys
  probs = prediction.probs.mean(0)
  num_items, num_classes = probs.shape[0], probs.shape[-1]
  mask = prediction.mask.reshape(num_items, -1)
  probs = probs.reshape(num_items, mask.shape[1], num_classes)
  probs = jnp.where(mask[..., None], probs, 0.0)
  of_class = jax.nn.one_hot(probs.argmax(-1), num_classes, dtype=probs.dtype)
  of_class = jnp.where(mask[..., None], of_class, 0.0)
  weighted = of_class * jnp.maximum(entropy_map(probs), 0.0)[..., None]
  doubt = weighted.sum(1, keepdims=True)
  weights = jnp.where(doubt == 0, of_class, weighted)
  total = weights.sum(1, keepdims=True)
  # Before the products: weight times probability may underflow.
  weights = weights / jnp.where(total == 0, 1.0, total)
  highest = jax.lax.Precision.HIGHEST
  mean = jnp.einsum("bvc,bvd->bcd", weights, probs, precision=highest)
  return Confusion(mean, (of_class > 0).any(1))


def contextual_distance(
  logs: jax.Array, confusions: Confusion, item: jax.Array
) -> jax.Array:
  """Distance of every item to one item: [N], inf without a common class.

  The mean over the classes predicted in both of half the sum of the two KL
  divergences, sum_d (q_cd - q'_cd) (log q_cd - log q'_cd) / 2: at least 0, and
  0 for the same image.

  Args:
    logs: [N, C, C] from `log_mean`.
    confusions: of N items.
    item: [] int32.
  """
  apart = confusions.mean - confusions.mean[item][None]
  apart = (apart * (logs - logs[item][None])).sum(-1) / 2
  common = confusions.present & confusions.present[item][None]
  count = common.sum(-1)
  mean = jnp.where(common, apart, 0.0).sum(-1) / jnp.maximum(count, 1)
  return jnp.where(count > 0, mean, jnp.inf)


def log_mean(confusions: Confusion) -> jax.Array:
  """Logs of the mean predictions [N, C, C], those below 1.2e-38 as of that.

  An exact zero counts as that too, so that no distance is above 88.
  """
  tiny = jnp.finfo(confusions.mean.dtype).tiny
  return jnp.log(jnp.maximum(confusions.mean, tiny))


def contextual_diversity(
  key: jax.Array,
  confusions: Confusion,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Greedy k-center of `contextual_distance` (Agarwal et al. 2020, CDAL-CS).

  Each pick is the item farthest from the labelled and the picked ones. Two
  images without a common class are farther apart than any others; of several
  that have none with any centre, and with no centre yet, the one with the
  highest entropy of its mean predictions, averaged over its classes, comes
  first. An item without a real voxel comes last; ties go to the lowest id.

  Time O((N_labelled + k) N C^2), memory O(N C^2).

  Args:
    key: unused.
    confusions: of N items. One that is not finite is never picked and is no
      centre.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
  """
  del key
  confusions, candidates = usable(confusions, candidates)
  present, labelled = confusions.present, candidates.labelled
  logs = log_mean(confusions)
  entropy = jnp.where(present, entropy_map(confusions.mean), 0.0).sum(-1)
  entropy = entropy / jnp.maximum(present.sum(-1), 1)

  def update(nearest, item):
    distance = contextual_distance(logs, confusions, item)
    return jnp.minimum(nearest, distance).at[item].set(0.0)

  def gains(nearest):
    far = jnp.isinf(nearest)
    return jnp.where(far.any(), jnp.where(far, entropy, -1.0), nearest)

  centres = jnp.nonzero(labelled, size=labelled.shape[0], fill_value=0)[0]
  nearest = jnp.where(candidates.available & present.any(-1), jnp.inf, 0.0)
  nearest = jax.lax.fori_loop(
    0, labelled.sum(), lambda i, n: update(n, centres[i]), nearest
  )
  return greedy(nearest, gains, update, candidates.available, k, count)
