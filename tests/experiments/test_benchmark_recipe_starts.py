"""Encoders whose convolutions a fit starts from."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.patches import stack_images
from alx.models import make_cnn, make_unet
from alx.models.encoder import make_contrastive
from alx.runs.settings.config import Config
from experiments.benchmarks import recipe_starts

X = jnp.zeros((1, 8, 8, 1))


@pytest.mark.parametrize("down", [1, 2])
def test_each_level_begins_with_the_encoder_s_convolution(down):
  params = make_unet(2, 2, (4, 8), down=down).init(jax.random.key(0), X)
  encoder = make_contrastive(2, (4, 8)).init(jax.random.key(1), X)
  found = recipe_starts.grafted(params, encoder, 2, down)
  for level in range(2):
    taken = found["trunk"]["params"][f"ConvNormRelu_{level * down}"]
    given = encoder["params"][f"ConvNormRelu_{level}"]
    jax.tree.map(np.testing.assert_array_equal, taken, given)
  assert jax.tree.map(jnp.shape, found) == jax.tree.map(jnp.shape, params)
  assert found["head"] is params["head"]


def test_another_network_s_convolutions_are_told():
  params = make_cnn(2, (4, 8)).init(jax.random.key(0), X)
  encoder = make_contrastive(2, (4, 16)).init(jax.random.key(1), X)
  with pytest.raises(ValueError, match="ConvNormRelu_1: wanted"):
    recipe_starts.grafted(params, encoder, 2, 1)


def test_crops_lie_inside_of_their_items():
  small, large = np.full((8, 9, 1), 1.0), np.full((12, 10, 1), 2.0)
  images = stack_images([small, large], (8, 8))
  found, items = recipe_starts.crops(images, (8, 8), seed=0)
  assert found.values.shape == (8, 8, 8, 1)
  np.testing.assert_array_equal(items, [0] * 4 + [1] * 4)
  np.testing.assert_array_equal(found.values[:, 0, 0, 0], items + 1.0)
  assert (found.values == found.values[:, :1, :1]).all()


def test_an_encoder_that_is_none_is_told():
  with pytest.raises(ValueError, match="'pca' is not one of autoencoder, sim"):
    recipe_starts.encoder_params(None, Config(), "pca", 0)
