import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.clusters import density, kmeans
from tests import oracle_clusters

N, D, K = 60, 3, 9
cluster = jax.jit(kmeans.cluster, static_argnums=3)
typicality = jax.jit(density.typicality, static_argnums=2)
picks_of = jax.jit(
  density.typical_picks, static_argnums=3, static_argnames="num_clusters"
)
typiclust = jax.jit(
  density.typiclust, static_argnums=3, static_argnames="max_clusters"
)
usl = jax.jit(
  density.usl, static_argnums=3, static_argnames=("strength", "num_neighbours")
)


def features_of(seed=0, duplicates=False):
  x = np.random.default_rng(seed).standard_normal((N, D)).astype(np.float32)
  return x[np.arange(N) // 5 * 5] if duplicates else x


def candidates_of(seed):
  """Some absent, some labelled, most available."""
  draw = np.random.default_rng(seed).random(N)
  return Candidates(jnp.asarray(draw < 0.7), jnp.asarray(draw > 0.85))


def everything():
  return Candidates(jnp.ones(N, bool), jnp.zeros(N, bool))


# Typicality


def test_typicality_on_a_line():
  x = jnp.array([[0.0], [1.0], [3.0], [9.0], [50.0]])
  labels = jnp.array([0, 0, 0, 0, 1])
  values = typicality(x, labels, 2)
  # Four members: two neighbours each. Item 1: (1 + 2) / 2.
  wanted = 1 / (np.array([2.0, 1.5, 2.5, 7.0]) + 1e-5)
  np.testing.assert_allclose(values[:4], wanted, rtol=1e-6)
  assert values[4] == 0


def test_distance_is_not_squared():
  x = jnp.array([[0.0], [4.0]])
  values = typicality(x, jnp.zeros(2, int), 1)
  np.testing.assert_allclose(values, 1 / (4 + 1e-5))


def test_duplicates_are_as_typical_as_can_be():
  values = typicality(jnp.ones((7, 2)), jnp.zeros(7, int), 1)
  np.testing.assert_allclose(values, 1e5, rtol=1e-5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("duplicates", [False, True])
def test_typicality_agrees_with_every_pair(seed, duplicates):
  x = features_of(seed, duplicates)
  labels = np.random.default_rng(seed).integers(-1, 4, N)
  ours = typicality(x, labels, K)
  wanted = oracle_clusters.typicality(np.float64(x), labels)
  np.testing.assert_allclose(ours, wanted, rtol=1e-4)


# The choice from given clusters


def pick(labels, values, available, labelled, k, **options):
  labels, values = jnp.array(labels), jnp.array(values, jnp.float32)
  candidates = Candidates(jnp.array(available), jnp.array(labelled))
  return density.typical_picks(
    labels, values, candidates, k, num_clusters=3, **options
  ).tolist()


def test_the_largest_first_and_then_in_turns():
  labels = [0, 0, 1, 1, 1]
  values = [1, 2, 5, 4, 3]
  yes, no = [True] * 5, [False] * 5
  picks = pick(labels, values, yes, no, 6, min_size=1)
  assert picks == [2, 1, 3, 0, 4, 5]


def test_the_least_labelled_first():
  labels = [0, 0, 1, 1, 1]
  labelled = [False, False, False, False, True]
  available = [not x for x in labelled]
  picks = pick(labels, [1] * 5, available, labelled, 5, min_size=1)
  assert picks == [0, 2, 1, 3, 5]


def test_small_clusters_wait():
  labels, yes, no = [0, 1, 1, 1], [True] * 4, [False] * 4
  assert pick(labels, [9, 1, 2, 3], yes, no, 4, min_size=3) == [3, 2, 1, 0]
  # Nothing but small clusters: as if they were large.
  assert pick(labels, [9, 1, 2, 3], yes, no, 2, min_size=6) == [3, 0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16), st.booleans())
def test_choice_agrees_with_the_literal_loop(seed, tied):
  rng = np.random.default_rng(seed)
  candidates = candidates_of(seed)
  labels = np.where(candidates.present, rng.integers(0, K, N) // 2, -1)
  values = rng.integers(0, 3, N) if tied else rng.random(N)
  values = values.astype(np.float32)
  ours = picks_of(labels, values, candidates, N, num_clusters=K)
  wanted = oracle_clusters.typical_picks(
    labels,
    values,
    np.asarray(candidates.available),
    np.asarray(candidates.labelled),
    N,
  )
  assert ours.tolist() == wanted


# TypiClust


@pytest.mark.parametrize("seed", range(3))
def test_typiclust_agrees_given_its_clusters(seed):
  x, candidates = features_of(seed), candidates_of(seed)
  key = jax.random.key(seed)
  count = jnp.minimum(candidates.labelled.sum() + 5, K)
  labels = cluster(key, x, candidates.present, K, count=count).labels
  labels = np.asarray(labels)
  wanted = oracle_clusters.typical_picks(
    labels,
    oracle_clusters.typicality(np.float64(x), labels),
    np.asarray(candidates.available),
    np.asarray(candidates.labelled),
    5,
  )
  ours = typiclust(key, x, candidates, 5, max_clusters=K)
  assert ours.tolist() == wanted


def test_a_pick_from_every_dense_group_without_labels():
  groups = np.arange(N) % 6
  x = features_of() * 0.01 + 10 * np.eye(6, D + 3)[groups][:, :D]
  x[:, 0] += 10 * groups
  labelled = jnp.asarray((groups == 2) & (np.arange(N) < 6))
  candidates = Candidates(~labelled, labelled)
  items = typiclust(jax.random.key(0), x, candidates, 5, max_clusters=K)
  assert {int(i) % 6 for i in items} == {0, 1, 3, 4, 5}


def test_more_labels_compile_nothing_new():
  @jax.jit
  @chex.assert_max_traces(n=1)
  def query(x, candidates):
    return typiclust(jax.random.key(0), x, candidates, 7, max_clusters=K)

  for seed in range(3):
    query(features_of(), candidates_of(seed))


# USL


@pytest.mark.parametrize("strength", [0.0, 0.5, 5.0])
def test_usl_agrees_given_its_clusters(strength):
  x = features_of(4)
  candidates = Candidates(jnp.arange(N) % 4 > 0, jnp.arange(N) % 4 == 0)
  available, key = candidates.available, jax.random.key(0)
  labels = cluster(key, x, available, K).labels
  wanted = oracle_clusters.usl(
    np.float64(x),
    np.asarray(labels),
    np.asarray(available),
    K,
    8,
    (strength, 0.5, 0.9, 10),
  )
  ours = usl(key, x, candidates, K, strength=strength, num_neighbours=8)
  assert ours.tolist() == wanted


def test_usl_without_strength_is_the_densest_of_each_cluster():
  x = np.array([0, 1, 1.5, 30, 31, 33, 33.5], np.float32)[:, None]
  candidates = Candidates(jnp.ones(7, bool), jnp.zeros(7, bool))
  items = usl(
    jax.random.key(0), x, candidates, 2, num_neighbours=2, strength=0.0
  )
  # Mean squares: 0.625 of item 1 and 3.25 of items 4, 5 and 6 or more.
  squares = [(1 + 2.25), (1 + 0.25), (2.25 + 0.25), 10, 5, 4.25, 6.5]
  groups = [np.argmin(squares[:3]), 3 + np.argmin(squares[3:])]
  assert items.tolist() == groups


def test_usl_of_duplicates_is_finite():
  x = jnp.asarray(features_of(0, duplicates=True))
  items = usl(jax.random.key(0), x, everything(), 15)
  assert len(set(items.tolist()) - {N}) == 15
