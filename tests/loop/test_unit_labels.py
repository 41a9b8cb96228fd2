import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.data.patches import real_mask
from alx.devices.seeds import over_seeds
from alx.label_maps import UNLABELLED
from alx.loop import make_loop, simulate
from alx.loop.unit_labels import (
  dominant_class,
  items_of,
  labelled_items,
  write_units,
)
from alx.pool import init_pool, mark_labelled
from alx.prediction import Prediction
from alx.training.learner import Learner
from alx.training.settings import Asking
from alx.units import UnitSet, whole_items
from alx.units.make import make_units
from alx.units.spec import parse_unit
from tests import problems


@functools.cache
def pool(text, num_items=6):
  """(images, labels, units) of `squares`."""
  images, labels = problems.squares(num_items)
  real = np.asarray(images.real)
  values = [
    np.asarray(x)[: n[0], : n[1]]
    for x, n in zip(images.values, real, strict=True)
  ]
  extent = labels.shape[1:]
  made = make_units(parse_unit(text), values, [None] * len(values), extent)
  regions = None if made.regions is None else jnp.asarray(made.regions)
  return images._replace(regions=regions), labels, made.units


def told(units, images, labels, asked):
  known = jnp.full(labels.shape, UNLABELLED, labels.dtype)
  asked = jnp.asarray(asked, jnp.int32)
  return np.asarray(
    write_units(known, units, images, asked, labels[items_of(units, asked)])
  )


@pytest.mark.parametrize("text", ["boxes:5", "superpixels:6", "boxes:5,5/3,3"])
def test_only_the_voxels_of_a_unit_are_written(text):
  images, labels, units = pool(text)
  found = told(units, images, labels, [3, units.count])
  item = int(units.units.item[3])
  written = found != UNLABELLED
  assert written[item].any() and written.sum() == written[item].sum()
  np.testing.assert_array_equal(found[written], np.asarray(labels)[written])


def test_all_units_are_all_labels():
  images, labels, units = pool("boxes:5")
  found = told(units, images, labels, range(units.count))
  for item, size in enumerate(np.asarray(images.size)):
    inside = found[item, : size[0], : size[1]]
    np.testing.assert_array_equal(
      inside, np.asarray(labels)[item, : size[0], : size[1]]
    )


def test_items_come_in_the_order_of_their_first_unit():
  _, _, units = pool("boxes:5")
  item = np.asarray(units.units.item)
  asked = [*np.flatnonzero(item == 4)[:2], np.flatnonzero(item == 1)[0]]
  state = mark_labelled(init_pool(units.count), jnp.asarray(asked, jnp.int32))
  found = labelled_items(state, units)
  assert found.order[:2].tolist() == [4, 1] and int(found.count) == 2
  assert np.flatnonzero(found.labelled).tolist() == [1, 4]


def test_the_dominant_class():
  label = jnp.array([[0, 1, 1], [2, 2, 2]], jnp.uint8)
  inside = jnp.array([[True] * 3, [True, False, False]])
  assert int(dominant_class(label, inside, 3)) == 1
  assert int(dominant_class(label, ~inside, 3)) == 2
  tie = jnp.array([[True, True, False], [False] * 3])
  assert int(dominant_class(label, tie, 3)) == 0


def test_a_reader_may_tell_one_class_for_a_unit():
  images, labels, units = pool("boxes:5")
  told_all = UnitSet(units.partition, units.units, units.num_items, dominant=2)
  found = told(told_all, images, labels, [0])
  truth = np.asarray(labels)[0, :5, :5]
  assert (found[0, :5, :5] == np.bincount(truth.reshape(-1)).argmax()).all()


def of_pixels():
  """A learner whose model is a logistic regression of a pixel."""

  def logits(params, images):
    values = images.values[..., 0]
    return jnp.stack(
      [jnp.zeros_like(values), params[0] + params[1] * values], -1
    )

  def fit(key, params, images, labels, pool, weights=None):
    told = (labels != UNLABELLED) & pool.labelled[:, None, None]

    def loss(params):
      logs = jax.nn.log_softmax(logits(params, images))
      rights = jnp.where(labels == 1, logs[..., 1], logs[..., 0])
      return -jnp.where(told, rights, 0.0).sum() / told.sum()

    step = lambda _, params: params - jax.grad(loss)(params)  # noqa: E731
    return jax.lax.fori_loop(0, 5, step, params), loss(params)[None]

  def predict(key, params, images, items, samples):
    probs = jax.nn.softmax(logits(params, images))
    mask = real_mask(images.real, images.values.shape[1:-1])
    features = images.values.mean((1, 2))
    return Prediction(probs[None], features, mask, images.values)

  return Learner(lambda key: jax.random.normal(key, (2,)), fit, predict)


def loop_for(units, name, query=3, cap=0, network=False):
  asking = Asking(query, block=4, samples=3, max_per_item=cap)
  learner = of_pixels()
  if network:
    learner = problems.unet_learner(3, partly=True)
  return make_loop(learner, BY_NAME[name], asking, None, units)


