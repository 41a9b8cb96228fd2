"""What two models say of a pool, against NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.patches import Images, real_mask
from alx.prediction import Prediction
from alx.runs.problem import signals
from alx.training.learner import Learner


def learner_of():
  """Its logits are the channels of an image times its params."""

  def predict(key, params, images, items, num_samples):
    del key, items, num_samples
    values = images.values
    mask = real_mask(images.real, values.shape[1:-1])
    logits = values * jnp.broadcast_to(params, values.shape)
    return Prediction(jax.nn.softmax(logits)[None], None, mask)

  return Learner(None, None, predict)


def images_of(rng, *extent):
  values = rng.standard_normal((5, *extent, 3)).astype(np.float32)
  real = np.tile(np.array(extent, np.int32), (5, 1))
  if extent:
    real[1] -= 1  # what lies beyond is padding
  return Images(jnp.asarray(values), jnp.asarray(real), jnp.asarray(real))


def softmax(x):
  return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


MODELS = (jnp.array([1.0, 0.5, 1.0]), jnp.array([1.0, 1.0, -0.2]))


@pytest.mark.parametrize("extent", [(), (4, 3)], ids=["items", "maps"])
@pytest.mark.parametrize("block", [2, 8])
def test_kappa_entropy_and_what_is_expected(extent, block):
  rng = np.random.default_rng(0)
  learner, images = learner_of(), images_of(rng, *extent)
  say = jax.jit(signals.program_of(learner, 3, block))
  said = say(MODELS, images)
  labelled = np.array([False, False, True, False, False])
  row = signals.row_of(said, labelled, is_first=False)

  values = np.asarray(images.values, np.float64)[~labelled]
  inside = np.asarray(real_mask(images.real, extent))[~labelled]
  before, after = (softmax(values * np.asarray(m)) for m in MODELS)
  a, b = before.argmax(-1)[inside], after.argmax(-1)[inside]
  agreed = (a == b).mean()
  chance = sum((a == c).mean() * (b == c).mean() for c in range(3))
  assert float(row["pool_kappa"]) == pytest.approx(
    (agreed - chance) / (1 - chance), abs=1e-6
  )
  nats = -(after * np.log(after)).sum(-1)
  of_items = [x[m].mean() for x, m in zip(nats, inside, strict=True)]
  assert float(row["pool_entropy"]) == pytest.approx(max(of_items), abs=1e-5)
  wanted = after.max(-1).mean()
  if extent:
    p = after[inside]
    hard = np.eye(3)[b]
    dice = 2 * (p * hard).sum(0) / (p + hard).sum(0)
    wanted = dice[1:].mean()
  assert float(row["pool_expected"]) == pytest.approx(wanted, abs=1e-5)


def test_nothing_is_known_without_a_rest_or_a_model_before():
  said = jax.jit(signals.program_of(learner_of(), 3, 2))(
    MODELS, images_of(np.random.default_rng(0))
  )
  all_labelled = signals.row_of(said, np.ones(5, bool), is_first=False)
  assert set(all_labelled.values()) == {"nan"}
  first = signals.row_of(said, np.zeros(5, bool), is_first=True)
  assert first["pool_kappa"] == "nan" and first["pool_entropy"] != "nan"


@pytest.mark.parametrize(
  ("rules", "wanted"),
  [
    ((), False),
    (("budget:9", "plateau:of=test", "equivalence:0.1"), False),
    (("budget:9", "plateau"), True),
    (("agreement",), True),
    (("target:0.9",), True),
  ],
)
def test_the_pool_is_predicted_only_where_a_rule_reads_it(rules, wanted):
  assert signals.wanted(rules) is wanted
