import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import BY_NAME, configure
from alx.acquisition.scores import evidential, spatial
from alx.prediction import Prediction
from tests import oracle_scores

MAPS = ["vacuity", "dissonance", "total", "aleatoric", "epistemic"]
MAPS += ["differential_entropy"]


@jax.jit
def maps_of(alpha):
  """Every map from one compilation."""
  return {n: getattr(evidential, f"{n}_map")(alpha) for n in MAPS}


def wanted_of(alpha):
  """The oracles: SciPy in float64, and what large alpha need beyond it."""
  alpha = np.asarray(alpha, np.float64)
  names = {n: f"evidential_{n}" for n in ("total", "aleatoric", "epistemic")}
  names |= {"vacuity": "vacuity", "dissonance": "dissonance"}
  names["differential_entropy"] = "evidential_entropy"
  return {n: getattr(oracle_scores, o)(alpha) for n, o in names.items()}


def found_of(*alpha):
  return {n: v.tolist() for n, v in maps_of(jnp.array(alpha)).items()}


def prediction_of(evidence, mask):
  return Prediction(None, None, mask, evidence=jnp.asarray(evidence))


def test_no_evidence_at_all():
  found = found_of([1.0, 1.0, 1.0, 1.0])
  assert found["vacuity"] == [1.0] and found["dissonance"] == [0.0]
  np.testing.assert_allclose(found["total"], [np.log(4)], rtol=1e-6)
  # psi(5) - psi(2) = 1/2 + 1/3 + 1/4.
  np.testing.assert_allclose(found["aleatoric"], [13 / 12], rtol=1e-6)
  np.testing.assert_allclose(found["epistemic"], [np.log(4) - 13 / 12], 1e-5)
  uniform = -math.log(math.factorial(3))
  np.testing.assert_allclose(found["differential_entropy"], [uniform], 1e-6)


@pytest.mark.parametrize(
  ("alpha", "wanted"),
  [
    ([5.0, 5.0], 0.8),  # beliefs 0.4 and 0.4, in full balance
    ([9.0, 1.0], 0.0),  # evidence for one class only
    ([4.0, 2.0], 1 / 3),  # b = 1/2, 1/6; Bal = 1/2
    ([0.5, 0.25], 0.0),  # less than the prior is no belief
  ],
)
def test_dissonance_by_hand(alpha, wanted):
  np.testing.assert_allclose(found_of(alpha)["dissonance"], [wanted], 1e-6)


@pytest.mark.parametrize(
  ("low", "high"), [(-2, 1), (0, 3), (3, 6), (-6, 6), (5, 8)]
)
@pytest.mark.parametrize("balanced", [True, False])
def test_agrees_with_scipy_for_small_and_large_evidence(low, high, balanced):
  rng = np.random.default_rng(0)
  alpha = 10 ** rng.uniform(low, high, (60, 4))
  if not balanced:
    alpha[:, 1:] = alpha[:, :1] * 10 ** rng.uniform(-5, 0, (60, 3))
  alpha = alpha.astype(np.float32)
  found, wanted = maps_of(jnp.asarray(alpha)), wanted_of(alpha)
  for name in MAPS:
    # The float64 oracle of the epistemic part is a difference itself.
    at_least = {"epistemic": 1e-14, "differential_entropy": 1e-5}.get(name, 0)
    np.testing.assert_allclose(
      found[name], wanted[name], 1e-5, at_least, err_msg=name
    )


def test_mutual_information_of_large_evidence():
  """About (C - 1) / (2 S0), far below the rounding of the entropies."""
  found = found_of([1e10, 1e10], [1e6, 1e6], [1e8, 1e-3])
  np.testing.assert_allclose(found["epistemic"][:2], [2.5e-11, 2.5e-7], 1e-5)
  # Only the rare class counts: p (g(alpha) - log S0 + log S0), p = 1e-11.
  rare = 1e-11 * (scipy.special.digamma(1.001) - np.log(1e-3))
  np.testing.assert_allclose(found["epistemic"][2], rare, 1e-4)


def test_agrees_with_sampled_probabilities():
  alpha = np.array([0.7, 2.0, 5.0])
  probs = np.random.default_rng(0).dirichlet(alpha, 400_000)
  found = found_of(alpha)
  expected = scipy.special.entr(probs).sum(-1)
  np.testing.assert_allclose(found["aleatoric"], [expected.mean()], atol=2e-3)
  to_mean = scipy.special.rel_entr(probs, probs.mean(0)).sum(-1)
  np.testing.assert_allclose(found["epistemic"], [to_mean.mean()], atol=2e-3)
  density = scipy.stats.dirichlet(alpha).logpdf(probs[:20_000].T)
  entropy = found["differential_entropy"]
  np.testing.assert_allclose(entropy, [-density.mean()], atol=3e-2)


powers = st.lists(st.floats(-3, 7), min_size=5, max_size=5)


