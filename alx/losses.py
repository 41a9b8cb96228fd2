"""Training losses: logits and labels in, one number out."""

import jax
import jax.numpy as jnp
import optax


def cross_entropy(logits: jax.Array, labels: jax.Array) -> jax.Array:
  """Mean cross-entropy in nats.

  Args:
    logits: [B, *sp, C] float32.
    labels: [B, *sp] integers 0..C-1.
  """
  return optax.softmax_cross_entropy_with_integer_labels(
    logits, labels.astype(jnp.int32)
  ).mean()


def soft_dice(
  logits: jax.Array, labels: jax.Array, smooth: float = 1.0
) -> jax.Array:
  """1 - soft Dice, mean over the foreground classes, in [0, 1].

  The sums run over the whole batch, so a class that is absent from one patch
  is not a division by nothing (Milletari 2016; batch form as in nnU-Net).

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    smooth: added to numerator and denominator, voxels.
  """
  probs = jax.nn.softmax(logits)[..., 1:]
  truth = jax.nn.one_hot(labels, logits.shape[-1])[..., 1:]
  axes = tuple(range(probs.ndim - 1))
  shared = (probs * truth).sum(axes)
  total = probs.sum(axes) + truth.sum(axes)
  return 1.0 - ((2.0 * shared + smooth) / (total + smooth)).mean()


def segmentation_loss(logits: jax.Array, labels: jax.Array) -> jax.Array:
  """Cross-entropy + soft Dice, the default of medical segmentation."""
  return cross_entropy(logits, labels) + soft_dice(logits, labels)
