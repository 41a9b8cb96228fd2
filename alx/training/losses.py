"""Training losses: logits and labels in, one number out.

Voxels with the value `alx.label_maps.UNLABELLED` are left out of every sum and
every count: their gradient is 0, and without any other voxel the loss is. With
`partly=False` all voxels have a class, which saves looking for others.
"""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import digamma, gammaln

from alx.label_maps import is_labelled


def cross_entropy(
  logits: jax.Array, labels: jax.Array, partly: bool = True
) -> jax.Array:
  """Mean cross-entropy in nats.

  Args:
    logits: [B, *sp, C] float32.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    partly: whether there may be unlabelled ones.
  """
  known = _known(logits, labels, partly)
  return _mean(_nats(logits, labels, known), known)


def _known(logits, labels, partly):
  """[B, *sp] bool, which have a class; None: all."""
  return is_labelled(labels, logits.shape[-1]) if partly else None


def _nats(logits, labels, known):
  """Cross-entropy of each voxel; of one without a class, of class 0."""
  classes = labels.astype(jnp.int32)
  if known is not None:
    classes = jnp.where(known, classes, 0)
  return optax.softmax_cross_entropy_with_integer_labels(logits, classes)


def _mean(values, known, axes=None):
  """Mean of the known ones."""
  if known is None:
    return values.mean(axes)
  mean = jnp.where(known, values, 0.0).mean(axes)
  count = jnp.maximum(known.sum(axes, dtype=jnp.int32), 1)
  every = jnp.asarray(values.size // mean.size, values.dtype)
  return mean * (every / count.astype(values.dtype))


def _probabilities(logits, known):
  """The softmax, 0 where nothing is known."""
  probs = jax.nn.softmax(logits)
  return probs if known is None else jnp.where(known[..., None], probs, 0.0)


def soft_dice(
  logits: jax.Array,
  labels: jax.Array,
  smooth: float = 1.0,
  partly: bool = True,
) -> jax.Array:
  """1 - soft Dice, mean over the foreground classes, in [0, 1].

  The sums run over the whole batch, so a class that is absent from one patch
  is not a division by nothing (Milletari 2016; batch form as in nnU-Net).

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    smooth: added to numerator and denominator, voxels.
    partly: see `cross_entropy`.
  """
  known = _known(logits, labels, partly)
  probs = _probabilities(logits, known)[..., 1:]
  truth = jax.nn.one_hot(labels, logits.shape[-1])[..., 1:]
  axes = tuple(range(probs.ndim - 1))
  shared = (probs * truth).sum(axes)
  total = probs.sum(axes) + truth.sum(axes)
  return 1.0 - ((2.0 * shared + smooth) / (total + smooth)).mean()


def item_dice(
  logits: jax.Array,
  labels: jax.Array,
  smooth: float = 1e-5,
  partly: bool = True,
) -> jax.Array:
  """1 - soft Dice of each item and class, background too; then their mean.

  The form of MONAI's DiceLoss: a class that an item lacks asks for no
  probability anywhere in it.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    smooth: added to numerator and denominator, voxels.
    partly: see `cross_entropy`.
  """
  known = _known(logits, labels, partly)
  probs = _probabilities(logits, known)
  truth = jax.nn.one_hot(labels, logits.shape[-1])
  axes = tuple(range(1, probs.ndim - 1))
  shared = (probs * truth).sum(axes)
  total = probs.sum(axes) + truth.sum(axes)
  dice = (2.0 * shared + smooth) / (total + smooth)
  if known is None:
    return 1.0 - dice.mean()
  any_known = jnp.broadcast_to(known.any(axes)[:, None], dice.shape)
  return jnp.where(known.any(), 1.0 - _mean(dice, any_known), 0.0)


def over_levels(
  loss: Callable,
  logits: Sequence[jax.Array],
  labels: jax.Array,
  partly: bool = True,
) -> jax.Array:
  """Mean loss of logits at 1, 1/2, 1/4 ... of the extent, weights alike.

  Deep supervision (Lee et al. 2015) as in nnU-Net: level l weighs 1/2^l, the
  weights sum to 1, labels are taken at every 2^l-th voxel. A level at which no
  voxel is labelled is left out.

  Args:
    loss: (logits, labels) -> [].
    logits: of L levels, [B, *sp // 2^l, C].
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    partly: see `cross_entropy`.
  """
  weights = [0.5**level for level in range(len(logits))]
  seen = [labels[_every(2**n, labels.ndim)] for n in range(len(logits))]
  found = sum(
    weight * loss(x, y)
    for weight, x, y in zip(weights, logits, seen, strict=True)
  )
  mean = found / sum(weights)
  if not partly:
    return mean
  known = [is_labelled(y, logits[0].shape[-1]).any() for y in seen]
  weight = sum(
    jnp.where(yes, weight, 0.0)
    for weight, yes in zip(weights, known, strict=True)
  )
  return mean * (sum(weights) / jnp.where(weight > 0, weight, 1.0))


def _every(step, axes):
  return (slice(None), *(slice(None, None, step),) * (axes - 1))


_DICE = {"batch": soft_dice, "item": item_dice}


def segmentation_loss(
  logits: jax.Array,
  labels: jax.Array,
  dice: str = "batch",
  partly: bool = True,
) -> jax.Array:
  """Cross-entropy + soft Dice, the default of medical segmentation.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    dice: "batch" for `soft_dice`, "item" for `item_dice`, "none" for the
      cross-entropy alone.
    partly: see `cross_entropy`.
  """
  loss = cross_entropy(logits, labels, partly)
  return _with_dice(loss, dice, logits, labels, partly)


def _with_dice(loss, dice, logits, labels, partly):
  if dice == "none":
    return loss
  return loss + _DICE[dice](logits, labels, partly=partly)


def weighted_segmentation_loss(
  logits: jax.Array,
  labels: jax.Array,
  foreground: float = 1.0,
  partly: bool = True,
) -> jax.Array:
  """Cross-entropy with heavier foreground + soft Dice, of each item by itself.

  The loss of Kim et al. 2024; the code beside it weighs the cross-entropy of
  foreground voxels 4 times and divides by their number all the same.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    foreground: weight of a voxel of another class than 0.
    partly: see `cross_entropy`.

  Returns:
    [B].
  """
  known = _known(logits, labels, partly)
  nats = _nats(logits, labels, known)
  weighted = nats * jnp.where(labels > 0, foreground, 1.0)

  def dice_of(x, y):
    return soft_dice(x[None], y[None], partly=partly)

  dice = jax.vmap(dice_of)(logits, labels)
  return _mean(weighted, known, tuple(range(1, labels.ndim))) + dice


def evidential_loss(
  logits: jax.Array,
  labels: jax.Array,
  progress: jax.Array,
  partly: bool = True,
) -> jax.Array:
  """Expected cross-entropy under Dir(exp(logits)), and evidence kept honest.

  digamma(S) - digamma(alpha_y), plus min(1, 2 progress) KL(Dir(a) || Dir(1))
  where a is alpha with the evidence of the true class taken out (Sensoy 2018,
  equation 4 and section 4; exp as in Xie 2022). The mean of that Dirichlet is
  the softmax of the logits.

  Args:
    logits: [B, *sp, C] float32.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    progress: [] share of the training that is done, in [0, 1].
    partly: see `cross_entropy`.
  """
  # Beyond, the derivatives of digamma are no float32 numbers any more.
  alpha = jnp.exp(jnp.clip(logits, -30.0, 30.0))
  truth = jax.nn.one_hot(labels, alpha.shape[-1])
  total = digamma(alpha.sum(-1))
  expected = total - (truth * digamma(alpha)).sum(-1)
  wrong = jnp.where(truth > 0, 1.0, alpha)
  loss = expected + jnp.minimum(1.0, 2.0 * progress) * _to_flat(wrong)
  return _mean(loss, _known(logits, labels, partly))


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
  logits: jax.Array,
  labels: jax.Array,
  progress: jax.Array,
  dice: str = "batch",
  partly: bool = True,
) -> jax.Array:
  """Evidential loss + soft Dice of the Dirichlet's mean.

  Args:
    logits: [B, *sp, C], class 0 is background.
    labels: [B, *sp] integers 0..C-1, or unlabelled.
    progress: see `evidential_loss`.
    dice: see `segmentation_loss`.
    partly: see `cross_entropy`.
  """
  loss = evidential_loss(logits, labels, progress, partly)
  return _with_dice(loss, dice, logits, labels, partly)
