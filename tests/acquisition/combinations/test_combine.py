import functools

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Acquisition, Candidates
from alx.acquisition.combinations import combine, knapsack
from alx.acquisition.combinations.rests import as_labelled
from alx.acquisition.joint.cover import k_center
from alx.acquisition.scores import select
from alx.prediction import Prediction
from tests import oracle_cover
from tests.oracle_common import highest

N, K = 12, 5


def column(place):
  """An acquisition by one column of the features."""
  return Acquisition(
    lambda keys, prediction: prediction.features[:, place],
    select.top_k,
    ("features",),
    f"Column {place}",
  )


COVER = Acquisition(
  lambda keys, prediction: prediction.features, k_center, ("features",)
)


@functools.partial(jax.jit, static_argnums=(0, 3))
def choose(acquisition, features, candidates, k=K, seed=0):
  key, num_items = jax.random.key(seed), features.shape[0]
  prediction = Prediction(None, features, jnp.ones(num_items, bool))
  keys = jax.random.split(key, num_items)
  described = acquisition.describe and acquisition.describe(keys, prediction)
  return acquisition.select(key, described, candidates, k)


def pool(seed=0, num_groups=None):
  rng = np.random.default_rng(seed)
  features = jnp.asarray(rng.standard_normal((N, 3)), jnp.float32)
  state = rng.choice(3, N, p=[0.7, 0.2, 0.1])
  groups = None
  if num_groups:
    groups = jnp.asarray(rng.integers(0, num_groups, N), jnp.int32)
  candidates = Candidates(
    jnp.asarray(state == 0), jnp.asarray(state == 1), None, groups
  )
  return features, candidates


def test_two_stage_between_the_first_and_the_second():
  keep_k = combine.two_stage(column(0), K, COVER)
  keep_all = combine.two_stage(column(0), N, COVER)
  few = combine.two_stage(column(0), 1, COVER)  # no fewer than k are kept
  for seed in range(4):
    args = pool(seed)
    first, second = choose(column(0), *args), choose(COVER, *args)
    assert sorted(choose(keep_k, *args)) == sorted(first)
    assert sorted(choose(few, *args)) == sorted(first)
    assert choose(keep_all, *args).tolist() == second.tolist()


@pytest.mark.parametrize("reference", ["labelled", "kept"])
def test_two_stage_is_the_second_among_the_kept(reference):
  both = combine.two_stage(column(0), 7, COVER, reference=reference)
  for seed in range(4):
    features, candidates = pool(seed)
    values = np.asarray(features[:, 0])
    kept = [i for i in highest(values, candidates, 7) if i < N]
    mask = np.isin(np.arange(N), kept)
    labelled = np.asarray(candidates.labelled) & (reference == "labelled")
    seen = Candidates(mask, labelled)
    wanted = oracle_cover.k_center(features, seen, K)
    assert choose(both, features, candidates).tolist() == wanted


def test_two_stage_describes_both_and_says_so():
  both = combine.two_stage(BY_NAME["entropy"], 10, COVER)
  assert both.needs == ("probs", "features")
  assert both.paper == "Joshi et al. 2009"
  random = combine.two_stage(BY_NAME["random"], 10, BY_NAME["random"])
  assert random.describe is None and random.needs == ()
  items = choose(random, *pool())
  assert len(set(items.tolist())) == K
  mixed = combine.two_stage(BY_NAME["random"], 7, column(1))
  assert len(set(choose(mixed, *pool()).tolist())) == K


@pytest.mark.parametrize(
  "make",
  [
    lambda: combine.two_stage(COVER, 0, COVER),
    lambda: combine.two_stage(COVER, 3, COVER, reference="all"),
    lambda: combine.dynamic_budget(COVER, COVER, 1.5),
    lambda: combine.capped_per_group(COVER, 0),
  ],
)
def test_wrong_settings_are_errors(make):
  with pytest.raises(ValueError):
    make()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_dynamic_budget_shares_the_batch(share):
  both = combine.dynamic_budget(column(0), COVER, share)
  for seed in range(4):
    features, candidates = pool(seed)
    num_first = {0.0: 0, 0.3: 2, 0.5: 3, 1.0: 5}[share]
    first = highest(np.asarray(features[:, 0]), candidates, num_first)
    picked = np.isin(np.arange(N), first)
    seen = Candidates(
      np.asarray(candidates.available) & ~picked,
      np.asarray(candidates.labelled) | picked,
    )
    more = oracle_cover.k_center(features, seen, K - num_first)
    assert choose(both, features, candidates).tolist() == first + more


