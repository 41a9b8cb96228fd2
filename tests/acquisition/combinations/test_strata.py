import functools

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from alx.acquisition import BY_NAME, Acquisition, Candidates
from alx.acquisition.combinations import fuse, strata
from alx.acquisition.scores import select
from alx.prediction import Borders, Prediction
from tests.oracle_balance import commonest_foreground, mean_probs

N, K = 14, 8
SCORE = Acquisition(
  lambda keys, prediction: prediction.features[:, 0],
  select.top_k,
  ("features",),
)
GIVEN = strata.Strata(
  lambda keys, prediction: prediction.features[:, 1].astype(jnp.int32),
  lambda key, labels, candidates, k: labels,
  ("features",),
)


@functools.partial(jax.jit, static_argnums=(0, 3))
def choose(acquisition, prediction, candidates, k=K, seed=0):
  num_items = candidates.available.shape[0]
  keys = jax.random.split(jax.random.key(seed), num_items)
  described = acquisition.describe and acquisition.describe(keys, prediction)
  return acquisition.select(keys[0], described, candidates, k)


def of_features(*columns):
  features = jnp.stack([jnp.asarray(x, jnp.float32) for x in columns], 1)
  return Prediction(None, features, jnp.ones(len(features), bool))


def by_loop(quota, score, labels, candidates, k):
  """Dictionaries of groups, one pick after the other."""
  available = np.flatnonzero(candidates.available).tolist()
  ranked = sorted(available, key=lambda i: (-score[i], i))
  groups = {c: [i for i in ranked if labels[i] == c] for c in set(labels)}
  groups = {c: items for c, items in sorted(groups.items()) if items}
  sizes = {c: len(items) for c, items in groups.items()}
  held = {
    c: sum(labels[i] == c for i in np.flatnonzero(candidates.labelled))
    for c in groups
  }
  picks = []
  if quota == "proportional":
    exact = {c: k * sizes[c] / len(available) for c in groups}
    whole = {c: int(exact[c] + 1e-9) for c in groups}
    rest = sorted(groups, key=lambda c: (-round(exact[c] - whole[c], 9), c))
    for c in rest[: k - sum(whole.values())]:
      whole[c] += 1
    picks = [i for c in groups for i in groups[c][: whole[c]]]
    picks = sorted(picks, key=lambda i: (-score[i], i))
    picks = [*picks, *(i for i in ranked if i not in picks)][:k]
  while len(picks) < min(k, len(available)):
    left = [c for c in groups if groups[c]]
    if quota == "least_labelled":
      best = min(left, key=lambda c: (held[c], -sizes[c], c))
      held[best] += 1
      picks.append(groups[best].pop(0))
      continue
    if quota == "one":
      left.sort(key=lambda c: (-score[groups[c][0]], groups[c][0]))
    else:
      left.sort(key=lambda c: (sizes[c], c))
    picks += [groups[c].pop(0) for c in left]
  return picks[:k] + [len(labels)] * (k - len(picks[:k]))


CHOICES = {
  quota: strata.per_cluster(SCORE, GIVEN, quota) for quota in strata.QUOTAS
}


@pytest.mark.parametrize("quota", sorted(strata.QUOTAS))
@hypothesis.settings(max_examples=15, deadline=None)
@hypothesis.given(seed=st.integers(0, 10**6), num_groups=st.integers(1, 16))
def test_quotas_equal_the_loop(quota, seed, num_groups):
  rng = np.random.default_rng(seed)
  labels = rng.integers(-2, num_groups - 2, N)
  score = rng.integers(0, 5, N)
  state = rng.choice(3, N, p=[0.6, 0.3, 0.1])
  candidates = Candidates(jnp.asarray(state == 0), jnp.asarray(state == 1))
  items = choose(CHOICES[quota], of_features(score, labels), candidates)
  wanted = by_loop(quota, score, labels.tolist(), candidates, K)
  assert items.tolist() == wanted


def test_proportional_by_hand():
  labels = [0] * 6 + [1] * 3 + [2]
  everything = Candidates(jnp.ones(10, bool), jnp.zeros(10, bool))
  prediction = of_features(np.arange(10), labels)
  items = choose(CHOICES["proportional"], prediction, everything, 5)
  # Shares 3, 1.5 and 0.5 of 5: the lower label gets the half.
  assert items.tolist() == [8, 7, 5, 4, 3]


