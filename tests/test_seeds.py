import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx import over_seeds
from alx.loop import simulate
from alx.models import make_mlp, make_unet
from alx.seeds import has_convolutions
from tests import problems

ONE = jax.devices()[:1]
KEYS = jax.random.split(jax.random.key(3), 3)


def sums(key, weight=1.0):
  """A run without a network: three numbers that only their key decides."""
  numbers = jax.random.randint(key, (3,), 0, 100)
  return {"numbers": numbers, "total": weight * numbers.sum()}


def runs_of(learner, data, name):
  """A run of two rounds: items, params and how much is labelled."""
  loop = problems.loop_of(learner, name)

  def run(key, images, labels):
    state, items, count = simulate(
      loop,
      key,
      images,
      labels,
      start=4,
      query=3,
      rounds=2,
      evaluate=lambda state: state.pool.count,
    )
    return items, state.params, count

  return run, data


@functools.cache
def of_blobs(name):
  return runs_of(problems.mlp_learner(5), problems.blobs(), name)


@functools.cache
def of_squares(name):
  return runs_of(problems.unet_learner(3), problems.squares(12), name)


@functools.cache
def alone(of_data, name):
  """Every key by itself, in one program."""
  run, data = of_data(name)
  program = jax.jit(run)
  results = [program(key, *data) for key in KEYS]
  return jax.tree.map(lambda *x: np.stack(x), *results)


@pytest.mark.parametrize("vectorized", [True, False, None])
@pytest.mark.parametrize("devices", [1, 2])
def test_a_batch_is_every_key_by_itself(vectorized, devices):
  many = over_seeds(
    sums, vectorized=vectorized, devices=jax.devices()[:devices]
  )(KEYS, 2.0)
  for i, key in enumerate(KEYS):  # 3 keys on 2 devices: one is filled up
    wanted = sums(key, 2.0)
    assert many["numbers"][i].tolist() == wanted["numbers"].tolist()
    assert many["total"][i] == wanted["total"]


@pytest.mark.parametrize("of_data", [of_blobs, of_squares])
def test_a_mapped_seed_is_the_seed_alone_bit_for_bit(of_data):
  run, data = of_data("entropy")
  mapped = over_seeds(run, vectorized=False, devices=ONE)(KEYS, *data)
  for a, b in zip(
    jax.tree.leaves(mapped),
    jax.tree.leaves(alone(of_data, "entropy")),
    strict=True,
  ):
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
  ("name", "devices"),
  [("random", 1), ("bald", 1), ("badge", 1), ("k_center", 2)],
)
def test_a_batch_of_seeds_agrees_to_rounding(name, devices):
  run, data = of_blobs(name)
  items, params, count = over_seeds(
    run, vectorized=True, devices=jax.devices()[:devices]
  )(KEYS, *data)
  wanted_items, wanted_params, wanted_count = alone(of_blobs, name)
  np.testing.assert_array_equal(items, wanted_items)
  np.testing.assert_array_equal(count, wanted_count)
  for a, b in zip(
    jax.tree.leaves(params), jax.tree.leaves(wanted_params), strict=True
  ):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_one_compile_for_one_number_of_seeds():
  run, data = of_blobs("random")
  many = over_seeds(run)
  many(KEYS, *data)
  others = jax.random.split(jax.random.key(9), 3)
  with jax.no_tracing(True):
    many(others, *data)


def test_tells_convolutions_wherever_they_are():
  image = jnp.zeros((1, 8, 8, 1))
  unet, mlp = make_unet(2, 2, (4, 8)), make_mlp(2, (4,))

  def loss(model, params):
    return jax.lax.map(lambda x: model.apply(params, x)[0].sum(), image[None])

  for model, wanted in ((unet, True), (mlp, False)):
    params = model.init(jax.random.key(0), image)
    grad = jax.grad(lambda p, m=model: loss(m, p).sum())
    assert has_convolutions(jax.jit(grad), params) == wanted


@pytest.mark.parametrize("keys", [KEYS[0], KEYS[:0]])
def test_wants_a_seed(keys):
  with pytest.raises(ValueError, match="axis of one or more seeds"):
    over_seeds(sums)(keys)
