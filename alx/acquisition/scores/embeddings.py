"""Gradients of the last layer, item by item, as outer products."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.geometry import cross
from alx.acquisition.comparisons.geometry import squared_norms as row_norms
from alx.acquisition.scores.maps import likeliest, minus_label
from alx.prediction import Prediction

# Squared distances below this share of the squared norms are rounding: 0.
_ROUNDING = 2.0**-20
_HIGHEST = jax.lax.Precision.HIGHEST


class Factors(NamedTuple):
  """N vectors of C D numbers that are never made: left[i] (x) right[i].

  <i, j> is <left_i, left_j> <right_i, right_j>. With C = 1 and ones on the
  left they are any vectors.
  """

  left: jax.Array  # [N, C]
  right: jax.Array  # [N, D]


class Voxels(NamedTuple):
  """A segmentation with its voxels in one axis; 0 where they are not real."""

  probs: jax.Array  # [B, V, C] mean of the samples
  pixels: jax.Array  # [B, V, D] what the last layer sees
  real: jax.Array  # [B, V] bool
  share: jax.Array  # [B, V], 1 / the number of real voxels where real


def plain(vectors: jax.Array) -> Factors:
  """Vectors [N, D] that are no products."""
  return Factors(jnp.ones_like(vectors[:, :1]), vectors)


def take(factors: Factors, items: jax.Array) -> Factors:
  """The rows of some items; items >= N are clipped."""
  return jax.tree.map(lambda x: x.at[items].get(mode="clip"), factors)


def squared_norms(factors: Factors) -> jax.Array:
  """|left|^2 |right|^2 of each row: [N]."""
  return row_norms(factors.left) * row_norms(factors.right)


def squared_distances(x: Factors, y: Factors) -> jax.Array:
  """[N, M] squared distances; what is no more than rounding is 0.

  |x|^2 + |y|^2 - 2 <x, y>. Time O(N M (C + D)).
  """
  square = squared_norms(x)[:, None] + squared_norms(y)[None, :]
  product = cross(x.left, y.left) * cross(x.right, y.right)
  distance = square - 2.0 * product
  return jnp.where(distance > _ROUNDING * square, distance, 0.0)


def has_space(prediction: Prediction) -> bool:
  """Whether the items are maps of voxels."""
  return prediction.probs.ndim > 3


def voxels_of(prediction: Prediction) -> Voxels:
  """The voxels of a segmentation.

  Raises:
    ValueError: if the prediction has no pixel features.
  """
  if prediction.pixels is None:
    raise ValueError(
      "gradients of a segmentation want pixel features: what the last layer "
      "sees at each voxel, [N, *sp, D]"
    )
  num_items = prediction.mask.shape[0]
  real = prediction.mask.reshape(num_items, -1)
  flat = [
    jnp.where(real[..., None], x.reshape(*real.shape, x.shape[-1]), 0.0)
    for x in (prediction.probs.mean(0), prediction.pixels)
  ]
  share = real / jnp.maximum(real.sum(1, keepdims=True), 1)
  return Voxels(*flat, real, share.astype(jnp.float32))


def residual(probs: jax.Array) -> jax.Array:
  """p - e_y for the likeliest class y, ties to the lowest: [..., C]."""
  return minus_label(probs, likeliest(probs))


def gradient_factors(keys: jax.Array, prediction: Prediction) -> Factors:
  """Gradient of the loss with respect to the weights of the last layer.

  The label is what the model believes, y = argmax p; p is the mean of the
  samples. A class: cross-entropy, (p - e_y) (x) features (Ash et al. 2020,
  section 3). A segmentation: cross-entropy + soft Dice with respect to the
  last 1 x 1 convolution, see `segmentation_gradient`; no product, C D numbers.
  The bias is left out.

  Args:
    keys: unused.
    prediction: of B items, with features, or with pixels where it has space.

  Returns:
    Factors of [B, C] and [B, D], or of [B, 1] and [B, C D].

  Raises:
    ValueError: on a segmentation without pixel features.
  """
  del keys
  if not has_space(prediction):
    return Factors(residual(prediction.probs.mean(0)), prediction.features)
  gradient = segmentation_gradient(voxels_of(prediction))
  return plain(gradient.reshape(gradient.shape[0], -1))


def segmentation_gradient(voxels: Voxels, smooth: float = 1e-5) -> jax.Array:
  """Gradient of cross-entropy + soft Dice with respect to [C, D] weights.

  The loss of the most likely mask: mean over the real voxels of the
  cross-entropy, plus 1 - (2 sum p y + smooth) / (sum p + sum y + smooth), mean
  over all classes. Closed form: sum over voxels of d loss / d logit (x) pixel.

  Args:
    voxels: of B items.
    smooth: of the Dice, > 0.

  Returns:
    [B, C, D] float32; 0 for an item without any real voxel.
  """
  p, real = voxels.probs, voxels.real[..., None]
  best = likeliest(p) & real
  y = best.astype(p.dtype)
  shared = 2.0 * (p * y).sum(1) + smooth
  total = p.sum(1) + y.sum(1) + smooth
  # One division after the other: total^2 of an absent class may underflow.
  slope = (shared / total / total)[:, None, :] - 2.0 * y / total[:, None, :]
  slope = slope / p.shape[-1]
  # Minus that of the likeliest class, whose p is near 1 and would cancel.
  slope = slope - jnp.where(best, slope, 0.0).sum(-1, keepdims=True)
  of_dice = p * (slope - (p * slope).sum(-1, keepdims=True))
  of_logits = voxels.share[..., None] * minus_label(p, best) + of_dice
  return _with_pixels(of_logits, voxels)


def cross_entropy_gradient(voxels: Voxels) -> jax.Array:
  """The cross-entropy part of `segmentation_gradient`: [B, C, D]."""
  of_logits = jnp.where(voxels.real[..., None], residual(voxels.probs), 0.0)
  return _with_pixels(voxels.share[..., None] * of_logits, voxels)


def class_gradient_norms(keys: jax.Array, prediction: Prediction) -> Factors:
  """Length of the cross-entropy gradient of each class, as [B, C] vectors.

  The first embedding of ALGES (Aklilu & Yeung 2022), for `seeding`; only for a
  segmentation, of which it asks the pixel features.
  """
  del keys
  gradient = cross_entropy_gradient(voxels_of(prediction))
  return plain(jnp.sqrt(jnp.square(gradient).sum(-1)))


def class_gradient_squares(keys: jax.Array, prediction: Prediction) -> Factors:
  """Sum of |p - e_y|^2 |pixel|^2 over the voxels of each class y: [B, C].

  The second embedding of ALGES (Aklilu & Yeung 2022), where y is the likeliest
  class of a voxel; only for a segmentation with pixel features.
  """
  del keys
  voxels = voxels_of(prediction)
  square = row_norms(residual(voxels.probs)) * row_norms(voxels.pixels)
  labels = voxels.probs.argmax(-1)
  of_class = jax.nn.one_hot(labels, voxels.probs.shape[-1])
  weight = jnp.where(voxels.real, square, 0.0)
  return plain((weight[..., None] * of_class).sum(1))


def _with_pixels(of_logits, voxels):
  return jnp.einsum(
    "bvc,bvd->bcd", of_logits, voxels.pixels, precision=_HIGHEST
  )
