import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from alx.acquisition import Candidates
from alx.acquisition.scores import select, stochastic

DRAWS = [stochastic.power, stochastic.softmax, stochastic.softrank]


def all_of(num_items):
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


def weights_of(draw, scores, beta):
  rank = scipy.stats.rankdata(-scores, method="ordinal")
  return {
    stochastic.power: scores**beta,
    stochastic.softmax: np.exp(beta * scores),
    stochastic.softrank: rank ** (-float(beta)),
  }[draw]


@pytest.mark.parametrize("beta", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("draw", DRAWS)
def test_pairs_are_drawn_without_replacement_by_weight(draw, beta):
  scores = np.array([0.2, 1.1, 0.7, 0.4])
  many = jax.jit(
    jax.vmap(
      lambda key: draw(
        key, jnp.asarray(scores, jnp.float32), all_of(4), 2, beta=beta
      )
    )
  )
  items = np.asarray(many(jax.random.split(jax.random.key(0), 20_000)))
  share = weights_of(draw, scores, beta) / weights_of(draw, scores, beta).sum()
  pairs = list(itertools.permutations(range(4), 2))
  wanted = [share[i] * share[j] / (1 - share[i]) for i, j in pairs]
  found = [((items == pair).all(1)).sum() for pair in pairs]
  expected = np.array(wanted) * len(items)
  assert scipy.stats.chisquare(found, expected).pvalue > 1e-3


@pytest.mark.parametrize("draw", DRAWS)
def test_large_beta_is_top_k(draw):
  scores = jnp.array([0.3, 0.9, jnp.nan, 0.1, 0.7, jnp.inf, 0.5, 1e-30])
  available = jnp.array([1, 1, 1, 1, 0, 1, 1, 1], bool)
  candidates = Candidates(available, ~available)
  wanted = select.top_k(None, scores, candidates, 7).tolist()
  assert wanted == [1, 6, 0, 3, 7, 8, 8]
  for seed in range(5):
    key = jax.random.key(seed)
    items = draw(key, scores, candidates, 7, beta=1e4)
    assert items.tolist() == wanted


SHARP = {
  draw: jax.jit(functools.partial(draw, beta=5.0), static_argnums=3)
  for draw in DRAWS
}


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("value", [0.0, -3.0, 3e38, -3e38, 1e-45])
def test_constant_and_extreme_scores_give_all_items(draw, value):
  scores = jnp.full(9, value).at[4].set(1.0)
  items = SHARP[draw](jax.random.key(0), scores, all_of(9), 9)
  assert sorted(items.tolist()) == list(range(9))


def test_power_takes_what_scores_nothing_last_in_random_order():
  scores = jnp.array([0.0, 0.5, -1.0, 1e-37, 0.0])
  draw = jax.jit(
    jax.vmap(lambda key: stochastic.power(key, scores, all_of(5), 5))
  )
  items = np.asarray(draw(jax.random.split(jax.random.key(1), 3000)))
  assert {1, 3} == set(items[:, :2].ravel().tolist())
  found = [(items[:, 2] == i).sum() for i in (0, 2, 4)]
  assert scipy.stats.chisquare(found).pvalue > 1e-3


@pytest.mark.parametrize("beta", [0.3, 1e30, 3e38])
def test_power_takes_the_least_positive_before_what_scores_nothing(beta):
  scores = jnp.array([0.0, 1e-30, 0.0, 0.5])
  draw = jax.vmap(
    lambda key: stochastic.power(key, scores, all_of(4), 4, beta=beta)
  )
  items = np.asarray(jax.jit(draw)(jax.random.split(jax.random.key(0), 300)))
  assert {1, 3} == set(items[:, :2].ravel().tolist())
  assert set(items[:, 2].tolist()) == {0, 2}


@pytest.mark.parametrize("draw", DRAWS)
def test_a_beta_beyond_which_noise_is_nothing_is_top_k(draw):
  scores = jnp.array([0.3, 1e-30, 0.2, 0.5, 0.1])
  items = draw(jax.random.key(0), scores, all_of(5), 5, beta=3e38)
  assert items.tolist() == [3, 0, 2, 4, 1]


def by_loop(key, scores, available, k):
  """The same shuffle, cut and averaged item by item."""
  noise = np.asarray(jax.random.uniform(key, (len(scores),)))
  free = [i for i in np.argsort(noise, kind="stable") if available[i]]
  groups = [free[j : j + k] for j in range(0, len(free), k)]
  groups = [g for g in groups if len(g) == k] or [free]
  means = [np.mean([scores[i] for i in group]) for group in groups]
  best = groups[int(np.argmax(means))]
  best = sorted(best, key=lambda i: (-scores[i], i))
  return [int(i) for i in best] + [len(scores)] * (k - len(best))


@pytest.mark.parametrize("k", [1, 2, 3, 5, 9, 10, 11, 30])
def test_stochastic_batch_is_the_best_of_the_shuffled_groups(k):
  rng = np.random.default_rng(0)
  batch = jax.jit(
    functools.partial(stochastic.stochastic_batch, k=k), static_argnames="k"
  )
  for seed in range(4):
    scores = rng.standard_normal(13)
    available = rng.random(13) < 0.8
    candidates = Candidates(jnp.asarray(available), jnp.asarray(~available))
    key = jax.random.key(seed)
    items = batch(key, jnp.asarray(scores, jnp.float32), candidates)
    assert items.tolist() == by_loop(key, scores, available, k)


def test_stochastic_batch_of_one_is_the_best_item_and_of_one_group_is_random():
  scores = jnp.array([0.1, 0.9, 0.4, jnp.nan, 0.9, 5.0])
  available = jnp.array([1, 1, 1, 1, 1, 0], bool)
  candidates = Candidates(available, ~available)
  keys = jax.random.split(jax.random.key(0), 2000)
  draw = lambda key, **options: stochastic.stochastic_batch(  # noqa: E731
    key, scores, candidates, 1, **options
  )
  best = np.asarray(jax.jit(jax.vmap(draw))(keys))
  assert set(best.ravel().tolist()) == {1, 4}
  one = jax.jit(jax.vmap(functools.partial(draw, num_groups=1)))(keys)
  found = np.bincount(np.asarray(one).ravel(), minlength=6)
  assert found[3] == found[5] == 0
  assert scipy.stats.chisquare(found[[0, 1, 2, 4]]).pvalue > 1e-3


def test_stochastic_batch_of_large_scores():
  scores = jnp.full(6, 3e38).at[2].set(-3e38)
  batch = jax.jit(stochastic.stochastic_batch, static_argnums=3)
  items = batch(jax.random.key(0), scores, all_of(6), 3)
  assert 2 not in items.tolist() and len(set(items.tolist())) == 3