@pytest.mark.parametrize(
  ("share", "k", "num_first"), [(0.29, 50, 15), (0.5, 5, 3), (0.3, 4, 1)]
)
def test_a_share_of_the_batch_is_rounded_half_up(share, k, num_first):
  """0.29 of 50 is 14.5, and a little less as a float."""
  scores = jnp.arange(100.0)
  features = jnp.stack([scores, -scores], 1)
  everything = Candidates(jnp.ones(100, bool), jnp.zeros(100, bool))
  both = combine.dynamic_budget(column(0), column(1), share)
  items = np.asarray(choose(both, features, everything, k))
  assert (items >= 50).sum() == num_first


def test_dynamic_budget_leaves_no_hole():
  features, _ = pool()
  available = jnp.arange(N) < 2
  candidates = Candidates(available, ~available)
  both = combine.dynamic_budget(column(0), COVER, 0.5)
  items = choose(both, features, candidates).tolist()
  assert sorted(items[:2]) == [0, 1] and items[2:] == [N] * 3


OF_THREE = Acquisition(
  lambda keys, prediction: prediction.features[:, 0],
  lambda key, scores, candidates, k: select.top_k(
    key, jnp.where(jnp.arange(N) < 3, scores, jnp.nan), candidates, k
  ),
  ("features",),
)
# Has other picks, not only more of them, when it is asked for more.
BY_SLOTS = Acquisition(
  lambda keys, prediction: prediction.features[:, 1],
  lambda key, scores, candidates, k: select.top_k(
    key, jnp.roll(scores, k), candidates, k
  ),
  ("features",),
)


@pytest.mark.parametrize("second", [COVER, BY_SLOTS], ids=["count", "none"])
def test_the_second_makes_up_for_a_first_that_comes_short(second):
  both = combine.dynamic_budget(OF_THREE, second, 0.8)
  features, _ = pool()
  everything = Candidates(jnp.ones(N, bool), jnp.zeros(N, bool))
  items = choose(both, features, everything).tolist()
  assert sorted(items[:3]) == [0, 1, 2] and len(set(items) - {N}) == K
  few = Candidates(jnp.arange(N) < 4, jnp.zeros(N, bool))
  assert sorted(choose(both, features, few).tolist()) == [0, 1, 2, 3, N]


def test_the_second_is_as_ever_where_nothing_is_lacking():
  both = combine.dynamic_budget(column(0), BY_SLOTS, 0.4)
  for seed in range(4):
    features, candidates = pool(seed)
    first = highest(np.asarray(features[:, 0]), candidates, 2)
    seen = as_labelled(candidates, jnp.array(first))
    second = highest(np.roll(features[:, 1], 3), seen, 3)
    assert choose(both, features, candidates).tolist() == first + second


SET = knapsack.knapsack(column(0), 12)
WITHIN = {
  "capped": combine.capped_per_group(SET, 1),
  "capped twice": combine.capped_per_group(combine.capped_per_group(SET, 1), 2),
  "shared": combine.dynamic_budget(SET, SET, 0.4),
}


def with_costs(costs, budget):
  """(scores that fall from item to item, candidates of three groups)."""
  features = jnp.arange(N, 0, -1.0)[:, None]
  return features, Candidates(
    jnp.ones(N, bool),
    jnp.zeros(N, bool),
    groups=jnp.arange(N) // 4,
    costs=jnp.asarray(costs, jnp.float32),
    budget=jnp.float32(budget),
  )


@pytest.mark.parametrize("way", WITHIN)
def test_a_budget_is_given_out_once(way):
  chosen = functools.partial(choose, WITHIN[way])
  items = [i for i in chosen(*with_costs(np.ones(N), 3)).tolist() if i < N]
  assert items == {"shared": [0, 1, 2]}.get(way, [0, 4, 8])
  rng = np.random.default_rng(0)
  for budget in (2.5, 6, 11):
    costs = np.round(rng.uniform(0.5, 4, N), 1)
    items = chosen(*with_costs(costs, budget)).tolist()
    items = [i for i in items if i < N]
    left = budget - costs[items].sum()
    assert left > -1e-5
    others = np.delete(costs, items)
    assert len(items) == K or (others > left - 1e-5).all()


@pytest.mark.parametrize("way", WITHIN)
def test_one_above_the_budget_comes_alone(way):
  costs = np.full(N, 5.0)
  costs[7] = 4
  items = choose(WITHIN[way], *with_costs(costs, 3)).tolist()
  assert items == [7] + [N] * (K - 1)


def test_what_does_not_read_a_budget_is_not_stopped_by_it():
  features, candidates = with_costs(np.full(N, 5.0), 3)
  capped = combine.capped_per_group(column(0), 1)
  assert choose(capped, features, candidates).tolist() == [0, 4, 8, 1, 5]


def test_the_share_halves_with_every_round():
  shares = [combine.decaying_share(t) for t in range(4)]
  assert shares == [1, 0.5, 0.25, 0.125]
  assert combine.decaying_share(0, start=3.0) == 1
  assert combine.decaying_share(5, start=0.2, rate=0) == 0.2


