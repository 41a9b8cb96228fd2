import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Candidates, select


def test_top_k_order_ties_and_masks(through):
  scores = jnp.array([0.5, 0.9, 0.9, jnp.nan, jnp.inf, 0.1, -0.0, 0.0])
  available = jnp.array([1, 1, 1, 1, 1, 0, 1, 1], bool)
  items = through(lambda s, a: select.top_k(None, s, Candidates(a, ~a), 7))(
    scores, available
  )
  # Neither NaN (3) nor inf (4) nor what is labelled (5); -0.0 ties with 0.0.
  assert items.tolist() == [1, 2, 0, 6, 7, 8, 8]


def test_uniform_gives_every_item_its_share():
  available = jnp.array([True, False, True, True, True])
  candidates = Candidates(available, ~available)
  draw = jax.vmap(lambda key: select.uniform(key, None, candidates, 2))
  items = draw(jax.random.split(jax.random.key(0), 4000))
  share = np.bincount(np.asarray(items).ravel(), minlength=5) / 8000
  np.testing.assert_allclose(share, [0.25, 0, 0.25, 0.25, 0.25], atol=0.02)


def test_uniform_among_highest_fills_level_by_level():
  levels = jnp.array([0.0, 1.0, 0.0, 1.0, 0.0])
  everything = Candidates(jnp.ones(5, bool), jnp.zeros(5, bool))
  draw = jax.vmap(
    lambda key: select.uniform_among_highest(key, levels, everything, 3)
  )
  items = np.asarray(draw(jax.random.split(jax.random.key(0), 300)))
  assert all({1, 3} == set(row[:2].tolist()) for row in items)
  assert set(items[:, 2].tolist()) == {0, 2, 4}
