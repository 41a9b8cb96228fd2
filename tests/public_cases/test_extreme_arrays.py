"""Numbers that float32 hardly holds, and pools of hardly any item."""

import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME

N, S, C, D = 12, 3, 3, 4
RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((N, C))
FEATURES = RNG.standard_normal((N, D))
OF_FEATURES = [n for n, row in BY_NAME.items() if row.needs == ("features",)]
EASY = {"clusters": 3}  # what prob_cover would ask for


def options_of(name):
  return EASY if "clusters" in alx.methods()[name].options else {}


def test_logits_far_from_0_in_64_bits():
  """Only differences count: 1e8 more on every class changes nothing."""
  wanted = alx.score("entropy", logits=LOGITS)
  for offset in (1e5, 1e8, -1e8):
    found = alx.score("entropy", logits=LOGITS + offset)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_huge_and_impossible_logits():
  logits = np.array([[1e5, 0, -1e5], [0, 0, -np.inf], [1e300, 0, 0], [0, 1, 2]])
  found = alx.score("entropy", logits=logits, n=4)
  np.testing.assert_allclose(found[:3], [0, np.log(2), 0], atol=1e-6)
  logits[1] = -np.inf
  with pytest.raises(ValueError, match="logits: item 1 must be finite"):
    alx.score("entropy", logits=logits)
  logits[1] = [np.inf, 0, 0]
  with pytest.raises(ValueError, match="logits: item 1 must be finite"):
    alx.score("entropy", logits=logits)


def test_negative_zero_is_zero():
  probs = np.array([[1.0, -0.0], [1.0, 0.0], [0.5, 0.5]])
  assert alx.query("entropy", k=3, probs=probs).tolist() == [2, 0, 1]


def test_true_and_false_are_no_logits():
  with pytest.raises(ValueError, match="logits: wanted numbers, found dtype"):
    alx.score("entropy", logits=LOGITS > 0)


@pytest.mark.parametrize("name", ["k_center", "badge", "facility_location"])
def test_features_that_float32_cannot_tell_apart(name):
  far = FEATURES + 1e8
  given = {"features": far, "logits": LOGITS}
  with pytest.raises(ValueError, match=r"features: .* subtract their mean"):
    alx.query(name, k=3, **given)


def test_a_bias_column_is_not_far_from_0():
  ones = np.concatenate([FEATURES, np.full((N, 1), 1e8)], 1)
  noisy = np.concatenate([FEATURES, 1e8 + 1e-8 * FEATURES[:, :1]], 1)
  for features in (ones, noisy):
    assert len(alx.query("k_center", k=3, features=features)) == 3


@pytest.mark.parametrize("scale", [1e300, 1e25, 1e-25])
def test_features_whose_squares_are_no_numbers(scale):
  line = "features: the largest number is .*; scale them"
  with pytest.raises(ValueError, match=line):
    alx.query("k_center", k=3, features=FEATURES * scale)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5])
@pytest.mark.parametrize("name", OF_FEATURES)
def test_constant_features(name, value):
  features = np.full((N, D), value)
  items = alx.query(name, k=5, features=features, **options_of(name))
  assert len(set(items.tolist())) == 5


def given_of(name, num_items):
  needs = BY_NAME[name].needs
  space = (3, 2) if "space" in needs else ()
  given = {}
  samples = RNG.dirichlet(np.ones(C), (S, num_items, *space))
  if "samples" in needs:
    given = {"samples": samples}
  elif "probs" in needs:
    given = {"probs": samples[0]}
  if "features" in needs:
    given["features"] = FEATURES[:num_items]
  if {"evidence", "beta"} & set(needs):
    given["evidence"] = RNG.gamma(2.0, size=(num_items, C, 2))
    if "beta" not in needs:
      given["evidence"] = given["evidence"][..., 0]
  return {**given, "n": num_items, **options_of(name)}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_pool_of_one(name):
  given = given_of(name, 1)
  if "delta" in alx.methods()[name].options:  # one item is of one class
    given = {"features": given["features"], "delta": 0.5}
  assert alx.query(name, k=1, **given).tolist() == [0]


@pytest.mark.parametrize("name", ["random", "bald", "k_center", "badge"])
def test_none_is_asked_for_and_none_is_left(name):
  given = given_of(name, N)
  assert alx.query(name, k=0, **given).tolist() == []
  done = alx.query(name, k=0, labelled=np.ones(N, bool), **given)
  assert done.tolist() == []
  with pytest.raises(ValueError, match="1 items were asked for, 0 are"):
    alx.query(name, k=1, labelled=np.ones(N, bool), **given)


def test_masked_numbers_are_not_used():
  hidden = np.ma.masked_array(FEATURES, FEATURES > 1)
  with pytest.raises(ValueError, match="features: some numbers are masked"):
    alx.query("k_center", k=3, features=hidden)
  whole = np.ma.masked_array(FEATURES)
  wanted = alx.query("k_center", k=3, features=FEATURES).tolist()
  assert alx.query("k_center", k=3, features=whole).tolist() == wanted


@pytest.mark.parametrize(
  ("given", "line"),
  [
    ({"n": 0}, "n: wanted an integer >= 1, found 0"),
    ({"n": True}, "n: wanted an integer >= 1, found True"),
    ({"n": 12.0}, "n: wanted an integer >= 1, found 12.0"),
    ({"labels": np.arange(N)}, "labels= are read where labelled= is true"),
    (
      {"labels": np.full(N, 7), "labelled": np.arange(N) < 2},
      "labels: item 0 has class 7, the predictions have 3",
    ),
    ({"groups": [*range(11), "a"], "k": 1}, None),
    (
      {"groups": [*range(11), "3"]},
      "groups: wanted names of one type, found 3 as text and not as text",
    ),
    (
      {"groups": np.arange(N), "max_per_group": True},
      "max_per_group: wanted an integer",
    ),
  ],
)
def test_what_else_is_refused(given, line):
  given = {"k": 2, "logits": LOGITS, **given}
  if line is None:
    assert len(alx.query("entropy", **given)) == 1
    return
  with pytest.raises(ValueError, match=line):
    alx.query("entropy", **given)


def test_classes_that_int32_does_not_hold():
  labels = np.full(N, 2**40)
  given = {"labelled": np.arange(N) < 2, "features": FEATURES}
  with pytest.raises(ValueError, match=r"labels: wanted classes below 2\^31"):
    alx.query("k_center", k=2, labels=labels, **given)


def test_answers_of_yes_and_no_are_classes():
  labelled = np.arange(N) < 6
  given = {"probs": np.full((N, 2), 0.5), "labelled": labelled, "k": 4}
  binary = np.arange(N) % 2 == 0
  items = alx.query("class_balanced", labels=binary, **given)
  same = alx.query("class_balanced", labels=binary.astype(int), **given)
  assert items.tolist() == same.tolist()
