"""Training losses: logits and labels in, one number out."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import digamma, gammaln


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


def item_dice(
  logits: jax.Array, labels: jax.Array, smooth: float = 1e-5
) -> jax.Array:
  """1 - soft Dice of each item and class, background too; then their mean.

  The form of MONAI's DiceLoss: a class that an item lacks asks for no
  probability anywhere in it.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    smooth: added to numerator and denominator, voxels.
  """
  probs = jax.nn.softmax(logits)
  truth = jax.nn.one_hot(labels, logits.shape[-1])
  axes = tuple(range(1, probs.ndim - 1))
  shared = (probs * truth).sum(axes)
  total = probs.sum(axes) + truth.sum(axes)
  return 1.0 - ((2.0 * shared + smooth) / (total + smooth)).mean()


def over_levels(
  loss: Callable, logits: Sequence[jax.Array], labels: jax.Array
) -> jax.Array:
  """Mean loss of logits at 1, 1/2, 1/4 ... of the extent, weights alike.

  Deep supervision (Lee et al. 2015) as in nnU-Net: level l weighs 1/2^l, the
  weights sum to 1, labels are taken at every 2^l-th voxel.

  Args:
    loss: (logits, labels) -> [].
    logits: of L levels, [B, *sp // 2^l, C].
    labels: [B, *sp] integers 0..C-1.
  """
  weights = [0.5**level for level in range(len(logits))]
  found = [
    weight * loss(x, labels[_every(2**level, labels.ndim)])
    for level, (weight, x) in enumerate(zip(weights, logits, strict=True))
  ]
  return sum(found) / sum(weights)


def _every(step, axes):
  return (slice(None), *(slice(None, None, step),) * (axes - 1))


_DICE = {"batch": soft_dice, "item": item_dice}


def segmentation_loss(
  logits: jax.Array, labels: jax.Array, dice: str = "batch"
) -> jax.Array:
  """Cross-entropy + soft Dice, the default of medical segmentation.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    dice: "batch" for `soft_dice`, "item" for `item_dice`, "none" for the
      cross-entropy alone.
  """
  if dice == "none":
    return cross_entropy(logits, labels)
  return cross_entropy(logits, labels) + _DICE[dice](logits, labels)


def weighted_segmentation_loss(
  logits: jax.Array, labels: jax.Array, foreground: float = 1.0
) -> jax.Array:
  """Cross-entropy with heavier foreground + soft Dice, of each item by itself.

  The loss of Kim et al. 2024; the code beside it weighs the cross-entropy of
  foreground voxels 4 times and divides by their number all the same.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1.
    foreground: weight of a voxel of another class than 0.

  Returns:
    [B].
  """
  labels = labels.astype(jnp.int32)
  nats = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
  weighted = nats * jnp.where(labels > 0, foreground, 1.0)
  dice = jax.vmap(lambda x, y: soft_dice(x[None], y[None]))(logits, labels)
  return weighted.mean(tuple(range(1, labels.ndim))) + dice


def evidential_loss(
  logits: jax.Array, labels: jax.Array, progress: jax.Array
) -> jax.Array:
  """Expected cross-entropy under Dir(exp(logits)), and evidence kept honest.

  digamma(S) - digamma(alpha_y), plus min(1, 2 progress) KL(Dir(a) || Dir(1))
  where a is alpha with the evidence of the true class taken out (Sensoy 2018,
  equation 4 and section 4; exp as in Xie 2022). The mean of that Dirichlet is
  the softmax of the logits.

  Args:
    logits: [B, *sp, C] float32.
    labels: [B, *sp] integers 0..C-1.
    progress: [] share of the training that is done, in [0, 1].
  """
  alpha = jnp.exp(jnp.minimum(logits, 30.0))
  truth = jax.nn.one_hot(labels, alpha.shape[-1])
  total = digamma(alpha.sum(-1))
  expected = total - (truth * digamma(alpha)).sum(-1)
  wrong = jnp.where(truth > 0, 1.0, alpha)
  return (expected + jnp.minimum(1.0, 2.0 * progress) * _to_flat(wrong)).mean()


def _to_flat(alpha):
  """KL(Dir(alpha) || Dir(1, ..., 1)) over the last axis."""
  total = alpha.sum(-1)
  slope = digamma(alpha) - digamma(total)[..., None]
  return (
    gammaln(total)
    - gammaln(jnp.asarray(alpha.shape[-1], alpha.dtype))
    - gammaln(alpha).sum(-1)
    + ((alpha - 1.0) * slope).sum(-1)
  )


def evidential_segmentation_loss(
  logits: jax.Array, labels: jax.Array, progress: jax.Array
) -> jax.Array:
  """Evidential loss + soft Dice of the Dirichlet's mean."""
  return evidential_loss(logits, labels, progress) + soft_dice(logits, labels)
