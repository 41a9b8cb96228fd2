"""What every model promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import base, make_cnn, make_mlp, make_unet

MODELS = {
  "unet_2d": (lambda: make_unet(2, 3, (4, 8), 0.5), (2, 8, 4, 1), (2, 8, 4)),
  "unet_3d": (
    lambda: make_unet(3, 3, (4, 8), 0.5),
    (2, 4, 4, 2, 1),
    (2, 4, 4, 2),
  ),
  "cnn": (lambda: make_cnn(3, (4, 8), 0.5), (2, 9, 8, 1), (2,)),
  "mlp": (lambda: make_mlp(3, (16, 8), 0.5), (2, 3, 2, 1), (2,)),
}


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


@pytest.fixture(params=MODELS.values(), ids=MODELS, scope="module")
def built(request):
  make, shape, lead = request.param
  model, x = make(), normal(shape, 0)
  return model, jax.jit(model.init)(jax.random.key(1), x), x, lead


def test_shapes_and_composition(built):
  model, params, x, lead = built
  for key in (None, jax.random.key(2)):
    logits, features = jax.jit(model.apply)(params, x, key)
    hidden, same = jax.jit(model.trunk)(params, x)
    assert logits.shape == (*lead, 3)
    assert features.shape == (2, 8)
    np.testing.assert_allclose(same, features, atol=1e-5)
    again = model.head(params, hidden, key)
    np.testing.assert_allclose(again, logits, atol=1e-5)


def test_head_is_affine_in_hidden(built):
  model, params, x, _ = built
  hidden, _ = jax.jit(model.trunk)(params, x)
  for key in (None, jax.random.key(2)):
    mean = model.head(params, (hidden + 3 * hidden[::-1]) / 2, key)
    flipped = model.head(params, hidden[::-1], key)
    zero = model.head(params, jnp.zeros_like(hidden), key)
    once = model.head(params, hidden, key)
    wanted = (once + 3 * flipped) / 2 - zero
    np.testing.assert_allclose(mean, wanted, atol=1e-5)


def test_passes_differ_and_repeat(built):
  model, params, x, _ = built
  hidden, _ = jax.jit(model.trunk)(params, x)
  keys = jax.random.split(jax.random.key(3), 8)
  passes = jax.vmap(model.head, (None, None, 0))(params, hidden, keys)
  assert (passes.std(0) > 0).any()
  np.testing.assert_allclose(
    passes[5], model.head(params, hidden, keys[5]), atol=1e-6
  )


def test_seeds_can_be_vmapped(built):
  model, params, x, lead = built
  other = jax.jit(model.init)(jax.random.key(9), x)
  both = jax.tree.map(lambda *leaves: jnp.stack(leaves), params, other)
  logits, _ = jax.jit(jax.vmap(model.apply, (0, None)))(both, x)
  assert logits.shape == (2, *lead, 3)
  wanted, _ = jax.jit(model.apply)(other, x)
  np.testing.assert_allclose(logits[1], wanted, atol=1e-4)


def test_dropped_channels_are_shared_over_space_only():
  x = jnp.ones((5, 6, 4, 64))
  y = base.drop_channels(jax.random.key(0), x, 0.25)
  assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}
  np.testing.assert_array_equal(y, jnp.broadcast_to(y[:, :1, :1], y.shape))
  assert (y[0] != y[1]).any()
  window = base.drop_channels(jax.random.key(0), x[:, 2:4], 0.25)
  np.testing.assert_array_equal(window, y[:, 2:4])
  np.testing.assert_allclose(y.mean(), 1, atol=0.1)


def test_parameters_start_as_he_says():
  params = make_mlp(3, (400, 300)).init(jax.random.key(0), jnp.zeros((1, 200)))
  layers, head = params["trunk"]["params"], params["head"]["params"]
  for layer, fan_in in ((layers["Dense_0"], 200), (layers["Dense_1"], 400)):
    wanted = (2 / fan_in) ** 0.5
    np.testing.assert_allclose(layer["kernel"].std(), wanted, rtol=0.02)
    assert (layer["bias"] == 0).all()
  np.testing.assert_allclose(head["kernel"].std(), 300**-0.5, rtol=0.1)
  norm = make_cnn(3).init(jax.random.key(0), jnp.zeros((1, 8, 8, 1)))
  scales = norm["trunk"]["params"]["ConvNormRelu_0"]["GroupNorm_0"]["scale"]
  assert (scales == 1).all()


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_refuses_a_rate(rate):
  with pytest.raises(ValueError, match=r"\[0, 1\)"):
    make_mlp(2, dropout=rate)


def test_refuses_no_classes():
  with pytest.raises(ValueError, match="num_classes"):
    make_cnn(0)
