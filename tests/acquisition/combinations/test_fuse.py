import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from alx.acquisition import BY_NAME, Acquisition, Candidates
from alx.acquisition.combinations import fuse
from alx.acquisition.scores import select
from alx.prediction import Prediction
from tests.oracle_balance import cosine, mean_probs
from tests.oracle_common import highest

N, K = 11, 6


def column(place):
  """An acquisition by one column of the features."""
  return Acquisition(
    lambda keys, prediction: prediction.features[:, place],
    select.top_k,
    ("features",),
    "Somebody 1999",
  )


@functools.partial(jax.jit, static_argnums=(0, 3))
def choose(acquisition, prediction, candidates, k=K):
  num_items = candidates.available.shape[0]
  keys = jax.random.split(jax.random.key(0), num_items)
  described = acquisition.describe(keys, prediction)
  return acquisition.select(keys[0], described, candidates, k)


def of_features(features):
  features = jnp.asarray(features, jnp.float32)
  return Prediction(None, features, jnp.ones(len(features), bool))


def pool(seed):
  rng = np.random.default_rng(seed)
  state = rng.choice(3, N, p=[0.7, 0.2, 0.1])
  candidates = Candidates(jnp.asarray(state == 0), jnp.asarray(state == 1))
  return rng.standard_normal((N, 3)), candidates


def rescaled(norm, values):
  """Of the available values only."""
  if np.ptp(values) == 0:
    return np.zeros_like(values)
  ranks = scipy.stats.rankdata(values)
  return {
    "none": lambda: values,
    "minmax": lambda: (values - values.min()) / np.ptp(values),
    "zscore": lambda: scipy.stats.zscore(values),
    "rank": lambda: (ranks - ranks.min()) / np.ptp(ranks),
  }[norm]()


def joined(op, values, weights):
  columns = values * weights
  return {
    "sum": lambda: columns.sum(1),
    "max": lambda: columns.max(1),
    "product": lambda: (np.maximum(values, 0) ** weights).prod(1),
    "lexicographic": lambda: (
      -np.array([sum(tuple(b) > tuple(a) for b in columns) for a in columns])
    ),
  }[op]()


@pytest.mark.parametrize("norm", sorted(fuse.NORMS))
@pytest.mark.parametrize("op", sorted(fuse.OPS))
def test_fused_scores_equal_the_formula(norm, op):
  weights = (1.0, 0.5, 2.0)
  fused = fuse.fuse([column(i) for i in range(3)], weights, norm, op)
  for seed in range(3):
    values, candidates = pool(seed)
    values[:, 0] = np.round(values[:, 0])  # ties, also within the first
    free = np.asarray(candidates.available)
    scaled = np.stack([rescaled(norm, x) for x in values[free].T], 1)
    wanted = np.full(N, -np.inf)
    wanted[free] = np.round(joined(op, scaled, np.array(weights)), 5)
    items = choose(fused, of_features(values), candidates)
    real = [int(i) for i in items if i < N]
    assert len(set(real)) == len(real) == min(K, free.sum())
    # As high as the highest; which of the tied is rounding.
    best = [i for i in highest(wanted, candidates, K) if i < N]
    np.testing.assert_allclose(wanted[real], wanted[best], atol=2e-5)


@pytest.mark.parametrize("norm", sorted(fuse.NORMS))
def test_norms_by_hand(norm):
  there = jnp.array([True, True, True, False, True])
  values = jnp.array([2.0, 4.0, 2.0, 900.0, 8.0])
  out = np.asarray(fuse.NORMS[norm](values, there))[np.asarray(there)]
  spread = np.sqrt(6.0)  # of 2, 4, 2, 8 around 4
  wanted = {
    "none": [2, 4, 2, 8],
    "minmax": [0, 1 / 3, 0, 1],
    "zscore": [-2 / spread, 0, -2 / spread, 4 / spread],
    "rank": [0, 1.5 / 2.5, 0, 1],
  }
  np.testing.assert_allclose(out, wanted[norm], atol=1e-6)


@pytest.mark.parametrize("norm", ["minmax", "zscore", "rank"])
@pytest.mark.parametrize("value", [0.1, -7.3, 3e38, 1e-40])
def test_a_constant_score_becomes_zero(norm, value):
  there = jnp.arange(7) < 5
  out = fuse.NORMS[norm](jnp.full(7, value), there)
  assert out[:5].tolist() == [0] * 5
  nothing = fuse.NORMS[norm](jnp.full(7, value), jnp.zeros(7, bool))
  assert jnp.isfinite(nothing).all()


@pytest.mark.parametrize("norm", sorted(fuse.NORMS))
@pytest.mark.parametrize("op", sorted(fuse.OPS))
def test_extreme_scores_are_still_picked(norm, op):
  values = np.array([[3e38, -3e38], [3e38, 3e38], [0, 0], [-3e38, 3e38]])
  values = np.concatenate([values, [[np.nan, 1], [1, np.inf]]])
  everything = Candidates(jnp.ones(6, bool), jnp.zeros(6, bool))
  fused = fuse.fuse([column(0), column(1)], norm=norm, op=op)
  items = choose(fused, of_features(values), everything)
  assert sorted(items.tolist()) == [0, 1, 2, 3, 6, 6]
  # The highest of 3e38 and -3e38 is as high.
  assert items[0] == 1 or op == "max"


