"""Along which axes the anatomy may be mirrored, as far as labels tell."""

import jax
import jax.numpy as jnp

from alx.data import patches
from alx.pool import PoolState

# A mirror image that agrees with the other items by this much less is of
# another anatomy, such as a right ventricle on the left.
LARGEST_LOSS = 0.1


def allowed_axes(
  labels: jax.Array, real: jax.Array, pool: PoolState, num_classes: int
) -> jax.Array:
  """Axes along which mirrored labels look like those of other items.

  Each labelled map is compared with the mean of the others, as it is and
  mirrored. An axis is allowed where the loss of agreement is less than
  `LARGEST_LOSS` by two standard errors: with one label or two nothing is known,
  and nothing is mirrored.

  Args:
    labels: [N, *sp] maps; only labelled ones are read.
    real: [N, d] extents of the items.
    pool: which are labelled.
    num_classes: number C of classes.

  Returns:
    [d] bool.
  """
  losses, count = agreement_lost(labels, real, pool, num_classes)
  known = jnp.arange(losses.shape[0], dtype=jnp.int32) < count
  number = jnp.maximum(count, 1).astype(jnp.float32)
  mean = losses.sum(0) / number
  square = jnp.where(known[:, None], jnp.square(losses - mean[None]), 0).sum(0)
  error = jnp.sqrt(square / jnp.maximum(number - 1, 1) / number)
  return (mean + 2 * error < LARGEST_LOSS) & (count > 2)


def agreement_lost(
  labels: jax.Array, real: jax.Array, pool: PoolState, num_classes: int
) -> tuple[jax.Array, jax.Array]:
  """What mirroring costs each labelled map: [M, d] per slot, and their number.

  The agreement of a map with the others is the mean, over its foreground, of
  the share of them that show the same class there.
  """
  extent = labels.shape[1:]

  def one_hot(slot):
    item = pool.order[slot]
    inside = patches.real_mask(real[item][None], extent)[0]
    shown = jnp.where(inside, labels[item], num_classes)
    return jax.nn.one_hot(shown, num_classes, dtype=jnp.float32), shown

  def add(slot, total):
    return total + one_hot(slot)[0]

  zeros = jnp.zeros((*extent, num_classes), jnp.float32)
  total = jax.lax.fori_loop(0, pool.count, add, zeros)

  def lost(slot, losses):
    own, shown = one_hot(slot)
    others = (total - own) / jnp.maximum(pool.count - 1, 1)
    as_is = _agreement(shown, others, num_classes)
    mirrored = [
      _agreement(
        _mirror(shown, real[pool.order[slot]], axis), others, num_classes
      )
      for axis in range(len(extent))
    ]
    return losses.at[slot].set(as_is - jnp.stack(mirrored))

  losses = jnp.zeros((pool.order.shape[0], len(extent)), jnp.float32)
  return jax.lax.fori_loop(0, pool.count, lost, losses), pool.count


def _agreement(shown, others, num_classes):
  """Mean over the foreground of the share that shows the same; 0: none."""
  foreground = (shown > 0) & (shown < num_classes)
  at = jnp.minimum(shown, num_classes - 1)[..., None].astype(jnp.int32)
  share = jnp.take_along_axis(others, at, -1)[..., 0]
  return jnp.where(foreground, share, 0).sum() / jnp.maximum(
    foreground.sum(), 1
  )


def _mirror(shown, extents, axis):
  """Along one axis, inside of the item's own extent."""
  places = jnp.arange(shown.shape[axis], dtype=jnp.int32)
  last = extents[axis] - 1
  places = jnp.where(places <= last, last - places, places)
  return jnp.take(shown, places, axis)