def test_what_has_no_score_or_is_not_there_is_in_no_group():
  score = [5.0, 4, np.nan, 3, np.inf, 2]
  labels = [0, 0, 1, 1, 2, 2]
  available = jnp.array([1, 1, 1, 0, 1, 1], bool)
  candidates = Candidates(available, jnp.zeros(6, bool))
  for quota in strata.QUOTAS:
    items = choose(CHOICES[quota], of_features(score, labels), candidates, 6)
    assert sorted(items.tolist()) == [0, 1, 5, 6, 6, 6]


@pytest.mark.parametrize("space", [(), (2, 2)])
def test_balanced_counts_differ_by_at_most_one(space):
  balanced = strata.balanced(SCORE)
  assert balanced.needs == ("features", "probs")
  for seed in range(4):
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet([0.4, 0.2, 0.2], (2, N, *space))
    mask = rng.random((N, *space)) < (0.7 if space else 1.0)
    mask[(slice(None), *(0,) * len(space))] = True
    hidden = np.where(mask[None, ..., None], probs, np.nan)
    prediction = of_features(rng.standard_normal(N))._replace(
      probs=jnp.asarray(hidden, jnp.float32), mask=jnp.asarray(mask)
    )
    label = mean_probs(prediction).argmax(-1)
    if space:
      label = commonest_foreground(prediction)
    available = rng.random(N) < 0.8
    candidates = Candidates(jnp.asarray(available), jnp.asarray(~available))
    items = np.asarray(choose(balanced, prediction, candidates, 5))
    picked = np.bincount(label[items], minlength=3)
    supply = np.bincount(label[available], minlength=3)
    left = picked < supply
    assert (picked[left] >= picked.max() - 1).all()
    score = np.asarray(prediction.features[:, 0])
    for c in range(3):
      mine = np.flatnonzero(available & (label == c))
      best = mine[np.argsort(-score[mine])][: picked[c]]
      assert set(items[label[items] == c]) == set(best)


def segmentation(classes):
  """Images [N, V] of one class each voxel, as predictions."""
  probs = np.eye(4, dtype=np.float32)[np.asarray(classes)]
  mask = jnp.ones(probs.shape[:2], bool)
  return Prediction(jnp.asarray(probs)[None], None, mask)


IMAGES = segmentation(
  [[0, 0, 0, 0, 1], [0, 0, 0, 2, 2], [0, 0, 2, 2, 3], [0] * 5, [0, 3, 3, 1, 1]]
)


def test_an_image_is_of_the_foreground_that_most_of_it_is():
  describe = strata.predicted_class().describe
  assert describe(None, IMAGES).tolist() == [1, 2, 2, 0, 1]
  padded = IMAGES._replace(mask=IMAGES.mask.at[:, 3:].set(False))
  assert describe(None, padded).tolist() == [0, 0, 2, 0, 3]
  np.testing.assert_array_equal(
    describe(None, IMAGES), commonest_foreground(IMAGES)
  )
  flat = IMAGES._replace(
    probs=IMAGES.probs[:, :, 0], mask=IMAGES.mask[:, 0]
  )  # without space class 0 is a class as others are
  assert describe(None, flat).tolist() == [0] * 5


def test_superpixels_are_of_the_class_of_their_mean():
  borders = Borders(jnp.zeros((5, 5), jnp.int32), jnp.zeros((5, 5)))
  described = strata.predicted_class().describe(
    None, IMAGES._replace(borders=borders)
  )
  assert described.tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("make", [strata.balanced, fuse.rarity_weighted])
def test_classes_of_segmentations_are_told_apart(make):
  """The one of class 0 is before the highest score, of a class of two."""
  everything = Candidates(jnp.ones(5, bool), jnp.zeros(5, bool))
  scores = jnp.array([[0.0], [1], [2], [3.9], [4]])
  seen = IMAGES._replace(features=scores)
  assert choose(make(SCORE), seen, everything, 3).tolist() == [3, 4, 2]


