"""The perceptron."""

import jax
import jax.numpy as jnp
import numpy as np

from alx.models import make_mlp


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


def test_equals_two_matrix_products():
  model = make_mlp(2, (3,))
  x = normal((4, 2, 2), 0)
  params = model.init(jax.random.key(1), x)
  layer = params["trunk"]["params"]["Dense_0"]
  hidden = jnp.maximum(x.reshape(4, 4) @ layer["kernel"], 0)
  logits, features = model.apply(params, x)
  np.testing.assert_allclose(features, hidden, atol=1e-6)
  head = params["head"]["params"]["kernel"]
  np.testing.assert_allclose(logits, hidden @ head, atol=1e-6)


def test_without_hidden_layers_is_affine():
  model = make_mlp(2, ())
  x = jnp.eye(3)
  params = model.init(jax.random.key(0), x)
  logits, features = model.apply(params, x)
  np.testing.assert_array_equal(features, x)
  kernel = params["head"]["params"]["kernel"]
  np.testing.assert_allclose(logits, kernel, atol=1e-6)
