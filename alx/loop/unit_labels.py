"""Labels that are told unit by unit, and the items that they make trainable."""

import jax
import jax.numpy as jnp

from alx.data.patches import Images, real_mask
from alx.label_maps import UNLABELLED
from alx.pool import PoolState, init_pool, mark_labelled
from alx.units import UnitSet, region_mask


def no_labels(units: UnitSet, label_like) -> jax.Array:
  """[N, *sp] labels before anything was told."""
  shape = units.num_items, *label_like.shape
  fill = 0 if units.is_whole else UNLABELLED
  return jnp.full(shape, fill, label_like.dtype)


def write_units(
  known: jax.Array,
  units: UnitSet,
  images: Images,
  asked: jax.Array,
  labels: jax.Array,
  rows: jax.Array | None = None,
) -> jax.Array:
  """The label maps after some units were told; nothing else is written.

  Args:
    known: [N, *sp] uint8.
    units: U units of the N items.
    images: of the items, with their stored regions where units are such.
    asked: [j] int32 units; U is padding.
    labels: [j, *sp] uint8, maps of the items that the units are in, of which
      only the voxels of the unit are read.
    rows: [j] int32, where `known` and `images` have those items; None: at their
      numbers.

  Returns:
    [N, *sp] uint8.
  """
  extent = known.shape[1:]
  places = jnp.minimum(asked, units.count - 1)
  items = units.units.item[places] if rows is None else rows
  numbers = units.units.region[places]

  def write(known, told):
    unit, item, region, label = told
    regions = None if images.regions is None else images.regions[item]
    inside = region_mask(units.partition, extent, region, regions)
    inside &= real_mask(images.size[item][None], extent)[0]
    old = known[item]
    if units.dominant:
      real = real_mask(images.real[item][None], extent)[0]
      label = dominant_class(label, inside & real, units.dominant)
    new = jnp.where(inside & (unit < units.count), label, old)
    return known.at[item].set(new), None

  return jax.lax.scan(write, known, (asked, items, numbers, labels))[0]


def dominant_class(
  label: jax.Array, inside: jax.Array, num_classes: int
) -> jax.Array:
  """[] the class that most voxels have; ties to the lowest (Cai et al. 2021).

  Args:
    label: [*sp] uint8; from `num_classes` on is no class.
    inside: [*sp] bool, the voxels that count.
    num_classes: C.
  """
  counted = jnp.where(inside, label.astype(jnp.int32), num_classes)
  counts = jnp.zeros(num_classes, jnp.int32)
  counts = counts.at[counted.reshape(-1)].add(1, mode="drop")
  return counts.argmax().astype(label.dtype)


def items_of(units: UnitSet, asked: jax.Array) -> jax.Array:
  """[j] int32, the items that units are in; those of padding hold any."""
  return units.units.item[jnp.minimum(asked, units.count - 1)]


def labelled_items(pool: PoolState, units: UnitSet) -> PoolState:
  """The pool of N items of which something is labelled.

  In the order in which each got its first unit, and behind them those that
  were begun before. Whole items: the pool itself.
  """
  found = pool
  if not units.is_whole:
    item = units.units.item.at[pool.order].get(
      mode="fill", fill_value=units.num_items
    )
    found = mark_labelled(init_pool(units.num_items), item)
  return found if units.begun is None else mark_labelled(found, units.begun)
