"""Choices of boxes that do not overlap: non-maximum suppression."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Acquisition
from alx.acquisition.combinations.rests import with_rest


class Places(NamedTuple):
  """Where N boxes of one extent are."""

  item: jax.Array  # [N] int32, boxes of different items never overlap
  start: jax.Array  # [N, d] int32, where each begins
  extent: tuple[int, ...]  # [d]


def overlaps(places: Places, box: jax.Array) -> jax.Array:
  """[N] bool, the boxes that share a voxel with one of them, itself too."""
  gap = jnp.abs(places.start - places.start[box][None, :])
  near = (gap < jnp.asarray(places.extent, jnp.int32)[None, :]).all(1)
  return near & (places.item == places.item[box])


def any_overlap(places: Places, boxes: jax.Array) -> jax.Array:
  """[N] bool, those that overlap one of some boxes, a mask [N]."""
  numbers = jnp.nonzero(boxes, size=boxes.shape[0])[0]

  def add(place, found):
    return found | overlaps(places, numbers[place])

  nothing = jnp.zeros(places.item.shape, bool)
  return jax.lax.fori_loop(0, boxes.sum(), add, nothing)


class _Batch(NamedTuple):
  """What has been taken so far."""

  step: jax.Array  # [] int32
  picks: jax.Array  # [k] int32
  count: jax.Array  # [] int32
  taken: jax.Array  # [N] bool
  free: jax.Array  # [N] bool
  finished: jax.Array  # [] bool


def disjoint(acquisition: Acquisition, places: Places) -> Acquisition:
  """The acquisition's choice without boxes that overlap others.

  Neither one that is labelled, nor one that it took before. Takes its picks in
  order, leaves out what overlaps one that was taken, and asks again until the
  batch is full or no box is free. A choice by score is greedy non-maximum
  suppression. Of a budget in costs each ask has what the picks so far leave.

  Args:
    acquisition: any.
    places: of the N boxes.
  """

  def select(key, description, candidates, k):
    num_items = candidates.available.shape[0]
    free = candidates.available & ~any_overlap(places, candidates.labelled)

    def ask(batch):
      seen = candidates._replace(
        available=batch.free, labelled=candidates.labelled | batch.taken
      )
      seen = with_rest(seen, batch.taken, description)
      own = jax.random.fold_in(key, batch.step)
      items = acquisition.select(own, description, seen, k)
      after = jax.lax.fori_loop(0, k, lambda i, b: take(b, items[i]), batch)
      none = after.count == batch.count
      finished = none | ~after.free.any()
      return after._replace(step=batch.step + 1, finished=finished)

    def take(batch, item):
      place = jnp.minimum(item, num_items - 1)
      fits = (item < num_items) & batch.free[place] & (batch.count < k)
      slot = jnp.where(fits, batch.count, k)
      near = overlaps(places, place) & fits
      return batch._replace(
        picks=batch.picks.at[slot].set(item, mode="drop"),
        count=batch.count + fits.astype(jnp.int32),
        taken=batch.taken.at[place].set(batch.taken[place] | fits),
        free=batch.free & ~near,
      )

    batch = _Batch(
      step=jnp.int32(0),
      picks=jnp.full(k, num_items, jnp.int32),
      count=jnp.int32(0),
      taken=jnp.zeros(num_items, bool),
      free=free,
      finished=~free.any(),
    )
    return jax.lax.while_loop(
      lambda batch: (batch.count < k) & ~batch.finished, ask, batch
    ).picks

  return acquisition._replace(select=select)