@given(powers)
@settings(max_examples=20, deadline=None)
def test_laws(powers):
  alpha = 10 ** jnp.array(powers)
  found = maps_of(alpha[None, :])
  parts = found["aleatoric"] + found["epistemic"]
  np.testing.assert_allclose(found["total"], parts, rtol=1e-5, atol=1e-7)
  assert (found["epistemic"] >= 0).all() and (found["aleatoric"] >= 0).all()
  assert (found["total"] <= np.log(5) * (1 + 1e-6)).all()
  assert 0 <= found["dissonance"][0] <= 1 + 1e-6
  highest = -math.log(math.factorial(4))
  assert found["differential_entropy"][0] <= highest + 1e-4
  moved = maps_of(alpha[None, ::-1])
  for name in MAPS:
    np.testing.assert_allclose(moved[name], found[name], 1e-5, 1e-5)


def test_finite_wherever_the_sum_is():
  alpha = jnp.array([[1e-30, 1.0, 1e30], [1e-20, 1e-20, 1e-20], [1e30] * 3])
  found = maps_of(alpha)
  assert all(np.isfinite(found[name]).all() for name in MAPS)
  for name in ("total", "aleatoric", "epistemic", "dissonance"):
    assert (found[name] >= 0).all()


def pairs():
  """Two items of two voxels with three labels each; one voxel is masked."""
  evidence = 10 ** np.random.default_rng(0).uniform(0, 4, (2, 2, 3, 2))
  mask = jnp.array([[True, True], [True, False]])
  return np.float32(evidence), mask


@pytest.mark.parametrize("over", ["sum", "mean", "max"])
def test_beta_entropy_of_labels(over):
  evidence, mask = pairs()
  found = configure(BY_NAME["beta_entropy"], over=over).describe(
    None, prediction_of(evidence, mask)
  )
  of_labels = oracle_scores.evidential_aleatoric(np.float64(evidence))
  values = getattr(np, over)(of_labels, -1)
  wanted = oracle_scores.mean_over_real(values, mask)
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_beta_entropy_by_hand():
  """Beta(1, 1): the expected entropy of a coin of unknown bias is 1/2."""
  prediction = prediction_of(jnp.ones((1, 3, 2)), jnp.ones(1, bool))
  found = evidential.beta_entropy(None, prediction)
  np.testing.assert_allclose(found, [1.5], rtol=1e-6)


def test_beta_entropy_of_two_classes_is_twice_the_aleatoric():
  alpha = jnp.array([[3.0, 1.5], [2e5, 7.0]])
  prediction = prediction_of(alpha, jnp.ones(2, bool))
  found = evidential.beta_entropy(None, prediction)
  wanted = 2 * evidential.aleatoric_map(alpha)
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_marginals_do_not_cancel():
  rest = evidential.beta_pairs(jnp.array([[1e8, 1e-3, 2e-3]]))[0, :, 1]
  np.testing.assert_allclose(rest, [3e-3, 1e8, 1e8], rtol=1e-6)


def test_over_is_checked():
  with pytest.raises(ValueError, match="not 'median'"):
    evidential.beta_entropy(None, prediction_of(*pairs()), over="median")


def test_foreground_of_labels_is_where_one_is_likelier_on_than_off():
  evidence = jnp.array([[[[1.0, 9.0]], [[9.0, 1.0]], [[1.0, 1.0]]]])
  prediction = prediction_of(evidence, jnp.ones((1, 3), bool))
  found = evidential.beta_entropy(None, prediction, reduce="foreground")
  wanted = evidential.aleatoric_map(evidence[0, 1])
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("how", spatial.REDUCTIONS)
def test_every_reduction_is_an_option(how):
  rng = np.random.default_rng(0)
  alpha = jnp.asarray(1 + 9 * rng.random((2, 4, 4, 3)), jnp.float32)
  prediction = prediction_of(alpha, jnp.ones((2, 4, 4), bool))
  row = configure(BY_NAME["evidential_epistemic"], reduce=how)
  values = evidential.epistemic_map(alpha)
  wanted = spatial.reduce_spatial(values, prediction.mask, how, alpha)
  found = row.describe(None, prediction)
  np.testing.assert_allclose(found, wanted, rtol=1e-6)


def sees_nothing():
  """Maps [4, 4, 4, 2]: the first two are background that is well known."""
  alpha = np.full((4, 4, 4, 2), [900.0, 1.0])
  alpha[2:, 1:3, 1:3] = [[[[1.5, 4.0]]], [[[1.1, 1.2]]]]
  return jnp.asarray(alpha, jnp.float32)


@pytest.mark.parametrize("how", ["foreground", "boundary", "sum"])
def test_where_nothing_is_seen_is_asked_for_last(how):
  mask = jnp.ones((4, 4, 4), bool).at[1].set(False)
  prediction = prediction_of(sees_nothing(), mask)
  for name in ("vacuity", "differential_entropy"):
    found = getattr(evidential, name)(None, prediction, reduce=how)
    assert min(found[2:]) > max(found[:2]), name
    assert np.isfinite(found).all(), name


@pytest.mark.parametrize("classes", [2, 4])
def test_no_evidence_that_is_accepted_has_a_density_of_less_entropy(classes):
  wanted = evidential.surest_entropy(classes)
  rng = np.random.default_rng(0)
  alpha = 10 ** rng.uniform(0, 15, (1000, classes))
  alpha[0] = np.where(np.arange(classes) == 0, 1e15, 1.0)
  found = maps_of(jnp.asarray(alpha, jnp.float32))["differential_entropy"]
  np.testing.assert_allclose(found[0], wanted, rtol=1e-6)
  assert np.argmin(found) == 0