@functools.cache
def run(text, name, hide=False, network=False):
  """A simulated run; with `hide`, all voxels never asked for are garbage."""
  images, labels, _ = pool(text)
  if hide:
    labels = jnp.where(seen(text, name, network), labels, 1 - labels)
  return program(text, name, network)(images, labels)


@functools.cache
def program(text, name, network):
  _, _, units = pool(text)
  loop = loop_for(units, name, network=network)
  return jax.jit(
    lambda images, labels: simulate(
      *(loop, jax.random.key(0), images, labels),
      start=4,
      query=3,
      rounds=2,
      evaluate=lambda state: state.pool.count,
      units=units,
    )
  )


def seen(text, name, network):
  """[N, *sp] bool, voxels that the run was told, the last question too."""
  state, _, _ = run(text, name, network=network)
  return state.labels != UNLABELLED


@pytest.mark.slow
@pytest.mark.parametrize("text", ["boxes:5", "superpixels:6"])
@pytest.mark.parametrize("name", ["entropy", "badge", "foreground_random"])
def test_a_run_over_units_asks_for_distinct_units(text, name):
  state, items, counts = run(text, name)
  _, _, units = pool(text)
  asked = np.asarray(items)[np.asarray(items) < units.count]
  assert counts.tolist() == [4, 7, 10]
  assert len(set(asked.tolist())) == 10 == len(asked)
  for leaf in jax.tree.leaves(state.params):
    assert np.isfinite(leaf).all()


def test_labels_of_voxels_never_asked_for_change_nothing():
  one, two = (
    run("boxes:5", "entropy", hide=hide, network=True) for hide in (False, True)
  )
  np.testing.assert_array_equal(one[1], two[1])
  chex.assert_trees_all_equal(one[0].params, two[0].params)


@pytest.mark.slow
def test_whole_items_are_what_they_were_to_the_bit():
  images, labels = problems.squares(6)
  learner = problems.unet_learner(3)
  asking = Asking(2, block=4, samples=3)

  def run_with(units):
    loop = make_loop(learner, BY_NAME["bald"], asking, None, units)
    return simulate(
      *(loop, jax.random.key(0), images, labels),
      start=2,
      query=2,
      rounds=1,
      evaluate=lambda state: state.pool.count,
      units=units,
    )

  plain, units = run_with(None), run_with(whole_items(6))
  chex.assert_trees_all_equal(plain, units)


def test_a_cap_of_units_per_item():
  images, labels, units = pool("boxes:5")
  item = np.asarray(units.units.item)

  def most_of_an_item(cap):
    loop = loop_for(units, "entropy", 6, cap)
    state = loop.init(
      jax.random.key(0), images, jax.eval_shape(lambda: labels[0])
    )
    asked, _ = loop.ask(state)
    return np.bincount(item[np.asarray(asked)]).max()

  assert most_of_an_item(1) == 1 < most_of_an_item(0)


@pytest.mark.slow
def test_boxes_that_overlap_are_asked_for_once():
  _, items, _ = run("boxes:5,5/3,3", "entropy")
  _, _, units = pool("boxes:5,5/3,3")
  asked = np.asarray(items)[1:].reshape(-1)
  start, item = np.asarray(units.start), np.asarray(units.units.item)
  asked = asked[asked < units.count].tolist()
  for place, one in enumerate(asked):
    for other in asked[:place]:
      gap = np.abs(start[one] - start[other])
      assert item[one] != item[other] or (gap >= 5).any()


@pytest.mark.slow
@pytest.mark.parametrize("text", ["boxes:5", "superpixels:6"])
@pytest.mark.parametrize("vectorized", [True, False])
def test_seeds_over_units_are_runs_of_their_own(text, vectorized):
  images, labels, units = pool(text)
  asking = Asking(3, block=4, samples=0, max_per_item=1)
  loop = make_loop(of_pixels(), BY_NAME["entropy"], asking, None, units)

  def one(key, images, labels):
    state, items, counts = simulate(
      *(loop, key, images, labels),
      start=4,
      query=3,
      rounds=2,
      evaluate=lambda state: state.pool.count,
      units=units,
    )
    return items, counts, state.labels, state.params

  keys = jax.random.split(jax.random.key(3), 3)
  seeds = over_seeds(one, vectorized=vectorized, devices=jax.devices()[:1])
  *found, params = seeds(keys, images, labels)
  alone = jax.jit(one)
  for number, key in enumerate(keys):
    *wanted, own = alone(key, images, labels)
    chex.assert_trees_all_equal([x[number] for x in found], wanted)
    np.testing.assert_allclose(params[number], own, rtol=1e-5)
  assert len({x.tobytes() for x in np.asarray(found[0])}) == 3
  taken = np.asarray(units.units.item)[np.asarray(found[0][:, 1:, :3])]
  assert all(len({*row}) == 3 for rows in taken.tolist() for row in rows)
