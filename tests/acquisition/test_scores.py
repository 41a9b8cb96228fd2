import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import scores
from alx.prediction import Prediction


def one_item(probs):
  """Prediction of one item from [S, C] probabilities."""
  probs = jnp.asarray(probs, jnp.float32)[:, None, :]
  return Prediction(probs, jnp.zeros((1, 1)), jnp.ones((1,), bool))


@pytest.mark.parametrize(
  ("score", "probs", "wanted"),
  [
    ("confidence", [[0.5, 0.3, 0.2]], 0.5),
    ("confidence", [[0.25, 0.25, 0.25, 0.25]], 0.75),
    ("margin", [[0.5, 0.3, 0.2]], -0.2),
    ("margin", [[0.0, 1.0]], -1.0),
    ("entropy", [[0.5, 0.5]], np.log(2)),
    ("entropy", [[1.0, 0.0]], 0.0),
    ("entropy", [[1.0, 0.0], [0.0, 1.0]], np.log(2)),
    ("variance", [[1.0, 0.0], [0.0, 1.0]], 0.25),
    ("variance", [[0.3, 0.7]], 0.0),
    ("bald", [[1.0, 0.0], [0.0, 1.0]], np.log(2)),
    ("bald", [[0.5, 0.5], [0.5, 0.5]], 0.0),
    ("bald", [[0.3, 0.7]], 0.0),
  ],
)
def test_small_values(score, probs, wanted):
  found = getattr(scores, score)(None, one_item(probs))
  np.testing.assert_allclose(found, [wanted], atol=1e-6)


def test_reduce_spatial_is_the_mean_over_real_voxels(through):
  values = jnp.array([[[1.0, 2.0], [3.0, 100.0]]])
  mask = jnp.array([[[True, True], [True, False]]])
  assert through(scores.reduce_spatial)(values, mask).tolist() == [2.0]


def test_holds_foreground_only_on_real_voxels():
  probs = np.zeros((1, 3, 2, 2), np.float32)  # 3 items of 2 voxels
  probs[..., 0] = 1
  probs[0, 1, 0] = probs[0, 2, 1] = [0.2, 0.8]
  mask = jnp.array([[True, True], [True, True], [True, False]])
  prediction = Prediction(jnp.asarray(probs), jnp.zeros((3, 1)), mask)
  assert scores.holds_foreground(None, prediction).tolist() == [0, 1, 0]
