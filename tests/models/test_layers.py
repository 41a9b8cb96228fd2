"""The layers around a convolution."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import layers


def normal(shape, seed=0):
  return jax.random.normal(jax.random.key(seed), shape)


@pytest.mark.parametrize("shape", [(2, 5, 4, 16), (3, 4, 2, 3, 12), (2, 7)])
def test_group_norm_equals_flax(shape):
  x = 3 * normal(shape) + 1
  groups = np.gcd(8, shape[-1])
  scale, bias = normal(shape[-1:], 1), normal(shape[-1:], 2)
  ours = lambda x, s, b: layers.group_norm(x, s, b, 8)
  theirs = lambda x, s, b: nn.GroupNorm(int(groups)).apply(
    {"params": {"scale": s, "bias": b}}, x
  )
  wanted, pull = jax.vjp(theirs, x, scale, bias)
  got, ours_pull = jax.vjp(ours, x, scale, bias)
  np.testing.assert_allclose(got, wanted, atol=2e-5)
  dy = normal(shape, 3)
  for one, other in zip(ours_pull(dy), pull(dy), strict=True):
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_group_norm_of_a_constant_is_finite():
  grads = jax.grad(lambda x: layers.group_norm(x, s, s, 2).sum())
  s = jnp.ones(4)
  assert jnp.isfinite(grads(jnp.full((1, 3, 3, 4), 7.0))).all()


@pytest.mark.parametrize("shape", [(2, 6, 4, 3), (1, 4, 2, 6, 2), (2, 7, 5, 3)])
def test_max_pool_equals_flax(shape):
  x, window = normal(shape), (2,) * (len(shape) - 2)
  theirs = lambda x: nn.max_pool(x, window, window)
  wanted, pull = jax.vjp(theirs, x)
  got, ours_pull = jax.vjp(layers.max_pool, x)
  np.testing.assert_array_equal(got, wanted)
  np.testing.assert_array_equal(ours_pull(got)[0], pull(got)[0])


def test_upsample_repeats():
  x = jnp.arange(4.0).reshape(1, 2, 2, 1)
  wanted = [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
  np.testing.assert_array_equal(layers.upsample(x)[0, ..., 0], wanted)
  assert layers.upsample(normal((1, 2, 3, 4, 5))).shape == (1, 4, 6, 8, 5)