def test_without_neighbours_reads_score_and_features():
  apart = combine.without_neighbours(column(0), 0.85)
  features = jnp.array([[3.0, 0], [2.9, 0.1], [1, 1], [0.5, -1]])
  everything = Candidates(jnp.ones(4, bool), jnp.zeros(4, bool))
  assert choose(apart, features, everything, 4).tolist() == [0, 2, 3, 1]
  assert apart.needs == ("features",)


def capped_by_loop(scores, candidates, k, cap):
  """Down the scores, over and over with a higher cap."""
  groups = np.asarray(candidates.groups)
  order = [i for i in highest(scores, candidates, N) if i < N]
  picks, limit = [], cap
  while order and len(picks) < k:
    for i in list(order):
      if sum(groups[j] == groups[i] for j in picks) < limit and len(picks) < k:
        picks.append(i)
        order.remove(i)
    limit += cap
  return picks + [N] * (k - len(picks))


CAPPED = {cap: combine.capped_per_group(column(0), cap) for cap in (1, 2, 9)}


@hypothesis.settings(max_examples=20, deadline=None)
@hypothesis.given(
  seed=st.integers(0, 10**6),
  num_groups=st.integers(1, 6),
  cap=st.sampled_from([1, 2, 9]),
)
def test_a_capped_score_goes_down_the_scores(seed, num_groups, cap):
  features, candidates = pool(seed, num_groups)
  scores = np.round(np.asarray(features[:, 0]))  # with ties
  features = features.at[:, 0].set(scores)
  items = choose(CAPPED[cap], features, candidates)
  assert items.tolist() == capped_by_loop(scores, candidates, K, cap)


@pytest.mark.parametrize("base", ["random", "cover"])
@pytest.mark.parametrize("cap", [1, 2])
def test_no_group_is_above_the_cap_while_others_have_items(base, cap):
  base = {"random": BY_NAME["random"], "cover": COVER}[base]
  capped = combine.capped_per_group(base, cap)
  for seed in range(10):
    features, candidates = pool(seed, 5)
    items = choose(capped, features, candidates, K, seed)
    real = items[items < N]
    assert len(set(real.tolist())) == len(real)
    assert np.asarray(candidates.available)[real].all()
    assert len(real) == min(K, int(candidates.available.sum()))
    groups = np.asarray(candidates.groups)
    picked = np.bincount(groups[real], minlength=5)
    supply = np.bincount(groups[np.asarray(candidates.available)], minlength=5)
    # Above a cap only when every group that has more has reached it.
    limit = cap * -(-picked.max() // cap)
    left = picked < supply
    assert (picked[left] >= limit - cap).all()


def test_a_cap_that_does_not_bind_changes_nothing():
  loose = combine.capped_per_group(COVER, 100)
  for seed in range(4):
    features, candidates = pool(seed, 3)
    wanted = choose(COVER, features, candidates).tolist()
    assert choose(loose, features, candidates).tolist() == wanted


def test_labelled_items_do_not_count_toward_the_cap():
  features = jnp.array([[5.0], [4], [3], [2]])
  labelled = jnp.array([True, False, False, False])
  groups = jnp.array([900, 900, 900, 7])
  candidates = Candidates(~labelled, labelled, None, groups)
  capped = combine.capped_per_group(column(0), 1)
  assert choose(capped, features, candidates, 2).tolist() == [1, 3]
  # Group 900 is full and so is 7, which has nothing left: the cap rises.
  assert choose(capped, features, candidates, 5).tolist() == [1, 3, 2, 4, 4]


def test_a_cap_with_scores_that_are_not_finite_comes_to_an_end():
  features = jnp.array([[jnp.nan], [1.0], [jnp.nan], [jnp.nan], [2.0]])
  everything = Candidates(
    jnp.ones(5, bool), jnp.zeros(5, bool), None, jnp.array([0, 1, 0, 1, 1])
  )
  capped = combine.capped_per_group(column(0), 1)
  assert choose(capped, features, everything, 5).tolist() == [4, 1, 5, 5, 5]


def test_a_cap_needs_groups():
  features, candidates = pool()
  with pytest.raises(ValueError, match="groups"):
    choose(combine.capped_per_group(column(0), 1), features, candidates)


@pytest.mark.parametrize("k", [0, 1, 20])
def test_combined_choices_of_any_size(k):
  features, candidates = pool(1, 4)
  for combined in (
    combine.two_stage(column(0), 6, COVER),
    combine.dynamic_budget(column(0), COVER, 0.5),
    combine.capped_per_group(COVER, 1),
  ):
    items = choose(combined, features, candidates, k)
    free = int(candidates.available.sum())
    assert items.shape == (k,) and items.dtype == jnp.int32
    assert (items < N).sum() == min(k, free)
