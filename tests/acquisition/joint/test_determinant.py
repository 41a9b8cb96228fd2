import collections
import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.joint import determinant
from alx.acquisition.joint.determinant import Quality
from tests import oracle_kernels as oracle

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)
N, D = 8, 4


def among(num_items, labelled=(), absent=()):
  known = np.isin(np.arange(num_items), labelled)
  available = ~known & ~np.isin(np.arange(num_items), absent)
  return Candidates(jnp.asarray(available), jnp.asarray(known))


@functools.partial(jax.jit, static_argnames=("function", "k", "options"))
def run(function, description, candidates, k, options):
  return function(None, description, candidates, k, **dict(options))


def choose(function, description, candidates, k, **options):
  options = tuple(options.items())
  return run(function, description, candidates, k, options).tolist()


def log_det(features, candidates, k, **options):
  features = jnp.asarray(features, jnp.float32)
  return choose(determinant.log_det, features, candidates, k, **options)


def dpp(score, features, candidates, k, **options):
  arrays = (jnp.asarray(x, jnp.float32) for x in (score, features))
  return choose(determinant.dpp, Quality(*arrays), candidates, k, **options)


def inputs():
  random = np.random.default_rng(0).standard_normal((N, D))
  yield random
  yield random[np.arange(N) // 2]
  yield np.round(random)
  yield np.ones((N, D))
  yield np.zeros((N, D))
  yield random * 1e-12
  yield random * 1e12


SOME = among(N, [1, 6], [3])


def test_log_det_by_eye():
  # 1 is a copy of 0, 2 is near the plane of 0 and 3, which are at right angles.
  features = [[1, 0, 0], [1, 0, 0], [2, 2, 1], [0, 1, 0]]
  assert log_det(features, among(4, [0]), 3) == [3, 2, 1]
  assert log_det(features, among(4), 2) == [0, 3]


def test_log_det_agrees_with_the_determinant():
  for candidates in (SOME, among(N)):
    for features in inputs():
      features = np.float32(features)
      items = log_det(features, candidates, 5)
      gain = oracle.log_det(features, candidates)
      assert oracle.regret(items, gain, candidates) < 1e-3


@few
@given(seeds)
def test_log_det_is_near_the_best_pair(seed):
  features = np.random.default_rng(seed).standard_normal((N, D))
  near = oracle.cosines(np.float32(features))

  def f(items):
    return oracle.log_volume(np.eye(2) + near[np.ix_(items, items)] / 0.01)

  best = max(f(list(pair)) for pair in itertools.combinations(range(N), 2))
  items = log_det(features, among(N), 2)
  assert f(items) >= (1 - 1 / np.e) * best


def test_log_det_knows_of_so_many_labelled():
  features = np.eye(4)[[0, 1, 2, 0, 1, 2, 3]]
  known = among(7, [0, 1, 2])
  # 3, 4 and 5 are copies of the labelled ones, 6 is not.
  assert log_det(features, known, 2) == [6, 3]
  assert log_det(features, known, 2, max_labelled=0) == [3, 4]
  # Only 0 is known of: the first pick of three that are as good.
  assert log_det(features, known, 2, max_labelled=1) == [4, 5]


def test_log_det_keeps_the_labelled_that_differ_most():
  features = np.eye(3)[[0, 0, 0, 1, 1, 2]]
  # Of the labelled 0 and 3 are kept, though 1 and 2 have lower ids than 3.
  assert log_det(features, among(6, [0, 1, 2, 3]), 1, max_labelled=2) == [5]


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_log_det_of_other_kernels(kernel):
  features = np.random.default_rng(1).standard_normal((N, D))
  there = np.asarray(SOME.present)
  centred = np.float32(features) - np.float32(features)[there].mean(0)
  near = {
    "rbf": oracle.rbf(centred, centred, 1.5),
    "linear": centred @ centred.T,
  }[kernel]
  gain = oracle.increase(
    lambda a: oracle.log_volume(near[np.ix_(a, a)] + 0.01 * np.eye(len(a))),
    [1, 6],
  )
  items = log_det(features, SOME, 5, kernel=kernel, bandwidth=1.5)
  assert oracle.regret(items, gain, SOME) < 1e-3


@few
@given(seeds)
def test_the_residual_is_the_schur_complement(seed):
  rng = np.random.default_rng(seed)
  root = rng.standard_normal((N, N + 4))
  matrix = np.float32(root @ root.T / N)
  factor = determinant.no_pivot(jnp.diag(jnp.asarray(matrix)), 3)
  pivots = rng.permutation(N)[:3]
  volume = 0.0
  for item in pivots:
    volume += np.log(factor.residual[item])
    factor = determinant.with_pivot(factor, item, jnp.asarray(matrix)[item])
  picked = matrix[np.ix_(pivots, pivots)].astype(np.float64)
  close(volume, np.linalg.slogdet(picked)[1])
  cross = matrix[pivots].astype(np.float64)
  schur = matrix - cross.T @ np.linalg.solve(picked, cross)
  rest = np.setdiff1d(np.arange(N), pivots)
  close(factor.residual[rest], np.diag(schur)[rest])
  close((factor.rows.T @ factor.rows)[pivots], matrix[pivots])


def close(a, b):
  np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4)


