"""The U-Net: its extents, its features, and that it learns."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from alx.models import make_unet


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


def test_refuses_extents_that_do_not_halve():
  model = make_unet(2, 2, (4, 8, 8))
  with pytest.raises(ValueError, match=r"multiple of 4, got shape \(1, 8, 6"):
    model.init(jax.random.key(0), jnp.zeros((1, 8, 6, 1)))


def test_refuses_another_number_of_axes():
  with pytest.raises(ValueError, match="3 spatial axes"):
    make_unet(3, 2, (4, 8)).init(jax.random.key(0), jnp.zeros((1, 8, 8, 1)))
  with pytest.raises(ValueError, match="2 or 3, got 1"):
    make_unet(1, 2)
  with pytest.raises(ValueError, match="at least one width"):
    make_unet(2, 2, ())


def test_a_light_one_convolves_once_on_the_way_up():
  x = jnp.zeros((1, 8, 8, 1))
  shapes = jax.eval_shape(
    make_unet(2, 2, (4, 8), light=True).init, jax.random.key(0), x
  )["trunk"]
  kernels = [s.shape for s in jax.tree.leaves(shapes) if s.ndim == 4]
  # Two down, two at the bottom, one up: of 4 channels, for skips are added.
  assert sorted(kernels) == [
    (3, 3, 1, 4),
    (3, 3, 4, 4),
    (3, 3, 4, 4),
    (3, 3, 4, 8),
    (3, 3, 8, 8),
  ]


def test_features_ignore_where_things_are():
  model = make_unet(2, 2, (4, 8))
  x = normal((1, 8, 8, 1), 0)
  params = jax.jit(model.init)(jax.random.key(1), x)
  _, features = jax.jit(model.apply)(params, x)
  assert features.shape == (1, 8)


@pytest.mark.parametrize("light", [False, True], ids=["as usual", "light"])
def test_every_parameter_has_a_gradient(light):
  model = make_unet(3, 2, (4, 8), light=light)
  x = normal((1, 4, 4, 4, 1), 0)
  params = jax.jit(model.init)(jax.random.key(1), x)

  def loss(params):
    return jnp.square(model.apply(params, x)[0][..., 0]).mean()

  for leaf in jax.tree.leaves(jax.jit(jax.grad(loss))(params)):
    assert (leaf != 0).any()


def test_learns_a_disc_inside_a_scan():
  model, adam = make_unet(2, 2, (8, 8)), optax.adam(1e-2)
  rows = jnp.arange(16.0)
  centre = jax.random.uniform(jax.random.key(0), (4, 2), minval=5, maxval=11)
  far = jnp.square(rows[None, :, None] - centre[:, :1, None])
  far = far + jnp.square(rows[None, None] - centre[:, 1:, None])
  labels = (far < 9).astype(jnp.int32)
  noise = normal(labels.shape, 1)
  x = (labels + 0.5 * noise)[..., None]

  def step(state, key):
    def loss(params):
      logits, _ = model.apply(params, x, key)
      losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
      return losses.mean()

    params, moments = state
    value, grads = jax.value_and_grad(loss)(params)
    updates, moments = adam.update(grads, moments, params)
    return (optax.apply_updates(params, updates), moments), value

  params = jax.jit(model.init)(jax.random.key(2), x)
  keys = jax.random.split(jax.random.key(3), 40)
  state = params, adam.init(params)
  (params, _), losses = jax.jit(lambda s: jax.lax.scan(step, s, keys))(state)
  assert losses[-5:].mean() < 0.5 * losses[0]
  logits, _ = jax.jit(model.apply)(params, x)
  assert np.mean(logits.argmax(-1) == labels) > 0.95
