"""The loop for pools larger than memory: the host reads, a block at a time.

It asks what `alx.loop` asks of the same images under the same key. In memory
are a few blocks, the labelled items and what is kept of each item to choose.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition import Acquisition, Candidates
from alx.data.patches import Images
from alx.data.sources.source import ArraySource
from alx.keys import as_key
from alx.loop.asking import capped, keys_to_ask, keys_to_fit, scores_of
from alx.loop.describe import make_describe
from alx.loop.start import as_groups
from alx.loop.upload import to_device
from alx.pool import PoolState, init_pool, mark_labelled
from alx.training.learner import Learner, steps_made
from alx.training.settings import Asking


class PoolLoopState(NamedTuple):
  """What a run knows between two questions, without images and labels."""

  key: jax.Array  # [] key of the whole run, never changed
  round: jax.Array  # [] int32, how often labels have been told
  pool: PoolState
  params: dict  # of the model fitted last
  scores: jax.Array  # [k] of the items asked for last; NaN: has no score
  steps: jax.Array  # [] int32, of the last fit


class Labelled(NamedTuple):
  """Images and label maps in the order of labelling; room for M items."""

  images: Images  # of M items
  labels: jax.Array  # [M, *sp] uint8


class PoolLoop(NamedTuple):
  """A loop for segmentation whose pool stays where it is.

  Attributes:
    init: (key, N) -> PoolLoopState with nothing labelled.
    describe: compiled ((key, params, labelled [N]), items [B], Images of B
      items) -> description of the B items; None if a choice needs none.
    ask: (state, scan) -> (items [k] int32, state). Empty slots hold N.
      scan(describe, told) describes all N items, as `pool_scan.describe_pool`
      with a source filled in.
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
) -> PoolLoop:
  """A loop for one learner and one acquisition.

  As with `loop.make_loop`, hand in a learner whose `fit` is jitted. The block
  is that of the scan: `settings.block` is not read. Groups are as there.
  """
  acquisition = capped(acquisition, settings, groups)

  of_block = make_describe(learner, acquisition, settings)

  def describe(told, items, images):
    return of_block(*told, images, items)

  @jax.jit
  def select(key, description, labelled):
    candidates = Candidates(~labelled, labelled, None, as_groups(groups))
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

  def ask(state, scan):
    key_describe, key_select = keys_to_ask(state)
    labelled, description = state.pool.labelled, None
    if acquisition.describe is not None:
      description = scan(describe, (key_describe, state.params, labelled))
      description = to_device(ArraySource(description))
    items, scores = select(key_select, description, labelled)
    return items, state._replace(scores=scores)

  def tell(state, items, labelled):
    key_init, key_fit = keys_to_fit(state)
    pool = _mark(state.pool, items)
    slots = slots_of(pool.count, labelled.labels.shape[0])
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


@partial(jax.jit, static_argnums=1)
def slots_of(count: jax.Array, capacity: int) -> PoolState:
  """The first `count` slots as a pool of their own: it is what is fitted on."""
  slots = jnp.arange(capacity, dtype=jnp.int32)
  order = jnp.where(slots < count, slots, capacity)
  return PoolState(slots < count, order, count)


def make_room(capacity: int, row: Labelled) -> Labelled:
  """M empty slots for items like the one of `row`, which has M = 1."""
  return jax.tree.map(
    lambda x: jnp.zeros((capacity, *x.shape[1:]), x.dtype), row
  )


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


@partial(jax.jit, donate_argnums=0)
def _put(labelled: Any, row: Any, slot):
  return jax.tree.map(lambda x, y: x.at[slot].set(y[0]), labelled, row)
