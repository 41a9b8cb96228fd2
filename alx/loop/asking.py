"""Questions: describe the pool, choose among those that may be picked."""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp

from alx.acquisition import Acquisition, Candidates
from alx.acquisition.combinations.combine import capped_per_group
from alx.acquisition.combinations.disjoint import (
  Places,
  disjoint,
)
from alx.acquisition.scores.select import evenly_spaced
from alx.acquisition.shares import halving_order
from alx.loop.describe import (
  axes_told,
  describe_block,
  make_describe,
  mirrors_by_labels,
)
from alx.loop.start import as_groups
from alx.loop.state import LoopState
from alx.loop.unit_labels import (
  labelled_items,
)
from alx.pool import PoolState
from alx.training.learner import Learner
from alx.training.map_blocks import each_block, map_blocks
from alx.training.settings import Asking
from alx.units import UnitSet
from alx.units.outlines import Traced, predicted_costs
from alx.units.table import distance_mm


def ask_at_once(choose, learner, acquisition, settings, units):
  """state -> (items, scores), one program."""

  @jax.jit
  def ask(state):
    key_describe, key_select = keys_to_ask(state)
    description = describe_pool(
      key_describe, state, learner, acquisition, settings, units
    )
    return choose(key_select, description, state)

  return ask


def ask_in_pieces(choose, learner, acquisition, settings, units):
  """The same in several programs, with the passes of each block between."""
  describe = make_describe(learner, acquisition, settings, units)
  keys_of, choose = jax.jit(keys_to_ask), jax.jit(choose)
  axes_of = jax.jit(partial(_axes_told, learner, units))

  def ask(state):
    key_describe, key_select = keys_of(state)
    labelled = items_labelled(state.pool, units)
    told = key_describe, state.params, labelled
    axes = axes_of(state) if mirrors_by_labels(settings) else None
    of_block = partial(describe, *told, axes=axes)
    description = each_block(of_block, state.images, settings.block)
    description = by_unit(description, units)
    return choose(key_select, description, state)

  return ask


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

  Of units of one item, and of items of one group. A cap takes the first of
  each, and a budget cuts off the end of a list: every n-th unit is not in the
  order of the pool for them.

  Raises:
    ValueError: for a cap without groups.
  """
  if acquisition.select is not evenly_spaced:
    return _below_caps(acquisition, settings, groups, units)
  found = _below_caps(_shuffled(acquisition), settings, groups, units)
  return _spread_out(found) if settings.budget else _in_order(found)


def _below_caps(acquisition, settings, groups, units):
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


def _shuffled(acquisition):
  """The same picks in a random order."""

  def select(key, description, candidates, k):
    picks = acquisition.select(key, description, candidates, k)
    picks = jax.random.permutation(jax.random.fold_in(key, 1), picks)
    return _full_first(picks, candidates)

  return acquisition._replace(select=select)


def _in_order(acquisition):
  """The same picks in the order of the pool."""

  def select(*arguments):
    return jnp.sort(acquisition.select(*arguments))

  return acquisition._replace(select=select)


def _spread_out(acquisition):
  """The same picks; any first ones of them are spread over the pool."""

  def select(key, description, candidates, k):
    picks = jnp.sort(acquisition.select(key, description, candidates, k))
    return _full_first(picks[halving_order(k)], candidates)

  return acquisition._replace(select=select)


def _full_first(picks, candidates):
  """Slots that nothing is for behind the others."""
  empty = picks == candidates.available.shape[0]
  return picks[jnp.argsort(empty, stable=True)]


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
  return candidates_among(labelled, classes, groups, units, budget)


def candidates_among(
  labelled: jax.Array,
  classes: jax.Array | None = None,
  groups: Sequence[int] | None = None,
  units: UnitSet | None = None,
  budget: float = 0.0,
) -> Candidates:
  """The same of a pool of which nothing else is at hand.

  Args:
    labelled: [N] bool, or [U] of units.
    classes: [N] int32 of what is labelled, -1 elsewhere; None: not known.
    groups: [N] int >= 0, or None.
    units: parts of items.
    budget: of a question, in their costs; 0: none.
  """
  groups = as_groups(groups)
  if units is not None and groups is None:
    groups = units.units.item
  found = Candidates(~labelled, labelled, classes, groups)
  if units is not None and units.parents is not None:
    found = found._replace(parents=units.parents)
  if units is not None and units.along is not None:
    found = found._replace(distance_mm=distance_mm(units.along, labelled))
  if units is None or not budget:
    return found
  return found._replace(costs=units.units.cost, budget=jnp.float32(budget))


def with_predicted_costs(
  description, candidates: Candidates, pool: PoolState, units, settings
):
  """The description alone, and candidates that cost by what is predicted.

  Both as they are where nothing is.
  """
  if not isinstance(description, Traced):
    return description, candidates
  opened = labelled_items(pool, units).labelled[units.units.item]
  costs = predicted_costs(description.traced_mm, opened, settings.seconds)
  return description.description, candidates._replace(costs=costs)


def _places(units):
  return Places(units.units.item, units.start, units.partition.extent)


def items_labelled(pool: PoolState, units: UnitSet | None) -> jax.Array:
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
  labelled = items_labelled(state.pool, units)
  by_labels = mirrors_by_labels(settings)
  axes = _axes_told(learner, units, state) if by_labels else None

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
      axes,
    )

  description = map_blocks(describe, state.images, settings.block)
  return by_unit(description, units)


def _axes_told(learner, units, state):
  pool = state.pool if units is None else labelled_items(state.pool, units)
  return axes_told(learner, state.params, state.images, state.labels, pool)
