import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.clusters import hierarchy
from alx.acquisition.clusters.hierarchy import Margins
from tests import oracle_clusters

N, D = 40, 3
KEY = jax.random.key(0)
clusters = jax.jit(
  hierarchy.hierarchical_clusters, static_argnames=("linkage", "limit")
)
representative = jax.jit(hierarchy.representative, static_argnums=3)
choose = jax.jit(
  hierarchy.cluster_margin,
  static_argnums=3,
  static_argnames=("within", "factor", "limit"),
)


def features_of(seed=0, num_items=N):
  rng = np.random.default_rng(seed)
  return rng.standard_normal((num_items, D)).astype(np.float32)


def candidates_of(seed):
  draw = np.random.default_rng(seed).random(N)
  return Candidates(jnp.asarray(draw < 0.7), jnp.asarray(draw > 0.85))


def everything(num_items=N):
  yes = jnp.ones(num_items, bool)
  return Candidates(yes, ~yes)


# Clusters


def test_groups_on_a_line_in_the_order_of_the_lowest_ids():
  x = jnp.array([[9.0], [0.0], [0.1], [9.1], [5.0]])
  labels = hierarchy.hierarchical_clusters(KEY, x, jnp.ones(5, bool), 3)
  assert labels.tolist() == [0, 1, 1, 0, 2]


@pytest.mark.parametrize("linkage", ["average", "ward", "complete", "single"])
def test_agrees_with_scipy(linkage):
  x, present = features_of(), np.arange(N) % 5 != 2
  labels = np.asarray(clusters(KEY, x, present, 6, linkage=linkage))
  wanted = oracle_clusters.agglomerate(np.float64(x[present]), 6, linkage)
  assert labels[present].tolist() == wanted.tolist()
  assert (labels[~present] == -1).all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_items(count):
  present = np.arange(N) < count
  labels = clusters(KEY, features_of(), present, 6)
  assert labels[:count].tolist() == list(range(count))
  assert (labels[count:] == -1).all()


def test_duplicates_are_one_cluster():
  labels = clusters(KEY, jnp.ones((N, D)), jnp.ones(N, bool), 6)
  assert labels.tolist() == [0] * N


def test_the_number_of_clusters_may_be_traced():
  x, present = features_of(), np.ones(N, bool)
  for count in range(1, 6):
    labels = clusters(KEY, x, present, jnp.int32(count))
    assert labels.max() == count - 1
  assert clusters(KEY, x, present, 100).tolist() == list(range(N))


def test_beyond_the_limit_items_join_the_nearest():
  groups = np.arange(300) % 3
  x = features_of(1, 300) * 0.1 + 20 * groups[:, None]
  present = np.arange(300) % 10 > 0
  labels = np.asarray(clusters(KEY, x, present, 3, limit=50))
  assert (labels[~present] == -1).all()
  pairs = set(zip(groups[present], labels[present], strict=True))
  assert len(pairs) == 3


def test_the_limit_holds_when_few_are_there():
  present = np.arange(300) % 30 == 29
  labels = np.asarray(
    clusters(KEY, features_of(1, 300), present, 100, limit=50)
  )
  assert labels[present].tolist() == list(range(10))


def test_under_vmap():
  x = jnp.stack([features_of(0), features_of(1)])
  both = jax.vmap(lambda x: clusters(KEY, x, jnp.ones(N, bool), 4))(x)
  for i in range(2):
    alone = clusters(KEY, x[i], jnp.ones(N, bool), 4)
    assert both[i].tolist() == alone.tolist()


def test_a_large_array_goes_through_the_callback():
  x = np.random.default_rng(0).standard_normal((1500, 256))
  labels = clusters(KEY, np.float32(x), np.ones(1500, bool), 7)
  assert labels.max() == 6


# Cluster-Margin


def test_small_clusters_first_and_the_smallest_margin_inside():
  x = jnp.array([[0.0], [0.1], [0.2], [9.0], [9.1], [20.0]])
  margin = -jnp.array([0.3, 0.1, 0.2, 0.5, 0.4, 0.6])
  items = hierarchy.cluster_margin(
    KEY, Margins(x, margin), everything(6), 6, cluster_size=2.0, within="score"
  )
  # 3 clusters: {5}, {3, 4}, {0, 1, 2}.
  assert items.tolist() == [5, 4, 1, 3, 2, 0]


def test_large_margins_are_not_looked_at():
  x = jnp.array([[0.0], [0.1], [9.0], [20.0]])
  margin = -jnp.array([0.1, 0.2, 0.3, 0.9])
  items = hierarchy.cluster_margin(
    KEY,
    Margins(x, margin),
    everything(4),
    2,
    factor=1.5,
    cluster_size=1.4,
    within="score",
  )
  # Of items 0, 1 and 2 the smaller cluster is {2}; item 3 is too sure.
  assert items.tolist() == [2, 0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_agrees_with_the_oracle(seed, factor):
  x, candidates = features_of(seed), candidates_of(seed)
  margins = np.random.default_rng(seed).random(N).astype(np.float32)
  present = np.asarray(candidates.present)
  labels = np.full(N, -1)
  number = int(np.ceil(present.sum() / 10))
  labels[present] = oracle_clusters.agglomerate(
    np.float64(x[present]), number, "average"
  )
  for within in ("score", "random"):
    ours = choose(
      KEY, Margins(x, -margins), candidates, 7, within=within, factor=factor
    )
    noise = jax.random.uniform(jax.random.split(KEY)[1], (N,))
    wanted = oracle_clusters.cluster_margin(
      labels,
      margins,
      np.asarray(candidates.available),
      7,
      factor,
      -margins if within == "score" else np.asarray(noise),
    )
    assert ours.tolist() == wanted


def test_random_inside_a_cluster():
  x = jnp.zeros((4, 1))
  described = Margins(x, jnp.arange(4.0))
  first = {
    int(choose(key, described, everything(4), 1)[0])
    for key in jax.random.split(KEY, 40)
  }
  assert first == {0, 1, 2, 3}


def test_unknown_within():
  with pytest.raises(ValueError, match="best"):
    hierarchy.cluster_margin(KEY, None, None, 1, within="best")


# Representative annotation


def test_the_middle_of_each_cluster():
  angles = np.deg2rad([0, 5, 10, 90, 95, 100])
  x = jnp.asarray(np.stack([np.cos(angles), np.sin(angles)], 1), jnp.float32)
  items = hierarchy.representative(KEY, x, everything(6), 2, num_clusters=2)
  assert set(items.tolist()) == {1, 4}


# Two gains may always be closer than float32 sees: no new examples each time.
@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 2**16))
def test_representative_agrees_with_the_literal_loop(seed):
  x, candidates = features_of(seed), candidates_of(seed)
  ours = representative(KEY, x, candidates, 12)
  wanted = oracle_clusters.representative(np.float64(x), candidates, 12)
  assert ours.tolist() == wanted


@pytest.mark.parametrize("x", [np.ones((N, D)), np.zeros((N, D))])
def test_constant_features_are_distinct_items(x):
  items = representative(KEY, np.float32(x), everything(), 12)
  assert items.tolist() == list(range(12))


@pytest.mark.slow
def test_more_than_the_sample_holds():
  x = features_of(0, 100)
  candidates = Candidates(jnp.arange(100) % 2 == 0, jnp.arange(100) % 2 == 1)
  items = hierarchy.representative(KEY, x, candidates, 60, limit=20)
  assert sorted(items[:50].tolist()) == list(range(0, 100, 2))
  assert items[50:].tolist() == [100] * 10
  assert items[20:50].tolist() == sorted(items[20:50].tolist())
