"""Random views of an image, for training that compares an image with itself."""

import dataclasses

import jax
import jax.numpy as jnp

from alx.training.augment import Augment, augment


@dataclasses.dataclass(frozen=True)
class Views:
  """How much two views of an image may differ.

  Attributes:
    least: a crop keeps at least this share of every axis, in (0, 1]; 1: no
      crop. Small crops lose small findings.
    augment: what happens to the crop.
  """

  least: float = 0.6
  augment: Augment = Augment(flips=True, intensity=0.2)  # noqa: RUF009, frozen


def draw_view(key: jax.Array, image: jax.Array, settings: Views) -> jax.Array:
  """One view of an image [*sp, channels], of the same shape."""
  key_crop, key_augment = jax.random.split(key)
  if settings.least < 1:
    image = crop_and_resize(key_crop, image, settings.least)
  return augment(key_augment, image, jnp.int32(0), settings.augment)[0]


def crop_and_resize(
  key: jax.Array, image: jax.Array, least: float
) -> jax.Array:
  """A random box of the image, linearly resampled to the image's shape.

  Chen et al. 2020, appendix A, but with another share for each axis.

  Args:
    key: of the box.
    image: [*sp, channels].
    least: the box keeps a share of each axis that is uniform in [least, 1).
  """
  axes = tuple(range(image.ndim - 1))
  key_kept, key_start = jax.random.split(key)
  kept = jax.random.uniform(
    key_kept, (len(axes),), minval=least, dtype=jnp.float32
  )
  extents = jnp.asarray(image.shape[:-1], jnp.float32)
  room = (1.0 - kept) * extents
  start = jax.random.uniform(key_start, (len(axes),), dtype=jnp.float32) * room
  return jax.image.scale_and_translate(
    image, image.shape, axes, 1.0 / kept, -start / kept, "linear", False
  )