@pytest.mark.parametrize("scale", [1e-36, 1.0, 3e38])
@pytest.mark.parametrize("norm", ["minmax", "zscore", "rank"])
def test_a_scale_changes_nothing(norm, scale):
  values = np.array([0.1, -1.0, 0.7, 1.0, 0.7])
  out = fuse.NORMS[norm](
    jnp.asarray(values * scale, jnp.float32), jnp.ones(5, bool)
  )
  np.testing.assert_allclose(out, rescaled(norm, values), atol=1e-6)


def test_lexicographic_is_a_threshold_first():
  # Hits first, the surer hit before; then whatever is uncertain.
  values = np.array([[0, 0.1, 0.9], [1, 0.3, 0], [1, 0.8, 0], [0, 0.1, 0.95]])
  everything = Candidates(jnp.ones(4, bool), jnp.zeros(4, bool))
  fused = fuse.fuse(
    [column(0), column(1), column(2)], norm="none", op="lexicographic"
  )
  items = choose(fused, of_features(values), everything, 4)
  assert items.tolist() == [2, 1, 3, 0]


def test_what_a_fusion_needs_and_refuses():
  fused = fuse.fuse([BY_NAME["bald"], BY_NAME["entropy"], column(0)])
  assert fused.needs == ("samples", "probs", "features")
  assert fused.paper.startswith("Houlsby et al. 2011; Joshi")
  for options in ({"norm": "l2"}, {"op": "mean"}, {"weights": (1.0,)}):
    with pytest.raises(ValueError):
      fuse.fuse([column(0), column(1)], **options)


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("below", [0.0, 4.0])
def test_information_density_equals_the_pairwise_loop(beta, below):
  """Of a score from 0 on, and of one that is below 0, as margin is."""
  dense = fuse.information_density(column(0), beta)
  assert dense.needs == ("features",)
  for seed in range(3):
    values, candidates = pool(seed)
    values = np.abs(values)
    values[:, 0] -= below
    members = np.flatnonzero(candidates.available)
    near = [np.mean([cosine(x, values[j]) for j in members]) for x in values]
    score = values[:, 0] - min(values[members, 0].min(), 0)
    wanted = score * np.maximum(near, 0) ** beta
    items = choose(dense, of_features(values), candidates)
    assert items.tolist() == highest(wanted, candidates, K)


def test_a_dense_unsure_item_is_first_by_margin():
  """Item 4 is as unsure as item 0, and nearer to the others."""
  p = np.array([0.5, 0.9, 0.7, 0.95, 0.5])
  features = np.array([[0.0, 1], [1, 0], [1, 0.1], [1, 0.2], [1, 0.1]])
  prediction = of_features(features)._replace(
    probs=jnp.asarray(np.stack([p, 1 - p], -1), jnp.float32)[None]
  )
  everything = Candidates(jnp.ones(5, bool), jnp.zeros(5, bool))
  dense = fuse.information_density(BY_NAME["margin"])
  items = choose(dense, prediction, everything, 5).tolist()
  assert items == [4, 2, 0, 1, 3]


def test_rarity_is_the_share_of_the_predicted_class():
  rng = np.random.default_rng(0)
  rare = fuse.rarity_weighted(column(0))
  assert rare.needs == ("features", "probs")
  for seed in range(3):
    values, candidates = pool(seed)
    probs = rng.dirichlet([3.0, 1.0, 1.0], (2, N))
    prediction = of_features(values)._replace(
      probs=jnp.asarray(probs, jnp.float32)
    )
    free = np.asarray(candidates.available)
    label = mean_probs(prediction).argmax(-1)
    share = np.bincount(label[free], minlength=3) / free.sum()
    scaled = (values[:, 0] - values[free, 0].min()) / np.ptp(values[free, 0])
    wanted = scaled * np.exp(-share[label])
    items = choose(rare, prediction, candidates)
    assert items.tolist() == highest(wanted, candidates, K)


def test_a_broken_prediction_is_of_no_class():
  probs = jnp.asarray([[0.9, 0.1], [0.8, 0.2], [np.nan, 0.5], [0.1, 0.9]])
  seen = of_features([[0.1], [0.9], [1.0], [0.5]])._replace(probs=probs[None])
  everything = Candidates(jnp.ones(4, bool), jnp.zeros(4, bool))
  rare = fuse.rarity_weighted(column(0))
  assert choose(rare, seen, everything, 4).tolist() == [1, 3, 0, 4]


def test_scores_from_the_lowest_stay_numbers():
  there = jnp.array([True, True, False])
  above = jax.jit(fuse.not_negative)
  assert above(jnp.array([1.0, 2, -9]), there).tolist() == [1, 2, 0]
  assert above(jnp.array([1.0, -2, -9]), there).tolist() == [3, 0, 0]
  assert above(jnp.array([1.0, 2, jnp.nan]), there).tolist() == [1, 2, 0]
  assert jnp.isfinite(above(jnp.array([3e38, -3e38, 0]), there)).all()
