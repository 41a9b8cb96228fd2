import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import pairwise

from alx.acquisition import Candidates
from alx.acquisition.comparisons import kernels
from tests import oracle_kernels as oracle

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)
N, D = 10, 3


def among(num_items, labelled=(), absent=()):
  known = np.isin(np.arange(num_items), labelled)
  available = ~known & ~np.isin(np.arange(num_items), absent)
  return Candidates(jnp.asarray(available), jnp.asarray(known))


SOME = among(N, [2, 5], [9])


@functools.partial(jax.jit, static_argnames=("k", "options"))
def run(features, candidates, k, options):
  return kernels.mmd(None, features, candidates, k, **dict(options))


def choose(features, candidates, k, **options):
  features = jnp.asarray(features, jnp.float32)
  return run(features, candidates, k, tuple(options.items())).tolist()


@functools.partial(jax.jit, static_argnames=("kernel", "bandwidth", "unbiased"))
def statistic(x, y, kernel="rbf", bandwidth=None, unbiased=False):
  return kernels.mmd_squared(
    x, y, kernel=kernel, bandwidth=bandwidth, unbiased=unbiased
  )


def random_features(seed, num_items=N):
  rng = np.random.default_rng(seed)
  return np.float32(rng.standard_normal((num_items, D)))


def close(a, b, tolerance=1e-6):
  np.testing.assert_allclose(a, b, rtol=1e-5, atol=tolerance)


def test_two_points_by_hand():
  x, y = jnp.array([[0.0]]), jnp.array([[1.0]])
  close(statistic(x, y, bandwidth=0.5), 2 - 2 * np.exp(-2))
  # Their mean squared distance, each with itself included, is 0.5.
  close(statistic(x, y), 2 - 2 * np.exp(-2))
  close(statistic(x, x), 0.0)


def test_linear_is_the_distance_of_the_means():
  x, y = random_features(0), random_features(1, 6)
  wanted = np.square(x.mean(0) - y.mean(0)).sum()
  close(statistic(x, y, kernel="linear"), wanted)


@pytest.mark.parametrize("kernel", ["rbf", "cosine"])
@pytest.mark.parametrize("unbiased", [False, True])
def test_statistic_agrees_with_scikit_learn(kernel, unbiased):
  x, y = random_features(0), 0.5 + random_features(1, 6)
  whole = {
    "rbf": functools.partial(pairwise.rbf_kernel, gamma=1 / (2 * 1.3**2)),
    "cosine": pairwise.cosine_similarity,
  }[kernel]
  within = []
  for z in (x, y):
    near, size = whole(z, z), len(z)
    if unbiased:
      np.fill_diagonal(near, 0)
    within.append(near.sum() / (size * (size - unbiased)))
  wanted = sum(within) - 2 * whole(x, y).mean()
  close(statistic(x, y, kernel, 1.3, unbiased), wanted)


@few
@given(seeds)
def test_statistic_is_symmetric_and_not_negative(seed):
  rng = np.random.default_rng(seed)
  x, y = np.float32(rng.standard_normal((2, N, D)) * rng.lognormal(0, 3))
  forth, back = statistic(x, y), statistic(y, x)
  assert forth > -1e-6
  close(forth, back)
  close(forth, statistic(x[::-1], y))


def test_the_width_is_the_mean_squared_distance():
  features = random_features(2)
  there = np.arange(N) < 7
  found = kernels.kernel_of("rbf", features, jnp.asarray(there))
  apart = np.square(features[:7, None] - features[None, :7]).sum(-1).mean()
  close(found.width, apart)
  close(kernels.kernel_of("rbf", features, there, 3.0).width, 18.0)


