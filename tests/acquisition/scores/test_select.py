import functools

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import Candidates
from alx.acquisition.scores import select


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


def turns_by_loop(labels, priority, available, k):
  """Sweeps over the groups, smallest first; one item of each in a sweep."""
  free = [i for i in range(len(labels)) if available[i]]
  members = {c: [i for i in free if labels[i] == c] for c in set(labels)}
  order = sorted(members, key=lambda c: (len(members[c]), c))
  picks = []
  while len(picks) < k and any(members.values()):
    for c in order:
      if members[c] and len(picks) < k:
        best = max(members[c], key=lambda i: (priority[i], -i))
        members[c].remove(best)
        picks.append(best)
  return picks + [len(labels)] * (k - len(picks))


def test_round_robin_by_hand():
  labels = jnp.array([7, 7, 7, -2, -2, 9])
  priority = jnp.array([0.0, 1.0, -0.0, 3.0, jnp.nan, jnp.inf])
  everything = Candidates(jnp.ones(6, bool), jnp.zeros(6, bool))
  items = select.round_robin(labels, priority, everything, 5)
  # Item 5 and 4 have no finite priority; -0.0 ties with 0.0.
  assert items.tolist() == [3, 1, 0, 2, 6]


@hypothesis.settings(max_examples=20, deadline=None)
@hypothesis.given(seed=st.integers(0, 10**6), num_groups=st.integers(1, 12))
def test_round_robin_equals_the_sweeps(seed, num_groups):
  rng = np.random.default_rng(seed)
  labels = rng.integers(-3, num_groups - 3, 12)
  priority = rng.integers(0, 4, 12).astype(np.float32)
  available = rng.random(12) < 0.7
  labelled = ~available & (rng.random(12) < 0.5)
  candidates = Candidates(jnp.asarray(available), jnp.asarray(labelled))
  items = jitted_turns(jnp.asarray(labels), jnp.asarray(priority), candidates)
  wanted = turns_by_loop(labels.tolist(), priority, available, 8)
  assert items.tolist() == wanted


jitted_turns = jax.jit(functools.partial(select.round_robin, k=8))


def excluded_by_loop(scores, features, available, k, similarity):
  rows = features / np.linalg.norm(features, axis=1, keepdims=True)
  order = sorted(np.flatnonzero(available), key=lambda i: (-scores[i], i))
  taken, left = [], []
  for i in order:
    near = any(rows[i] @ rows[j] > similarity for j in taken)
    (left if near else taken).append(int(i))
  return (taken + left + [len(scores)] * k)[:k]


@pytest.mark.parametrize("similarity", [-0.5, 0.3, 0.85, 2.0])
def test_exclude_neighbours_equals_the_loop(similarity):
  choose = jax.jit(
    functools.partial(
      select.exclude_neighbours, None, k=9, similarity=similarity
    )
  )
  for seed in range(4):
    rng = np.random.default_rng(seed)
    scores, features = rng.integers(0, 6, 14), rng.standard_normal((14, 2))
    available = rng.random(14) < 0.8
    candidates = Candidates(jnp.asarray(available), jnp.asarray(~available))
    description = {
      "score": jnp.asarray(scores, jnp.float32),
      "features": jnp.asarray(features, jnp.float32),
    }
    items = choose(description, candidates)
    wanted = excluded_by_loop(scores, features, available, 9, similarity)
    assert items.tolist() == wanted


def test_exclude_neighbours_fills_with_the_best_it_left_out():
  description = {
    "score": jnp.array([3.0, 5.0, 4.0, jnp.nan, 1.0]),
    "features": jnp.array([[1.0, 0], [1, 0.1], [2, 0], [0, 1], [0, 0]]),
  }
  everything = Candidates(jnp.ones(5, bool), jnp.zeros(5, bool))
  items = select.exclude_neighbours(None, description, everything, 5)
  # 1 leaves out 2 and 0; 4 is a zero vector, like nothing; 3 has no score.
  assert items.tolist() == [1, 4, 2, 0, 5]
