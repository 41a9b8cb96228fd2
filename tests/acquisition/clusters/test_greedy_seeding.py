import collections
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.cluster import kmeans_plusplus

from alx.acquisition import Candidates
from alx.acquisition.clusters import seeding
from alx.acquisition.clusters.greedy_seeding import usual_trials
from alx.acquisition.scores.embeddings import Factors, plain
from tests.oracle_clusters import greedy_seeding_law

DRAWS = 3000


def free(num_items):
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


@functools.partial(jax.jit, static_argnums=(2, 3, 4))
def draw_many(factors, keys, k, trials, first):
  def one(key):
    return seeding.d2_sampling(
      key, factors, free(len(factors.left)), k, first=first, trials=trials
    )

  return jax.vmap(one)(keys)


def draws(factors, k, trials=0, first="uniform"):
  keys = jax.random.split(jax.random.key(0), DRAWS)
  return np.asarray(draw_many(factors, keys, k, trials, first))


def assert_law(picks, wanted):
  """Chi-square within 4.5 standard deviations of its mean."""
  found = collections.Counter(map(tuple, picks.tolist()))
  assert sum(wanted.values()) == pytest.approx(1) and set(found) <= set(wanted)
  likely = [p for p, q in wanted.items() if q * len(picks) >= 5]
  expected = np.array([wanted[p] * len(picks) for p in likely])
  number = np.array([found[p] for p in likely])
  statistic = (np.square(number - expected) / expected).sum()
  assert statistic < len(likely) + 4.5 * np.sqrt(2 * len(likely)) + 4


POINTS = np.array([[0.0, 0], [1, 0], [3, 1], [7, 2], [7, 3]])


@pytest.mark.parametrize("trials", [2, 3])
def test_law_by_enumeration(trials):
  picks = draws(plain(jnp.asarray(POINTS, jnp.float32)), 3, trials)
  assert_law(picks, greedy_seeding_law(POINTS, 3, trials))


def test_law_is_that_of_scikit_learn():
  """Its own draws, by the law that ours were found to have."""
  theirs = [
    kmeans_plusplus(POINTS, 3, n_local_trials=3, random_state=seed)[1]
    for seed in range(DRAWS)
  ]
  assert_law(np.array(theirs), greedy_seeding_law(POINTS, 3, 3))


def test_as_many_trials_as_scikit_learn():
  assert [usual_trials(k) for k in (1, 2, 3, 8, 50)] == [2, 2, 3, 4, 5]
  factors = plain(jnp.asarray(POINTS, jnp.float32))
  assert (draws(factors, 3, 0) == draws(factors, 3, 3)).all()


def test_outer_products_and_the_longest_first():
  rng = np.random.default_rng(0)
  left, right = rng.standard_normal((5, 2)), rng.standard_normal((5, 3))
  vectors = np.einsum("nc,nd->ncd", left, right).reshape(5, -1)
  factors = Factors(*(jnp.asarray(x, jnp.float32) for x in (left, right)))
  assert_law(draws(factors, 2, 2), greedy_seeding_law(vectors, 2, 2))
  longest = int(np.square(vectors).sum(1).argmax())
  picks = draws(factors, 2, 2, "norm")
  assert_law(picks, greedy_seeding_law(vectors, 2, 2, [longest]))


def test_once_everything_is_covered_the_rest_is_uniform():
  twice = jnp.asarray(np.repeat(np.eye(2), 3, 0), jnp.float32)
  picks = draws(plain(twice), 4)
  assert all(len(set(row)) == 4 for row in picks.tolist())
  assert (picks[:, 0] // 3 != picks[:, 1] // 3).all()
  counts = np.bincount(picks[:, 2], minlength=6) / DRAWS
  np.testing.assert_allclose(counts, 1 / 6, atol=0.04)


def test_zero_vectors_and_fewer_than_asked_for():
  zeros = plain(jnp.zeros((3, 2)))
  choose = functools.partial(seeding.d2_sampling, jax.random.key(0), zeros)
  items = choose(free(3), 5, trials=0)
  assert sorted(items.tolist()) == [0, 1, 2, 3, 3]
  with pytest.raises(ValueError, match="trials must be >= 0, not -1"):
    choose(free(3), 2, trials=-1)


def test_only_the_available_are_drawn():
  available = jnp.array([True, False, True, True, False])
  factors = plain(jnp.asarray(POINTS, jnp.float32))
  for seed in range(5):
    items = seeding.d2_sampling(
      jax.random.key(seed), factors, Candidates(available, ~available), 3,
      first="uniform", trials=0,
    )  # fmt: skip
    assert sorted(items.tolist()) == [0, 2, 3]
