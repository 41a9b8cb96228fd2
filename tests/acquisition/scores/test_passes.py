import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition.scores import passes, predictive
from alx.acquisition.scores.passes import summarise, summarise_passes

SHAPE = (7, 5, 6, 3)  # S, B, one axis of space, C


def samples(seed=0, shape=SHAPE):
  logits = 3 * jax.random.normal(jax.random.key(seed), shape)
  return jax.nn.softmax(logits)


def test_agrees_with_numpy(through):
  probs = samples()
  summary = through(summarise)(probs)
  exact = np.asarray(probs, np.float64)
  np.testing.assert_allclose(summary.mean, exact.mean(0), atol=1e-6)
  squares = ((exact - exact.mean(0)) ** 2).sum(0)
  np.testing.assert_allclose(summary.squares, squares, atol=1e-6)
  apart = (exact * np.log(exact / exact.mean(0))).sum(-1).sum(0)
  np.testing.assert_allclose(summary.information.sum(-1), apart, rtol=1e-5)
  votes = np.stack([(exact.argmax(-1) == c).sum(0) for c in range(3)], -1)
  assert (summary.votes == votes).all() and summary.count == 7


def test_one_at_a_time_is_all_at_once(through):
  probs = samples()
  stream = through(lambda p: summarise_passes(lambda i: p[i], p.shape[0]))
  for one, other in zip(stream(probs), summarise(probs), strict=True):
    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)


def test_equal_passes_have_no_spread_at_all(through):
  probs = jnp.broadcast_to(samples()[:1], (9, *SHAPE[1:]))
  summary = through(summarise)(probs)
  assert (summary.mean == probs[0]).all() and (summary.squares == 0).all()
  assert (passes.mean_std(summary) == 0).all()
  assert (passes.variation_ratio(summary) == 0).all()
  np.testing.assert_allclose(passes.disagreement(summary), 0, atol=3e-7)


def test_spread_far_smaller_than_the_mean_survives():
  """E[p^2] - E[p]^2 would be rounding here."""
  step = 2.0**-20
  probs = jnp.array([[0.5 - step, 0.5 + step], [0.5 + step, 0.5 - step]])
  np.testing.assert_allclose(
    passes.variance(summarise(probs)), step**2, rtol=1e-6
  )


def test_a_tied_vote_goes_to_the_lowest_class_and_a_nan_votes_nan():
  summary = summarise(jnp.array([[[0.4, 0.4, 0.2], [jnp.nan, 0.5, 0.5]]]))
  assert summary.votes[0].tolist() == [1, 0, 0]
  assert np.isnan(summary.votes[1]).all()


def stochastic(index):
  key = jax.random.fold_in(jax.random.key(0), index)
  return jax.nn.softmax(jax.random.normal(key, (64, 64, 4)))


def compiled(num_passes):
  return jax.jit(lambda: summarise_passes(stochastic, num_passes)).lower()


def test_memory_does_not_grow_with_the_passes():
  few, many = (
    compiled(t).compile().memory_analysis().temp_size_in_bytes for t in (4, 64)
  )
  assert few == many
  jaxpr = str(jax.make_jaxpr(lambda: summarise_passes(stochastic, 63))())
  assert "[63" not in jaxpr and ",63" not in jaxpr


@pytest.mark.parametrize(
  "name",
  ["variance", "mean_std", "disagreement", "vote_entropy", "variation_ratio"],
)
def test_the_scores_use_the_same_formula(name):
  probs = samples()
  found = getattr(predictive, f"{name}_map")(probs)
  wanted = getattr(passes, name)(summarise(probs))
  assert (found == wanted).all()


def test_predictive_entropy_is_that_of_the_mean():
  summary = summarise(jnp.array([[[1.0, 0.0]], [[0.0, 1.0]]]))
  np.testing.assert_allclose(passes.predictive_entropy(summary), [np.log(2)])
