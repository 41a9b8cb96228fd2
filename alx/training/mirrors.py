"""Along which axes the anatomy may be mirrored, as far as labels tell."""

import jax
import jax.numpy as jnp

from alx.data import patches
from alx.label_maps import is_labelled
from alx.pool import PoolState, first_slots

# A mirror image that agrees with the other items by this much less is of
# another anatomy, such as a right ventricle on the left: in slices of hearts
# that costs 0.07 to 0.16.
LARGEST_LOSS = 0.03


def allowed_axes(
  labels: jax.Array, real: jax.Array, pool: PoolState, num_classes: int
) -> jax.Array:
  """Axes along which mirrored labels look like those of other items.

  Each labelled map is compared with the mean of the others, as it is and
  mirrored. An axis is allowed where the loss of agreement is less than
  `LARGEST_LOSS` by two standard errors. An item counts once, however often a
  resample drew it. Maps that show nothing but background
  say nothing about it; of one map or two that show more nothing is known, and
  nothing is mirrored.

  Args:
    labels: [N, *sp] maps; only labelled items, and labelled voxels of them,
      are read.
    real: [N, d] extents of the items.
    pool: which are labelled.
    num_classes: number C of classes.

  Returns:
    [d] bool.
  """
  losses, known = agreement_lost(labels, real, pool, num_classes)
  count = known.sum(0, dtype=jnp.int32)
  number = jnp.maximum(count, 1).astype(jnp.float32)
  mean = losses.sum(0) / number
  square = jnp.where(known, jnp.square(losses - mean[None]), 0).sum(0)
  error = jnp.sqrt(square / jnp.maximum(number - 1, 1) / number)
  return (mean + 2 * error < LARGEST_LOSS) & (count > 2)


def agreement_lost(
  labels: jax.Array, real: jax.Array, pool: PoolState, num_classes: int
) -> tuple[jax.Array, jax.Array]:
  """What mirroring costs each labelled map.

  The agreement of a map with the others is the mean, over its foreground, of
  the share of them that show the same class there: of those that are labelled
  there and show a foreground somewhere, over the foreground where there are
  any.

  Returns:
    ([M, d] per slot and axis, [M, d] bool where it is known). It is not of an
    empty slot, nor of one whose item another slot holds before, nor of a map
    that has nothing to be compared.
  """
  extent = labels.shape[1:]
  slots = jnp.arange(pool.order.shape[0], dtype=jnp.int32)
  first = first_slots(pool) == slots

  def read(slot):
    item = pool.order[slot]
    inside = patches.real_mask(real[item][None], extent)[0]
    shown = jnp.where(inside, labels[item], num_classes)
    known = is_labelled(labels[item], num_classes) | ~inside
    shown = jnp.where(known, shown, num_classes)
    return jax.nn.one_hot(shown, num_classes, dtype=jnp.float32), shown, known

  def add(slot, totals):
    one_hot, shown, known = read(slot)
    says = _foreground(shown, num_classes).any() & first[slot]
    return totals[0] + says * one_hot, totals[1] + (says & known)

  zeros = jnp.zeros((*extent, num_classes), jnp.float32)
  numbers = jnp.zeros(extent, jnp.int32)
  total, number = jax.lax.fori_loop(0, pool.count, add, (zeros, numbers))

  def lost(slot, found):
    one_hot, shown, known = read(slot)
    there = number - known
    others = (total - one_hot) / jnp.maximum(there, 1)[..., None]
    as_is, met = _agreement(shown, others, there > 0, num_classes)
    extents = real[pool.order[slot]]
    mirrored = [
      _agreement(mirror(shown, extents, a), others, there > 0, num_classes)
      for a in range(len(extent))
    ]
    compared = met & jnp.stack([yes for _, yes in mirrored]) & first[slot]
    losses = as_is - jnp.stack([x for x, _ in mirrored])
    losses = jnp.where(compared, losses, 0.0)
    return found[0].at[slot].set(losses), found[1].at[slot].set(compared)

  shape = (pool.order.shape[0], len(extent))
  empty = jnp.zeros(shape, jnp.float32), jnp.zeros(shape, bool)
  return jax.lax.fori_loop(0, pool.count, lost, empty)


def _agreement(shown, others, known, num_classes):
  """(mean over the foreground of the share that shows the same, is any)."""
  foreground = _foreground(shown, num_classes) & known
  at = jnp.minimum(shown, num_classes - 1)[..., None].astype(jnp.int32)
  share = jnp.take_along_axis(others, at, -1)[..., 0]
  count = foreground.sum()
  mean = jnp.where(foreground, share, 0).sum() / jnp.maximum(count, 1)
  return mean, count > 0


def _foreground(shown, num_classes):
  return (shown > 0) & (shown < num_classes)


def mirror(x: jax.Array, size: jax.Array, axis: int) -> jax.Array:
  """Mirrors an item [*sp, ...] along one axis, inside of its size [d]."""
  places = jnp.arange(x.shape[axis], dtype=jnp.int32)
  last = size[axis] - 1
  places = jnp.where(places <= last, last - places, places)
  return jnp.take(x, places, axis, mode="clip")
