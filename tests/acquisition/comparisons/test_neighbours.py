import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sklearn.neighbors
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition.comparisons import neighbours
from alx.acquisition.comparisons.neighbours import (
  Tile,
  nearest_centre,
  nearest_neighbours,
)
from tests import oracle_clusters

N, D = 50, 4
search = jax.jit(nearest_neighbours, static_argnums=1)
tiled = jax.jit(
  functools.partial(nearest_neighbours, tile=Tile(8, 64)), static_argnums=1
)


def features_of(seed=0, num_items=N):
  rng = np.random.default_rng(seed)
  return rng.standard_normal((num_items, D)).astype(np.float32)


def test_on_a_line():
  x = jnp.array([[0.0], [1.0], [3.0], [7.0]])
  squared, items = nearest_neighbours(x, 2, jnp.ones(4, bool))
  assert items.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
  assert squared.tolist() == [[1, 9], [1, 4], [4, 9], [16, 36]]


def test_in_the_own_cluster_only():
  x = jnp.array([[0.0], [1.0], [3.0], [7.0]])
  clusters = jnp.array([5, 0, 5, 0])
  squared, items = nearest_neighbours(
    x, 2, jnp.ones(4, bool), clusters=clusters
  )
  assert items.tolist() == [[2, 4], [3, 4], [0, 4], [1, 4]]
  assert squared[:, 0].tolist() == [9, 36, 9, 36]
  assert jnp.isinf(squared[:, 1]).all()


def test_absent_items_are_no_neighbours():
  x = jnp.array([[0.0], [jnp.nan], [3.0]])
  squared, items = nearest_neighbours(x, 1, jnp.array([True, False, True]))
  assert items.tolist() == [[2], [3], [0]]
  assert squared.tolist() == [[9.0], [np.inf], [9.0]]


@pytest.mark.parametrize("run", [search, tiled], ids=["one tile", "tiles"])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_every_pair(run, seed):
  x, present = features_of(seed, 150), np.arange(150) % 7 != 2
  squared, items = run(x, 6, jnp.asarray(present))
  wanted, wanted_items = oracle_clusters.neighbours(x, 6, present)
  np.testing.assert_allclose(squared, wanted, rtol=1e-5)
  assert items.tolist() == wanted_items.tolist()


def test_agrees_with_every_pair_of_a_cluster():
  x, present = features_of(1, 150), np.arange(150) % 7 != 2
  labels = np.random.default_rng(0).integers(0, 4, 150)
  squared, items = tiled(x, 6, jnp.asarray(present), clusters=labels)
  for c in range(4):
    inside = present & (labels == c)
    wanted, wanted_items = oracle_clusters.neighbours(x, 6, inside)
    np.testing.assert_allclose(squared[inside], wanted[inside], rtol=1e-5)
    assert items[inside].tolist() == wanted_items[inside].tolist()


def test_agrees_with_scikit_learn():
  x = features_of(2, 2000)
  squared, _ = nearest_neighbours(x, 10, jnp.ones(2000, bool))
  wanted, _ = (
    sklearn.neighbors.NearestNeighbors(n_neighbors=10, algorithm="brute")
    .fit(x)
    .kneighbors()
  )
  np.testing.assert_allclose(np.sqrt(squared), wanted, rtol=1e-4)


def test_more_neighbours_than_items():
  squared, items = search(features_of(), N + 5, jnp.ones(N, bool))
  assert jnp.isfinite(squared[:, : N - 1]).all()
  assert jnp.isinf(squared[:, N - 1 :]).all()
  assert (items[:, N - 1 :] == N).all()
  assert [len(set(row)) for row in items.tolist()] == [N] * N


def test_duplicates_are_at_distance_zero_far_from_the_origin():
  x = 1000 + np.repeat(features_of(0, 25), 2, axis=0)
  squared, items = search(x, 1, jnp.ones(N, bool))
  assert squared[:, 0].tolist() == [0.0] * N
  assert items[:, 0].tolist() == [i ^ 1 for i in range(N)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 40))
def test_the_smallest_of_each_row(seed, spread):
  values = np.random.default_rng(seed).integers(0, spread, (3, 512))
  found, columns = SMALLEST(jnp.float32(values))
  assert found.tolist() == np.sort(values, 1)[:, :5].tolist()
  assert np.take_along_axis(values, columns, 1).tolist() == found.tolist()
  assert [len(set(row)) for row in columns.tolist()] == [5, 5, 5]


SMALLEST = jax.jit(functools.partial(neighbours._smallest, k=5))


def test_nearest_centre_and_none():
  x = jnp.array([[0.0], [4.0]])
  centres = jnp.array([[1.0], [3.0], [4.0]])
  label, squared = nearest_centre(x, centres, 2)
  assert label.tolist() == [0, 1] and squared.tolist() == [1.0, 1.0]
  assert jnp.isinf(nearest_centre(x, centres, jnp.int32(0))[1]).all()


def test_more_centres_than_one_product_takes():
  x = jnp.arange(300.0)[:, None]
  label, squared = nearest_centre(x, x, jnp.int32(290))
  assert label.tolist() == [*range(290), *[289] * 10]
  assert squared.tolist() == [0.0] * 290 + [i**2 for i in range(1, 11)]


def test_progress_ends_at_the_number_of_items():
  seen = []
  x = features_of()
  found = nearest_neighbours(
    x, 2, jnp.ones(N, bool), progress=lambda *done: seen.append(done)
  )
  jax.block_until_ready(found)
  jax.effects_barrier()
  assert seen[-1] == (N, N)
