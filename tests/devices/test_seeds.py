import functools
import os
import pathlib
import subprocess
import sys

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx import over_seeds
from alx.devices.seeds import has_convolutions
from alx.models import make_mlp, make_unet
from tests.environment import FAST_COMPILE
from tests.mapped_seeds import KEYS, alone, of_blobs

ROOT = pathlib.Path(__file__).resolve().parents[2]


def sums(key, weight=1.0):
  """A run without a network: three numbers that only their key decides."""
  numbers = jax.random.randint(key, (3,), 0, 100)
  return {"numbers": numbers, "total": weight * numbers.sum()}


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


@pytest.mark.slow
def test_a_mapped_seed_is_the_seed_alone_bit_for_bit():
  """In a process that compiles as users do; other settings may round."""
  command = sys.executable, "-W", "error", "-m", "tests.mapped_seeds"
  env = {k: v for k, v in os.environ.items() if k not in FAST_COMPILE}
  done = subprocess.run(
    command, check=False, cwd=ROOT, env=env, text=True, capture_output=True
  )
  assert done.returncode == 0, done.stderr


@functools.cache
def batch_of(name, devices):
  """The program of a batch of seeds, and its data."""
  run, data = of_blobs(name)
  used = jax.devices()[:devices]
  return over_seeds(run, vectorized=True, devices=used), data


@pytest.mark.slow
@pytest.mark.parametrize(
  ("name", "devices"),
  [("random", 1), ("bald", 1), ("badge", 1), ("k_center", 2)],
)
def test_a_batch_of_seeds_agrees_to_rounding(name, devices):
  many, data = batch_of(name, devices)
  items, params, count = many(KEYS, *data)
  wanted_items, wanted_params, wanted_count = alone(of_blobs, name)
  np.testing.assert_array_equal(items, wanted_items)
  np.testing.assert_array_equal(count, wanted_count)
  chex.assert_trees_all_close(params, wanted_params, rtol=1e-4, atol=1e-5)


def test_one_compile_for_one_number_of_seeds():
  many, data = batch_of("k_center", 2)
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
