import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize

from alx import metrics
from tests import oracle_metrics as oracle


def softmax(logits, temperature=1.0):
  weights = np.exp((logits - logits.max(-1, keepdims=True)) / temperature)
  return weights / weights.sum(-1, keepdims=True)


def folds(seed=0, sizes=(30, 20, 25), num_classes=3, too_sure=2.5):
  """Logits of models that are too sure by a known factor."""
  rng = np.random.default_rng(seed)
  logits, truth = [], []
  for size in sizes:
    honest = 1.5 * rng.standard_normal((size, num_classes))
    draws = [rng.choice(num_classes, p=p) for p in softmax(honest)]
    logits.append(too_sure * honest)
    truth.append(np.array(draws))
  return truth, logits


def test_the_fit_is_the_minimum_over_all_folds():
  truth, logits = folds()
  found = metrics.fit_temperature(truth, logits=logits)
  items = np.concatenate(logits), np.concatenate(truth)
  wanted = scipy.optimize.minimize_scalar(
    lambda t: oracle.nll(*items, t), bounds=(0.05, 50), method="bounded"
  )
  assert found.temperature == pytest.approx(wanted.x, rel=1e-3)
  assert found.nll_after == pytest.approx(wanted.fun)
  assert found.nll_before == pytest.approx(oracle.nll(*items, 1.0))
  assert found.nll_after < found.nll_before
  assert found.num_items == 75
  for t in (0.99, 1.01):
    assert found.nll_after <= oracle.nll(*items, t * found.temperature)


def test_a_known_factor_is_found_again():
  truth, logits = folds(1, (4000, 4000), too_sure=2.5)
  found = metrics.fit_temperature(truth, logits=logits)
  assert found.temperature == pytest.approx(2.5, rel=0.05)
  scaled = [10 * x for x in logits]
  tenfold = metrics.fit_temperature(truth, logits=scaled)
  assert tenfold.temperature == pytest.approx(10 * found.temperature)
  assert tenfold.nll_after == pytest.approx(found.nll_after)


def test_by_hand():
  # 3 of 4 right with logits 2 and 0: best where p is 3/4, 2 / T = log 3.
  logits = [np.tile([2.0, 0.0], (2, 1)), np.tile([0.0, 2.0], (2, 1))]
  truth = [np.array([0, 0]), np.array([1, 0])]
  found = metrics.fit_temperature(truth, logits=logits)
  assert found.temperature == pytest.approx(2 / np.log(3))
  wanted = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
  assert found.nll_after == pytest.approx(wanted)


def test_folds_of_any_size_are_one_set_of_items():
  truth, logits = folds(2)
  found = metrics.fit_temperature(truth, logits=logits)
  whole = metrics.fit_temperature(
    [np.concatenate(truth)], logits=[np.concatenate(logits)]
  )
  assert found.temperature == pytest.approx(whole.temperature)
  more = metrics.fit_temperature(
    [*truth, np.zeros(0, int)], logits=[*logits, np.zeros((0, 3))]
  )
  assert more == pytest.approx(found)
  swapped = metrics.fit_temperature(truth[::-1], logits=logits[::-1])
  assert swapped.temperature == pytest.approx(found.temperature)


def test_probabilities_and_shifted_logits_say_the_same():
  truth, logits = folds(3)
  found = metrics.fit_temperature(truth, logits=logits)
  probs = [softmax(x) for x in logits]
  assert metrics.fit_temperature(truth, probs=probs) == pytest.approx(found)
  shifted = [x + 1e3 for x in logits]
  assert metrics.fit_temperature(truth, logits=shifted) == pytest.approx(found)
  low = [jnp.asarray(x, jnp.float32) for x in logits]
  assert metrics.fit_temperature(truth, logits=low) == pytest.approx(
    found, rel=1e-5
  )


def test_a_class_that_is_ruled_out_stays_so():
  truth, logits = folds(4, num_classes=2)
  out = [np.column_stack([x, np.full(len(x), -np.inf)]) for x in logits]
  found = metrics.fit_temperature(truth, logits=out)
  assert found == pytest.approx(metrics.fit_temperature(truth, logits=logits))
  scaled = metrics.scale_by_temperature(3.0, logits=out[0])
  assert (scaled[:, 2] == 0).all()
  np.testing.assert_allclose(scaled[:, :2], softmax(logits[0], 3.0))


@pytest.mark.parametrize("least", [-1e4, -1e9, -3e38, -1e300])
def test_a_class_that_is_ruled_out_by_a_number_too(least):
  truth, logits = folds(4, num_classes=2)
  out = [np.column_stack([x, np.full(len(x), least)]) for x in logits]
  found = metrics.fit_temperature(truth, logits=out)
  assert found == pytest.approx(metrics.fit_temperature(truth, logits=logits))


def test_leads_of_any_size_are_scaled():
  truth, logits = folds(6)
  wanted = metrics.fit_temperature(truth, logits=logits)
  for size in (1e-200, 1e-9, 1e9, 1e200):
    found = metrics.fit_temperature(truth, logits=[size * x for x in logits])
    assert found.temperature == pytest.approx(size * wanted.temperature)
    assert found.nll_after == pytest.approx(wanted.nll_after)
  # One item with a lead of a rounding does not narrow the search.
  logits[0][0] = [1.0, np.nextafter(1, 2), 1.0]
  assert metrics.fit_temperature(truth, logits=logits).temperature > 0


