import collections
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
import scipy.special

from alx.acquisition import Candidates
from alx.acquisition.joint import fisher
from alx.acquisition.joint.fisher import Information
from alx.prediction import Prediction
from tests.near_ties import assert_alike
from tests.oracle_gradients import choose_fisher, shrunken_information

SHRINKAGE = 1e-3


def predicted(seed, num_items=6, num_classes=3, width=4, space=()):
  rng = np.random.default_rng(seed)
  probs = rng.dirichlet(np.ones(num_classes), (1, num_items, *space))
  features = rng.standard_normal((num_items, width)) + 1.0
  pixels = rng.standard_normal((num_items, *space, width)) + 1.0
  mask = rng.random((num_items, *space)) < (0.7 if space else 2.0)
  arrays = (jnp.asarray(x, jnp.float32) for x in (probs, features, pixels))
  probs, features, pixels = arrays
  return Prediction(probs, features, jnp.asarray(mask), pixels)


def trace(weights, matrices):
  size = matrices.shape[-1]
  total = np.einsum("n,nab->ab", weights, matrices) + SHRINKAGE * np.eye(size)
  return np.trace(np.linalg.inv(total))


def best_weights(matrices):
  """By a general solver, from several starts."""
  count = len(matrices)

  def objective(x):
    return trace(scipy.special.softmax(x), matrices)

  starts = [np.zeros(count), *(3 * np.eye(count))]
  found = min(
    (scipy.optimize.minimize(objective, s, tol=1e-10) for s in starts),
    key=lambda r: r.fun,
  )
  return scipy.special.softmax(found.x), found.fun


design = jax.jit(fisher.optimal_design, static_argnames="iterations")


@pytest.mark.parametrize("space", [(), (3, 2)])
def test_information_is_the_literal_one_but_for_what_all_share(space):
  prediction = predicted(0, space=space)
  found = fisher.layer_information(None, prediction).matrix
  wanted = shrunken_information(prediction)
  for seed in range(3):
    q = np.random.default_rng(seed).dirichlet(np.ones(6))
    # Two directions, sums over units, have the shrinkage and no more.
    both = trace(q, np.asarray(found, np.float64)) + 2 / SHRINKAGE
    np.testing.assert_allclose(both, trace(q, wanted), rtol=1e-4)


