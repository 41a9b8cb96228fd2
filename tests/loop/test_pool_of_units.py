"""Units of volumes that stay where they are."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.data.patches import stack_images, stack_labels
from alx.data.sources.source import ArraySource
from alx.label_maps import UNLABELLED
from alx.loop import draw_start, make_loop
from alx.loop.asking import capped
from alx.loop.pool_loop import (
  Labelled,
  Slot,
  fill_slots,
  make_pool_loop,
  make_room,
  put_units,
)
from alx.loop.pool_scan import describe_pool
from alx.loop.upload import UnitRows, to_device
from alx.training.settings import Asking
from alx.units.make import make_units
from alx.units.spec import parse_unit
from tests import streamed_cases
from tests.compiles import COMPILED

N, QUERY, ROUNDS = 7, 4, 3
PATCH = (6, 6, 4)
LEARNER = streamed_cases.threshold_learner()
LEARNER = LEARNER._replace(fit=jax.jit(LEARNER.fit))
ASKING = Asking(QUERY, block=3)


@functools.cache
def pool(text):
  """(Images, label maps, units) of N volumes."""
  volumes, labels = streamed_cases.volumes(N)
  images, labels = stack_images(volumes, PATCH), stack_labels(labels, PATCH)
  extent = labels.shape[1:]
  made = make_units(parse_unit(text), volumes, [None] * N, extent)
  return images._replace(regions=made.regions), labels, made.units


def start(units):
  return draw_start(jax.random.key(4), units.count, QUERY)


def in_memory(text, name):
  """(units of all rounds, final state) of the loop that holds the pool."""
  images, labels, units = pool(text)
  loop = make_loop(LEARNER, BY_NAME[name], ASKING, None, units)
  key, history = jax.random.key(4), []
  state = loop.init(key, images, jax.eval_shape(lambda: labels[0]))
  asked = start(units)
  for _ in range(ROUNDS):
    history.append(asked.tolist())
    hidden = labels[np.asarray(units.units.item)[np.asarray(asked)]]
    state = loop.tell(state, asked, hidden)
    asked, state = loop.ask(state)
  return history, state


def row(text, i, only_labels=False):
  """One volume with its label map."""
  images, labels, _ = pool(text)
  whole = Labelled(None if only_labels else images, labels)
  return jax.tree.map(lambda x: x[i : i + 1], whole)


def streamed(text, name):
  """The same of the loop that reads blocks, its slots, what it compiled."""
  images, _, units = pool(text)
  loop = make_pool_loop(LEARNER, BY_NAME[name], ASKING, None, units)
  scan = functools.partial(describe_pool, source=ArraySource(images), block=3)
  key, history, before = jax.random.key(4), [], []
  state = loop.init(key, units.count)
  labelled = make_room(N, row(text, 0), units)
  asked, compiled = start(units), []
  for _ in range(ROUNDS):
    compiled.append(len(COMPILED))
    history.append(asked.tolist())
    slots = fill_slots(units, before, history[-1])
    rows = ((s, row(text, s.item, not s.is_new)) for s in slots)
    labelled = put_units(labelled, units, rows)
    before += history[-1]
    state = loop.tell(state, asked, labelled)
    asked, state = loop.ask(state, scan)
  return history, state, labelled, compiled


@pytest.mark.slow
@pytest.mark.parametrize(
  ("text", "name"),
  [
    ("slices:0", "entropy"),
    ("boxes:6/3", "random"),
    ("superpixels:9", "entropy"),
  ],
)
def test_asks_what_the_loop_in_memory_asks(text, name):
  wanted, state = in_memory(text, name)
  found, again, labelled, compiled = streamed(text, name)
  assert found == wanted
  assert compiled[1:] == compiled[1:2] * 2  # nothing after the first round
  np.testing.assert_array_equal(again.pool.order, state.pool.order)
  chex.assert_trees_all_equal(again.params, state.params)
  # The slots hold what the loop in memory was told, in the order of the items.
  units = pool(text)[2]
  told = np.asarray(units.units.item)[np.concatenate(wanted)]
  items = list(dict.fromkeys(told.tolist()))
  held = np.asarray(labelled.labels)
  np.testing.assert_array_equal(
    held[: len(items)], state.labels[np.array(items)]
  )
  assert (held[len(items) :] == UNLABELLED).all()


def test_an_item_keeps_the_slot_of_its_first_unit():
  units = pool("boxes:4")[2]
  item = np.asarray(units.units.item)
  a, b = np.flatnonzero(item == 5)[:2]
  (c,) = np.flatnonzero(item == 2)[:1]
  (d,) = np.flatnonzero(item == 0)[:1]
  found = fill_slots(units, [a, c], [d, b, units.count])
  assert found == [Slot(0, 2, True, (d,)), Slot(5, 0, False, (b,))]


def test_rows_of_regions_are_those_of_the_units():
  units = pool("slices:0")[2]
  item, region = (np.asarray(x) for x in units.units[:2])
  told = np.arange(N * 10).reshape(N, 10)
  found = to_device(UnitRows({"x": told}, units), block=8)
  np.testing.assert_array_equal(found["x"], told[item, region])
  assert jnp.shape(found["x"]) == (units.count,)


@pytest.mark.parametrize("cap", [0, 1])
def test_a_budget_cuts_every_nth_unit_where_all_items_have_some(cap):
  *_, units = pool("slices:0")
  count, item = units.count, np.asarray(units.units.item)
  free = jnp.ones(count, bool)
  chosen = {}
  for budget in (0.0, 9.0):
    asking = Asking(4 * N, budget=budget, max_per_item=cap)
    found = capped(BY_NAME["uniform"], asking, None, units).select(
      jax.random.key(1), None, Candidates(free, ~free), 4 * N
    )
    chosen[budget] = np.asarray(found)
  assert sorted(chosen[9.0]) == sorted(chosen[0.0])
  for first in range(2 * N, 4 * N):
    assert len(set(item[chosen[9.0][:first]])) == N


def test_a_cap_takes_every_nth_unit_from_anywhere_in_its_item():
  """Not the first that would be asked for of each: all lay at one end."""
  *_, units = pool("slices:0")
  count, region = units.count, np.asarray(units.units.region)
  most = region.max()
  free = jnp.ones(count, bool)
  asking = Asking(2 * N, max_per_item=1)
  choose = capped(BY_NAME["uniform"], asking, None, units).select
  places = np.concatenate(
    [
      region[choose(jax.random.key(n), None, Candidates(free, ~free), 2 * N)]
      for n in range(8)
    ]
  )
  assert abs(places.mean() / most - 0.5) < 0.1
  assert (places > 0.75 * most).any()


def test_slots_that_no_unit_is_for_stay_behind_the_others():
  *_, units = pool("slices:0")
  free = jnp.arange(units.count) < 5
  found = capped(BY_NAME["uniform"], Asking(8, budget=9.0), None, units).select(
    jax.random.key(1), None, Candidates(free, ~free), 8
  )
  assert sorted(found[:5].tolist()) == [0, 1, 2, 3, 4]
  assert found[5:].tolist() == [units.count] * 3
