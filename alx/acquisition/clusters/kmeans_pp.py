"""k-means++ seeding: draws that keep a distance."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable, wanted
from alx.acquisition.comparisons.geometry import (
  centred,
  report,
  squared_distances_to,
  squared_norms,
)
from alx.acquisition.comparisons.neighbours import nearest_centre


def k_means_pp(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  first: str = "uniform",
  power: float = 2.0,
  progress: Callable | None = None,
) -> jax.Array:
  """k-means++ seeding: drawn with probability D^power.

  D is the distance to the nearest labelled item or pick (Arthur &
  Vassilvitskii 2007, section 2.2, with power 2). Uniform where every D is 0. A
  large power is greedy k-center.

  Time O((N_labelled + k) N D), memory O(N D).

  Args:
    key: of the draws.
    features: [N, D] float32.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    first: the first pick where nothing is labelled: "uniform" draws it,
      "norm" takes the item with the longest vector (Ash et al. 2020).
    power: >= 0; 0 is uniform among the items that are not duplicates.
    progress: called with (picked, k) now and then.

  Raises:
    ValueError: for an unknown `first`.
  """
  if first not in ("uniform", "norm"):
    raise ValueError(f"first is 'uniform' or 'norm', not {first!r}")
  features, kept = usable(features, candidates)
  x = centred(features, kept.present)
  items = d2_sampling(
    key,
    x,
    kept.available,
    _to_labelled(x, kept.labelled),
    jnp.minimum(wanted(k, count), kept.available.sum()),
    max(k, 1),
    power=power,
    start=squared_norms(features) if first == "norm" else None,
    progress=progress,
  )
  return items[:k]


def d2_sampling(
  key: jax.Array,
  x: jax.Array,
  available: jax.Array,
  nearest: jax.Array,
  count: jax.Array,
  num_slots: int,
  *,
  power: float = 2.0,
  start: jax.Array | None = None,
  progress: Callable | None = None,
) -> jax.Array:
  """Draws items with probability D^power, D to the nearest before them.

  The highest power log D + Gumbel noise is such a draw. Every step has noise
  of its own, one number for each item, whatever the number of items.

  Args:
    key: of the noise.
    x: [N, D].
    available: [N] bool.
    nearest: [N] squared distance to the nearest centre that is there already;
      all inf where there is none.
    count: [] int32, how many; at most that many are available.
    num_slots: of the result, >= 1.
    power: of the distance.
    start: [N], the highest is the first where there is no centre; None:
      uniform.
    progress: called with (drawn, num_slots) now and then.

  Returns:
    items [num_slots] int32; N behind the first `count`.
  """
  num_items = x.shape[0]

  def draw(step, carry):
    items, nearest, free = carry
    noise = jax.random.gumbel(
      jax.random.fold_in(key, step), (num_items,), dtype=jnp.float32
    )
    alone = jnp.isinf(nearest).all()
    far = (free & (nearest > 0)).any() & ~alone
    logs = 0.5 * power * jnp.log(jnp.where(far, nearest, 1.0))
    gain = noise + jnp.where(far & (nearest == 0), -jnp.inf, logs)
    if start is not None:
      gain = jnp.where(alone, start, gain)
    item = jnp.argmax(jnp.where(free, gain, -jnp.inf)).astype(jnp.int32)
    nearest = jnp.minimum(nearest, squared_distances_to(x, x[item]))
    report(progress, step + 1, num_slots)
    return items.at[step].set(item), nearest, free.at[item].set(False)

  items = jnp.full(num_slots, num_items, jnp.int32)
  carry = items, nearest, available
  return jax.lax.fori_loop(0, count, draw, carry)[0]


def _to_labelled(x, labelled):
  """[N] squared distance to the nearest labelled item."""
  centres = jnp.nonzero(labelled, size=x.shape[0], fill_value=0)[0]
  return nearest_centre(x, x[centres], labelled.sum())[1]
