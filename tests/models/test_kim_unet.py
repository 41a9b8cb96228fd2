"""The network of Kim et al. 2024: sizes, prior, and its one random layer."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models.kim_unet import drop_voxels, make_kim_unet

SMALL = {"widths": (4, 8), "down": (1, 1), "up": (1,), "group_width": 4}


def shape_of(*extents):
  return jax.ShapeDtypeStruct((1, *extents, 2), jnp.float32)


def small(**settings):
  """A model and its params."""
  model = make_kim_unet(2, 2, **SMALL, **settings)
  x = jnp.zeros((1, 4, 4, 2))
  return model, jax.jit(model.init)(jax.random.key(0), x)


@pytest.mark.parametrize(
  ("down", "count"), [((2, 2, 2, 2, 2), 21.36), ((2, 1, 1, 1, 1), 11.96)]
)
def test_millions_of_parameters_at_full_size(down, count):
  model = make_kim_unet(3, 2, down=down)
  params = jax.eval_shape(model.init, jax.random.key(0), shape_of(16, 16, 16))
  sizes = [math.prod(leaf.shape) for leaf in jax.tree.leaves(params)]
  assert round(sum(sizes) / 1e6, 2) == count


@pytest.mark.parametrize("extents", [(128, 128, 128), (160, 192, 144)])
def test_shapes_at_full_size(extents):
  model = make_kim_unet(3, 2)
  key = jax.random.key(0)
  params = jax.eval_shape(model.init, key, shape_of(16, 16, 16))
  logits, features = jax.eval_shape(model.apply, params, shape_of(*extents))
  assert logits.shape == (1, *extents, 2)
  assert features.shape == (1, 512)  # of the deepest level


def test_before_training_the_foreground_has_its_prior():
  for num_classes in (2, 4):
    model = make_kim_unet(2, num_classes, **SMALL)
    x = jax.random.normal(jax.random.key(1), (1, 4, 4, 2))
    params = jax.jit(model.init)(jax.random.key(0), x)
    dense = params["head"]["params"]
    flat = dense | {"kernel": jnp.zeros_like(dense["kernel"])}
    params = params | {"head": {"params": flat}}
    probs = jax.nn.softmax(jax.jit(model.apply)(params, x)[0])
    np.testing.assert_allclose(1 - probs[..., 0], 0.01, rtol=1e-4)


@pytest.mark.parametrize("drop", ["voxel", "channel"])
def test_without_a_rate_dropout_does_nothing(drop):
  model, params = small(dropout=0.0, drop=drop)
  x = jax.random.normal(jax.random.key(1), (2, 4, 4, 2))
  apply = jax.jit(model.apply)
  still, moving = apply(params, x), apply(params, x, jax.random.key(2))
  np.testing.assert_array_equal(still[0], moving[0])


def test_passes_of_the_head_are_whole_passes():
  model, params = small()
  x = jax.random.normal(jax.random.key(1), (1, 4, 4, 2))
  key = jax.random.key(2)
  whole = jax.jit(model.apply)(params, x, key)[0]
  head = jax.jit(model.head)(params, model.trunk(params, x)[0], key)
  np.testing.assert_allclose(whole, head, rtol=1e-6)


def test_the_variance_of_the_logit_under_dropout():
  # r / (1 - r) sum_c (w_c a_c)^2 for masks that are drawn for each voxel.
  rate, num_passes = 0.25, 4000
  model, params = small(dropout=rate)
  hidden = jax.random.uniform(jax.random.key(1), (1, 2, 2, 4))
  keys = jax.random.split(jax.random.key(2), num_passes)
  head = jax.jit(jax.vmap(lambda key: model.head(params, hidden, key)))
  weights = params["head"]["params"]["kernel"][:, 0]
  squares = np.square(np.asarray(weights) * np.asarray(hidden))
  wanted = rate / (1 - rate) * squares.sum(-1)
  found = head(keys)[..., 1].var(0)
  np.testing.assert_allclose(found, wanted, rtol=0.15)


def test_dropped_voxels_are_drawn_one_by_one_and_keep_the_mean():
  x = jnp.ones((1, 64, 64, 4))
  found = drop_voxels(jax.random.key(0), x, 0.5)
  assert set(np.unique(found)) == {0.0, 2.0}
  assert abs(float(found.mean()) - 1.0) < 0.03
  assert 0.4 < float((found[..., 0] == found[..., 1]).mean()) < 0.6


def test_every_parameter_has_a_gradient():
  model, params = small()
  x = jax.random.normal(jax.random.key(1), (1, 4, 4, 2))

  def loss(params):
    return jnp.square(model.apply(params, x)[0][..., 1]).mean()

  for leaf in jax.tree.leaves(jax.jit(jax.grad(loss))(params)):
    assert (leaf != 0).any()


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"down": (1, 1, 1)}, "L numbers of convolutions down and L - 1 up"),
    ({"upsample": "cubic"}, "unknown upsample 'cubic'"),
    ({"foreground": 0.0}, r"foreground in \(0, 1\)"),
    ({"num_classes": 1}, "2 or more classes"),
  ],
)
def test_refuses_what_does_not_fit(changes, message):
  settings = SMALL | {"num_classes": 2} | changes
  with pytest.raises(ValueError, match=message):
    make_kim_unet(2, settings.pop("num_classes"), **settings)
