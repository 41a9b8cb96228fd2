"""The layers around a convolution."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import layers


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


@pytest.mark.parametrize("shape", [(2, 5, 4, 16), (3, 4, 2, 3, 12), (2, 7)])
def test_group_norm_equals_flax(shape):
  x = 3 * normal(shape) + 1
  groups = np.gcd(8, shape[-1])
  scale, bias = normal(shape[-1:], 1), normal(shape[-1:], 2)
  dy = normal(shape, 3)

  def ours(x, scale, bias):
    return layers.group_norm(x, scale, bias, 8)

  def theirs(x, scale, bias):
    params = {"params": {"scale": scale, "bias": bias}}
    return nn.GroupNorm(int(groups)).apply(params, x)

  def both(fn):
    y, pull = jax.vjp(fn, x, scale, bias)
    return y, *pull(dy)

  got, wanted = jax.jit(lambda: (both(ours), both(theirs)))()
  for one, other in zip(got, wanted, strict=True):
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_group_norm_of_a_constant_is_finite():
  grads = jax.grad(lambda x: layers.group_norm(x, s, s, 2).sum())
  s = jnp.ones(4)
  assert jnp.isfinite(grads(jnp.full((1, 3, 3, 4), 7.0))).all()


@pytest.mark.parametrize("shape", [(2, 6, 4, 3), (1, 4, 2, 6, 2), (2, 7, 5, 3)])
def test_max_pool_equals_flax(shape):
  x, window = normal(shape), (2,) * (len(shape) - 2)

  def theirs(x):
    return nn.max_pool(x, window, window)

  def both(fn):
    y, pull = jax.vjp(fn, x)
    return y, pull(2 * y)[0]

  got, wanted = jax.jit(lambda: (both(layers.max_pool), both(theirs)))()
  for one, other in zip(got, wanted, strict=True):
    np.testing.assert_array_equal(one, other)


def test_upsample_repeats():
  x = jnp.arange(4.0).reshape(1, 2, 2, 1)
  wanted = [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
  np.testing.assert_array_equal(layers.upsample(x)[0, ..., 0], wanted)
  assert layers.upsample(normal((1, 2, 3, 4, 5))).shape == (1, 4, 6, 8, 5)


@pytest.mark.parametrize(("leak", "ratio"), [(0.0, 0.0), (0.1, 0.1)])
def test_a_leak_lets_what_is_negative_through(leak, ratio):
  x = normal((1, 4, 4, 2), 0)
  layer = layers.ConvNormRelu(3, 1, leak)
  params = layer.init(jax.random.key(1), x)
  open_layer = layers.ConvNormRelu(3, 1, 1.0)  # no relu at all
  found, plain = layer.apply(params, x), open_layer.apply(params, x)
  assert (plain < 0).any()
  wanted = jnp.where(plain < 0, ratio * plain, plain)
  np.testing.assert_allclose(found, wanted, rtol=1e-6)