def test_dpp_trades_quality_for_diversity():
  # 1 is better than 2, but nearly the same as 0.
  features = [[1, 0], [1, 0.1], [0, 1]]
  score = [2.0, 1.5, 0.5]
  assert dpp(score, features, among(3), 2) == [0, 2]
  assert dpp(score, features, among(3), 2, weight=5.0) == [0, 1]
  assert dpp(score[::-1], features, among(3), 1, weight=0.0) == [0]


def test_dpp_agrees_with_the_determinant():
  score = np.random.default_rng(5).random(N)
  for candidates in (SOME, among(N)):
    for features in inputs():
      features = np.float32(features)
      items = dpp(score, features, candidates, 5)
      gain = oracle.dpp(np.float32(score), features, candidates)
      assert oracle.regret(items, gain, candidates) < 1e-3


def test_beyond_the_rank_the_highest_score_is_picked():
  features = np.eye(2)[[0, 1, 0, 1, 0]]
  score = [0.1, 0.2, 0.3, 0.4, 0.5]
  assert dpp(score, features, among(5), 6) == [4, 3, 2, 1, 0, 5]
  assert dpp(score, np.zeros((5, 2)), among(5, [4]), 2) == [3, 2]


def test_dpp_with_scores_that_no_exponential_holds():
  items = dpp([1e4, -1e4, 2e4, 0.0], np.eye(4), among(4), 4)
  assert items == [2, 0, 3, 1]


def test_dpp_rbf_has_full_rank():
  # On a line; 0 and 10 are far apart, and 5 is between them.
  features = np.array([[0.0], [0.5], [5.0], [9.5], [10.0]])
  items = dpp(np.zeros(5), features, among(5), 3, kernel="rbf", bandwidth=5.0)
  assert items == [0, 4, 2]


SIX = np.random.default_rng(2).standard_normal((6, 4))
SCORE = np.random.default_rng(3).random(6)
DRAWS = 5000


@functools.partial(jax.jit, static_argnums=3)
def draw(score, features, candidates, k, weight):
  keys = jax.random.split(jax.random.key(0), DRAWS)
  description = Quality(score, features)
  function = functools.partial(determinant.k_dpp, weight=weight)
  return jax.vmap(lambda key: function(key, description, candidates, k))(keys)


def draws(score, features, candidates, k, weight=1.0):
  """[DRAWS, k] of six items with four features."""
  arrays = (jnp.asarray(x, jnp.float32) for x in (score, features))
  return np.asarray(draw(*arrays, candidates, k, jnp.float32(weight)))


