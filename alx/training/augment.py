"""Augmentation of one item inside the compiled step: (key, image, label).

Every function takes an image [*sp, channels] and its label map [*sp] (or a
scalar class []), and returns the pair in the same shapes.
"""

import dataclasses
import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from alx.data.patches import real_mask
from alx.training.affine import rotate
from alx.training.mirrors import mirror
from alx.training.warp import Place, cut_through, draw_matrix, draw_shift


@dataclasses.dataclass(frozen=True)
class Augment:
  """What may happen to a training item.

  Attributes:
    flips: mirror each spatial axis with probability 1/2.
    flips_by_labels: only axes along which labelled maps look alike when they
      are mirrored, see `alx.training.mirrors`; for segmentation.
    turns: turn by 0, 90, 180 or 270 degrees in each plane of equal extents.
    intensity: image * (1 + a) + b with a, b uniform in +-intensity; 0 = off.
    rotation: largest angle, degrees, see `rotate`; 0 = off.
    truncated: label maps are rotated like images and cut to whole numbers,
      which puts labels of other classes along borders: a known mistake that
      published results were made with.
    scaling: each axis grows by exp(u), u uniform in +-scaling; 0 = off.
    shift: along each axis by up to this share of the patch; 0 = off.
    tilt: largest angle, degrees, of each plane of two axes; 0 = off. Scaling,
      shift and tilt are one interpolation, see `alx.training.warp`.
    gamma: the values of each channel, from their least to their largest in the
      patch, to the power exp(u), u uniform in +-gamma; 0 = off. Of values that
      are normalised already; their least and largest stay.
    spacing: of voxels along each axis, for tilts of what is not isotropic.
    flip_axes: spatial axes that flips are of; (): all.
  """

  flips: bool = True
  turns: bool = False
  intensity: float = 0.1
  rotation: float = 0.0
  truncated: bool = False
  flips_by_labels: bool = False
  scaling: float = 0.0
  shift: float = 0.0
  tilt: float = 0.0
  gamma: float = 0.0
  spacing: tuple[float, ...] = ()
  flip_axes: tuple[int, ...] = ()

  @property
  def by_labels(self) -> bool:
    """Whether labels say along which axes items are mirrored."""
    return self.flips and self.flips_by_labels

  @property
  def warps(self) -> bool:
    """Whether patches are cut by interpolation."""
    return bool(self.scaling or self.shift or self.tilt)


def augment(
  key: jax.Array,
  image: jax.Array,
  label: jax.Array,
  settings: Augment,
  axes: jax.Array | None = None,
  place: Place | None = None,
  size: jax.Array | None = None,
) -> tuple[jax.Array, jax.Array]:
  """Applies `settings` to one item.

  Args:
    key: random key.
    image: [*sp, channels].
    label: [*sp], or a class [].
    settings: what may happen.
    axes: [d] bool, what may be mirrored; None: all.
    place: of the patch that comes out, where `settings.warps`; None: the patch
      is the image.
    size: [d] int32, the near part of what comes out that is the item: nothing
      beyond gets into it; None: all of it is.
  """
  key_flip, key_turn, key_intensity, key_rotate = jax.random.split(key, 4)
  if settings.warps:
    key_warp = jax.random.fold_in(key, 4)
    image, label = warp(key_warp, image, label, settings, place, size)
  if settings.flips:
    image, label = flip(key_flip, image, label, axes, settings.flip_axes, size)
  if settings.turns:
    image, label = turn(key_turn, image, label, size)
  if settings.rotation > 0:
    image, label = rotate(
      key_rotate, image, label, settings.rotation, settings.truncated, size
    )
  if settings.gamma > 0:
    key_gamma = jax.random.fold_in(key, 5)
    image = change_gamma(key_gamma, image, settings.gamma, size)
  if settings.intensity > 0:
    image = change_intensity(key_intensity, image, settings.intensity)
  return image, label


def warp(
  key: jax.Array,
  image: jax.Array,
  label: jax.Array,
  settings: Augment,
  place: Place | None = None,
  size: jax.Array | None = None,
):
  """A patch of the item: scaled, shifted and tilted in one interpolation.

  `size`: see `augment`; then it is the item that turns about its middle, and
  of whose extents the shift is a share.
  """
  if place is None:
    extent = image.shape[:-1]
    real = jnp.asarray(extent, jnp.int32) if size is None else size
    place = Place(jnp.zeros_like(real), extent, real)
  key_matrix, key_shift = jax.random.split(key)
  axes = len(place.patch)
  matrix = draw_matrix(
    key_matrix, axes, settings.scaling, settings.tilt, settings.spacing
  )
  extents = place.patch if size is None else size
  shift = draw_shift(key_shift, extents, settings.shift)
  return cut_through(matrix, shift, image, label, place, size)


