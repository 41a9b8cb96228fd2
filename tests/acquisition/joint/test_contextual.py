import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import entr

from alx.acquisition import Candidates
from alx.acquisition.joint import contextual
from alx.prediction import Prediction
from tests import oracle_kernels as oracle

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)
N, S, V, C = 8, 2, 6, 3
confusion = jax.jit(contextual.confusion)


def among(num_items, labelled=(), absent=()):
  known = np.isin(np.arange(num_items), labelled)
  available = ~known & ~np.isin(np.arange(num_items), absent)
  return Candidates(jnp.asarray(available), jnp.asarray(known))


def of(probs, mask=None):
  """One sample of probabilities [N, V, C]."""
  probs = jnp.asarray(probs, jnp.float32)[None]
  mask = np.ones(probs.shape[1:-1], bool) if mask is None else mask
  return Prediction(probs, None, jnp.asarray(mask))


def random_prediction(seed, sharp=2.0, space=(3, 2)):
  rng = np.random.default_rng(seed)
  logits = sharp * rng.standard_normal((S, N, *space, C))
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  mask = rng.random((N, *space)) < 0.8
  return Prediction(jnp.asarray(probs, jnp.float32), None, jnp.asarray(mask))


@functools.partial(jax.jit, static_argnums=2)
def run(prediction, candidates, k):
  described = contextual.confusion(None, prediction)
  return contextual.contextual_diversity(None, described, candidates, k)


def choose(prediction, candidates, k):
  return run(prediction, candidates, k).tolist()


def distances(prediction, item):
  found = confusion(None, prediction)
  logs = contextual.log_mean(found)
  return np.asarray(contextual.contextual_distance(logs, found, item))


def test_the_mean_is_weighted_by_entropy():
  # Both are predicted as class 0; the first is certain and does not count.
  found = confusion(None, of([[[1.0, 0.0], [0.6, 0.4]]]))
  np.testing.assert_allclose(found.mean[0], [[0.6, 0.4], [0, 0]], rtol=1e-6)
  assert found.present.tolist() == [[True, False]]


def test_voxels_that_are_all_certain_count_the_same():
  found = confusion(None, of([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]]))
  assert found.mean[0].tolist() == [[1, 0], [0, 1]]


def test_an_item_without_real_voxels_holds_nothing():
  mask = np.array([[True, True], [False, False]])
  probs = [[[0.7, 0.3]] * 2, [[np.nan, np.nan]] * 2]
  found = confusion(None, of(probs, mask))
  assert not found.present[1].any() and (found.mean[1] == 0).all()
  assert choose(of(probs, mask), among(2), 2) == [0, 1]


def test_distance_by_hand():
  # Both predict class 0: (0.9 - 0.6) (log 0.9/0.6 - log 0.1/0.4) / 2.
  near = distances(of([[[0.9, 0.1]], [[0.6, 0.4]], [[0.2, 0.8]]]), 0)
  wanted = 0.3 * (np.log(0.9 / 0.6) - np.log(0.1 / 0.4)) / 2
  np.testing.assert_allclose(near, [0, wanted, np.inf], rtol=1e-5)


def test_distance_is_a_mean_over_common_classes():
  a, b, c = [0.9, 0.1], [0.6, 0.4], [0.2, 0.8]
  near = distances(of([[a, c], [b, c], [a, a]]), 0)
  alone = 0.3 * (np.log(0.9 / 0.6) - np.log(0.1 / 0.4)) / 2
  # The second class is the same in both; the third image lacks it.
  np.testing.assert_allclose(near, [0, alone / 2, 0], rtol=1e-5, atol=1e-7)


def test_zeros_in_a_prediction_stay_finite():
  near = distances(of([[[1.0, 0.0]], [[0.6, 0.4]]]), 0)
  log_tiny = np.log(np.finfo(np.float32).tiny)
  wanted = 0.4 * (-np.log(0.6) - (log_tiny - np.log(0.4))) / 2
  np.testing.assert_allclose(near, [0, wanted], rtol=1e-5)


def test_the_start_is_the_most_confused_image():
  probs = [[[0.8, 0.2]], [[0.55, 0.45]], [[0.99, 0.01]]]
  # 1, and then what is farthest from it.
  assert choose(of(probs), among(3), 3) == [1, 2, 0]


def test_no_common_class_is_farther_than_anything():
  probs = [[[1.0, 0.0]], [[0.51, 0.49]], [[0.4, 0.6]], [[0.45, 0.55]]]
  # 2 and 3 predict a class that is not labelled; 3 is the more confused one.
  assert choose(of(probs), among(4, [0]), 3) == [3, 1, 2]


def test_an_item_that_is_not_there_is_no_centre():
  probs = [[[0.9, 0.1]], [[0.6, 0.4]], [[0.89, 0.11]], [[0.3, 0.7]]]
  assert choose(of(probs), among(4, [0], [3]), 4) == [1, 2, 4, 4]


@few
@given(seeds)
def test_images_that_are_the_same_are_no_distance_apart(seed):
  prediction = random_prediction(seed)
  prediction = Prediction(
    prediction.probs[:, [0, 0, *range(2, N)]],
    None,
    prediction.mask[np.array([0, 0, *range(2, N)])],
  )
  near = distances(prediction, 0)
  assert near[0] == near[1] == 0 and (near >= 0).all()


@few
@given(seeds)
def test_distance_is_symmetric_and_agrees_with_two_loops(seed):
  prediction = random_prediction(seed)
  near = np.stack([distances(prediction, i) for i in range(N)])
  found = [oracle.confusion(prediction, i) for i in range(N)]
  wanted = [[oracle.contextual_distance(a, b) for a in found] for b in found]
  np.testing.assert_allclose(near, wanted, rtol=1e-3, atol=1e-5)
  np.testing.assert_allclose(near, near.T, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("labelled", [(), (2, 5)])
@pytest.mark.parametrize(
  ("sharp", "samples"), [(0.0, 2), (0.1, 2), (2.0, 2), (30.0, 1)]
)
def test_choice_agrees_with_the_definition(labelled, sharp, samples):
  candidates = among(N, labelled, [7])
  for space in ((3, 2), ()):
    prediction = random_prediction(4, sharp, space)
    prediction = prediction._replace(
      probs=prediction.probs[:samples], mask=prediction.mask | (not space)
    )
    items = choose(prediction, candidates, 4)
    gain = oracle.contextual_diversity(prediction, candidates)
    assert oracle.regret(items, gain, candidates) < 1e-3


def test_classes_may_be_renamed():
  prediction = random_prediction(1)
  order = np.array([2, 0, 1])
  renamed = prediction._replace(probs=prediction.probs[..., order])
  items = choose(prediction, among(N, [3]), 5)
  assert choose(renamed, among(N, [3]), 5) == items


def test_the_entropy_of_a_class_is_of_its_mean():
  probs = np.array([[[0.9, 0.1], [0.6, 0.4]]])
  found = confusion(None, of(probs))
  weights = entr(probs[0]).sum(1)
  wanted = (weights[:, None] * probs[0]).sum(0) / weights.sum()
  np.testing.assert_allclose(found.mean[0, 0], wanted, rtol=1e-5)
