"""Two levels: clusters of slices, then what is uncertain inside of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import Candidates
from alx.acquisition.clusters.key_slices import key_slices

SLICES, PER = 6, 5


def pool(seed=0):
  """Slices 0..2 look alike, so do 3..5; five regions in each."""
  rng = np.random.default_rng(seed)
  parents = np.repeat(np.arange(SLICES), PER)
  centre = np.where(parents < 3, -10.0, 10.0)[:, None]
  features = centre + rng.normal(0, 0.1, (len(parents), 2))
  return parents, features, rng.random(len(parents))


def asked(k, available=None, count=None, **options):
  parents, features, score = pool()
  free = np.ones(len(parents), bool) if available is None else available
  candidates = Candidates(
    jnp.asarray(free), jnp.asarray(~free), parents=jnp.asarray(parents)
  )
  description = {
    "features": jnp.asarray(features, jnp.float32),
    "score": jnp.asarray(score, jnp.float32),
  }
  told = () if count is None else (jnp.int32(count),)
  found = key_slices(
    jax.random.key(0), description, candidates, k, *told, **options
  )
  return np.asarray(found)


def oracle(slices, score, parents, regions):
  """The highest scores of each of some slices."""
  found = []
  for one in slices:
    mine = np.flatnonzero(parents == one)
    found += mine[np.argsort(-score[mine])][:regions].tolist()
  return sorted(found, key=lambda item: -score[item])


def test_one_key_slice_of_each_cluster_and_the_highest_inside():
  parents, features, score = pool()
  found = asked(8)
  slices = set(parents[found].tolist())
  assert len(slices) == 2 and {s // 3 for s in slices} == {0, 1}
  means = np.array([features[parents == s].mean(0) for s in range(SLICES)])
  for one in slices:  # the nearest to the mean of its cluster
    alike = range(3) if one < 3 else range(3, 6)
    centre = means[list(alike)].mean(0)
    distance = {s: np.linalg.norm(means[s] - centre) for s in alike}
    assert distance[one] == min(distance.values())
  assert found.tolist() == oracle(slices, score, parents, 4)


@pytest.mark.parametrize(("k", "regions", "slices"), [(6, 3, 2), (7, 3, 3)])
def test_the_budget_of_two_levels(k, regions, slices):
  parents, *_ = pool()
  found = asked(k, regions=regions)
  numbers = np.unique(parents[found], return_counts=True)[1]
  assert len(numbers) == slices and numbers.max() <= regions


def test_a_slice_without_a_region_left_is_no_key_slice():
  parents, *_ = pool()
  found = asked(8, available=parents % 3 == 1)
  assert sorted(set(parents[found].tolist())) == [1, 4]


def test_regions_that_are_short_are_made_up_for():
  found = asked(SLICES * PER)
  assert sorted(found.tolist()) == list(range(SLICES * PER))


def test_told_when_it_runs_how_many():
  assert asked(16, count=8)[:8].tolist() == asked(8).tolist()
  assert (asked(16, count=8)[8:] == SLICES * PER).all()
