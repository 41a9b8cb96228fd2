"""The arms of Kim et al. 2024: what each asks for, on numbers made by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import Candidates
from alx.prediction import Prediction
from experiments.kim import arms
from experiments.kim.presets import make_settings
from experiments.kim.settings import ARMS


def settings(preset="paper", **changes):
  return make_settings(preset, "smoke", **changes)


def predicted(foreground, features=None):
  """A Prediction of probabilities [S, B, V] of the foreground."""
  p = jnp.asarray(foreground, jnp.float32)[..., None]
  probs = jnp.concatenate([1 - p, p], -1)
  mask = jnp.ones(probs.shape[1:-1], bool)
  return Prediction(probs, features, mask)


def keys(count):
  return jax.random.split(jax.random.key(0), count)


def score(name, foreground, **changes):
  arm = arms.make_arm(name, settings(**changes))
  found = predicted(foreground)
  return arm.acquisition.describe(keys(found.probs.shape[1]), found)


def pick(name, description, labelled, k, **changes):
  arm = arms.make_arm(name, settings(query=k, **changes))
  labelled = jnp.asarray(labelled)
  candidates = Candidates(~labelled, labelled)
  select = jax.jit(arm.acquisition.select, static_argnums=3)
  return np.asarray(select(jax.random.key(1), description, candidates, k))


def test_margins_are_minus_the_mean_distance_from_a_half():
  probs = np.array([[[0.5, 0.9], [0.1, 0.0]]])  # one pass, two items
  np.testing.assert_allclose(score("margins", probs), [-0.2, -0.45], rtol=1e-5)


def test_the_code_doubles_margins_and_ranks_alike():
  probs = np.array([[[0.5, 0.9], [0.1, 0.0], [0.3, 0.6]]])
  found = predicted(probs)
  paper = arms.make_arm("margins", settings()).acquisition
  code = arms.make_arm("margins", settings("code")).acquisition
  once = paper.describe(keys(3), found)
  np.testing.assert_allclose(2 * once, code.describe(keys(3), found), rtol=1e-5)


def test_the_code_draws_by_chance_from_twice_as_many():
  """And is described by its score, which is recorded with the picks."""
  arm = arms.make_arm("margins", settings("code", query=2)).acquisition
  nothing = jnp.zeros(6, bool)
  select = jax.jit(arm.select, static_argnums=3)
  seen = set()
  for i in range(12):
    key, candidates = jax.random.key(i), Candidates(~nothing, nothing)
    seen |= set(np.asarray(select(key, SCORES, candidates, 2)).tolist())
  assert seen == {1, 2, 3, 4}


def test_two_passes_have_a_variance_of_a_quarter_of_their_square():
  a, b = np.array([[0.2, 0.6]]), np.array([[0.4, 0.6]])
  found = score("bootstrapping", np.stack([a, b]))
  np.testing.assert_allclose(found, [(0.2**2 / 4 + 0) / 2], rtol=1e-5)


def test_the_top_fraction_is_not_diluted_by_calm_background():
  passes = np.zeros((2, 2, 4000))
  passes[1, 0, :4] = 0.8  # variance 0.16 in a thousandth of the first item
  passes[1, 1] = 0.2  # variance 0.01 everywhere in the second
  found = score("dropout_train_test", passes)
  np.testing.assert_allclose(found, [0.16, 0.01], rtol=1e-5)
  mean = score("bootstrapping", passes)
  assert mean[0] < mean[1]


def test_equal_members_disagree_about_nothing():
  same = np.full((3, 1, 50), 0.3)
  np.testing.assert_allclose(score("bootstrapping", same), [0.0], atol=1e-7)


# Uncertainty, then features: 0 is labelled, 5 is certain.
SCORES = jnp.array([0.0, 0.9, 0.8, 0.7, 0.6, 0.1])
ROWS = jnp.array([[1, 0], [1, 0.1], [1, 0.2], [0.1, 1], [0, 1], [-1, 0.0]])
LABELLED = np.array([True] + [False] * 5)


def test_non_similar_is_far_from_the_labelled_among_the_uncertain():
  found = pick("redundancy_nonsimilar", (SCORES, ROWS), LABELLED, 2)
  assert found[0] == 4  # the certain item 5 is farther, and not kept
  assert set(found) <= {1, 2, 3, 4}


def test_representative_takes_one_of_each_kind():
  found = pick("redundancy_representative", (SCORES, ROWS), LABELLED, 2)
  assert len({int(i) for i in found} & {1, 2}) == 1
  assert len({int(i) for i in found} & {3, 4}) == 1


@pytest.mark.parametrize(
  "name", ["redundancy_nonsimilar", "redundancy_representative"]
)
def test_the_code_starts_by_chance_and_stays_among_the_uncertain(name):
  arm = arms.make_arm(name, settings("code", query=2))
  candidates = Candidates(~jnp.asarray(LABELLED), jnp.asarray(LABELLED))
  select = jax.jit(arm.acquisition.select, static_argnums=3)
  described = SCORES, (None, ROWS)  # chance needs no description
  found = [
    np.asarray(select(jax.random.key(i), described, candidates, 2))
    for i in range(8)
  ]
  assert len({int(items[0]) for items in found}) > 1
  assert all(set(items) <= {1, 2, 3, 4} for items in found)
  assert all(len(set(items)) == 2 for items in found)


def test_all_of_the_uncertain_are_taken_if_all_are_wanted():
  found = pick(
    "redundancy_representative", (SCORES, ROWS), LABELLED, 4, keep=1.0
  )
  assert sorted(found.tolist()) == [1, 2, 3, 4]


def test_arms_of_one_training_share_their_first_model():
  kinds = {name: arms.kind_of(name) for name in ARMS}
  assert kinds["random"] == kinds["margins"] == kinds["dropout_test_only"]
  assert kinds["dropout_train_test"] == kinds["redundancy_nonsimilar"]
  assert set(kinds.values()) == {"plain", "dropout", "bootstrap"}
