import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import BY_NAME, configure, settings_of
from alx.acquisition.scores import predictive, spatial
from alx.acquisition.scores.maps import pairwise_kl_map
from alx.prediction import Prediction
from tests import oracle_scores

OF_ONE = ["confidence", "margin", "margin_ratio", "entropy", "gini"]
OF_SAMPLES = [
  "variance",
  "mean_std",
  "bald",
  "variation_ratio",
  "vote_entropy",
  "pairwise_kl",
]
MAPS = OF_ONE + OF_SAMPLES
TINY = -np.log(np.finfo(np.float32).tiny)  # 87.3


def of_items(probs, mask=None):
  """Prediction from [S, B, *sp, C] probabilities."""
  probs = jnp.asarray(probs, jnp.float32)
  real = jnp.ones(probs.shape[1:-1], bool) if mask is None else mask
  return Prediction(probs, jnp.zeros((probs.shape[1], 1)), jnp.asarray(real))


def random_probs(seed, shape, scale=3.0):
  return jax.nn.softmax(scale * jax.random.normal(jax.random.key(seed), shape))


@functools.partial(jax.jit, static_argnames=("names", "reduce"))
def scores_of(prediction, names=tuple(MAPS), reduce="mean"):
  """Many scores from one compilation."""
  return {
    n: getattr(predictive, n)(None, prediction, reduce=reduce) for n in names
  }


def score(name, probs, mask=None):
  return scores_of(of_items(probs, mask), (name,))[name]


@pytest.mark.parametrize(
  ("name", "probs", "wanted"),
  [
    ("confidence", [[0.5, 0.3, 0.2]], 0.5),
    ("confidence", [[0.25, 0.25, 0.25, 0.25]], 0.75),
    ("margin", [[0.5, 0.3, 0.2]], -0.2),
    ("margin", [[0.0, 1.0]], -1.0),
    ("margin", [[0.4, 0.2, 0.4]], 0.0),
    ("margin_ratio", [[0.5, 0.3, 0.2]], 0.6),
    ("margin_ratio", [[0.0, 1.0]], 0.0),
    ("margin_ratio", [[0.4, 0.2, 0.4]], 1.0),
    ("entropy", [[0.5, 0.5]], np.log(2)),
    ("entropy", [[1.0, 0.0]], 0.0),
    ("entropy", [[1.0, 0.0], [0.0, 1.0]], np.log(2)),
    ("gini", [[0.5, 0.3, 0.2]], 0.62),
    ("gini", [[1.0, 0.0], [0.0, 1.0]], 0.5),
    ("variance", [[1.0, 0.0], [0.0, 1.0]], 0.25),
    ("variance", [[0.3, 0.7]], 0.0),
    ("variance", [[0.9, 0.1], [0.5, 0.5]], 0.04),  # (a - b)^2 / 4
    ("mean_std", [[0.9, 0.1], [0.5, 0.5]], 0.2),
    ("mean_std", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], 1 / 3),
    ("bald", [[1.0, 0.0], [0.0, 1.0]], np.log(2)),
    ("bald", [[0.5, 0.5], [0.5, 0.5]], 0.0),
    ("bald", [[0.3, 0.7]], 0.0),
    ("variation_ratio", [[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]], 1 / 3),
    ("variation_ratio", [[0.5, 0.5], [0.4, 0.6]], 0.5),
    ("vote_entropy", [[0.9, 0.1], [0.4, 0.6]], np.log(2)),
    ("vote_entropy", [[0.9, 0.1], [0.6, 0.4]], 0.0),
    # KL(a||b) = .8 log 4 - .2 log 4 both ways.
    ("pairwise_kl", [[0.8, 0.2], [0.2, 0.8]], 0.6 * np.log(4)),
    ("pairwise_kl", [[0.8, 0.2]], 0.0),
    ("pairwise_kl", [[1.0, 0.0], [0.0, 1.0]], TINY),
  ],
)
def test_small_values(name, probs, wanted):
  found = score(name, np.array(probs)[:, None])
  np.testing.assert_allclose(found, [wanted], rtol=1e-5, atol=1e-6)


def test_average_kl_to_the_committee_is_bald():
  """The committee test of scikit-activeml."""
  probs = [[[0.3, 0.7], [0.4, 0.6]], [[0.2, 0.8], [0.5, 0.5]]]
  wanted = [0.00670178182226764, 0.005059389928987596]
  np.testing.assert_allclose(score("bald", probs), wanted, atol=2e-7)


def test_vote_tables():
  """The vote entropies of scikit-activeml: three items, three voters."""
  votes = jax.nn.one_hot(jnp.array([[0, 0, 2], [1, 0, 2], [2, 1, 2]]), 3)
  two_to_one = np.log(3) - 2 / 3 * np.log(2)
  entropies, ratios = (
    score("vote_entropy", votes),
    score("variation_ratio", votes),
  )
  np.testing.assert_allclose(entropies, [np.log(3), two_to_one, 0], 1e-5)
  np.testing.assert_allclose(ratios, [2 / 3, 1 / 3, 0], rtol=1e-6)