# What cannot be known.

SURE = [np.array([[2.0, 0.0], [0.0, 1.0]])]
WRONG = [np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 3.0]])]


@pytest.mark.parametrize(
  ("truth", "logits", "told"),
  [
    ([[0, 0]], SURE, r"2 classes or more, found class 0 alone: hold more out"),
    ([[0, 1]], SURE, "found all 2 right: the surer the better"),
    ([[1, 0, 0]], WRONG, "true class no likelier than others: the less sure"),
    ([[0, 1]], [np.ones((2, 2))], "found those of each item all equal"),
    ([[]], [np.zeros((0, 2))], "held-out items, found none in any fold"),
    ([[0, 1]], [[[-np.inf, 0], [0, 1.0]]], "found 0 for item 0 of all folds"),
    ([], [], "truth for each fold, found 0 of truth and 0 of logits"),
    ([[0]], SURE * 2, "truth for each fold, found 1 of truth and 2 of logits"),
    ([[0, 1], [2]], [*SURE, [[0.0, 1, 2]]], "same classes in each fold, found"),
    ([[0, 2]], SURE, r"fold 0: truth: wanted classes 0\.\.1, found 2"),
    ([[0, 1], [0]], SURE * 2, "fold 1: truth: wanted a class for each of 2"),
    ([0, 1], SURE[0], "fold 0: logits: .*; one fold is a list of one"),
    ([[0, 1]], [[[np.nan, 0], [0, 1]]], "fold 0: logits: wanted numbers, fou"),
    ([[0, 1]], [[[-np.inf] * 2, [0, 1]]], "fold 0: logits: wanted a finite"),
    ([[0, 1]], [[[0.3, 0.7], [0.6, 0.4]]], "probabilities: give them as probs"),
  ],
)
def test_what_cannot_be_known_is_refused(truth, logits, told):
  truth = [np.array(t, int) for t in truth] if told[:6] != "fold 0" else truth
  with pytest.raises(ValueError, match=told) as error:
    metrics.fit_temperature(truth, logits=logits)
  assert "\n" not in str(error.value)


def test_folds_are_a_list():
  with pytest.raises(ValueError, match="truth: wanted a list of folds, fou"):
    metrics.fit_temperature(None, logits=SURE)
  with pytest.raises(ValueError, match="probs: wanted a list of folds, fou"):
    metrics.fit_temperature([[0]], probs=1)


def test_logits_or_probabilities_and_not_both():
  for given in ({}, {"logits": SURE, "probs": SURE}):
    with pytest.raises(ValueError, match="of logits= or of probs=, and not of"):
      metrics.fit_temperature([[0, 1]], **given)
    with pytest.raises(ValueError, match="of logits= or of probs=, and not of"):
      metrics.scale_by_temperature(1.0, **given)
  with pytest.raises(ValueError, match="wanted probabilities, >= 0 and of sum"):
    metrics.fit_temperature([[0, 1]], probs=SURE)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf, None, "1"])
def test_a_temperature_is_above_0(bad):
  with pytest.raises(ValueError, match="temperature: wanted a number"):
    metrics.scale_by_temperature(bad, logits=SURE[0])


# The likeliest class.


@pytest.mark.parametrize(
  "temperature", [5e-324, 1e-300, 0.01, 1.0, 7.0, 1e20, 1e300]
)
def test_the_likeliest_class_stays(temperature):
  rng = np.random.default_rng(0)
  logits = rng.standard_normal((200, 4)) * 10.0 ** rng.integers(
    -18, 3, (200, 1)
  )
  logits[:50] = np.round(logits[:50])  # ties: the first is taken
  found = metrics.scale_by_temperature(temperature, logits=logits)
  np.testing.assert_array_equal(found.argmax(-1), logits.argmax(-1))
  np.testing.assert_allclose(found.sum(-1), 1.0)
  probs = softmax(logits)
  for kind in (np.float32, np.float64):
    given = probs.astype(kind)
    found = metrics.scale_by_temperature(temperature, probs=given)
    np.testing.assert_array_equal(found.argmax(-1), given.argmax(-1))


def test_a_lead_of_one_step_is_a_lead():
  probs = np.array([[0.5, np.nextafter(0.5, 1)]])
  found = metrics.scale_by_temperature(1e9, probs=probs)
  assert found.argmax(-1).tolist() == [1]


def test_one_is_no_change_and_scaled_items_are_better_calibrated():
  truth, logits = folds(5, (3000,))
  one = metrics.scale_by_temperature(1.0, logits=logits[0])
  np.testing.assert_allclose(one, softmax(logits[0]))
  fit = metrics.fit_temperature(truth, logits=logits)
  after = metrics.scale_by_temperature(fit.temperature, logits=logits[0])
  errors = [metrics.ece(p, truth[0]) for p in (one, after)]
  assert errors[1] < 0.5 * errors[0]
  accuracies = [metrics.accuracy(p, truth[0]) for p in (one, after)]
  assert accuracies[0] == accuracies[1]
