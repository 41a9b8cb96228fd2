import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition.scores import predictive
from alx.prediction import Prediction
from tests import oracle_scores

OF_MASKS = ["mask_disagreement", "mc_iou"]


def of_items(probs, mask):
  """Prediction from [S, B, *sp, C] probabilities."""
  return Prediction(probs, None, jnp.asarray(mask))


def score(name, probs, mask=None):
  real = np.ones(probs.shape[1:-1], bool) if mask is None else mask
  return getattr(predictive, name)(None, of_items(probs, real))


def masks_of(*foregrounds):
  """[S, 1, V, 2] one-hot probabilities of masks given as strings of 0, 1."""
  labels = np.array([[int(x) for x in mask] for mask in foregrounds])
  return jax.nn.one_hot(labels, 2)[:, None]


@pytest.mark.parametrize(
  ("masks", "disagreement", "lost"),
  [
    (("1100", "1100"), 0.0, 0.0),
    (("0000", "0000"), 0.0, 0.0),  # both empty: Dice 1, IoU 1
    (("1000", "0000"), 1.0, 1.0),
    (("1100", "0110"), 0.5, 2 / 3),
    (("1100", "1100", "0011"), 2 / 3, 1.0),
    (("1110", "1100", "1000"), 1 - (0.8 + 0.5 + 2 / 3) / 3, 2 / 3),
    (("1100",), 0.0, 0.0),
  ],
)
def test_masks_by_hand(masks, disagreement, lost):
  probs = masks_of(*masks)
  found = score("mask_disagreement", probs), score("mc_iou", probs)
  np.testing.assert_allclose(found, [[disagreement], [lost]], atol=1e-6)


@pytest.mark.parametrize("name", OF_MASKS)
def test_a_masked_nan_does_not_matter_and_a_real_one_does(name):
  probs = jnp.concatenate([masks_of("1100", "0110")] * 2, 1)
  probs = probs.at[0, :, 3].set(jnp.nan)
  mask = jnp.ones((2, 4), bool).at[0, 3].set(False)
  found = score(name, probs, mask)
  assert np.isfinite(found[0]) and np.isnan(found[1])


@pytest.mark.parametrize("name", OF_MASKS)
@pytest.mark.parametrize("num_samples", [1, 2, 5])
def test_masks_agree_with_sets(name, num_samples):
  logits = jax.random.normal(jax.random.key(1), (num_samples, 4, 3, 3, 3))
  probs = jax.nn.softmax(logits)
  mask = np.random.default_rng(0).random((4, 3, 3)) < 0.7
  of_sets = getattr(oracle_scores, name)
  wanted = oracle_scores.mask_scores(of_sets, of_items(probs, mask))
  np.testing.assert_allclose(score(name, probs, mask), wanted, atol=1e-6)