def test_uncertainty_sampling():
  """The uncertainty sampling test of scikit-activeml."""
  probs = [[[0.2, 0.5, 0.3], [0.1, 0.7, 0.2]]]
  np.testing.assert_allclose(score("confidence", probs), [0.5, 0.3], 1e-6)
  np.testing.assert_allclose(1 + score("margin", probs), [0.8, 0.5], 1e-6)
  entropies = [1.029653014, 0.8018185525]
  np.testing.assert_allclose(score("entropy", probs), entropies, 1e-6)


def test_exact_bald_of_two_members():
  found = score("bald", [[[0.1, 0.5, 0.4]], [[0.3, 0.3, 0.4]]])
  np.testing.assert_allclose(found, [0.038795984], atol=2e-7)


def test_a_fact_about_a_committee_of_p_and_one_minus_p():
  p = np.linspace(0, 1, 11)
  probs = np.stack([np.stack([p, 1 - p], -1), np.stack([1 - p, p], -1)])
  np.testing.assert_allclose(score("entropy", probs), np.log(2), rtol=1e-6)
  wanted = np.log(2) - scipy.special.entr(probs[0]).sum(-1)
  np.testing.assert_allclose(score("bald", probs), wanted, atol=3e-7)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("space", [(), (3, 2)])
def test_agrees_with_the_oracle(name, space):
  probs = random_probs(0, (5, 6, *space, 4))
  mask = np.random.default_rng(0).random((6, *space)) < (0.7 if space else 1)
  exact = np.asarray(probs, np.float64)
  values = oracle_scores.MAPS[name](exact)
  wanted = oracle_scores.mean_over_real(values, mask)
  found = scores_of(of_items(probs, mask))[name]
  tolerance = 1e-5  # vote_entropy keeps 17 bits
  np.testing.assert_allclose(found, wanted, tolerance, 1e-6)


def test_reduce_is_an_option_of_every_map():
  probs = random_probs(2, (3, 2, 4, 4, 3))
  found = scores_of(of_items(probs), reduce="max")
  for name in MAPS:
    values = oracle_scores.MAPS[name](np.asarray(probs, np.float64))
    np.testing.assert_allclose(found[name], values.max((1, 2)), 1e-4, 1e-6)
    assert "reduce" in settings_of(BY_NAME[name])


@pytest.mark.parametrize("how", spatial.REDUCTIONS)
def test_every_reduction_is_an_option(how):
  prediction = of_items(random_probs(2, (3, 2, 4, 4, 3)))
  found = configure(BY_NAME["bald"], reduce=how).describe(None, prediction)
  mean = prediction.probs.mean(0)
  values = predictive.disagreement_map(prediction.probs)
  wanted = spatial.reduce_spatial(values, prediction.mask, how, mean)
  np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_what_is_predicted_is_what_the_reduction_gets():
  """The foreground is that of the mean prediction."""
  votes = jnp.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]])
  probs = jax.nn.one_hot(votes, 2)[:, None]  # the mean: 1000
  found = functools.partial(predictive.variance, reduce="foreground")
  assert found(None, of_items(probs)).tolist() == [0.0]
  np.testing.assert_allclose(score("variance", probs), [1 / 9], rtol=1e-6)


@pytest.mark.parametrize("name", MAPS)
def test_finite_for_huge_logits(name):
  logits = jax.random.normal(jax.random.key(3), (4, 50, 3))
  probs = jax.nn.softmax(1e4 * logits)
  assert np.isfinite(scores_of(of_items(probs))[name]).all()


@pytest.mark.parametrize("name", [n for n in MAPS if n not in OF_ONE])
def test_one_sample_does_not_disagree(name):
  """One pass has no spread; equal votes have none either."""
  assert (scores_of(of_items(random_probs(4, (1, 20, 4))))[name] == 0).all()


@pytest.mark.parametrize("name", MAPS)
def test_the_order_of_classes_and_samples_does_not_matter(name):
  probs = random_probs(5, (4, 30, 5))
  wanted = scores_of(of_items(probs))[name]
  for moved in (probs[..., ::-1], probs[::-1]):
    np.testing.assert_allclose(
      scores_of(of_items(moved))[name], wanted, 2e-5, 1e-6
    )


def test_votes_that_tie_are_tied_exactly():
  """Sums in another order, over classes and over space."""
  rng = np.random.default_rng(0)
  labels = rng.integers(0, 4, (7, 1, 30))
  items = [
    rng.permutation(4)[labels[..., rng.permutation(30)]] for _ in range(20)
  ]
  votes = jax.nn.one_hot(np.concatenate(items, 1), 4)
  assert len(set(score("variation_ratio", votes).tolist())) == 1
  assert len(set(score("vote_entropy", votes).tolist())) == 1