def test_information_of_a_coin_by_eye():
  probs, features = jnp.full((1, 1, 2), 0.5), jnp.asarray([[1.0, 3.0]])
  prediction = Prediction(probs, features, jnp.ones(1, bool))
  found = fisher.layer_information(None, prediction)
  # diag p - p p^T is 1/2 along (1, -1) / sqrt 2; the mean feature is 2.
  np.testing.assert_allclose(
    found.matrix, [[[2.0, 1.0], [1.0, 0.5]]], rtol=1e-6
  )
  np.testing.assert_allclose(found.entropy, [np.log(2)], rtol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_design_is_that_of_a_general_solver(seed):
  prediction = predicted(seed, num_items=5, num_classes=2 + seed % 2)
  matrices = fisher.layer_information(None, prediction).matrix
  found = design(matrices, jnp.ones(5, bool), iterations=20_000)
  weights, least = best_weights(np.asarray(matrices, np.float64))
  mine = trace(np.asarray(found.weights, np.float64), np.asarray(matrices))
  assert mine <= least * (1 + 3e-4) and found.gap < 2e-4
  np.testing.assert_allclose(found.weights, weights, atol=0.02)


def test_design_of_three_on_a_grid():
  rng = np.random.default_rng(0)
  x = rng.standard_normal((3, 2, 2))
  matrices = x @ x.swapaxes(1, 2)
  steps = np.arange(101)
  pairs = [(i, j) for i, j in itertools.product(steps, steps) if i + j <= 100]
  grid = [np.array([i, j, 100 - i - j]) / 100 for i, j in pairs]
  values = [trace(q, matrices) for q in grid]
  found = design(jnp.asarray(matrices, jnp.float32), jnp.ones(3, bool))
  best = grid[int(np.argmin(values))]
  np.testing.assert_allclose(found.weights, best, atol=0.011)
  assert trace(np.asarray(found.weights), matrices) <= min(values) * 1.001


def test_two_axes_share_by_the_root():
  # min 1 / (4 q) + 1 / (1 - q): the roots of 1/4 and 1 are as 1 to 2.
  matrices = jnp.stack([jnp.diag(jnp.array(d)) for d in ([4.0, 0], [0, 1.0])])
  found = design(matrices, jnp.ones(2, bool))
  np.testing.assert_allclose(found.weights, [1 / 3, 2 / 3], atol=2e-3)


def test_every_step_lowers_the_trace_and_the_gap_bounds_it():
  prediction = predicted(5, num_items=8)
  matrices = fisher.layer_information(None, prediction).matrix
  exact = np.asarray(matrices, np.float64)
  _, least = best_weights(exact)
  values = []
  for iterations in (0, 1, 2, 4, 8, 16, 64):
    found = design(matrices, jnp.ones(8, bool), iterations=iterations)
    values.append(trace(np.asarray(found.weights, np.float64), exact))
    assert values[-1] - least <= values[-1] * (float(found.gap) + 1e-4)
  assert (np.diff(values) <= 1e-4 * values[0]).all()


def test_who_is_not_there_has_no_weight():
  matrices = fisher.layer_information(None, predicted(1)).matrix
  there = jnp.arange(6) != 2
  found = design(matrices, there)
  alone = design(matrices[there], jnp.ones(5, bool))
  assert found.weights[2] == 0
  np.testing.assert_allclose(found.weights[there], alone.weights, atol=1e-4)


# Choice.

choose = jax.jit(
  fisher.fisher, static_argnums=3, static_argnames=("keep", "draw")
)


def free(num_items):
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


@pytest.mark.parametrize("space", [(), (3, 2)])
def test_greedy_is_the_literal_one(space):
  for seed in range(3):
    prediction = predicted(seed, 8, 3, space=space)
    information = fisher.layer_information(None, prediction)
    items = choose(None, information, free(8), 4).tolist()
    wanted = choose_fisher(prediction, free(8), 4)
    each = shrunken_information(prediction)
    each = each + SHRINKAGE * np.eye(each.shape[-1])

    def trace(picks, each=each):
      return np.trace(np.linalg.inv(each[list(picks)].sum(0)))

    assert_alike(items, wanted, trace, 1e-5)


def leaves(items, matrices):
  return np.trace(np.linalg.inv(matrices[np.asarray(items)].sum(0)))


def test_greedy_is_close_to_the_best_batch():
  information = fisher.layer_information(None, predicted(3, 12, 3))
  size = information.matrix.shape[-1]
  matrices = np.asarray(information.matrix) + SHRINKAGE * np.eye(size)
  items = choose(None, information, free(12), 4)
  batches = list(itertools.combinations(range(12), 4))
  traces = np.array([leaves(batch, matrices) for batch in batches])
  assert leaves(items, matrices) <= 1.15 * traces.min()
  assert leaves(items, matrices) < 0.5 * np.median(traces)


def test_what_a_draw_leaves_open_is_greedy():
  """A design of two axes; the rest of the batch has nothing to do with luck."""
  each = [[4.0, 0], [0, 1.0], [0.1, 0.1], [0.2, 0], [0, 0.01]]
  matrices = jnp.stack([jnp.diag(jnp.array(d)) for d in each])
  information = Information(matrices, jnp.arange(5.0))
  for seed in range(5):
    items = choose(jax.random.key(seed), information, free(5), 4, draw=True)
    assert set(items[:2].tolist()) == {0, 1} and items[2:].tolist() == [2, 3]


def test_only_the_most_uncertain_are_kept():
  information = fisher.layer_information(None, predicted(2, 6, 3))
  order = np.argsort(-np.asarray(information.entropy))
  for draw in (False, True):
    key = jax.random.key(0)
    items = choose(key, information, free(6), 2, keep=3, draw=draw)
    assert set(items.tolist()) <= set(order[:3].tolist())
  items = choose(jax.random.key(0), information, free(6), 5, keep=3)
  assert len(set(items.tolist())) == 5


def test_draws_follow_the_design():
  matrices = jnp.stack([jnp.diag(jnp.array(d)) for d in ([4.0, 0], [0, 1.0])])
  information = Information(matrices, jnp.array([0.1, 0.2]))
  keys = jax.random.split(jax.random.key(0), 3000)
  items = jax.lax.map(
    lambda key: fisher.fisher(key, information, free(2), 1, draw=True), keys
  )
  found = collections.Counter(np.asarray(items)[:, 0].tolist())
  assert abs(found[0] / 3000 - 1 / 3) < 0.035


def test_labelled_items_do_not_matter():
  information = fisher.layer_information(None, predicted(3, 6))
  labelled = jnp.arange(6) < 2
  candidates = Candidates(~labelled, labelled)
  rest = jax.tree.map(lambda x: x[2:], information)
  items = choose(None, information, candidates, 3)
  alone = choose(None, rest, free(4), 3)
  assert items.tolist() == (alone + 2).tolist()