def test_items_that_are_all_the_same_have_a_width_too():
  found = kernels.kernel_of("rbf", jnp.ones((4, 2)), jnp.ones(4, bool))
  assert found.width == 1 and kernels.column(found, 0).tolist() == [1] * 4
  assert choose(np.ones((4, 2)), among(4), 5) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_blocks_and_columns_are_the_kernel(name):
  features = random_features(3)
  features[4] = 0
  found = kernels.kernel_of(name, features, jnp.ones(N, bool), 0.8)
  rows = features - features.mean(0)
  wanted = {
    "linear": rows @ rows.T,
    "cosine": oracle.cosines(features),
    "rbf": oracle.rbf(features, features, 0.8),
  }[name]
  close(kernels.between(found, found.rows, found.rows), wanted, 1e-5)
  close(kernels.column(found, 3), wanted[3], 1e-5)
  close(found.diagonal, np.diag(wanted), 1e-5)
  weights = jnp.asarray(random_features(5)[:, :2])
  close(kernels.weighted_sums(found, weights), wanted @ weights, 1e-5)


@pytest.mark.parametrize("block", [1, 3, 10, 64])
def test_blocks_see_every_pair_once(block):
  values = jnp.arange(float(N))

  def product(items, others, real):
    other = jnp.where(real, kernels.take(values, others), 0.0)
    return kernels.take(values, items) * other.sum()

  sums = kernels.over_items(product, N, block=block)
  assert sums.tolist() == (values * 45).tolist()
  highest = kernels.over_items(
    lambda _, others, real: jnp.broadcast_to(
      jnp.where(real, others, 0).max(), others.shape
    ),
    N,
    jnp.maximum,
    block,
  )
  assert highest.tolist() == [9] * N


def test_mmd_on_a_line():
  # Two clusters, three items against one: first the middle of the large one,
  # then the small one, then the large one again.
  line = np.array([[0.0], [0.1], [0.2], [5.0]])
  assert choose(line, among(4), 2, bandwidth=1.0) == [1, 3]
  # The large cluster is known: the small one is missing.
  assert choose(line, among(4, [1]), 1, bandwidth=1.0) == [3]


def test_a_linear_kernel_matches_the_mean():
  # Mean 2.75; then pairs: 1.5, 2.5, 6 with 2; then with 3 of the four.
  line = np.array([[0.0], [1.0], [3.0], [7.0]])
  assert choose(line, among(4), 3, kernel="linear") == [2, 1, 3]


@pytest.mark.parametrize("kernel", kernels.KERNELS)
def test_mmd_agrees_with_the_discrepancy_from_scratch(kernel):
  random = random_features(0)
  inputs = [random, random[np.arange(N) // 2], np.round(random), 0 * random]
  inputs += [random + 100, random * 1e-6]
  for candidates in (SOME, among(N)):
    for features in inputs:
      features = np.float32(features)
      items = choose(features, candidates, 4, kernel=kernel)
      gain = oracle.mmd(features, candidates, kernel=kernel)
      assert oracle.regret(items, gain, candidates) < 1e-5


@few
@given(seeds)
def test_the_discrepancy_falls_as_fast_as_that_of_a_mean_pick(seed):
  # Let w be m times the difference of the means in feature space. What is not
  # picked lies on the other side of the pool's mean, so that the mean pick has
  # |w + phi - mu|^2 <= |w|^2 + |phi - mu|^2, and the best pick no more.
  features = random_features(seed)
  present = oracle.there(SOME)
  near = oracle.rbf(features, features, oracle.spread(features[present]))
  off = np.array([oracle.mmd_squared(near, [i], present) for i in range(N)])
  chosen = [2, 5]
  for item in choose(features, SOME, 7):
    left = np.setdiff1d(present, chosen)
    before = len(chosen) ** 2 * oracle.mmd_squared(near, chosen, present)
    chosen.append(item)
    after = len(chosen) ** 2 * oracle.mmd_squared(near, chosen, present)
    assert after <= before + off[left].mean() + 1e-5
  close(after, 0.0)  # in the end all that is there is chosen


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"kernel": "no"}, "linear, cosine, rbf"),
    ({"bandwidth": 0.0}, "bandwidth"),
  ],
)
def test_what_cannot_be_is_refused(options, message):
  with pytest.raises(ValueError, match=message):
    kernels.mmd(None, jnp.eye(2), among(2), 1, **options)
