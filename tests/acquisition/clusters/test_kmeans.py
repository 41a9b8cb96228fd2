import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.cluster.vq
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.clusters import kmeans, kmeans_pp
from tests import oracle_clusters, oracle_cover

N, D = 40, 3
EVERYTHING = Candidates(jnp.ones(N, bool), jnp.zeros(N, bool))
cluster = jax.jit(kmeans.cluster, static_argnums=3)
lloyd = jax.jit(kmeans.lloyd, static_argnames="iterations")
choose = jax.jit(kmeans.k_means, static_argnums=3)
seed = jax.jit(
  kmeans_pp.k_means_pp, static_argnums=3, static_argnames=("first", "power")
)


def features_of(kind, seed=0, num_items=N):
  rng = np.random.default_rng(seed)
  kinds = {
    "normal": rng.standard_normal((num_items, D)),
    "whole numbers": rng.integers(0, 3, (num_items, D)),
    "duplicates": rng.standard_normal((3, D))[np.arange(num_items) % 3],
    "constant": np.ones((num_items, D)),
    "large": 1e4 * rng.standard_normal((num_items, D)),
    "far away": 100 + rng.standard_normal((num_items, D)),
  }
  return kinds[kind].astype(np.float32)


KINDS = ["normal", "whole numbers", "duplicates", "constant", "large"]


def test_two_groups_on_a_line():
  x = jnp.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
  found = lloyd(x, jnp.ones(5, bool), x[:2], iterations=10)
  assert found.labels.tolist() == [0, 0, 1, 1, 1]
  assert found.centres.tolist() == [[0.5], [11.0]]
  assert found.sizes.tolist() == [2, 3]
  assert found.distances.tolist() == [0.25, 0.25, 1.0, 0.0, 1.0]


def test_an_empty_cluster_keeps_its_centre():
  x = jnp.array([[0.0], [2.0]])
  start = jnp.array([[1.0], [50.0]])
  found = lloyd(x, jnp.ones(2, bool), start)
  assert found.centres.tolist() == [[1.0], [50.0]]
  assert found.sizes.tolist() == [2, 0]


@pytest.mark.parametrize("kind", ["normal", "large", "far away"])
@pytest.mark.parametrize("iterations", [1, 7])
@pytest.mark.filterwarnings("ignore:One of the clusters is empty")
def test_lloyd_agrees_with_scipy(kind, iterations):
  x = features_of(kind)
  ours = lloyd(x, jnp.ones(N, bool), x[:5], iterations=iterations)
  wanted, _ = scipy.cluster.vq.kmeans2(
    np.float64(x), np.float64(x[:5]), iter=iterations, minit="matrix"
  )
  np.testing.assert_allclose(ours.centres, wanted, rtol=1e-4)


def test_lloyd_ends_where_nothing_moves():
  x = features_of("normal")
  long = lloyd(x, jnp.ones(N, bool), x[:5], iterations=50)
  again = lloyd(x, jnp.ones(N, bool), long.centres, iterations=50)
  assert again.labels.tolist() == long.labels.tolist()
  nearest = np.square(x[:, None] - long.centres[None]).sum(-1).argmin(1)
  assert long.labels.tolist() == nearest.tolist()


def test_sums_by_products_are_sums_by_addition():
  x = jnp.asarray(features_of("normal", num_items=3000))
  labels = jnp.arange(3000) % 6 - 1
  wanted = kmeans._sums_by_addition(x, labels, 5)
  ours = kmeans._sums_by_products(x, labels, 5)
  np.testing.assert_allclose(ours, wanted, atol=1e-3)


