"""The networks that learn without labels: shapes, gradients, refusals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.models.encoder import make_autoencoder, make_contrastive


def normal(shape, seed=0):
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.standard_normal(shape, np.float32))


@pytest.mark.parametrize(
  ("make", "shape", "output"),
  [
    (make_autoencoder, (3, 8, 4, 2), (3, 8, 4, 2)),
    (make_autoencoder, (2, 4, 8, 4, 1), (2, 4, 8, 4, 1)),
    (make_contrastive, (3, 8, 4, 2), (3, 32)),
    (make_contrastive, (2, 4, 8, 4, 1), (2, 32)),
  ],
)
def test_features_and_output_and_a_gradient_everywhere(make, shape, output):
  net = make(len(shape) - 2, (4, 8))
  x = normal(shape)
  params = net.init(jax.random.key(0), x)

  def loss(params):
    features, out = net.apply(params, x)
    return jnp.square(out).mean(), (features, out)

  grads, (features, out) = jax.jit(jax.grad(loss, has_aux=True))(params)
  assert features.shape == (shape[0], 8) and out.shape == output
  assert all((leaf != 0).any() for leaf in jax.tree.leaves(grads))


def test_the_features_of_an_item_are_its_own():
  net = make_contrastive(2, (4, 8))
  x = normal((3, 4, 4, 1))
  params = net.init(jax.random.key(0), x)
  together, _ = net.apply(params, x)
  alone, _ = net.apply(params, x[1:2])
  np.testing.assert_allclose(together[1:2], alone, atol=1e-6)


@pytest.mark.parametrize("make", [make_autoencoder, make_contrastive])
def test_refuses_no_widths_and_other_extents(make):
  with pytest.raises(ValueError, match="at least one width"):
    make(2, ())
  with pytest.raises(ValueError, match=r"multiple of 2, got shape \(1, 3, 4"):
    make(2, (4, 8)).init(jax.random.key(0), jnp.zeros((1, 3, 4, 1)))