@pytest.mark.parametrize(
  "make",
  [
    strata.balanced,
    lambda of: strata.per_cluster(of, strata.predicted_class(), "one"),
  ],
)
@pytest.mark.parametrize("is_flat", [False, True])
def test_a_broken_prediction_is_of_no_class(make, is_flat):
  """A NaN that is not real breaks nothing."""
  probs = IMAGES.probs.at[0, 2, 1].set(jnp.nan).at[0, 3, 0].set(jnp.nan)
  mask = IMAGES.mask.at[3, 0].set(False)
  seen = IMAGES._replace(probs=probs, mask=mask)
  if is_flat:
    seen = seen._replace(probs=probs[:, :, 1], mask=mask[:, 1])
  everything = Candidates(jnp.ones(5, bool), jnp.zeros(5, bool))
  items = choose(make(BY_NAME["random"]), seen, everything, 5).tolist()
  assert sorted(items[:4]) == [0, 1, 3, 4] and items[4] == 5


# Three clusters, of 7, 5 and 3 items.
CORNERS = np.repeat([[90.0, 0], [0, 90], [-90, -90]], [7, 5, 3], 0)


@pytest.mark.parametrize(
  ("labelled", "wanted"),
  [
    ([], [0, 7, 12]),
    ([0], [7, 12, 1]),
    ([0, 7], [12, 1, 8]),
    ([0, 1, 12], [7, 8, 13]),
  ],
)
def test_clusters_of_what_is_labelled_are_asked_for_less(labelled, wanted):
  rng = np.random.default_rng(0)
  places = CORNERS + 0.1 * rng.standard_normal(CORNERS.shape)
  known = jnp.asarray(np.isin(np.arange(15), labelled))
  features = [-np.arange(15.0) / 99, *places.T]  # the first is the score
  by_cluster = strata.per_cluster(SCORE, strata.clusters(3), "least_labelled")
  items = choose(by_cluster, of_features(*features), Candidates(~known, known))
  assert items.tolist()[:3] == wanted


def test_random_members_of_hash_buckets():
  spread = strata.per_cluster(
    BY_NAME["random"], strata.hash_buckets(4), "round_robin"
  )
  corner = np.repeat(np.array([[1.0, 1], [-1, 1], [-1, -1], [1, -1]]), 3, 0)
  prediction = of_features(*corner.T)
  everything = Candidates(jnp.ones(12, bool), jnp.zeros(12, bool))
  labels = strata.hash_buckets(4).labels(
    jax.random.key(3), prediction.features, everything, 2
  )
  # Equal items share a bucket; which of them is picked is chance.
  assert (labels.reshape(4, 3) == labels[::3, None]).all()
  draws = [choose(spread, prediction, everything, 2, s) for s in range(40)]
  assert all(corner[a].tolist() != corner[b].tolist() for a, b in draws)
  assert len({int(a) for a, _ in draws}) > 4


def test_groups_of_the_candidates_and_of_k_means():
  prediction = of_features([3.0, 2, 1, 0], [0.0, 0.1, 9, 9.1])
  candidates = Candidates(
    jnp.ones(4, bool), jnp.zeros(4, bool), None, jnp.array([8, 8, 8, 5])
  )
  by_patient = strata.per_cluster(SCORE, strata.patient(), "one")
  assert choose(by_patient, prediction, candidates, 4).tolist() == [0, 3, 1, 2]
  by_cluster = strata.per_cluster(SCORE, strata.clusters(2), "one")
  assert choose(by_cluster, prediction, candidates, 4).tolist() == [0, 2, 1, 3]


def test_random_order_inside_the_groups_is_uniform():
  draw = strata.per_cluster(BY_NAME["random"], strata.patient(), "round_robin")
  candidates = Candidates(
    jnp.ones(5, bool), jnp.zeros(5, bool), None, jnp.array([0, 0, 0, 1, 1])
  )
  many = jax.vmap(lambda key: draw.select(key, None, candidates, 2))
  many = jax.jit(many)
  items = np.asarray(many(jax.random.split(jax.random.key(0), 3000)))
  found = np.bincount(items.ravel(), minlength=5)
  assert found[3:].sum() == found[:3].sum() == 3000
  assert scipy.stats.chisquare(found[:3]).pvalue > 1e-3
  assert scipy.stats.chisquare(found[3:]).pvalue > 1e-3


def test_an_unknown_quota_is_an_error():
  with pytest.raises(ValueError, match="proportional"):
    strata.per_cluster(SCORE, GIVEN, "fair")
