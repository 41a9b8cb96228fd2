import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from alx.acquisition import Candidates
from alx.acquisition.comparisons import coverage, lazy_greedy
from alx.acquisition.joint import facility
from tests import oracle_cover
from tests.near_ties import assert_alike

N, D, K = 40, 4, 8
LINE = jnp.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
EVERYTHING = Candidates(jnp.ones(N, bool), jnp.zeros(N, bool))


gains = jax.jit(
  facility.facility_gains, static_argnums=2, static_argnames="similarity"
)


cover = jax.jit(
  facility.max_cover, static_argnums=3, static_argnames=("ground", "progress")
)
transport = jax.jit(
  facility.optimal_transport, static_argnums=3, static_argnames="swaps"
)


def everything(num_items):
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


def test_small_values():
  # Item 2 costs 118 in all, the least. Then items 3 and 4 save as much, of
  # which item 3 is more like the rest.
  items, gain = gains(LINE, everything(5), 7, similarity="euclidean")
  assert items.tolist()[:2] == [2, 3]
  assert gain.tolist()[:2] == [-(4 + 1 + 49 + 64), 49 + 63]


def test_labelled_items_cover_already():
  labelled = jnp.arange(5) == 2
  candidates = Candidates(~labelled, labelled)
  items, gain = gains(LINE, candidates, 7, similarity="euclidean")
  assert (items[0], gain[0]) == (3, 49 + 63)


def test_max_cover_takes_no_notice_of_the_labelled():
  angles = np.deg2rad([0.0, 10.0, 20.0, 90.0, 95.0])
  rows = jnp.asarray(np.stack([np.cos(angles), np.sin(angles)], 1))
  labelled = jnp.arange(5) == 1
  candidates = Candidates(~labelled, labelled)
  # Without item 1, the one at 20 degrees has the highest total cosine.
  assert cover(None, rows, candidates, 5).tolist()[0] == 2
  assert cover(None, rows, candidates, 5).tolist()[-1] == 5
  assert gains(rows, candidates, 7)[0][0] == 3


def test_negative_cosines_count():
  """A cover of 0 at the start would see no difference between the first two."""
  rows = jnp.array([[1.0, 0.0], [-1.0, 0.1], [-1.0, -0.1], [0.2, 1.0]])
  items, gain = gains(rows, everything(4), 4)
  cosines = oracle_cover.unit(np.asarray(rows, float))
  cosines = cosines @ cosines.T
  assert items[0] == cosines.sum(1).argmax()
  np.testing.assert_allclose(gain[0], cosines.sum(1).max(), rtol=1e-6)


def test_unknown_similarity():
  with pytest.raises(ValueError, match="no similarity 'dot'; there are: cos"):
    facility.facility_location(None, LINE, everything(5), 1, similarity="dot")


def test_digits_as_apricot_picks_them():
  """Squared distances of whole numbers: exact in float32."""
  digits = jnp.asarray(load_digits().data, jnp.float32)
  candidates = everything(len(digits))
  items, gain = gains(digits, candidates, 10, similarity="euclidean")
  assert items[:5].tolist() == [945, 392, 1507, 793, 1417]
  assert gain[1:3].tolist() == [384346, 250615]
  # apricot adds the largest squared distance, for each of 1797 items.
  squares = cdist(digits, digits, "sqeuclidean")
  assert round(len(digits) * squares.max() + float(gain[0])) == 7448636
  cosine, _ = gains(digits, candidates, 3)
  assert cosine.tolist() == [424, 615, 1545]


def pool(seed, num_labelled):
  """40 items, of which 4 are not there."""
  order = np.random.default_rng(seed).permutation(N)
  labelled, available = np.zeros((2, N), bool)
  labelled[order[:num_labelled]] = True
  available[order[num_labelled:-4]] = True
  return Candidates(jnp.asarray(available), jnp.asarray(labelled))


def shapes(seed):
  normal = np.random.default_rng(seed).standard_normal((N, D))
  twins = normal.copy()
  twins[1::2] = twins[::2]
  return {
    "normal": normal,
    "positive": np.abs(normal),
    "clusters": 0.1 * normal + (np.arange(N) % 5)[:, None],
    "twins": twins,
    "same": np.ones((N, D)),
  }


@functools.partial(jax.jit, static_argnums=(2, 3))
def choose(features, candidates, similarity, k):
  return facility.facility_location(
    None, features, candidates, k, similarity=similarity
  )


