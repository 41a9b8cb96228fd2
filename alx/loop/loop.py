"""The active-learning loop: init, ask, tell; and the simulated run."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition import Acquisition, Candidates
from alx.acquisition.combinations.combine import capped_per_group
from alx.acquisition.combinations.disjoint import (
  Places,
  disjoint,
)
from alx.data.patches import Images
from alx.keys import as_key
from alx.loop.describe import (
  describe_block,
  make_describe,
  makes_passes_in_pieces,
)
from alx.loop.start import as_groups, check_budget, draw_start, pad_items
from alx.loop.unit_labels import (
  items_of,
  labelled_items,
  no_labels,
  write_units,
)
from alx.pool import PoolState, init_pool, mark_labelled
from alx.training.learner import Learner, steps_made
from alx.training.map_blocks import each_block, map_blocks
from alx.training.settings import Asking
from alx.units import UnitSet, whole_items


class LoopState(NamedTuple):
  """Everything a run knows between two questions.

  With units that are parts of items the pool is one of U units.
  """

  key: jax.Array  # [] key of the whole run, never changed
  round: jax.Array  # [] int32, how often labels have been told
  pool: PoolState
  images: Images  # of the N pool items
  labels: jax.Array  # [N, *sp] uint8 or [N] int32; zeros until told, or
  #                    UNLABELLED where units are parts of items
  params: dict  # of the model fitted last
  scores: jax.Array  # [k] of the items asked for last; NaN: has no score
  steps: jax.Array  # [] int32, of the last fit


class Loop(NamedTuple):
  """An active-learning loop whose reader is outside of it.

  Attributes:
    init: (key, images, label_like) -> LoopState with nothing labelled;
      label_like is the shape and dtype of one label.
    ask: state -> (items [k] int32, state). Empty slots hold N.
    tell: (state, items [j] int32, labels [j, ...]) -> state. Marks the items,
      keeps their labels and fits the model on all labelled ones. Items equal
      to N are padding: tell always the same j and nothing recompiles.
  """

  init: Callable
  ask: Callable
  tell: Callable


def make_loop(
  learner: Learner,
  acquisition: Acquisition,
  settings: Asking,
  groups: Sequence[int] | None = None,
  units: UnitSet | None = None,
) -> Loop:
  """A loop for one learner and one acquisition.

  `ask` is compiled, as a whole or, with `settings.in_pieces`, in pieces around
  its passes; in `tell` only `learner.fit` is worth compiling: hand in a
  learner whose `fit` is jitted and every loop built on it shares that program.

  Args:
    learner: that is fitted.
    acquisition: that asks.
    settings: how.
    groups: [N] int >= 0, the patient or volume of each item, for acquisitions
      that read it and `settings.max_per_group`; None: not known. Of units,
      [U].
    units: what one label is, where it is not a whole item; then `ask` answers
      with units, and `tell` takes units with the label maps of their items.

  Raises:
    ValueError: for a cap without groups.
  """
  acquisition = capped(acquisition, settings, groups, units)

  # Kernels branch and loop as their data want: as a batch over seeds they
  # would take every branch, one seed after the other takes its own.
  @jax.custom_batching.sequential_vmap
  def select(key, description, candidates):
    return acquisition.select(key, description, candidates, settings.query)

  def choose(key, description, state):
    candidates = candidates_of(state, groups, units, settings.budget)
    items = select(key, description, candidates)
    return items, scores_of(items, description)

  pieces = makes_passes_in_pieces(acquisition, settings)
  make_ask = _ask_in_pieces if pieces else _ask_at_once
  ask = make_ask(choose, learner, acquisition, settings, units)

  def ask_and_keep(state):
    items, scores = ask(state)
    return items, state._replace(scores=scores)

  def tell(state, items, labels):
    key_init, key_fit = keys_to_fit(state)
    state = _store(state, items, labels, units)
    start = state.params if settings.warm else learner.init(key_init)
    pool = state.pool if units is None else labelled_items(state.pool, units)
    params, history = learner.fit(
      key_fit, start, state.images, state.labels, pool
    )
    return state._replace(params=params, steps=steps_made(history))

  def init(key, images, label_like):
    return _init(key, images, label_like, learner, settings, units)

  return Loop(init, ask_and_keep, tell)


def _ask_at_once(choose, learner, acquisition, settings, units):
  """state -> (items, scores), one program."""

  @jax.jit
  def ask(state):
    key_describe, key_select = keys_to_ask(state)
    description = describe_pool(
      key_describe, state, learner, acquisition, settings, units
    )
    return choose(key_select, description, state)

  return ask


def _ask_in_pieces(choose, learner, acquisition, settings, units):
  """The same in several programs, with the passes of each block between."""
  describe = make_describe(learner, acquisition, settings, units)
  keys_of, choose = jax.jit(keys_to_ask), jax.jit(choose)

  def ask(state):
    key_describe, key_select = keys_of(state)
    labelled = _items_labelled(state.pool, units)
    told = key_describe, state.params, labelled
    of_block = partial(describe, *told)
    description = each_block(of_block, state.images, settings.block)
    description = by_unit(description, units)
    return choose(key_select, description, state)

  return ask


def _init(key, images, label_like, learner, settings, units):
  key = as_key(key)
  units = units or whole_items(images.size.shape[0])
  return LoopState(
    key=key,
    round=jnp.int32(0),
    pool=init_pool(units.count),
    images=jax.tree.map(jnp.asarray, images),
    labels=no_labels(units, label_like),
    params=learner.init(jax.random.fold_in(key, 0)),
    scores=jnp.full((settings.query,), jnp.nan, jnp.float32),
    steps=jnp.int32(0),
  )


def keys_to_ask(state) -> jax.Array:
  """[2] keys of a question: to describe the pool with, and to select with.

  Args:
    state: with the `key` of the run and the `round`.
  """
  return _keys_of(state, 0)


def keys_to_fit(state) -> jax.Array:
  """[2] keys of the answer: of the first params, and of the fit."""
  return _keys_of(state, 1)


def _keys_of(state, part):
  key = jax.random.fold_in(state.key, state.round)
  return jax.random.split(jax.random.fold_in(key, part))


def capped(
  acquisition: Acquisition,
  settings: Asking,
  groups: Sequence[int] | None,
  units: UnitSet | None = None,
) -> Acquisition:
  """The acquisition under the caps of `settings`, if there are such.

  Of units of one item, and of items of one group.

  Raises:
    ValueError: for a cap without groups.
  """
  if units is not None and units.start is not None:
    acquisition = disjoint(acquisition, _places(units))
  if units is not None and settings.max_per_item:
    acquisition = capped_per_group(
      acquisition, settings.max_per_item, units.units.item
    )
  if not settings.max_per_group:
    return acquisition
  if groups is None:
    raise ValueError(
      f"max_per_group={settings.max_per_group} wants the groups of all items"
    )
  return capped_per_group(acquisition, settings.max_per_group)


def candidates_of(
  state: LoopState,
  groups=None,
  units: UnitSet | None = None,
  budget: float = 0.0,
) -> Candidates:
  """Every item that has no label may be picked; classes are passed on."""
  labelled = state.pool.labelled
  classes = None
  if state.labels.ndim == 1:
    classes = jnp.where(labelled, state.labels, -1)
  groups = as_groups(groups)
  if units is not None and groups is None:
    groups = units.units.item
  found = Candidates(~labelled, labelled, classes, groups)
  if units is not None and units.parents is not None:
    found = found._replace(parents=units.parents)
  if units is None or not budget:
    return found
  return found._replace(costs=units.units.cost, budget=jnp.float32(budget))


def _places(units):
  return Places(units.units.item, units.start, units.partition.extent)


def _items_labelled(pool: PoolState, units: UnitSet | None) -> jax.Array:
  """[N] bool, the items of which something is labelled."""
  return (pool if units is None else labelled_items(pool, units)).labelled


def by_unit(description, units: UnitSet | None):
  """What was told of regions [N, R, ...] for the U units that there are."""
  if units is None or units.is_whole:
    return description

  def of(leaf):
    return leaf[units.units.item, units.units.region]

  return jax.tree.map(of, description)


def scores_of(items: jax.Array, description) -> jax.Array:
  """[k] scores of the items, NaN where the description is not a score."""
  if not isinstance(description, jax.Array) or description.ndim != 1:
    return jnp.full(items.shape, jnp.nan, jnp.float32)
  return description.at[items].get(mode="fill", fill_value=jnp.nan)


def _store(state, items, labels, units):
  """Marks `items` labelled and keeps their labels; images are not copied."""
  if units is None or units.is_whole:
    pool, known = _mark(state.pool, state.labels, items, labels)
  else:
    pool, known = _mark_units(state, items, labels, units)
  return state._replace(round=state.round + 1, pool=pool, labels=known)


@jax.jit
def _mark(pool, known, items, labels):
  return (
    mark_labelled(pool, items),
    known.at[items].set(labels, mode="drop"),
  )


@partial(jax.jit, static_argnums=3)
def _mark_units(state, asked, labels, units):
  return (
    mark_labelled(state.pool, asked),
    write_units(state.labels, units, state.images, asked, labels),
  )


def describe_pool(
  key: jax.Array,
  state: LoopState,
  learner: Learner,
  acquisition: Acquisition,
  settings: Asking,
  units: UnitSet | None = None,
):
  """What `acquisition.select` needs to know of all N items; None if nothing.

  Or of all U units.
  """
  if acquisition.describe is None:
    return None
  labelled = _items_labelled(state.pool, units)

  def describe(images, items):
    return describe_block(
      key,
      state.params,
      labelled,
      images,
      items,
      learner,
      acquisition,
      settings,
      units,
    )

  description = map_blocks(describe, state.images, settings.block)
  return by_unit(description, units)


def simulate(
  loop: Loop,
  key: jax.Array,
  images: Images,
  hidden: jax.Array,
  *,
  start: int,
  query: int,
  rounds: int,
  evaluate: Callable,
  units: UnitSet | None = None,
):
  """A whole run against known labels, as one function of its key.

  Round 0 tells the starting set, each of the `rounds` after it the items asked
  for. A question follows the last round too; its answer is not used.

  Args:
    loop: from `make_loop`.
    key: [] typed key.
    images: of N pool items.
    hidden: [N, *sp] or [N] true labels. Read in one expression: the labels of
      the items that were asked for.
    start: size of the starting set.
    query: the k of the loop.
    rounds: how many questions are answered.
    evaluate: state -> pytree of metrics.
    units: those of the loop: start and query count units.

  Returns:
    (final LoopState, items [rounds + 1, max(start, query)], the metrics with
    a leading axis of rounds + 1).

  Raises:
    ValueError: if start + query * rounds exceeds N.
  """
  num_items = units.count if units else images.size.shape[0]
  check_budget(num_items, start, query, rounds)
  width = max(start, query)

  def one_round(carry, _):
    state, items = carry
    told = items if units is None else items_of(units, items)
    state = loop.tell(state, items, hidden[told])
    metrics = evaluate(state)
    asked, state = loop.ask(state)
    return (state, pad_items(asked, width, num_items)), (items, metrics)

  state = loop.init(key, images, jax.eval_shape(lambda: hidden[0]))
  first = pad_items(draw_start(key, num_items, start), width, num_items)
  (state, _), (items, metrics) = jax.lax.scan(
    one_round, (state, first), length=rounds + 1
  )
  return state, items, metrics
