"""Scores of superpixels by their edges, against those on the host."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME
from alx.acquisition.base import scores_items
from alx.acquisition.grammar import parse
from alx.prediction import Prediction
from alx.units import Stored, superpixel_scores
from alx.units.view import describe_regions


def described(text, probs, regions, count):
  """[B, R] what an acquisition tells of each region."""
  row = parse(text).stages[0].acquisition
  mask = jnp.asarray(regions >= 0)
  seen = Prediction(jnp.asarray(probs[None], jnp.float32), None, mask)
  keys = jax.random.split(jax.random.key(0), len(probs))
  partition = Stored(count, regions[0].size)
  regions = jnp.asarray(regions, jnp.int32)
  return describe_regions(row.describe, partition, keys, seen, regions)


@pytest.fixture(scope="module")
def block():
  """(probs [2, 5, 4, 3], regions [2, 5, 4] of three)."""
  rng = np.random.default_rng(0)
  regions = rng.integers(0, 3, (2, 5, 4))
  return rng.dirichlet(np.ones(3), (2, 5, 4)), regions


def test_edge_entropy_and_divergence(block):
  probs, regions = block
  wanted = [
    superpixel_scores.edge_scores(*x, 3) for x in zip(*block, strict=True)
  ]
  entropy = described("on_edges(entropy)", probs, regions, 3)
  np.testing.assert_allclose(entropy, [w.entropy for w in wanted], rtol=1e-4)
  found = described("edge_divergence", probs, regions, 3)
  np.testing.assert_allclose(found, [w.divergence for w in wanted], rtol=1e-4)


def test_a_region_alone_has_no_edge(block):
  probs, regions = block[0], np.zeros_like(block[1])
  # As low as what is surely known, which is -1 of a margin.
  for text, none in ("on_edges(margin)", -1), ("edge_divergence", 0):
    assert described(text, probs, regions, 1).tolist() == [[none], [none]]


def test_they_are_scores_as_others():
  arm = parse("per_cost(on_edges(bald))")
  assert arm.needs == ("samples", "space", "regions", "costs")
  assert scores_items(parse("edge_divergence").stages[0].acquisition)
  with pytest.raises(ValueError, match="wanted 0 acquisitions, found entropy"):
    parse("edge_divergence(entropy)")


def test_without_superpixels_they_are_refused(block):
  probs, _ = block
  seen = Prediction(jnp.asarray(probs[None]), None, jnp.ones((2, 5, 4), bool))
  row = parse("on_edges(entropy)").stages[0].acquisition
  with pytest.raises(ValueError, match="edges are of superpixels"):
    row.describe(None, seen)
  with pytest.raises(ValueError, match="superpixels beside each other"):
    alx.query("edge_divergence", k=1, probs=probs)
  with pytest.raises(ValueError, match="costs of labels and a budget"):
    alx.query("knapsack(entropy)", k=1, probs=probs)
  assert "regions" not in {need for r in BY_NAME.values() for need in r.needs}