@pytest.mark.parametrize("similarity", sorted(facility.SIMILARITIES))
def test_equals_the_obvious_greedy(similarity, monkeypatch):
  # Blocks smaller than the pool, and bounds that are worked with for long.
  monkeypatch.setattr(coverage, "_GROUND", (8, 3))
  monkeypatch.setattr(coverage, "_CANDIDATES", 16)
  monkeypatch.setattr(lazy_greedy, "_TOP", 3)
  jax.clear_caches()
  for kind, num_labelled in itertools.product(shapes(0), [0, 5]):
    for seed in range(2):
      features = jnp.asarray(shapes(seed)[kind], jnp.float32)
      candidates = pool(seed, num_labelled)
      wanted = oracle_cover.facility_location(
        features, candidates, K, similarity
      )
      items = choose(features, candidates, similarity, K).tolist()
      if kind in ("twins", "same"):  # either of two that are the same
        assert len(set(items)) == K
        np.testing.assert_allclose(
          *(
            value(features, candidates, i, similarity) for i in (items, wanted)
          ),
          rtol=1e-5,
        )
      else:
        by = functools.partial(
          value, features, candidates, similarity=similarity
        )
        assert_alike(items, wanted, by, 1e-6)
  jax.clear_caches()


def value(features, candidates, items, similarity="cosine"):
  """F of the labelled and the items."""
  features, labelled, present = oracle_cover.sets(features, candidates)
  if similarity == "cosine":
    similar = oracle_cover.unit(features) @ oracle_cover.unit(features).T
  else:
    power = {"euclidean": 2, "distance": 1}[similarity]
    similar = -(oracle_cover.euclidean(features, features) ** power)
  return similar[np.ix_(present, labelled + list(items))].max(1).sum()


numbers = st.lists(st.integers(0, 9), min_size=30, max_size=30)


@settings(max_examples=20, deadline=None)
@given(numbers)
def test_reaches_its_share_of_the_best_and_gains_fall(values):
  features = np.array(values, float).reshape(10, 3)  # cosines >= 0
  candidates = everything(10)
  items, gain = gains(jnp.asarray(features, jnp.float32), candidates, 3)
  best = max(
    value(features, candidates, chosen)
    for chosen in itertools.combinations(range(10), 3)
  )
  reached = value(features, candidates, items.tolist())
  assert reached >= (1 - 1 / np.e) * best - 1e-4
  np.testing.assert_allclose(gain.sum(), reached, atol=1e-4)
  assert (np.diff(np.asarray(gain)) <= 1e-5).all()
  assert (gain >= 0).all()


def test_more_than_there_are():
  items, gain = gains(LINE, everything(5), 7, similarity="euclidean")
  assert sorted(items.tolist()[:5]) == [0, 1, 2, 3, 4]
  assert items.tolist()[5:] == [5, 5] and gain[5:].tolist() == [0, 0]


some = jax.jit(facility.facility_location, static_argnums=3)


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("num_labelled", [0, 1])
def test_no_more_than_are_asked_for(count, num_labelled):
  features = jnp.array([[1.0, 0], [5, 1], [1, 3], [0, 2], [-1, 1]])
  labelled = jnp.arange(5) < num_labelled
  candidates = Candidates(~labelled, labelled)
  wanted = oracle_cover.facility_location(features, candidates, count)
  items = some(None, features, candidates, 3, jnp.int32(count)).tolist()
  assert items == wanted + [5] * (3 - count)


def test_a_thinned_ground_is_spread_evenly_and_progress_is_told():
  present = jnp.arange(12) % 3 != 1  # 0, 2, 3, 5, 6, 8, 9, 11
  ids, count = facility.thinned(present, 4)
  assert ids[:count].tolist() == [0, 3, 6, 9]
  ids, count = facility.thinned(present, 10)
  assert ids[:count].tolist() == [0, 2, 3, 5, 6, 8, 9, 11]
  ids, count = facility.thinned(jnp.ones(26, bool), 22)
  assert ids[:count].tolist() == [i * 26 // 22 for i in range(22)]
  features = jnp.asarray(shapes(0)["normal"], jnp.float32)
  seen = []
  few = cover(
    None, features, EVERYTHING, 5, ground=7, progress=lambda *x: seen.append(x)
  )
  assert len(set(few.tolist())) == 5
  jax.effects_barrier()
  assert sorted(seen)[-1] == (5, 5)


def test_swaps_leave_a_greedy_trap():
  # Greedy starts in the middle, between two groups that need a medoid each.
  features = jnp.array([[-5.0], [-4.9], [-5.1], [0.0], [5.0], [4.9], [5.1]])
  run = functools.partial(transport, None, features, everything(7), 2)
  assert 3 in run(swaps=0).tolist()
  assert sorted(run().tolist()) == [0, 4]


@pytest.mark.parametrize("num_labelled", [0, 3])
def test_swaps_equal_the_oracle_and_only_improve(num_labelled):
  for seed in range(2):
    features = jnp.asarray(shapes(seed)["normal"][:16], jnp.float32)
    available = jnp.arange(16) >= num_labelled
    candidates = Candidates(available, ~available)
    items = transport(None, features, candidates, 4).tolist()
    assert items == oracle_cover.optimal_transport(features, candidates, 4)
    greedy = oracle_cover.facility_location(features, candidates, 4, "distance")
    after = oracle_cover.cost(features, candidates, items)
    assert after <= oracle_cover.cost(features, candidates, greedy) + 1e-9
