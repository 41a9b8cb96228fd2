"""The loop for pools larger than memory: the host reads, a block at a time.

It asks what `alx.loop` asks of the same images under the same key. In memory
are a few blocks, the items of which something is labelled, and what is kept of
each item, or of each unit of it, to choose.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Acquisition
from alx.data.patches import Images
from alx.data.sources.source import ArraySource
from alx.keys import as_key
from alx.label_maps import UNLABELLED
from alx.loop.asking import (
  candidates_among,
  capped,
  items_labelled,
  keys_to_ask,
  keys_to_fit,
  scores_of,
  with_predicted_costs,
)
from alx.loop.describe import axes_told, make_describe, mirrors_by_labels
from alx.loop.unit_labels import labelled_items, write_units
from alx.loop.upload import UnitRows, to_device
from alx.pool import PoolState, init_pool, mark_labelled
from alx.training.learner import Learner, steps_made
from alx.training.settings import Asking
from alx.units import UnitSet


class PoolLoopState(NamedTuple):
  """What a run knows between two questions, without images and labels."""

  key: jax.Array  # [] key of the whole run, never changed
  round: jax.Array  # [] int32, how often labels have been told
  pool: PoolState
  params: dict  # of the model fitted last
  scores: jax.Array  # [k] of the items asked for last; NaN: has no score
  steps: jax.Array  # [] int32, of the last fit


class Labelled(NamedTuple):
  """Images and label maps in the order of labelling; room for M items.

  Of items whose units are labelled, in the order of their first ones.
  """

  images: Images  # of M items
  labels: jax.Array  # [M, *sp] uint8; UNLABELLED where no unit was told


class Slot(NamedTuple):
  """What one item gets by the answer to a question."""

  item: int
  slot: int
  is_new: bool  # nothing of it was labelled before
  units: tuple[int, ...]  # that are told


class PoolLoop(NamedTuple):
  """A loop for segmentation whose pool stays where it is.

  Attributes:
    init: (key, N) -> PoolLoopState with nothing labelled; of units, U.
    describe: compiled ((key, params, labelled [N], axes), items [B], Images of
      B items) -> description of the B items, or of their regions [B, R, ...];
      None if a choice needs none. `axes` as `describe.axes_told` has them
      where labels say what is mirrored, else None.
    ask: (state, scan, labelled=None) -> (items [k] int32, state). Empty slots
      hold N. Of units they are units, and U.
      scan(describe, told) describes all N items, as `pool_scan.describe_pool`
      with a source filled in. `Labelled` is what was told last: it is read,
      and has to be there, where labels say what `settings.distort` mirrors.
    tell: (state, items [j] int32, Labelled) -> state. Marks the items and fits
      the model; `Labelled` holds them behind those that were told before.
  """

  init: Callable
  describe: Callable | None
  ask: Callable
  tell: Callable


def make_pool_loop(
  learner: Learner,
  acquisition: Acquisition,
  settings: Asking,
  groups: Sequence[int] | None = None,
  units: UnitSet | None = None,
) -> PoolLoop:
  """A loop for one learner and one acquisition.

  As with `loop.make_loop`, hand in a learner whose `fit` is jitted. The block
  is that of the scan: `settings.block` is not read. Groups and units are as
  there.
  """
  acquisition = capped(acquisition, settings, groups, units)

  of_block = make_describe(learner, acquisition, settings, units)

  def describe(told, items, images):
    key, params, known, axes = told
    return of_block(key, params, known, images, items, axes=axes)

  find_axes = jax.jit(partial(axes_told, learner))

  def axes_of(state, labelled):
    if not mirrors_by_labels(settings):
      return None
    if labelled is None:
      raise ValueError(
        "distort.flips_by_labels wants what is labelled: ask(state, scan, "
        "labelled), found none"
      )
    slots = slots_of(state.pool, labelled.labels.shape[0], units)
    return find_axes(state.params, *labelled, slots)

  @jax.jit
  def select(key, description, pool):
    candidates = candidates_among(
      pool.labelled, None, groups, units, settings.budget
    )
    description, candidates = with_predicted_costs(
      description, candidates, pool, units, settings
    )
    items = acquisition.select(key, description, candidates, settings.query)
    return items, scores_of(items, description)

  def init(key, num_items):
    key = as_key(key)
    return PoolLoopState(
      key=key,
      round=jnp.int32(0),
      pool=init_pool(num_items),
      params=learner.init(jax.random.fold_in(key, 0)),
      scores=jnp.full((settings.query,), jnp.nan, jnp.float32),
      steps=jnp.int32(0),
    )

  def ask(state, scan, labelled=None):
    key_describe, key_select = keys_to_ask(state)
    description = None
    if acquisition.describe is not None:
      axes = axes_of(state, labelled)
      known = items_labelled(state.pool, units)
      told = key_describe, state.params, known, axes
      description = scan(describe, told)
      description = to_device(_rows_of(description, units))
    items, scores = select(key_select, description, state.pool)
    return items, state._replace(scores=scores)

  def tell(state, items, labelled):
    key_init, key_fit = keys_to_fit(state)
    pool = _mark(state.pool, items)
    slots = slots_of(pool, labelled.labels.shape[0], units)
    start = state.params if settings.warm else learner.init(key_init)
    params, history = learner.fit(key_fit, start, *labelled, slots)
    return state._replace(
      round=state.round + 1,
      pool=pool,
      params=params,
      steps=steps_made(history),
    )

  return PoolLoop(init, acquisition.describe and describe, ask, tell)


_mark = jax.jit(mark_labelled)


def _rows_of(description, units):
  """What is told of each thing that may be asked for, as a source."""
  if units is None or units.is_whole:
    return ArraySource(description)
  return UnitRows(description, units)


def slots_of(
  pool: PoolState, capacity: int, units: UnitSet | None = None
) -> PoolState:
  """The slots that are filled as a pool of their own: it is fitted on.

  Args:
    pool: of items, or of units.
    capacity: M.
    units: parts of items.
  """
  if units is not None:
    pool = labelled_items(pool, units)
  return _first_slots(pool.count, capacity)


@partial(jax.jit, static_argnums=1)
def _first_slots(count, capacity):
  slots = jnp.arange(capacity, dtype=jnp.int32)
  order = jnp.where(slots < count, slots, capacity)
  return PoolState(slots < count, order, count)


def make_room(
  capacity: int, row: Labelled, units: UnitSet | None = None
) -> Labelled:
  """M empty slots for items like the one of `row`, which has M = 1."""
  room = jax.tree.map(
    lambda x: jnp.zeros((capacity, *x.shape[1:]), x.dtype), row
  )
  if units is None or units.is_whole:
    return room
  return room._replace(labels=jnp.full_like(room.labels, UNLABELLED))


def put_rows(
  labelled: Labelled, rows: Iterable[Labelled], slot: int
) -> Labelled:
  """Puts items, M = 1 each, into the slots from `slot` on.

  The arrays are used up: go on with those that are returned. One item is in
  memory at a time.
  """
  for place, row in enumerate(rows, slot):
    labelled = _put(labelled, row, jnp.int32(place))
  return labelled


def fill_slots(
  units: UnitSet, before: Sequence[int], asked: Sequence[int]
) -> list[Slot]:
  """Where the items of what was asked for lie, in the order of their first.

  Args:
    units: of the pool.
    before: units that were told before, in that order.
    asked: units that are told now; U is padding.
  """
  item = np.asarray(units.units.item)
  known = dict.fromkeys(item[np.asarray(before, np.int64)].tolist())
  slots = {number: slot for slot, number in enumerate(known)}
  told = {}
  for unit in np.asarray(asked).tolist():
    if unit < units.count:
      told.setdefault(int(item[unit]), []).append(unit)
  found = []
  for number, mine in told.items():
    new = number not in slots
    slot = slots.setdefault(number, len(slots))
    found.append(Slot(number, slot, new, tuple(mine)))
  return found


def put_units(
  labelled: Labelled, units: UnitSet, rows: Iterable[tuple[Slot, Labelled]]
) -> Labelled:
  """Puts what was told of items into their slots: `put_rows` of units.

  Args:
    labelled: the slots; their arrays are used up.
    units: of the pool.
    rows: slots and what there is of their items, M = 1 each: the label map,
      of which the voxels of the units are read; the image where it is new.
  """
  for slot, row in rows:
    if units.is_whole:
      labelled = put_rows(labelled, [row], slot.slot)
      continue
    place = jnp.int32(slot.slot)
    if slot.is_new:
      images = _put(labelled.images, row.images, place)
      labelled = labelled._replace(images=images)
    label = jnp.asarray(row.labels)  # once for all units
    for unit in slot.units:
      told = label, jnp.int32(unit), place
      known = _write(units, labelled.labels, labelled.images, *told)
      labelled = labelled._replace(labels=known)
  return labelled


@partial(jax.jit, static_argnums=0, donate_argnums=1)
def _write(units, known, images, label, unit, slot):
  return write_units(known, units, images, unit[None], label, slot[None])


@partial(jax.jit, donate_argnums=0)
def _put(labelled: Any, row: Any, slot):
  return jax.tree.map(lambda x, y: x.at[slot].set(y[0]), labelled, row)
