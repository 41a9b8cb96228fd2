import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import Candidates
from alx.acquisition.joint import balls
from tests import oracle_cover

N = 40


jitted = jax.jit(balls.prob_cover, static_argnums=3, static_argnames="delta")


def circle(degrees):
  angles = np.deg2rad(np.asarray(degrees, float))
  rows = np.stack([np.cos(angles), np.sin(angles)], 1)
  return jnp.asarray(rows, jnp.float32)


def everything(num_items):
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


# Two items 2 degrees apart are 0.035 apart.
ARC = circle([0, 1, 2, 3, 90, 91, 92, 200])


def test_the_ball_with_the_most_uncovered_items():
  items = jitted(None, ARC, everything(8), 3, delta=0.036)
  # Items 1 and 2 hold four each, 4 to 6 three each, of which 6 is farthest.
  assert items[0] in (1, 2) and items.tolist()[1:] == [6, 7]


def test_what_labelled_items_cover_is_covered():
  labelled = jnp.arange(8) == 1
  candidates = Candidates(~labelled, labelled)
  items = jitted(None, ARC, candidates, 3, delta=0.036)
  assert items.tolist()[:2] == [6, 7]


def test_the_border_is_outside():
  rows = jnp.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])  # sqrt 2 and 2 apart
  labelled = jnp.arange(3) == 0
  candidates = Candidates(~labelled, labelled)
  choose = functools.partial(jitted, None, rows, candidates, 1)
  # Both others are left at a radius below sqrt 2; item 2 is farther.
  assert choose(delta=1.4).tolist() == [2]
  # Only item 2 is left, exactly 2 away, and item 1 holds it too but is nearer.
  assert choose(delta=2.0).tolist() == [2]


def test_everything_covered_goes_on_as_k_center():
  items = jitted(None, ARC, everything(8), 3, delta=2.0)
  # All balls hold all, so all picks are those of k_center on the circle.
  wanted = oracle_cover.k_center(ARC, everything(8), 4)
  assert sorted(items.tolist()[:2]) == sorted(wanted[:2])


@pytest.mark.parametrize("delta", [0.0, -1.0, 2.5, float("nan")])
def test_a_radius_is_one_of_the_sphere(delta):
  with pytest.raises(ValueError, match=r"delta must be in \(0, 2\]"):
    balls.prob_cover(None, ARC, everything(8), 1, delta=delta)


def pool(seed, num_labelled):
  """40 items, of which 4 are not there."""
  order = np.random.default_rng(seed).permutation(N)
  labelled, available = np.zeros((2, N), bool)
  labelled[order[:num_labelled]] = True
  available[order[num_labelled:-4]] = True
  return Candidates(jnp.asarray(available), jnp.asarray(labelled))


@functools.partial(jax.jit, static_argnums=2)
def choose(features, candidates, delta):
  return balls.prob_cover(None, features, candidates, 12, delta=delta)


@pytest.mark.parametrize("delta", [0.05, 0.4, 0.8, 1.5, None])
def test_equals_dense_greedy_coverage(delta):
  for seed, num_labelled in itertools.product(range(3), [0, 5]):
    rng = np.random.default_rng(seed)
    features = jnp.asarray(rng.standard_normal((N, 4)), jnp.float32)
    candidates = pool(seed, num_labelled)
    wanted = oracle_cover.prob_cover(features, candidates, 12, delta)
    assert choose(features, candidates, delta).tolist() == wanted


def test_first_two_reach_their_share_of_the_best():
  rng = np.random.default_rng(0)
  features = rng.standard_normal((14, 3))
  rows = oracle_cover.unit(features)
  near = oracle_cover.euclidean(rows, rows) < 0.9
  items = jitted(
    None, jnp.asarray(features, jnp.float32), everything(14), 2, delta=0.9
  )
  best = max(
    near[list(pair)].any(0).sum()
    for pair in itertools.combinations(range(14), 2)
  )
  assert near[items].any(0).sum() >= 0.75 * best  # 1 - (1 - 1/2)^2


def test_purity_radius():
  # Two clusters: 0 to 3 degrees, 13 to 16; the nearest stranger of the inner
  # two is 10 degrees away, of the outer ones 13.
  rows, labels = circle([0, 3, 13, 16]), jnp.array([0, 0, 1, 1])
  radius = functools.partial(
    balls.purity_radius, rows, labels, jnp.ones(4, bool)
  )

  def chord(degrees):
    return 2 * np.sin(np.deg2rad(degrees) / 2)

  np.testing.assert_allclose(radius(1.0), 0.9999 * chord(10), rtol=1e-4)
  np.testing.assert_allclose(radius(0.5), 0.9999 * chord(13), rtol=1e-4)
  one = balls.purity_radius(rows, jnp.zeros(4, int), jnp.ones(4, bool))
  assert np.isinf(one)


def test_k_means_labels_find_clusters():
  labels = balls.k_means_labels(ARC, jnp.ones(8, bool), 3).tolist()
  assert len({labels[0], labels[4], labels[7]}) == 3
  assert len(set(labels[:4])) == len(set(labels[4:7])) == 1
