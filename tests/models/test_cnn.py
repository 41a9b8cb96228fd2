"""The small CNN."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models import make_cnn


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


def test_features_are_the_pooled_last_level():
  model = make_cnn(3, (4, 8, 16))
  x = normal((2, 28, 28, 1), 0)
  params = jax.jit(model.init)(jax.random.key(1), x)
  hidden, features = jax.jit(model.trunk)(params, x)
  assert features.shape == (2, 16)
  np.testing.assert_array_equal(hidden, features)


def test_volumes_are_pooled_too():
  model = make_cnn(3, (4, 8))
  x = normal((2, 4, 6, 4, 1), 0)
  params = jax.jit(model.init)(jax.random.key(1), x)
  logits, features = jax.jit(model.apply)(params, x)
  assert logits.shape == (2, 3) and features.shape == (2, 8)


def test_refuses_no_widths_and_other_axes():
  with pytest.raises(ValueError, match="at least one width"):
    make_cnn(2, ())
  with pytest.raises(ValueError, match="2 spatial axes"):
    make_cnn(2).init(jax.random.key(0), jnp.zeros((1, 4, 1)))
