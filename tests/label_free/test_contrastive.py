import jax
import jax.numpy as jnp
import numpy as np

from alx.label_free.contrastive import nt_xent


def slow_nt_xent(first, second, groups, temperature):
  """View by view, in float64."""
  views = np.concatenate([first, second]).astype(np.float64)
  views /= np.linalg.norm(views, axis=1, keepdims=True)
  count, found = len(first), []
  for i in range(2 * count):
    partner = i + count if i < count else i - count
    below = 0.0
    for j in range(2 * count):
      if j == partner or groups[j % count] != groups[i % count]:
        below += np.exp(views[i] @ views[j] / temperature)
    above = np.exp(views[i] @ views[partner] / temperature)
    found.append(-np.log(above / below))
  return np.mean(found)


def test_nt_xent_is_the_slow_sum(through):
  rng = np.random.default_rng(0)
  first, second = rng.standard_normal((2, 5, 3)).astype(np.float32)
  for groups in ([0, 1, 2, 3, 4], [0, 1, 1, 2, 0]):
    found = through(nt_xent)(first, second, jnp.array(groups), 0.2)
    wanted = slow_nt_xent(first, second, groups, 0.2)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_nt_xent_of_equal_views_is_a_guess_and_of_apart_ones_is_small():
  alike, items = jnp.ones((4, 3)), jnp.arange(4)
  loss = jax.jit(nt_xent)
  found = loss(alike, alike, items)
  np.testing.assert_allclose(found, np.log(7), rtol=1e-6)
  apart = jnp.eye(4)
  assert float(loss(apart, apart, items, 0.05)) < 1e-6
  one_group = loss(alike, alike, jnp.zeros(4, jnp.int32))
  assert float(one_group) == 0


def test_nt_xent_has_a_gradient_at_zero():
  zero = jnp.zeros((3, 2))
  slope = jax.jit(jax.grad(nt_xent))(zero, zero, jnp.arange(3))
  assert jnp.isfinite(slope).all()