def sets(*arguments):
  items = np.sort(draws(*arguments), 1)
  return collections.Counter(map(tuple, items.tolist()))


@pytest.mark.parametrize(
  ("k", "absent"), [(1, ()), (2, ()), (3, ()), (3, (4,))]
)
def test_k_dpp_draws_sets_as_often_as_their_determinant(k, absent):
  found = sets(SCORE, SIX, among(6, absent=absent), k)
  q = np.exp(SCORE)
  kernel = q[:, None] * oracle.cosines(SIX) * q[None]
  free = [i for i in range(6) if i not in absent]
  subsets = list(itertools.combinations(free, k))
  volume = np.array([np.linalg.det(kernel[np.ix_(a, a)]) for a in subsets])
  wanted = DRAWS * volume / volume.sum()
  assert set(found) <= set(subsets)
  # Sets too rare to count one by one are counted together.
  often = wanted >= 5
  counts = np.array([found[a] for a in subsets])
  observed = np.append(counts[often], counts[~often].sum())
  expected = np.append(wanted[often], wanted[~often].sum())
  some = expected > 0
  assert scipy.stats.chisquare(observed[some], expected[some]).pvalue > 0.01


def test_k_dpp_never_draws_copies_together():
  # Pairs of copies in three directions: one of each pair, 8 sets alike.
  found = sets(np.zeros(6), np.eye(4)[[0, 0, 1, 1, 2, 2]], among(6), 3)
  one_of_each = set(itertools.product((0, 1), (2, 3), (4, 5)))
  assert set(found) == one_of_each
  assert scipy.stats.chisquare(list(found.values())).pvalue > 0.01


def test_k_dpp_of_a_great_weight_has_the_highest_scores():
  # At right angles det L_A is the product of the squared qualities.
  known = among(6, [4], [5])
  found = sets(np.arange(6), np.eye(4)[[0, 1, 2, 3, 0, 1]], known, 3, 20.0)
  assert found == {(1, 2, 3): DRAWS}


def test_k_dpp_beyond_the_rank():
  # Item 3 is the only one in its direction; then the best of what is left.
  features = np.eye(4)[[0, 0, 0, 1, 0, 0]]
  known = among(6, absent=[4, 5])
  items = draws(np.arange(6), features, known, 3)
  assert (items[:, :2] == 3).any(1).all()
  left = np.where((items[:, :2] == 2).any(1), 1, 2)
  assert (items[:, 2] == left).all()
  assert sets(np.arange(6), np.zeros((6, 4)), known, 3) == {(1, 2, 3): DRAWS}


def test_elementary_polynomials():
  values = np.array([0.5, 2.0, 0.0, 3.0])
  logs = jnp.asarray(np.log(values, where=values > 0, out=np.full(4, -np.inf)))
  table = determinant.log_elementary(logs, 3)
  for n in range(5):
    for degree in range(4):
      subsets = itertools.combinations(values[:n], degree)
      wanted = sum(np.prod(subset) for subset in subsets)
      np.testing.assert_allclose(np.exp(table[n, degree]), wanted, rtol=1e-5)


def test_elementary_polynomials_do_not_overflow():
  # The product of 100 values of e^50 is e^5000.
  table = determinant.log_elementary(jnp.full(100, 50.0), 100)
  np.testing.assert_allclose(table[100, 100], 5000.0, rtol=1e-5)
  assert not np.isnan(table).any()


def test_the_score_is_the_entropy():
  probs = jnp.array([[[0.5, 0.5], [1.0, 0.0]]])
  mask = jnp.ones(2, bool)
  prediction = determinant.Prediction(probs, jnp.eye(2), mask)
  found = determinant.quality(None, prediction)
  np.testing.assert_allclose(found.score, [np.log(2), 0.0], rtol=1e-6)


def test_a_ridge_must_be_positive():
  with pytest.raises(ValueError, match="ridge"):
    determinant.log_det(None, jnp.eye(2), among(2), 1, ridge=0.0)
