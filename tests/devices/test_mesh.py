"""One fit on two devices against the same on one."""

import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.devices.mesh import on_host, over_devices
from alx.models import make_mlp, make_unet
from alx.pool import init_pool, mark_labelled
from alx.training.learner import make_learner
from alx.training.settings import Training
from tests import problems

pytestmark = pytest.mark.skipif(
  len(jax.devices()) < 2, reason="wants two devices"
)
TRAINING = Training((8, 8), steps=8, batch=4, learning_rate=1e-2)


@functools.cache
def fitted(count):
  """(program, params, losses, prediction) of a fit on so many devices."""
  spread = over_devices(count)
  images, labels = problems.squares()
  model = make_unet(2, 2, widths=(4, 8), dropout=0.3, light=True)
  learner = make_learner(model, 2, 1, TRAINING, spread=spread)
  pool = mark_labelled(init_pool(10), jnp.arange(6, dtype=jnp.int32))
  start = jax.jit(learner.init)(jax.random.key(1))
  keys = jax.random.split(jax.random.key(2))
  if spread:
    start, keys, pool = spread.whole((start, keys, pool))
    images, labels = spread.held((images, labels))
  task = keys[0], start, images, labels, pool
  program = jax.jit(learner.fit).lower(*task).compile()
  params, losses = program(*task)
  predict = jax.jit(learner.predict, static_argnums=4)
  items = jnp.arange(10, dtype=jnp.int32)
  found = predict(keys[1], params, images, items, 3)
  return program, params, losses, found


@pytest.mark.slow
def test_losses_and_params_are_those_of_one_device():
  (_, one, losses, _), (_, two, same, _) = fitted(1), fitted(2)
  np.testing.assert_allclose(same, losses, rtol=1e-4)
  for x, y in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True):
    np.testing.assert_allclose(y, x, rtol=1e-3, atol=1e-4)


def test_passes_of_dropout_are_those_of_one_device():
  (*_, one), (*_, two) = fitted(1), fitted(2)
  np.testing.assert_allclose(two.probs, one.probs, atol=1e-4)
  np.testing.assert_allclose(two.features, one.features, rtol=1e-3, atol=1e-4)
  assert np.ptp(np.asarray(one.probs), axis=0).max() > 0.01


def test_each_device_holds_its_half_of_the_pool():
  images, labels = over_devices(2).held(problems.squares())
  for array in (images.values, labels):
    shards = array.addressable_shards
    assert [s.data.shape for s in shards] == [(5, *array.shape[1:])] * 2


def test_the_pool_is_never_brought_together():
  program, _, _, _ = fitted(2)
  text = program.as_text()
  gathered = re.findall(r"= \w+\[([\d,]*)\]\S* all-gather\(", text)
  whole = "10,12,12"
  assert "all-reduce" in text and not [g for g in gathered if whole in g]
  sizes = [fitted(n)[0].memory_analysis() for n in (1, 2)]
  one, two = (s.argument_size_in_bytes + s.temp_size_in_bytes for s in sizes)
  assert two < 0.75 * one


def test_gradients_of_what_is_shared_are_summed():
  def double(weight, x):
    return weight * x

  x = jnp.arange(4.0)
  by_item = over_devices(2).by_item(double)
  loss = jax.jit(jax.grad(lambda weight: by_item(weight, x).sum()))
  assert loss(jnp.float32(1)) == 0 + 1 + 2 + 3
  assert by_item(jnp.float32(2), x[:3]).tolist() == [0, 2, 4]


def test_parts_that_a_number_of_items_allows():
  spread = over_devices(2)
  assert [spread.shares(n) for n in (10, 7)] == [2, 1]
  held = spread.held(jnp.arange(7))
  assert [s.data.shape for s in held.addressable_shards] == [(7,), (7,)]


def test_what_cannot_be():
  there = len(jax.devices())
  with pytest.raises(ValueError, match=f"1 to {there}, the devices that there"):
    over_devices(there + 1)
  assert over_devices(1) is None
  levels = make_unet(2, 2, widths=(4, 8, 8), deep=True)
  for model in (levels, make_mlp(2)._replace(trunk=None)):
    with pytest.raises(ValueError, match="a network with a trunk"):
      make_learner(model, 2, 1, TRAINING, spread=over_devices(2))


def test_what_devices_hold_in_parts_is_read_whole():
  rows = np.arange(12.0, dtype=np.float32).reshape(4, 3)
  found = on_host({"rows": over_devices(2).held(rows), "count": 3})
  np.testing.assert_array_equal(found["rows"], rows)
  assert isinstance(found["rows"], np.ndarray) and found["count"] == 3
