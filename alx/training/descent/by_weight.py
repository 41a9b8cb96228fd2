"""The losses of a fit whose labels weigh more or less, item by item.

The mean over the items with a weight above 0 of weight times loss: weights that
are all 1 are the plain loss, all 1/2 half of it, and an item of weight 0 is as
if it were not in the batch. Voxels whose label is no class count as little.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.training import losses


def cross_entropy(
  logits: jax.Array, labels: jax.Array, weights: jax.Array
) -> jax.Array:
  """`losses.cross_entropy` by weight.

  Args:
    logits: [B, *sp, C] float32.
    labels: [B, *sp] integers 0..C-1.
    weights: [B] in [0, 1].
  """
  return _mean_of_each(losses.cross_entropy, logits, labels, weights)


def soft_dice(
  logits: jax.Array, labels: jax.Array, weights: jax.Array, smooth: float = 1.0
) -> jax.Array:
  """`losses.soft_dice` by weight.

  The sums over the batch are by weight over m, the mean of the weights above
  0, and what they give is taken m times.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    weights: [B] in [0, 1].
    smooth: added to numerator and denominator, voxels.
  """
  probs, truth = _parts(logits, labels)
  mean = weights.sum() / jnp.maximum((weights > 0).sum(), 1)
  relative = weights / jnp.where(mean > 0, mean, 1.0)
  share = relative.reshape(-1, *[1] * (probs.ndim - 1))
  axes = tuple(range(probs.ndim - 1))
  shared = (share * probs * truth)[..., 1:].sum(axes)
  total = (share * (probs + truth))[..., 1:].sum(axes)
  return mean * (1.0 - ((2.0 * shared + smooth) / (total + smooth)).mean())


def item_dice(
  logits: jax.Array, labels: jax.Array, weights: jax.Array, smooth: float = 1e-5
) -> jax.Array:
  """`losses.item_dice` by weight.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    weights: [B] in [0, 1].
    smooth: added to numerator and denominator, voxels.
  """
  probs, truth = _parts(logits, labels)
  axes = tuple(range(1, probs.ndim - 1))
  shared = (probs * truth).sum(axes)
  total = (probs + truth).sum(axes)
  dice = ((2.0 * shared + smooth) / (total + smooth)).mean(-1)
  some = _is_class(logits, labels).any(tuple(range(1, labels.ndim)))
  return _mean(1.0 - dice, jnp.where(some, weights, 0.0))


_DICE = {"batch": soft_dice, "item": item_dice}


def segmentation_loss(
  logits: jax.Array,
  labels: jax.Array,
  weights: jax.Array,
  dice: str = "batch",
) -> jax.Array:
  """`losses.segmentation_loss` by weight.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    weights: [B] in [0, 1].
    dice: "batch", "item" or "none".
  """
  nats = cross_entropy(logits, labels, weights)
  return _with_dice(nats, dice, logits, labels, weights)


def evidential_loss(
  logits: jax.Array,
  labels: jax.Array,
  weights: jax.Array,
  progress: jax.Array,
  dice: str = "batch",
) -> jax.Array:
  """`losses.evidential_loss` by weight, with soft Dice where there is space.

  Args:
    logits: [B, *sp, C] float32.
    labels: [B, *sp] integers 0..C-1.
    weights: [B] in [0, 1].
    progress: [] share of the training that is done, in [0, 1].
    dice: of maps, as in `segmentation_loss`.
  """

  def of_one(x, y):
    return losses.evidential_loss(x, y, progress)

  found = _mean_of_each(of_one, logits, labels, weights)
  dice = "none" if labels.ndim == 1 else dice
  return _with_dice(found, dice, logits, labels, weights)


def _with_dice(loss, dice, logits, labels, weights):
  return loss if dice == "none" else loss + _DICE[dice](logits, labels, weights)


def _mean_of_each(loss: Callable, logits, labels, weights):
  """The mean of the loss of each voxel, or item without space."""
  known = _is_class(logits, labels)
  classes = jnp.where(known, labels, 0).astype(jnp.int32)
  flat = logits.reshape(-1, logits.shape[-1])
  found = jax.vmap(loss)(flat, classes.reshape(-1)).reshape(labels.shape)
  share = weights.reshape(-1, *[1] * (labels.ndim - 1))
  return _mean(found, jnp.where(known, share, 0.0))


def _mean(values, weights):
  """Of weight times value, over what weighs anything; 0 for nothing."""
  return (weights * values).sum() / jnp.maximum((weights > 0).sum(), 1)


def _parts(logits, labels):
  """Probabilities and truth [B, *sp, C], 0 where the label is no class."""
  known = _is_class(logits, labels)[..., None]
  probs = jnp.where(known, jax.nn.softmax(logits), 0.0)
  return probs, jnp.where(known, jax.nn.one_hot(labels, logits.shape[-1]), 0.0)


def _is_class(logits, labels):
  return labels.astype(jnp.int32) < logits.shape[-1]
