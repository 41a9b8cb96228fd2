"""The active-learning loop: init, ask, tell."""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp

from alx.acquisition import Acquisition
from alx.keys import as_key
from alx.loop.asking import (
  ask_at_once,
  ask_in_pieces,
  candidates_of,
  capped,
  keys_to_fit,
  scores_of,
  with_predicted_costs,
)
from alx.loop.describe import (
  makes_passes_in_pieces,
)
from alx.loop.state import Loop, LoopState
from alx.loop.unit_labels import (
  labelled_items,
  no_labels,
  write_units,
)
from alx.pool import init_pool, mark_labelled
from alx.training.learner import Learner, steps_made
from alx.training.settings import Asking
from alx.units import UnitSet, whole_items


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
    description, candidates = with_predicted_costs(
      description, candidates, state.pool, units, settings
    )
    items = select(key, description, candidates)
    return items, scores_of(items, description)

  pieces = makes_passes_in_pieces(acquisition, settings)
  make_ask = ask_in_pieces if pieces else ask_at_once
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
