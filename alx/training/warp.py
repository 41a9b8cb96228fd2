"""Random scaling, shift and rotation of a patch that is cut out of an item."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates

from alx.training.affine import make_matrix


class Place(NamedTuple):
  """Where a patch is in its item, and what of the item may be read."""

  start: jax.Array  # [d] int32
  patch: tuple[int, ...]
  size: jax.Array  # [d] int32, the near part of the item


def draw_matrix(
  key: jax.Array,
  axes: int,
  scaling: float,
  degrees: float,
  spacing: Sequence[float] = (),
) -> jax.Array:
  """[d, d] from the new to the old place, in voxels.

  Args:
    key: random key.
    axes: d, 2 or 3.
    scaling: each axis grows by exp(u), u uniform in +-scaling.
    degrees: each plane of two axes turns by an angle uniform in +-degrees.
    spacing: [d] of voxels, so that what turns keeps its form in space; (): 1.
  """
  key_scale, key_angle = jax.random.split(key)
  grow = _uniform(key_scale, axes, scaling)
  angles = _uniform(key_angle, axes * (axes - 1) // 2, jnp.deg2rad(degrees))
  matrix = make_matrix(jnp.exp(grow), angles)
  if not spacing:
    return matrix
  voxel = jnp.asarray(spacing, jnp.float32)
  return matrix * (voxel[None, :] / voxel[:, None])


def draw_shift(
  key: jax.Array, extents: Sequence[int] | jax.Array, share: float
) -> jax.Array:
  """[d] voxels, uniform in +-share of the extents [d] of a patch."""
  extents = jnp.asarray(extents, jnp.float32)
  return _uniform(key, extents.shape[0], share) * extents


def cut_through(
  matrix: jax.Array,
  shift: jax.Array,
  image: jax.Array,
  label: jax.Array,
  place: Place,
  extents: jax.Array | None = None,
) -> tuple[jax.Array, jax.Array]:
  """The patch of an item seen through a matrix about the patch's middle c.

  The voxel at x shows what was at c + matrix (x - c) - shift. Images are
  interpolated linearly, label maps take the nearest voxel; beyond the part of
  the item that may be read its edge goes on.

  Args:
    matrix: [d, d].
    shift: [d] voxels by which what is seen moves.
    image: [*sp, channels] float32, the item.
    label: [*sp], or a class [].
    place: of the patch.
    extents: [d] int32, of the near part of the patch whose middle it is; None:
      of all of it.

  Returns:
    ([*patch, channels], [*patch] or []).
  """
  extents = jnp.asarray(place.patch) if extents is None else extents
  middle = (extents.astype(jnp.float32) - 1) / 2
  grid = jnp.meshgrid(
    *(
      jnp.arange(n, dtype=jnp.float32) - c
      for n, c in zip(place.patch, middle, strict=True)
    ),
    indexing="ij",
  )
  centre = place.start.astype(jnp.float32) + middle - shift
  last = (place.size - 1).astype(jnp.float32)
  places = [
    jnp.clip(c + sum(row[i] * x for i, x in enumerate(grid)), 0.0, end)
    for row, c, end in zip(matrix, centre, last, strict=True)
  ]
  channels = [
    map_coordinates(x, places, order=1, mode="nearest")
    for x in jnp.moveaxis(image, -1, 0)
  ]
  image = jnp.stack(channels, -1)
  if label.ndim:
    label = map_coordinates(label, places, order=0, mode="nearest")
  return image, label


def _uniform(key, count, most):
  return jax.random.uniform(
    key, (count,), minval=-most, maxval=most, dtype=jnp.float32
  )
