"""Softmax regression against the minimum that SciPy finds."""

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
from scipy.special import log_softmax

from alx.runs.sharded import linear_head


@pytest.fixture(scope="module")
def rows():
  """30 rows of three classes; the last column never changes."""
  rng = np.random.default_rng(0)
  labels = np.arange(30) % 3
  features = rng.normal(size=(30, 4)) + 2.0 * np.eye(3, 4)[labels]
  features[:, 3] = 5.0
  return features.astype(np.float32), labels.astype(np.int32)


def fit(features, labels, count):
  arrays = jnp.asarray(features), jnp.asarray(labels), jnp.int32(count)
  return linear_head.fit(*arrays, num_classes=3)


def minimum(features, labels):
  """Logits where mean cross-entropy + 0.01 |weights|^2 is least."""
  sd = features.std(0)
  scaled = (features - features.mean(0)) / np.where(sd > 0, sd, np.inf)

  def loss(flat):
    weights, bias = flat[:12].reshape(3, 4), flat[12:]
    likely = log_softmax(scaled @ weights.T + bias, -1)
    entropy = -likely[np.arange(len(labels)), labels].mean()
    return entropy + 0.01 * np.square(weights).sum()

  flat = scipy.optimize.minimize(loss, np.zeros(15), tol=1e-10).x
  return scaled @ flat[:12].reshape(3, 4).T + flat[12:]


def test_is_the_minimum(rows):
  head = fit(*rows, 30)
  found = np.asarray(linear_head.logits(head, jnp.asarray(rows[0])))
  wanted = minimum(*(x.astype(float) for x in rows[:1]), rows[1])
  shift = (found - wanted).mean(1, keepdims=True)  # no class changes by it
  np.testing.assert_allclose(found - shift, wanted, atol=0.02)


def test_a_column_without_variance_has_no_say(rows):
  head = fit(*rows, 30)
  assert float(head.scale[3]) == 0.0
  assert float(head.mean[3]) == pytest.approx(5.0)
  assert np.isfinite(np.asarray(head.weights)).all()


def test_rows_beyond_the_count_are_ignored(rows):
  features, labels = rows
  spoilt, wrong = features.copy(), labels.copy()
  spoilt[20:], wrong[20:] = 1e3, 0
  first, second = fit(features, labels, 20), fit(spoilt, wrong, 20)
  for a, b in zip(first, second, strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-6)
