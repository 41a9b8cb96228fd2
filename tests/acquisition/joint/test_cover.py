import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.comparisons import farthest
from alx.acquisition.joint import cover
from tests import oracle_cover

LINE = jnp.array([[0.0], [1.0], [4.0], [10.0]])
N, D = 60, 3


def everything(num_items):
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


def choose(features, available, k):
  candidates = Candidates(available, ~available)
  return cover.k_center(None, features, candidates, k).tolist()


def test_farthest_from_the_labelled():
  available = jnp.array([False, True, True, True])
  assert choose(LINE, available, 3) == [3, 2, 1]


def test_without_labelled_items_starts_farthest_from_the_mean():
  # Mean 3.75: item 3 first, then 0 (distance 10), then 2 (4 from 0).
  assert choose(LINE, jnp.ones(4, bool), 3) == [3, 0, 2]


def test_duplicates_are_distinct_items():
  same = jnp.ones((3, 2))
  assert choose(same, jnp.ones(3, bool), 4) == [0, 1, 2, 3]


def test_cosine_sees_no_length_and_zero_is_unlike_everything():
  # Angles 0, 1, 89, 90, 180 degrees and no direction at all.
  angles = np.deg2rad([0, 1, 89, 90, 180])
  rows = np.stack([np.cos(angles), np.sin(angles)], 1)
  rows = np.concatenate([rows * [[1], [50], [1], [0.01], [3]], [[0, 0]]])
  available = jnp.arange(6) > 0
  candidates = Candidates(available, ~available)
  items = cover.k_center_cosine(None, jnp.asarray(rows), candidates, 5)
  # 1 - cos: 2 of item 4; then 1 of 3 and of the zero, the lower id first.
  assert items.tolist() == [4, 3, 5, 1, 2]


@pytest.mark.parametrize(
  ("way", "distance"),
  [
    (cover.k_center, oracle_cover.euclidean),
    (cover.k_center_cosine, oracle_cover.one_minus_cosine),
  ],
)
def test_features_of_16_bits_are_far_apart_too(way, distance):
  """Their squares are beyond what 16 bits hold."""
  rows = jnp.array([[300.0, 0], [310, 3], [0, 400], [-500, 1], [280, 290]])
  given = everything(5)
  wanted = oracle_cover.k_center(rows, given, 5, distance)
  compiled = jax.jit(way, static_argnums=3)
  assert compiled(None, rows.astype(jnp.float16), given, 5).tolist() == wanted


# The path of large pools, at a size where the obvious one is quick.
@jax.jit
def lazily(features, candidates):
  there = candidates.present
  rows = cover._rows(features, there, jnp.ones(N))
  return farthest.lazy(
    rows, candidates.available, candidates.labelled, 40, block=8
  )


@jax.jit
def lazily_cosine(features, candidates):
  there = candidates.present
  norm = jnp.linalg.norm(features, axis=1)
  scale = jnp.where(norm > 0, 1 / jnp.where(norm > 0, norm, 1), 0.0)
  rows = cover._rows(features, there, scale, angular=True)
  return farthest.lazy(
    rows, candidates.available, candidates.labelled, 40, block=8
  )


def pool(seed, num_labelled):
  """60 items, of which 5 are not there."""
  order = np.random.default_rng(seed).permutation(N)
  labelled, available = np.zeros((2, N), bool)
  labelled[order[:num_labelled]] = True
  available[order[num_labelled:-5]] = True
  return Candidates(jnp.asarray(available), jnp.asarray(labelled))


def shapes(seed):
  rng = np.random.default_rng(seed)
  normal = rng.standard_normal((N, D))
  return {
    "normal": normal,
    "clusters": 0.1 * normal + 10 * (np.arange(N) % 7)[:, None],
    "huge": 1e6 * normal,
    "small and far": 1e-3 * normal + 1,
    "heavy tails": normal / rng.random((N, 1)) ** 3,
  }


@pytest.mark.parametrize("num_labelled", [0, 1, 13, 50])
@pytest.mark.parametrize("kind", sorted(shapes(0)))
def test_large_pools_get_the_picks_of_the_obvious_greedy(kind, num_labelled):
  for seed in range(3):
    features = jnp.asarray(shapes(seed)[kind], jnp.float32)
    candidates = pool(seed, num_labelled)
    wanted = oracle_cover.k_center(features, candidates, 40)
    assert lazily(features, candidates).tolist() == wanted
    if kind in ("normal", "heavy tails"):
      wanted = oracle_cover.k_center(
        features, candidates, 40, oracle_cover.one_minus_cosine
      )
      assert lazily_cosine(features, candidates).tolist() == wanted


@pytest.mark.parametrize("num_labelled", [0, 6])
@pytest.mark.parametrize("values", [1, 2, 4])
def test_ties_of_large_pools_go_to_the_lowest_id(values, num_labelled):
  """Whole numbers: most distances tie, and many items are the same."""
  for seed in range(4):
    rng = np.random.default_rng(seed)
    features = rng.integers(0, values, (N, D)) + 1000.0
    candidates = pool(seed, num_labelled)
    if not num_labelled:  # the mean of whole numbers is not one
      candidates = candidates._replace(
        labelled=candidates.labelled.at[0].set(True),
        available=candidates.available.at[0].set(False),
      )
    features = jnp.asarray(features, jnp.float32)
    wanted = oracle_cover.k_center(features, candidates, 40)
    assert lazily(features, candidates).tolist() == wanted


def test_what_is_not_there_may_hold_anything():
  features = jnp.asarray(shapes(0)["normal"], jnp.float32)
  candidates = pool(0, 7)
  wanted = lazily(features, candidates).tolist()
  junk = jnp.where(candidates.present[:, None], features, jnp.nan)
  assert lazily(junk, candidates).tolist() == wanted


def test_a_pool_beyond_the_exact_size_and_its_progress():
  rng = np.random.default_rng(0)
  features = jnp.asarray(rng.standard_normal((4100, 64)), jnp.float32)
  assert features.size > cover._EXACT_SIZE
  labelled = jnp.arange(4100) % 40 == 0
  candidates, seen = Candidates(~labelled, labelled), []

  def run(features):
    return cover.k_center(
      None, features, candidates, 30, progress=lambda *now: seen.append(now)
    )

  items = jax.jit(run)(features).tolist()
  row = cover._rows(features, candidates.present, jnp.ones(4100))
  plain = cover._plain(row, ~labelled, labelled, 30)
  assert items == plain.tolist()
  jax.effects_barrier()
  assert seen[-1] == (30, 30)


def test_squares_that_overflow_end():
  features = jnp.asarray(shapes(0)["normal"] * 1e30, jnp.float32)
  candidates = pool(0, 7)
  items = lazily(features, candidates).tolist()
  assert len(set(items)) == 40
  assert np.asarray(candidates.available)[items].all()


jitted = jax.jit(cover.k_center, static_argnums=3)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=20, max_size=20))
def test_radius_is_at_most_twice_the_best(numbers):
  features = np.array(numbers, float).reshape(10, 2)
  candidates = Candidates(jnp.ones(10, bool), jnp.zeros(10, bool))
  items = jitted(None, jnp.asarray(features), candidates, 3)
  between = oracle_cover.euclidean(features, features)

  def radius(chosen):
    return between[:, list(chosen)].min(1).max()

  best = min(map(radius, itertools.combinations(range(10), 3)))
  assert radius(items.tolist()) <= 2 * best + 1e-6
