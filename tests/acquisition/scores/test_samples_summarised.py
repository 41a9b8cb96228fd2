"""A summary in the place of samples: the same descriptions, to the last bit."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.acquisition.scores import passes, predictive, regions
from alx.acquisition.scores.summaries import OF_SUMMARY, summarised
from tests.acquisition.contract_pools import predictions

BY_FUNCTION = sorted(OF_SUMMARY, key=lambda function: function.__name__)


@pytest.mark.parametrize("describe", BY_FUNCTION)
def test_descriptions_are_those_of_the_samples(describe):
  prediction = jax.tree.map(jnp.asarray, predictions())
  short = summarised(describe, prediction)
  assert short.probs is None
  keys = jax.random.split(jax.random.key(0), len(prediction.features))
  wanted, found = describe(keys, prediction), describe(keys, short)
  for one, other in zip(*map(jax.tree.leaves, (wanted, found)), strict=True):
    np.testing.assert_array_equal(one, other)


def test_what_looks_at_the_samples_keeps_them():
  prediction = jax.tree.map(jnp.asarray, predictions())
  for describe in (predictive.mc_iou, predictive.pairwise_kl):
    assert summarised(describe, prediction) is prediction


def test_options_change_nothing_about_it():
  prediction = jax.tree.map(jnp.asarray, predictions())
  of_windows = functools.partial(regions.ripu, window=1)
  assert summarised(of_windows, prediction).probs is None


def test_they_are_all_that_read_samples_and_do_with_a_summary():
  prediction = jax.tree.map(jnp.asarray, predictions())
  summary = passes.summarise(prediction.probs)
  short = prediction._replace(probs=None, summary=summary)
  nothing = prediction._replace(probs=None)
  described = {row.describe for row in BY_NAME.values() if row.describe}
  assert {
    describe
    for describe in described
    if does(describe, short) and not does(describe, nothing)
  } == OF_SUMMARY


def does(describe, prediction):
  """Whether a description can be made of it; nothing is worked out."""
  keys = jax.random.split(jax.random.key(0), len(prediction.features))
  try:
    jax.eval_shape(describe, keys, prediction)
  except (AttributeError, TypeError):  # of a None
    return False
  return True
