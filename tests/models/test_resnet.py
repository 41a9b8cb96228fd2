"""The residual network."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import make_resnet


def shapes_of(model, extent, channels=3):
  x = jax.ShapeDtypeStruct((1, extent, extent, channels), jnp.float32)
  return jax.eval_shape(model.init, jax.random.key(0), x)


def kernels_of(params):
  leaves = jax.tree_util.tree_leaves_with_path(params["trunk"])
  return [x for path, x in leaves if path[-1].key == "kernel"]


def test_has_eighteen_layers_and_as_many_parameters_as_published():
  kernels = kernels_of(shapes_of(make_resnet(1000), 224))
  wide = [k for k in kernels if k.shape[0] > 1]
  assert len(wide) + 1 == 18  # and the last layer
  assert len(kernels) - len(wide) == 3  # projections
  # torchvision's resnet18 has 11 689 512, a scale and a bias per channel too.
  leaves = jax.tree.leaves(shapes_of(make_resnet(1000), 224))
  assert sum(x.size for x in leaves) == 11_689_512


@pytest.mark.parametrize(
  ("large", "levels"), [(True, (16, 8)), (False, (64, 32))]
)
def test_the_stem_decides_the_extent(large, levels):
  """Extents of the two levels of 8 and 16 channels, for 64 x 64 pixels."""
  model = make_resnet(2, (8, 16), blocks=1, large=large)
  params = shapes_of(model, 64)
  x = jax.ShapeDtypeStruct((1, 64, 64, 3), jnp.float32)
  text = str(jax.make_jaxpr(model.trunk)(params, x))
  for level, width in zip(levels, (8, 16), strict=True):
    assert f"f32[1,{level},{level},{width}]" in text
  assert ("f32[1,64,64,8]" in text) != large


def test_learns_through_both_ways_of_a_block():
  model = make_resnet(2, (4, 8), dropout=0.0, blocks=1, large=False)
  x = jnp.asarray(np.random.default_rng(0).standard_normal((2, 6, 6, 1)))
  params = jax.jit(model.init)(jax.random.key(1), x)

  def loss(params):
    logits, features = model.apply(params, x)
    assert logits.shape == (2, 2) and features.shape == (2, 8)
    return jnp.square(logits - 1.0).sum()

  slopes = jax.jit(jax.grad(loss))(params)
  assert all(jnp.abs(g).max() > 0 for g in jax.tree.leaves(slopes))


def test_refuses_no_widths_and_no_block():
  for wrong in ({"widths": ()}, {"blocks": 0}):
    with pytest.raises(ValueError, match="one width and one block"):
      make_resnet(2, **wrong)