def maps_with_lesions():
  """8 maps: the first 4 are sure background, in the others 2 x 2 are unsure."""
  first = np.full((3, 8, 6, 6), 0.99)
  unsure = np.array([0.42, 0.44, 0.46, 0.48]) + np.array([[-0.01], [0], [0.01]])
  first[:, 4:, 2:4, 2:4] = unsure[..., None, None]
  return np.stack([first, 1 - first], -1)


FEW = "margin", "margin_ratio", "entropy", "bald"


@pytest.mark.parametrize("how", ["foreground", "boundary", "sum"])
def test_where_nothing_is_seen_is_asked_for_last(how):
  """Be a score above 0 or below, and be the first items there or not."""
  for real in (True, False):
    mask = np.ones((8, 6, 6), bool)
    mask[:4] = real
    found = scores_of(of_items(maps_with_lesions(), mask), FEW, how)
    for name, values in found.items():
      assert min(values[4:]) > max(values[:4]), name
      assert how == "sum" or len(set(values[:4].tolist())) == 1, name


def test_a_large_item_of_unsure_voxels_has_the_largest_sum():
  mask = np.ones((8, 6, 6), bool)
  mask[0, 3:] = False
  probs = np.full((3, 8, 6, 6, 2), [0.6, 0.4])
  found = scores_of(of_items(probs, mask), FEW, "sum")
  np.testing.assert_allclose(found["margin"][:2], [18 * 0.8, 36 * 0.8], 1e-5)
  assert found["entropy"][1] > found["entropy"][0]


def test_the_margin_of_an_item_that_is_not_there():
  found = score("margin", np.full((1, 2, 4, 2), 0.5), np.zeros((2, 4), bool))
  assert found.tolist() == [-1.0, -1.0]


seeds, scales = st.integers(0, 10**6), st.sampled_from([0.01, 1.0, 30.0])


@given(seeds, scales)
@settings(max_examples=20, deadline=None)
def test_bounds(seed, scale):
  probs = random_probs(seed, (3, 16, 5), scale)
  upper = {
    "confidence": 0.8,
    "margin": 0.0,
    "margin_ratio": 1.0,
    "entropy": np.log(5),
    "gini": 0.8,
    "variance": 0.25,
    "mean_std": 0.5,
    "bald": np.log(3),
    "variation_ratio": 2 / 3,
    "vote_entropy": np.log(3),
    "pairwise_kl": TINY,
  }
  found = scores_of(of_items(probs))
  for name, high in upper.items():
    low = -1 if name == "margin" else 0
    rounded = high * (1 + 1e-5) + 1e-6
    assert (found[name] >= low).all() and (found[name] <= rounded).all(), name


@given(seeds, scales)
@settings(max_examples=20, deadline=None)
def test_forms_of_the_divergences(seed, scale):
  """BALD is the mean KL to the mean; pairs one by one give pairwise_kl."""
  probs = random_probs(seed, (3, 16, 5), scale)
  exact = np.asarray(probs, np.float64)
  found = scores_of(of_items(probs))
  to_mean = scipy.special.rel_entr(exact, exact.mean(0)).sum(-1).mean(0)
  np.testing.assert_allclose(found["bald"], to_mean, atol=2e-6)
  wanted = oracle_scores.pairwise_kl(exact)
  np.testing.assert_allclose(found["pairwise_kl"], wanted, 2e-5, 1e-9)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_two_classes_rank_alike_by_every_score_of_one(seed):
  p = np.random.default_rng(seed).permutation(16) / 33 + 0.01
  p = np.where(np.arange(16) % 2, p, 1 - p)  # no two equally far from 1/2
  probs = jnp.asarray(np.stack([p, 1 - p], -1), jnp.float32)[None]
  wanted = np.argsort(-np.abs(p - 0.5)).tolist()
  for name in OF_ONE:
    assert np.argsort(score(name, probs)).tolist() == wanted, name


def test_pairwise_kl_of_equal_samples_is_exactly_zero():
  probs = jnp.broadcast_to(random_probs(6, (1, 9, 4)), (7, 9, 4))
  assert (pairwise_kl_map(probs) == 0).all()


def test_gini_ranks_as_the_variance_over_classes():
  probs = np.asarray(random_probs(7, (1, 30, 4)), np.float64)
  wanted = np.argsort(-probs[0].var(-1))
  assert np.argsort(score("gini", probs)).tolist() == wanted.tolist()


def test_holds_foreground_only_on_real_voxels():
  probs = np.zeros((1, 3, 2, 2), np.float32)  # 3 items of 2 voxels
  probs[..., 0] = 1
  probs[0, 1, 0] = probs[0, 2, 1] = [0.2, 0.8]
  mask = jnp.array([[True, True], [True, True], [True, False]])
  found = predictive.holds_foreground(None, of_items(probs, mask))
  assert found.tolist() == [0, 1, 0]
  probs[0, 1:, 1] = np.nan  # real of the second item, masked of the third
  found = predictive.holds_foreground(None, of_items(probs, mask))
  np.testing.assert_array_equal(found, [0, np.nan, 0])