def flip(
  key: jax.Array,
  image: jax.Array,
  label: jax.Array,
  axes: jax.Array | None = None,
  only: Sequence[int] = (),
  size: jax.Array | None = None,
):
  """Mirrors each spatial axis, or those of `axes`, with probability 1/2.

  Where `only` names axes, the others are left as they are. `size`: see
  `augment`.
  """
  keys = jax.random.split(key, image.ndim - 1)
  for axis, key_axis in enumerate(keys):
    if only and axis not in only:
      continue
    yes = jax.random.bernoulli(key_axis)
    image, label = _maybe(
      yes if axes is None else yes & axes[axis],
      lambda x, a=axis: _reversed(x, (a,), size),
      image,
      label,
    )
  return image, label


def turn(
  key: jax.Array,
  image: jax.Array,
  label: jax.Array,
  size: jax.Array | None = None,
):
  """Turns by a random multiple of 90 degrees in planes of equal extents.

  `size`: see `augment`; then it is the item whose extents are equal.
  """
  extent = image.shape[:-1]
  for plane in itertools.combinations(range(len(extent)), 2):
    key, key_quarter, key_half = jax.random.split(key, 3)
    if size is None and extent[plane[0]] != extent[plane[1]]:
      continue
    image, label = _maybe(
      _turns(key_quarter, plane, size),
      lambda x, p=plane: _quarter(x, p, size),
      image,
      label,
    )
    image, label = _maybe(
      _turns(key_half, plane, size),
      lambda x, p=plane: _reversed(x, p, size),
      image,
      label,
    )
  return image, label


def _turns(key, plane, size):
  """True with probability 1/2; of an item only where its extents are equal."""
  yes = jax.random.bernoulli(key)
  return yes if size is None else yes & (size[plane[0]] == size[plane[1]])


def _reversed(x, axes, size):
  """The other way round along some axes, inside of the size."""
  if size is None:
    return jnp.flip(x, axes)
  for axis in axes:
    x = mirror(x, size, axis)
  return x


def _quarter(x, plane, size):
  """A quarter turn in a plane of equal extents, inside of the size."""
  if size is None:
    return jnp.rot90(x, 1, plane)
  side = min(x.shape[axis] for axis in plane)
  square = tuple(slice(side if a in plane else None) for a in range(x.ndim))
  turned = mirror(x[square].swapaxes(*plane), size, plane[0])
  return x.at[square].set(turned)


def change_intensity(
  key: jax.Array, image: jax.Array, amount: float
) -> jax.Array:
  """image * (1 + a) + b, with a and b uniform in +-amount, per channel."""
  scale, shift = jax.random.uniform(
    key, (2, image.shape[-1]), image.dtype, -amount, amount
  )
  ones = (1,) * (image.ndim - 1)
  return image * (1.0 + scale.reshape(*ones, -1)) + shift.reshape(*ones, -1)


def change_gamma(
  key: jax.Array,
  image: jax.Array,
  amount: float,
  size: jax.Array | None = None,
) -> jax.Array:
  """(x - low) / (high - low) to the power exp(u), u uniform in +-amount.

  Of each channel, and back: its least and largest values stay. `size`: see
  `augment`.
  """
  power = jax.random.uniform(
    key, (image.shape[-1],), image.dtype, -amount, amount
  )
  low, high = _range(image, size)
  return bend(image, low, high, jnp.exp(power).reshape(low.shape))


def _range(image, size):
  """The least and the largest value of each channel, inside of the size."""
  space = tuple(range(image.ndim - 1))
  if size is None:
    return image.min(space, keepdims=True), image.max(space, keepdims=True)
  inside = real_mask(size[None], image.shape[:-1])[0][..., None]
  return (
    jnp.where(inside, image, jnp.inf).min(space, keepdims=True),
    jnp.where(inside, image, -jnp.inf).max(space, keepdims=True),
  )


def bend(x: jax.Array, low: jax.Array, high: jax.Array, power: jax.Array):
  """low + span * ((x - low) / span) ** power; a span of 0 changes nothing."""
  span = high - low
  # A compiler that computes x twice may find it a little below its least.
  share = jnp.clip((x - low) / jnp.where(span > 0, span, 1.0), 0.0, 1.0)
  return jnp.where(span > 0, low + span * share**power, x)


def _maybe(yes, change, image, label):
  """`change` on image and label map where `yes`; a scalar class stays."""
  image = jnp.where(yes, change(image), image)
  return image, jnp.where(yes, change(label), label) if label.ndim else label
