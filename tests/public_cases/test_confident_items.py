"""Scores of items that the model is sure of, 1 - p from 1e-4 to 1e-7.

What is left of 1 - p in float32 decides what is asked for once a model is good.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

import alx
from alx.acquisition.joint import batch_bald
from alx.acquisition.scores import embeddings, predictive
from alx.prediction import Prediction
from tests import oracle_gradients, oracle_scores

N, S, D = 40, 5, 3
SCORES = {
  name: f
  for name, f in oracle_scores.MAPS.items()
  if name not in ("variation_ratio", "vote_entropy")
}
OF_GRADIENTS = {
  "egl": oracle_gradients.expected_length,
  "entropy_gradient": oracle_gradients.entropy_slope,
}


def logits_of(num_classes, spread=0.3, seed=0):
  """[S, N, C] float32; 1 - p of the last class falls from 1e-4 to 1e-7."""
  rng = np.random.default_rng(seed)
  logits = rng.normal(0, spread, (S, N, num_classes))
  logits[..., -1] += np.linspace(9.2, 16.1, N) + np.log(num_classes - 1)
  return logits.astype(np.float32)


def exact(logits):
  return scipy.special.softmax(logits.astype(np.float64), -1)


def in_float32(logits):
  return np.asarray(jax.nn.softmax(jnp.asarray(logits)))


@pytest.mark.parametrize("num_classes", [2, 3])
@pytest.mark.parametrize("name", SCORES)
def test_scores_of_sure_items(name, num_classes):
  logits = logits_of(num_classes)
  if "samples" in alx.methods()[name].needs:
    found = alx.score(name, samples=in_float32(logits))
    wanted = SCORES[name](exact(logits))
  else:
    found = alx.score(name, logits=logits[0])
    wanted = SCORES[name](exact(logits[:1]))
  np.testing.assert_allclose(found, wanted, rtol=2e-5)


@pytest.mark.parametrize("spread", [1e-2, 1e-1, 2.0])
@pytest.mark.parametrize("name", ["bald", "pairwise_kl", "variance"])
def test_samples_that_hardly_differ(name, spread):
  logits = logits_of(3, spread)
  samples = in_float32(logits)
  found = alx.score(name, samples=samples)
  # The samples themselves are rounded: the oracle is given the same ones, but
  # for the likeliest class, which is what the others leave.
  given = samples.astype(np.float64)
  given[..., -1] = 1 - given[..., :-1].sum(-1)
  np.testing.assert_allclose(found, SCORES[name](given), rtol=1e-4)


@pytest.mark.parametrize("name", OF_GRADIENTS)
def test_gradients_of_sure_items(name):
  logits = logits_of(2)[0]
  features = np.random.default_rng(1).standard_normal((N, D))
  features = features.astype(np.float32)
  found = alx.score(name, logits=logits, features=features)
  pairs = zip(exact(logits), features.astype(np.float64), strict=True)
  wanted = [OF_GRADIENTS[name](p, h) for p, h in pairs]
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_expected_length_of_one_item_by_eye():
  # C = 2, 1 - p = 1e-4: 2 p (1 - p) sqrt(2) |[h; 1]| with h = 1.
  odds = np.log((1 - 1e-4) / 1e-4)
  found = alx.score("egl", logits=[[0.0, odds]], features=[[1.0]])
  np.testing.assert_allclose(found, 4e-4 * (1 - 1e-4), rtol=1e-5)
  squared = alx.score(
    "egl", logits=[[0.0, odds]], features=[[1.0]], squared=True
  )
  np.testing.assert_allclose(squared, 4e-4 * (1 - 1e-4), rtol=1e-5)


def test_gradient_embeddings_of_sure_items():
  logits = logits_of(3)[0]
  probs = jnp.asarray(in_float32(logits))[None]
  prediction = Prediction(probs, jnp.ones((N, D)), jnp.ones(N, bool))
  found = embeddings.gradient_factors(None, prediction).left
  wanted = exact(logits)
  wanted[:, -1] = -wanted[:, :-1].sum(-1)
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_segmentation_gradients_of_sure_voxels():
  """Against float64, with half of each image sure of one of two classes."""
  rng = np.random.default_rng(0)
  rest = np.geomspace(1e-4, 1e-6, 6)
  side = np.array([0, 1, 0, 1, 1, 0])
  probs = np.where(np.eye(2)[side], 1 - rest[:, None], rest[:, None])
  pixels = rng.standard_normal((6, D))
  found = embeddings.segmentation_gradient(
    embeddings.Voxels(
      jnp.asarray(probs[None], jnp.float32),
      jnp.asarray(pixels[None], jnp.float32),
      jnp.ones((1, 6), bool),
      jnp.full((1, 6), 1 / 6),
    )
  )[0]
  y = np.eye(2)[side]
  off = np.where(y, -rest[:, None], rest[:, None])
  total = probs.sum(0) + y.sum(0) + 1e-5
  shared = 2 * (probs * y).sum(0) + 1e-5
  slope = (shared / total**2 - 2 * y / total) / 2
  of_dice = probs * probs[:, ::-1] * (slope - slope[:, ::-1])
  wanted = (off / 6 + of_dice).T @ pixels
  np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_joint_information_of_sure_items():
  """The gain of one item, by batch BALD, is its mutual information."""
  logits = logits_of(3)
  samples = in_float32(logits)
  given = samples.astype(np.float64)
  given[..., -1] = 1 - given[..., :-1].sum(-1)
  joint = batch_bald.nothing_known(16, S)
  found = batch_bald.gains(joint, jnp.moveaxis(jnp.asarray(samples), 0, 1))
  # The rounding of small numbers: their entropy is some 1e-3 at most.
  np.testing.assert_allclose(found, SCORES["bald"](given), atol=1e-9)


def test_batches_of_sure_items_are_ranked():
  samples = in_float32(logits_of(2))
  items = alx.query("batch_bald", k=5, samples=samples)
  assert items.tolist() == alx.query("bald", k=5, samples=samples).tolist()


def test_mean_over_voxels_of_sure_images():
  logits = logits_of(2)[0]
  images = np.repeat(logits[:, None, None, :], 4, 1)
  for name in ("confidence", "entropy", "gini"):
    found = alx.score(name, logits=images)
    np.testing.assert_allclose(
      found, SCORES[name](exact(logits)[None]), rtol=2e-5
    )


def test_what_is_not_a_number_stays_none():
  probs = jnp.array([[[np.nan, 0.5], [0.5, np.nan], [0.2, 0.8]]])
  mask = jnp.ones(3, bool)
  for name in ("confidence", "gini", "entropy"):
    found = getattr(predictive, name)(None, Prediction(probs, None, mask))
    assert np.isnan(found).tolist() == [True, True, False]


@pytest.mark.parametrize("num_classes", [2, 4])
@pytest.mark.parametrize("name", OF_GRADIENTS)
def test_lengths_down_to_the_end_of_float32(name, num_classes):
  """A gap of 44 and 1 - p is 1e-19, whose square is 0; at 86 it is 1e-37."""
  rng = np.random.default_rng(0)
  logits = rng.normal(0, 0.3, (N, num_classes)).astype(np.float32)
  logits[:, 0] += np.linspace(20, 84, N, dtype=np.float32)
  features = rng.standard_normal((N, D)).astype(np.float32)
  found = alx.score(name, logits=logits, features=features)
  # Of 64 bits 1 - p is 0 from a gap of 37 on: the others and their sum instead.
  log = logits.astype(np.float64) - scipy.special.logsumexp(
    logits.astype(np.float64), -1, keepdims=True
  )
  probs = np.exp(log)
  rest = probs[:, 1:].sum(-1)
  apart = probs.copy()
  if name == "egl":
    apart[:, 0] = rest
    of_others = [
      probs[:, c] * np.linalg.norm(probs - np.eye(num_classes)[c], axis=-1)
      for c in range(1, num_classes)
    ]
    wanted = np.linalg.norm(apart, axis=-1) * probs[:, 0] + sum(of_others)
    wanted *= np.sqrt(np.square(features).sum(-1) + 1)
  else:
    terms = probs * log
    terms[:, 0] = -rest * probs[:, 0]
    slope = terms - probs * terms.sum(-1, keepdims=True)
    wanted = np.linalg.norm(slope, axis=-1) * np.linalg.norm(features, axis=-1)
  np.testing.assert_allclose(found, wanted, rtol=5e-5)
