import jax
import jax.numpy as jnp
import numpy as np

from alx.label_free.views import Views, crop_and_resize, draw_view
from alx.training.augment import Augment

NOTHING = Augment(flips=False, turns=False, intensity=0.0)


def many(function, count=64):
  return jax.jit(jax.vmap(function))(jax.random.split(jax.random.key(0), count))


def test_a_crop_of_a_ramp_is_a_part_of_the_ramp():
  image = jnp.broadcast_to(jnp.arange(8.0)[:, None, None], (8, 4, 1))
  found = many(lambda key: crop_and_resize(key, image, 0.5))[..., 0]
  steps = np.diff(found[:, 2:-2, 0], axis=1)
  np.testing.assert_allclose(steps, steps[:, :1].repeat(3, 1), atol=1e-4)
  assert 0.5 <= steps.min() < 0.6 and 0.9 < steps.max() <= 1
  assert found.min() >= 0 and found.max() <= 7
  np.testing.assert_allclose(found, found[..., :1].repeat(4, -1), atol=1e-5)


def test_volumes_and_channels_are_cropped_alike():
  image = jax.random.normal(jax.random.key(1), (4, 5, 6, 1))
  both = jnp.concatenate([image, 2 * image], -1)
  view = jax.jit(crop_and_resize)(jax.random.key(2), both, 0.5)
  assert view.shape == both.shape
  np.testing.assert_allclose(view[..., 1], 2 * view[..., 0], rtol=1e-5)
  assert float(jnp.abs(view - both).max()) > 0.1


def test_views_differ_by_key_and_off_is_off():
  image = jax.random.normal(jax.random.key(1), (6, 6, 1))
  found = many(lambda key: draw_view(key, image, Views()), 3)
  assert len({bytes(np.asarray(view)) for view in found}) == 3
  same = draw_view(jax.random.key(0), image, Views(1.0, NOTHING))
  np.testing.assert_array_equal(same, image)