def test_unused_and_absent_are_nowhere():
  x = jnp.asarray(features_of("normal")).at[3].set(jnp.nan)
  there = jnp.arange(N) != 3
  found = cluster(jax.random.key(0), x, there, 6, count=jnp.int32(4))
  assert found.labels[3] == -1 and jnp.isinf(found.distances[3])
  assert found.sizes.sum() == N - 1 and found.sizes[4:].sum() == 0
  inside = np.asarray(found.labels) == 2
  mean = np.asarray(x)[inside].mean(0)
  np.testing.assert_allclose(found.centres[2], mean, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_picks_are_the_nearest_to_the_centres(kind):
  x = features_of(kind)
  available = np.arange(N) % 4 != 1
  candidates = Candidates(jnp.asarray(available), jnp.asarray(~available))
  key = jax.random.key(1)
  found = cluster(key, x, jnp.asarray(available), 8)
  items = choose(key, x, candidates, 8)
  sizes = np.asarray(found.sizes)
  wanted = oracle_clusters.in_turns(
    np.asarray(found.labels),
    -np.asarray(found.distances),
    available,
    sorted(range(8), key=lambda c: -sizes[c]),
    8,
  )
  assert items.tolist() == wanted


def test_largest_cluster_first_then_second_nearest():
  x = jnp.array([[0.0], [0.0], [0.0], [9.0]])
  everything = Candidates(jnp.ones(4, bool), jnp.zeros(4, bool))
  items = choose(jax.random.key(0), x, everything, 3)
  # Two distinct places: one of three clusters is empty.
  assert items.tolist() == [0, 3, 1]


def test_every_item_once_when_k_is_all():
  items = choose(jax.random.key(0), features_of("normal"), EVERYTHING, N)
  assert sorted(items.tolist()) == list(range(N))


def test_k_means_covers_separate_groups():
  centres = np.random.default_rng(0).standard_normal((4, D)) * 100
  x = features_of("normal") + centres[np.arange(N) % 4]
  groups = [
    {int(i) % 4 for i in choose(jax.random.key(s), x, EVERYTHING, 4)}
    for s in range(5)
  ]
  assert groups.count({0, 1, 2, 3}) == 5


def test_more_items_than_are_sampled_for_the_start():
  x = np.random.default_rng(0).standard_normal((9000, 2)).astype(np.float32)
  there = jnp.arange(9000) % 2 == 0
  items = kmeans.sample(jax.random.key(0), there, 8192)
  assert len(set(items.tolist())) == 8192
  assert there[items[:4500]].all() and not there[items[4500:]].any()
  found = cluster(jax.random.key(0), x, there, 20)
  assert (found.sizes > 0).all() and found.sizes.sum() == 4500


# k-means++


def test_far_power_is_greedy_k_center():
  x = features_of("normal")
  candidates = Candidates(jnp.arange(N) > 1, jnp.arange(N) <= 1)
  items = seed(jax.random.key(0), x, candidates, 10, power=1e6)
  assert items.tolist() == oracle_cover.k_center(x, candidates, 10)


def test_longest_vector_first():
  x = features_of("normal")
  for s in range(3):
    items = seed(jax.random.key(s), x, EVERYTHING, 2, first="norm")
    assert items[0] == np.linalg.norm(x, axis=1).argmax()


def test_two_far_groups_get_one_pick_each():
  x = 1e-3 * features_of("normal") + 10 * jnp.arange(N)[:, None] % 20
  keys = jax.random.split(jax.random.key(0), 50)
  draw = jax.jit(
    jax.vmap(lambda key: kmeans_pp.k_means_pp(key, x, EVERYTHING, 2))
  )
  assert (draw(keys) % 2).sum(1).tolist() == [1] * 50


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_draws_with_probability_of_the_distance(power):
  x = jnp.array([[0.0], [0.0], [1.0], [2.0], [3.0]])
  candidates = Candidates(jnp.arange(5) > 0, jnp.arange(5) == 0)
  keys = jax.random.split(jax.random.key(0), 4000)

  @jax.jit
  @jax.vmap
  def draw(key):
    return kmeans_pp.k_means_pp(key, x, candidates, 1, power=power)[0]

  counts = np.bincount(draw(keys), minlength=5)
  assert counts[:2].tolist() == [0, 0]
  weights = np.arange(1, 4) ** power
  wanted = 4000 * weights / weights.sum()
  assert scipy.stats.chisquare(counts[2:], wanted).pvalue > 1e-3


def test_uniform_where_all_are_the_same():
  x = jnp.ones((4, 2))
  everything = Candidates(jnp.ones(4, bool), jnp.zeros(4, bool))
  keys = jax.random.split(jax.random.key(0), 2000)
  draw = jax.jit(
    jax.vmap(lambda key: kmeans_pp.k_means_pp(key, x, everything, 2))
  )
  items = np.asarray(draw(keys))
  assert (items[:, 0] != items[:, 1]).all()
  counts = np.bincount(items[:, 1], minlength=4)
  assert scipy.stats.chisquare(counts).pvalue > 1e-3


def test_unknown_first():
  with pytest.raises(ValueError, match="median"):
    kmeans_pp.k_means_pp(None, None, None, 1, first="median")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16), st.sampled_from(KINDS))
def test_inertia_falls_and_picks_are_distinct(number, kind):
  x = features_of(kind, number)
  there = jnp.ones(N, bool)
  short = lloyd(x, there, x[:5], iterations=1).distances.sum()
  long = lloyd(x, there, x[:5], iterations=7).distances.sum()
  assert long <= short * (1 + 1e-5) + 1e-5
  items = choose(jax.random.key(number), x, EVERYTHING, 8)
  assert len(set(items.tolist()) - {N}) == 8
  drawn = seed(jax.random.key(number), x, EVERYTHING, 8)
  assert len(set(drawn.tolist()) - {N}) == 8
