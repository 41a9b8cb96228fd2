"""Random scaling and turning of one item, by interpolation."""

import itertools

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates

from alx.label_maps import UNLABELLED, is_labelled


def scale_and_turn(
  key: jax.Array,
  image: jax.Array,
  label: jax.Array,
  scale: tuple[float, float],
  degrees: float,
  chance: float,
):
  """Stretches each axis and turns in each plane, both around the middle.

  Linear interpolation of the image, nearest neighbour of the label; what is
  beyond the edge is mirrored. Where neither happens, the item is what it was,
  bit for bit.

  Args:
    key: random key.
    image: [*sp, channels].
    label: [*sp].
    scale: range of the factor of each axis.
    degrees: range of the angle of each plane, to both sides.
    chance: probability of stretching, and of turning.
  """
  axes = image.ndim - 1
  key_yes, key_scale, key_angle = jax.random.split(key, 3)
  stretches, turns = jax.random.bernoulli(key_yes, chance, (2,))
  factors = jax.random.uniform(
    key_scale, (axes,), minval=scale[0], maxval=scale[1], dtype=jnp.float32
  )
  limit = jnp.deg2rad(degrees)
  planes = axes * (axes - 1) // 2
  angles = jax.random.uniform(
    key_angle, (planes,), minval=-limit, maxval=limit, dtype=jnp.float32
  )
  matrix = make_matrix(
    jnp.where(stretches, factors, 1.0), jnp.where(turns, angles, 0.0)
  )
  return transform(matrix, image, label)


def make_matrix(factors: jax.Array, angles: jax.Array) -> jax.Array:
  """[d, d] from the new to the old place: turn back, then shrink.

  Args:
    factors: [d] by which an object grows along each axis.
    angles: [d (d - 1) / 2] radians, of the planes (0, 1), (0, 2), (1, 2).
  """
  axes = factors.shape[0]
  matrix = jnp.eye(axes, dtype=jnp.float32)
  planes = itertools.combinations(range(axes), 2)
  for (i, j), angle in zip(planes, angles, strict=True):
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    row_i, row_j = matrix[i], matrix[j]
    matrix = matrix.at[i].set(cos * row_i + sin * row_j)
    matrix = matrix.at[j].set(cos * row_j - sin * row_i)
  return matrix / factors[:, None]


def transform(matrix: jax.Array, image: jax.Array, label: jax.Array):
  """An image [*sp, channels] and its label [*sp] seen through a matrix.

  The voxel at x shows what was at c + matrix (x - c), c the middle.
  """
  extent = image.shape[:-1]
  middle = [(n - 1) / 2 for n in extent]
  offsets = jnp.meshgrid(
    *(
      jnp.arange(n, dtype=jnp.int32) - c
      for n, c in zip(extent, middle, strict=True)
    ),
    indexing="ij",
  )
  # Sums of products, not a matrix product: exact for the identity anywhere.
  places = [
    c + sum(row[i] * x for i, x in enumerate(offsets))
    for row, c in zip(matrix, middle, strict=True)
  ]
  channels = [
    map_coordinates(channel, places, order=1, mode="reflect")
    for channel in jnp.moveaxis(image, -1, 0)
  ]
  label = map_coordinates(label, places, order=0, mode="reflect")
  return jnp.stack(channels, -1), label


def rotate(
  key: jax.Array,
  image: jax.Array,
  label: jax.Array,
  most: float,
  truncated: bool = False,
  size: jax.Array | None = None,
):
  """With probability 1/2 turns the plane of the first two spatial axes.

  About its centre, by an angle uniform in +-most degrees. Images are
  interpolated linearly, label maps take the nearest voxel; beyond the edge
  the edge goes on.

  Args:
    key: random key.
    image: [*sp, channels].
    label: [*sp], or a class [].
    most: degrees.
    truncated: see `alx.training.augment.Augment`.
    size: [d] int32, the near part that is the item, beyond which its edge
      goes on; None: all of it is. The centre is the item's.
  """
  if size is not None:
    image = _with_edges(image, size)
    label = _with_edges(label, size) if label.ndim else label
  key_maybe, key_angle = jax.random.split(key)
  angle = jax.random.uniform(
    key_angle, (), minval=-most, maxval=most, dtype=jnp.float32
  )
  angle = jnp.where(jax.random.bernoulli(key_maybe), jnp.radians(angle), 0.0)
  at = _turned_grid(angle, image.shape[:2], size)
  turned = _sample(image, at, order=1)
  if not label.ndim:
    return turned, label
  mapped = _sample(label.astype(jnp.float32), at, order=int(truncated))
  mapped = mapped.astype(label.dtype)
  if not truncated:
    return turned, mapped
  unknown = ~is_labelled(label)
  mixed = _sample(unknown.astype(jnp.float32), at, order=1) > 0
  return turned, jnp.where(mixed, jnp.asarray(UNLABELLED, label.dtype), mapped)


def _with_edges(x, size):
  """An item [*sp, ...] whose far edges go on beyond its size [d]."""
  for axis, last in enumerate(size - 1):
    places = jnp.arange(x.shape[axis], dtype=jnp.int32)
    x = jnp.take(x, jnp.minimum(places, last), axis, mode="clip")
  return x


def _turned_grid(angle, extent, size):
  """Where each place of a plane [H, W] comes from: two arrays [H, W]."""
  centre = [(n - 1) / 2 for n in extent]
  if size is not None:
    centre = (size[:2] - 1).astype(jnp.float32) / 2
  rows, columns = jnp.meshgrid(
    *(jnp.arange(n, dtype=jnp.int32) for n in extent), indexing="ij"
  )
  rows, columns = rows - centre[0], columns - centre[1]
  cos, sin = jnp.cos(angle), jnp.sin(angle)
  return (
    cos * rows - sin * columns + centre[0],
    sin * rows + cos * columns + centre[1],
  )


def _sample(values, at, order):
  """Values [H, W, ...] at the places of a plane, axis by axis behind it."""
  flat = values.reshape(*values.shape[:2], -1)

  def plane(x):
    return map_coordinates(x, at, order, mode="nearest")

  return jax.vmap(plane, -1, -1)(flat).reshape(values.shape)
