import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from alx.acquisition import Candidates
from alx.acquisition.joint import interpolation
from alx.acquisition.joint.interpolation import Classified
from alx.prediction import Prediction
from tests.oracle_gradients import caps_that_flip

N, C, D = 10, 3, 4


def problem(seed, num_items=N):
  """(described, head [C, D], bias [C]) of a linear head."""
  rng = np.random.default_rng(seed)
  x = rng.standard_normal((num_items, D)) + 3.0
  head, bias = rng.standard_normal((C, D)), rng.standard_normal(C)
  probs = scipy.special.softmax(x @ head.T + bias, -1)
  arrays = jnp.asarray(probs, jnp.float32), jnp.asarray(x, jnp.float32)
  return Classified(*arrays), head, bias


def some(labels=(0, 0, 1, 2)):
  labelled = np.arange(N) < len(labels)
  known = np.full(N, -1)
  known[: len(labels)] = labels
  return Candidates(*map(jnp.asarray, (~labelled, labelled, known)))


def close(value, wanted, tolerance=1e-4):
  np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("seed", range(3))
def test_head_is_read_off_the_pool(seed):
  described, head, _ = problem(seed, 40)
  found = interpolation.linear_head(described, jnp.arange(40) < 30)
  close(found, head - head.mean(0), 1e-3)


def test_anchors_are_means_of_the_labelled():
  described, _, _ = problem(0)
  x = np.asarray(described.features)
  anchors = interpolation.class_anchors(described, some((0, 0, 1)))
  close(anchors, [x[:2].mean(0), x[2], x[:3].mean(0)])
  unknown = some((0, 0, 1))._replace(labels=None)
  anchors = interpolation.class_anchors(described, unknown)
  close(anchors, [x[:3].mean(0)] * 3)
  nothing = Candidates(jnp.ones(N, bool), jnp.zeros(N, bool))
  anchors = interpolation.class_anchors(described, nothing)
  close(anchors, [x.mean(0)] * 3)


def flips_literally(described, head, bias, anchors, cap):
  """Elementwise mixing rates, and every anchor by itself."""
  x, found = np.asarray(described.features, np.float64), []
  for h in x:
    logits = head @ h + bias
    label = logits.argmax()
    gradient = head.T @ (scipy.special.softmax(logits) - np.eye(C)[label])
    flipped = False
    for anchor in np.asarray(anchors, np.float64):
      z = anchor - h
      if not z.all():
        continue  # the item itself
      rate = cap / np.sqrt(D) * np.linalg.norm(z) / np.linalg.norm(gradient)
      alpha = rate * gradient / z
      mixed = (1 - alpha) * h + alpha * anchor
      flipped |= (head @ mixed + bias).argmax() != label
    found.append(flipped)
  return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_the_farthest_anchor_is_all_that_matters(seed):
  described, head, bias = problem(seed)
  anchors = interpolation.class_anchors(described, some())
  caps = interpolation.smallest_caps(
    described, jnp.asarray(head, jnp.float32), anchors
  )
  for cap in (0.2, 0.4, 0.6, 0.8, 1.0, 3.0):
    wanted = flips_literally(described, head, bias, anchors, cap)
    assert (np.asarray(caps) <= cap).tolist() == wanted.tolist()


@pytest.mark.parametrize("gap", [1, 10, 20, 40, 80])
def test_what_rounds_to_1_still_has_a_gradient(gap):
  """From where 1 - p is no float32 to where its square is none."""
  described, head, _ = problem(0)
  rng = np.random.default_rng(gap)
  logits = rng.standard_normal((N, C)) - gap
  logits[np.arange(N), np.arange(N) % C] = 0.0
  probs = scipy.special.softmax(logits, -1)
  described = described._replace(probs=jnp.asarray(probs, jnp.float32))
  anchors = interpolation.class_anchors(described, some())
  x = np.asarray(described.features, np.float64)
  caps = interpolation.smallest_caps(
    described, jnp.asarray(head, jnp.float32), anchors
  )
  wanted = caps_that_flip(probs, x, head, np.asarray(anchors, np.float64))
  close(caps, wanted, 1e-3)


@pytest.mark.parametrize(
  ("step", "k", "wanted"),
  [
    (0.3, 1, [0]),
    (0.3, 2, [0, 1]),
    (0.3, 3, [0, 1, 2]),  # 0.3, 0.6, 0.9 and then 1
    (0.3, 4, [0, 1, 2]),
    (0.2, 3, [0, 1, 2]),
    (0.7, 1, [0, 1]),
    (0.7, 3, [0, 1, 2]),
    (1.0, 1, [0, 1, 2]),
    (1e-6, 2, [0, 1]),
  ],
)
def test_the_cap_grows_up_to_1(step, k, wanted):
  caps = jnp.array([0.2, 0.5, 0.95, 1.1, jnp.inf, 0.1])
  free = jnp.arange(6) < 5
  flips = interpolation._flipping(caps, Candidates(free, ~free), k, step)
  assert np.flatnonzero(flips).tolist() == wanted


@pytest.fixture(scope="module")
def choose():
  return jax.jit(interpolation.alfa_mix, static_argnums=3)


def test_picks_are_of_those_that_flip_first(choose):
  for seed in range(4):
    described, head, bias = problem(seed, N)
    candidates = some()
    anchors = interpolation.class_anchors(described, candidates)
    free = np.asarray(candidates.available)
    for cap in (0.2, 0.4, 0.6, 0.8, 1.0):
      flips = flips_literally(described, head, bias, anchors, cap) & free
      if flips.sum() >= 3:
        break
    items = choose(jax.random.key(seed), described, candidates, 3)
    number = min(3, flips.sum())
    assert flips[np.asarray(items)[:number]].all()
    assert len(set(items.tolist())) == 3 and free[np.asarray(items)].all()


def test_too_few_that_flip_are_filled_up_with_any(choose):
  described, _, _ = problem(0)
  sure = jnp.asarray(np.eye(C)[np.arange(N) % C], jnp.float32)
  drawn = set()
  for seed in range(30):
    key = jax.random.key(seed)
    items = choose(key, described._replace(probs=sure), some(), 3).tolist()
    assert len(set(items)) == 3 and min(items) >= 4
    drawn |= set(items)
  assert drawn == set(range(4, N))


def test_constant_features_flip_nothing_and_still_fill(choose):
  described, _, _ = problem(0)
  same = described._replace(features=jnp.ones((N, D)))
  items = choose(jax.random.key(0), same, some(), 3).tolist()
  assert len(set(items)) == 3 and min(items) >= 4


def test_images_are_described_by_the_shares_of_their_classes():
  probs = jnp.asarray([[[[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]]])
  mask = jnp.asarray([[True, True, False]])
  prediction = Prediction(probs, jnp.ones((1, 2)), mask)
  close(interpolation.classified(None, prediction).probs, [[0.75, 0.25]])


@pytest.mark.parametrize("step", [0.0, 1.5])
def test_step_is_checked(step):
  with pytest.raises(ValueError, match="cap_step must be in"):
    interpolation.alfa_mix(None, None, None, 1, cap_step=step)
