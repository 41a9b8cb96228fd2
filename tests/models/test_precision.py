"""Networks with activations of 16 bits against those of 32."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import in_bfloat16, make_mlp, make_unet
from alx.models.layers import group_norm

NETS = {
  "unet": (make_unet(2, 2, (4, 8), dropout=0.3, light=True), (3, 8, 8, 1)),
  "deep": (make_unet(2, 2, (4, 4, 4), deep=True), (3, 8, 8, 1)),
  "mlp": (make_mlp(2, widths=(8,), dropout=0.3), (3, 4)),
}


def inputs(shape):
  rng = np.random.default_rng(0)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


@pytest.mark.slow
@pytest.mark.parametrize("name", NETS)
def test_what_leaves_is_float32_and_near(name):
  model, shape = NETS[name]
  narrow, x = in_bfloat16(model), inputs(shape)
  params = model.init(jax.random.key(0), x)
  for key in (None, jax.random.key(1)):
    exact = jax.jit(model.apply)(params, x, key)
    found = jax.jit(narrow.apply)(params, x, key)
    for a, b in zip(exact, found, strict=True):
      assert b.dtype == jnp.float32
      assert 0 < jnp.abs(a - b).max() < 0.05 * jnp.abs(a).max() + 0.01
  if model.levels:
    levels = narrow.levels(params, x)
    assert {level.dtype for level in levels} == {jnp.dtype("float32")}


def test_head_and_trunk_are_the_whole():
  model, shape = NETS["unet"]
  narrow, x, key = in_bfloat16(model), inputs(shape), jax.random.key(1)
  params = model.init(jax.random.key(0), x)
  hidden, features = narrow.trunk(params, x)
  logits = narrow.head(params, hidden, key)
  whole = narrow.apply(params, x, key)
  np.testing.assert_array_equal(logits, whole[0])
  np.testing.assert_array_equal(features, whole[1])


def test_gradients_are_of_the_parameters():
  model, shape = NETS["unet"]
  # Of three images alone the rounding of one value decides.
  narrow, x = in_bfloat16(model), inputs((32, *shape[1:]))
  params = model.init(jax.random.key(4), x)

  def gradient(net):
    def loss(params):
      return jnp.square(net.apply(params, x)[0]).mean()

    return jax.tree.leaves(jax.jit(jax.grad(loss))(params))

  for exact, found in zip(gradient(model), gradient(narrow), strict=True):
    assert found.dtype == jnp.float32
    assert jnp.abs(exact - found).max() < 0.1 * jnp.abs(exact).max() + 1e-3


def test_convolutions_are_made_in_16_bits():
  model, shape = NETS["unet"]
  x = inputs(shape)
  params = model.init(jax.random.key(0), x)
  text = str(jax.make_jaxpr(in_bfloat16(model).trunk)(params, x))
  lines = text.splitlines()
  made = [line for line in lines if "conv_general_dilated" in line]
  assert made and all("bf16" in line.split("=")[0] for line in made)


def test_moments_of_16_bits_are_taken_in_32():
  x = (1000 + jnp.arange(64.0)).reshape(1, 8, 8, 1).astype(jnp.bfloat16)
  found = group_norm(x, jnp.ones(1), jnp.zeros(1), 1)
  exact = np.asarray(x, np.float64)
  exact = (exact - exact.mean()) / exact.std()
  assert found.dtype == jnp.bfloat16
  np.testing.assert_allclose(np.asarray(found, np.float64), exact, atol=0.02)
