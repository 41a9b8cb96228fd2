"""Items grown to what a network takes, and cut back."""

import jax
import jax.numpy as jnp
import numpy as np

from alx.data import patches
from alx.data.patches import near
from alx.models import make_kim_unet
from alx.training.learner import make_learner
from alx.training.settings import Training
from alx.training.whole import grow, predict_whole


def test_what_is_at_the_far_edges_is_repeated():
  x = jnp.array([[1, 2], [3, 4]])[None, :, :, None]
  grown = grow(x, (3, 4))[0, :, :, 0]
  assert grown.tolist() == [[1, 2, 2, 2], [3, 4, 4, 4], [3, 4, 4, 4]]
  np.testing.assert_array_equal(near(grow(x, (3, 4)), (2, 2), 1), x)


def test_items_are_predicted_in_one_pass_and_cut_back():
  """As the network does with the grown image, on the extents of the item."""
  image = np.random.default_rng(0).standard_normal((1, 7, 9, 1))
  image = image.astype(np.float32)
  model = make_kim_unet(2, 2, (4, 8), down=(1, 1), up=(1,), group_width=4)
  learner = make_learner(model, 2, 1, Training((8, 10)))
  params = jax.jit(learner.init)(jax.random.key(0))
  images = jax.tree.map(jnp.asarray, patches.stack_images(list(image), (4, 4)))
  predict = jax.jit(predict_whole(learner, (8, 10)), static_argnums=4)
  items = jnp.zeros(1, jnp.int32)
  found = predict(jax.random.key(0), params, images, items, 3)
  assert found.probs.shape == (3, 1, 7, 9, 2)
  assert found.mask.shape == (1, 7, 9) and bool(found.mask.all())
  assert found.pixels.shape[:3] == found.evidence.shape[:3] == (1, 7, 9)
  found = predict(jax.random.key(0), params, images, items)
  logits, features = jax.jit(model.apply)(
    params, grow(jnp.asarray(image), (8, 10))
  )
  probs = jax.nn.softmax(logits)[:, :7, :9]
  np.testing.assert_allclose(found.probs[0], probs, atol=1e-6)
  np.testing.assert_allclose(found.features, features, atol=1e-6)
