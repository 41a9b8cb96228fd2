import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.comparisons.geometry import unit_rows
from alx.acquisition.joint import submodular, targeted
from tests import oracle_kernels as oracle

N, D = 10, 3
RIGHT, UP, LEFT, BETWEEN = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [1.0, 1.0]
COMPASS = jnp.array([RIGHT, UP, LEFT, BETWEEN])
OBJECTIVES = ["cut", *targeted.KINDS]
few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def among(num_items, labelled=(), labels=None, absent=()):
  known = np.isin(np.arange(num_items), labelled)
  available = ~known & ~np.isin(np.arange(num_items), absent)
  labels = None if labels is None else jnp.asarray(labels, jnp.int32)
  return Candidates(jnp.asarray(available), jnp.asarray(known), labels)


SOME = among(N, [2, 5, 7], [-1, -1, 0, -1, -1, 1, -1, 0, -1, -1], [9])
NOTHING_LABELLED = among(N, absent=[4])


def random_features(seed):
  return np.random.default_rng(seed).standard_normal((N, D))


def inputs():
  """Features that are random, tied, doubled, all the same and extreme."""
  random = random_features(0)
  yield random
  yield np.abs(random)
  yield np.round(random)
  yield random[np.arange(N) // 2]
  yield np.ones((N, D))
  yield np.zeros((N, D))
  yield random * 1e-12
  yield random * 1e12
  yield random + 100


@functools.partial(jax.jit, static_argnames=("function", "k", "options"))
def run(function, features, candidates, k, options=()):
  return function(None, features, candidates, k, **dict(options))


def choose(function, features, candidates, k, **options):
  features = jnp.asarray(features, jnp.float32)
  options = tuple(options.items())
  return run(function, features, candidates, k, options).tolist()


def assert_greedy(function, gain_of, **options):
  for candidates in (SOME, NOTHING_LABELLED):
    for features in inputs():
      features = np.float32(features)
      items = choose(function, features, candidates, 4, **options)
      assert len(set(items) - {N}) == 4
      gain = gain_of(features, candidates, **options)
      assert oracle.regret(items, gain, candidates) < 2e-5


def test_non_similar_is_far_from_the_labelled_and_the_picked():
  # Cosines to 0: 0, -1, 0.7. Then 1 (0 to both); 3 is near to both.
  items = choose(submodular.non_similar, COMPASS, among(4, [0]), 4)
  assert items == [2, 1, 3, 4]


def test_non_similar_without_labels_starts_away_from_the_mean():
  items = choose(submodular.non_similar, COMPASS, among(4), 1)
  means = choose(submodular.non_similar, COMPASS, among(4), 2, aggregate="mean")
  assert items == [2] and means == [2, 0]


def test_the_mean_comes_back_to_a_far_corner():
  # Once 1 is picked, 2 beside it is as close as can be to a pick; its mean
  # cosine to 0 and 1 is about 0, that of 3 is 0.71.
  angles = np.deg2rad([0, 180, 179, 45])
  fan = np.stack([np.cos(angles), np.sin(angles)], 1)
  known = among(4, [0])
  far = choose(submodular.non_similar, fan, known, 2)
  mean = choose(submodular.non_similar, fan, known, 2, aggregate="mean")
  assert far == [1, 3] and mean == [1, 2]


def test_zero_vectors_are_like_nothing():
  rows = jnp.array([RIGHT, [0.0, 0.0], BETWEEN])
  for aggregate in ("max", "mean"):
    items = choose(
      submodular.non_similar, rows, among(3, [0]), 2, aggregate=aggregate
    )
    assert items == [1, 2]


@pytest.mark.parametrize("aggregate", ["max", "mean"])
def test_non_similar_agrees_with_all_pairs(aggregate):
  def gain_of(features, candidates, aggregate):
    how = {"max": np.max, "mean": np.mean}[aggregate]
    return oracle.non_similar(features, candidates, how)

  assert_greedy(submodular.non_similar, gain_of, aggregate=aggregate)


def test_the_largest_sum_of_distances_is_the_least_mean_similarity():
  features = random_features(3)
  near = oracle.cosines(features)
  gain = oracle.increase(lambda a: (1 - near[np.ix_(a, a)]).sum(), [2, 5, 7])
  items = choose(submodular.non_similar, features, SOME, 5, aggregate="mean")
  assert oracle.regret(items, gain, SOME) < 1e-5


def test_graph_cut_by_hand():
  # Row sums 0.71, 1.71, -0.71 and 1.71, each less 0.5 s_aa. Once 3 is in, its
  # cosine of 0.71 with 0 and 1 counts against them.
  near = unit_rows(COMPASS)
  everything = jnp.ones(4, bool)
  objective = submodular.cut(near, everything, jnp.zeros(4, bool), 0.5)
  root = np.sqrt(0.5)
  wanted = [root - 0.5, root + 0.5, -root - 0.5, root + 0.5]
  close(objective.gains(objective.state), wanted)
  after = objective.update(objective.state, 3)
  close(objective.gains(after)[:3], [-0.5, 0.5, -0.5])


def test_graph_cut_without_redundancy_is_the_highest_total_similarity():
  features = random_features(1)
  total = oracle.cosines(features)[:, np.arange(N) != 9].sum(1)
  total[[2, 5, 7, 9]] = -np.inf
  items = choose(submodular.graph_cut, features, SOME, 3, redundancy=0.0)
  assert items == np.argsort(-total)[:3].tolist()


@pytest.mark.parametrize("redundancy", [0.5, 3.0])
def test_graph_cut_agrees_with_the_definition(redundancy):
  assert_greedy(submodular.graph_cut, oracle.graph_cut, redundancy=redundancy)


def weight_of(kind):
  """What `eta` may be beside a kind."""
  return 1.0 if kind == "gcmi" else 0.8


@pytest.mark.parametrize("kind", targeted.KINDS)
def test_information_agrees_with_the_definition(kind):
  assert_greedy(
    targeted.mutual_information,
    oracle.mutual_information,
    kind=kind,
    eta=weight_of(kind),
  )


def close(a, b, tolerance=1e-5):
  np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


# The four laws of submodlib's tests, for every objective.

TARGETS, PRIVATE = [0, 4], [6]


def objective_of(name, features):
  rows = unit_rows(jnp.asarray(features, jnp.float32))
  everything = jnp.ones(N, bool)
  if name == "cut":
    return submodular.cut(rows, everything, ~everything, 0.5)
  targets = targeted.first_of(jnp.isin(jnp.arange(N), jnp.array(TARGETS)), 3)
  private = jnp.isin(jnp.arange(N), jnp.array(PRIVATE))
  make = targeted.KINDS[name]
  return make(rows, everything, targets, private, 0.7, 4)


def function_of(name, features):
  near = oracle.cosines(np.float32(features))
  everything = list(range(N))
  if name == "cut":
    return functools.partial(oracle.cut, near, everything, 0.5)
  return functools.partial(
    oracle.INFORMATION[name], near, everything, TARGETS, PRIVATE, 0.7
  )


@functools.partial(jax.jit, static_argnums=0)
def gains_after(name, features, items):
  """[n + 1, N] gains with none, one, ... of the items in the set."""
  objective = objective_of(name, features)
  state, gains = objective.state, [objective.gains(objective.state)]
  for item in items:
    state = objective.update(state, item)
    gains.append(objective.gains(state))
  return jnp.stack(gains)


@pytest.mark.parametrize("name", OBJECTIVES)
@few
@given(seeds)
def test_gains_are_those_of_the_function(name, seed):
  rng = np.random.default_rng(seed)
  features, items = rng.standard_normal((N, D)), rng.permutation(N)[:3]
  f = function_of(name, np.float32(features))
  assert f([]) == 0
  gains = np.asarray(gains_after(name, np.float32(features), items))
  for count in range(4):
    picks = items[:count].tolist()
    rest = [i for i in range(N) if i not in picks]
    wanted = [f([*picks, i]) - f(picks) for i in rest]
    close(gains[count][rest], wanted, 1e-3 if name == "logdetmi" else 2e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
@few
@given(seeds)
def test_what_is_remembered_does_not_depend_on_the_order(name, seed):
  rng = np.random.default_rng(seed)
  features, items = rng.standard_normal((N, D)), rng.permutation(N)[:3]
  features = np.float32(features)
  forth = gains_after(name, features, items)[-1]
  back = gains_after(name, features, items[::-1])[-1]
  rest = np.setdiff1d(np.arange(N), items)
  close(forth[rest], back[rest], 1e-3 if name == "logdetmi" else 1e-5)


@pytest.mark.parametrize("name", ["cut", "flqmi", "flvmi", "flcmi", "com"])
@few
@given(seeds)
def test_gains_diminish(name, seed):
  rng = np.random.default_rng(seed)
  features = np.abs(rng.standard_normal((N, D)))
  items = rng.permutation(N)[:3]
  gains = np.asarray(gains_after(name, np.float32(features), items))
  rest = np.setdiff1d(np.arange(N), items)
  assert (np.diff(gains[:, rest], axis=0) < 1e-5).all()


@pytest.mark.parametrize("kind", ["flqmi", "flvmi", "com"])
def test_greedy_is_near_the_best_pair(kind):
  for seed in range(3):
    features = np.abs(random_features(seed))
    free = np.flatnonzero(SOME.available)
    near = oracle.cosines(np.float32(features))
    ground = list(oracle.there(SOME))
    f = functools.partial(
      oracle.INFORMATION[kind], near, ground, oracle.targets_of(SOME), [], 1.0
    )
    pairs = [f(list(pair)) for pair in itertools.combinations(free, 2)]
    items = choose(targeted.mutual_information, features, SOME, 2, kind=kind)
    assert f(items) >= (1 - 1 / np.e) * max(pairs)


@few
@given(seeds)
def test_graph_cut_information_is_modular(seed):
  features = np.float32(random_features(seed))
  gains = np.asarray(gains_after("gcmi", features, np.arange(3)))
  assert (gains == gains[:1]).all()
  items = choose(targeted.mutual_information, features, SOME, 3, kind="gcmi")
  total = oracle.cosines(features)[:, [5]].sum(1)
  total[[2, 5, 7, 9]] = -np.inf
  assert items == np.argsort(-total)[:3].tolist()


def test_conditional_gain_given_the_labelled_is_graph_cut():
  # f(A) - 2 lam sum_{A x P} s, P the labelled (Kothawade et al. 2021).
  features = np.float32(random_features(4))
  near, ground = oracle.cosines(features), oracle.there(SOME)

  def f(items):
    shared = near[np.ix_(items, [2, 5, 7])].sum()
    return oracle.cut(near, ground[ground != 9], 0.4, items) - 2 * 0.4 * shared

  items = choose(submodular.graph_cut, features, SOME, 4, redundancy=0.4)
  assert oracle.regret(items, oracle.increase(f), SOME) < 1e-5


@pytest.mark.parametrize("kind", ["flvmi", "flcmi"])
def test_old_gains_as_bounds_change_no_pick(kind):
  features = np.abs(np.random.default_rng(0).standard_normal((300, D)))
  known = among(300, range(0, 60), np.arange(300) % 7, range(250, 300))
  features = jnp.asarray(features, jnp.float32)

  @jax.jit
  def both(features, known):
    rows = unit_rows(features)
    wanted = targeted.first_of(targeted.targets_of(known, 3), 8)
    others = known.labelled & (known.labels != 3)
    make = targeted.KINDS[kind]
    objective = make(rows, known.present, wanted, others, 1.0, 30)
    plain = objective._replace(gains_of=None)
    return [
      submodular.maximise(f, known.available, 30) for f in (objective, plain)
    ]

  lazy, plain = both(features, known)
  assert lazy.tolist() == plain.tolist()


def targets(candidates, target_class=None):
  found = targeted.targets_of(candidates, target_class)
  return np.flatnonzero(found).tolist()


def test_the_targets_are_the_rarest_labelled_class():
  labels = [0, 0, 1, 1, 1, 2, 2, -1]
  assert targets(among(8, range(8), labels)) == [0, 1]  # 0 and 2 are as rare
  assert targets(among(8, range(1, 8), labels)) == [1]
  assert targets(among(8, range(8), labels), 1) == [2, 3, 4]
  # The label of an item that is not labelled is not known yet.
  assert targets(among(8, [3, 4, 5, 6], labels), 0) == [3, 4, 5, 6]


def test_without_known_classes_all_labelled_are_targets():
  assert targets(among(4, [1, 3])) == [1, 3]
  assert targets(among(4, [1, 3], [-1] * 4)) == [1, 3]
  assert targets(among(4, [], [-1] * 4, [2])) == [0, 1, 3]


def test_the_first_targets_are_kept():
  kept = targeted.first_of(jnp.array([False, True, True, False, True]), 2)
  assert kept.items.tolist() == [1, 2] and kept.real.tolist() == [True] * 2
  kept = targeted.first_of(jnp.array([False, True, False]), 5)
  assert kept.real.tolist() == [True, False, False]


def test_rare_cases_are_found():
  # Two clusters; the labelled one of class 1 lies in the second.
  rng = np.random.default_rng(0)
  centres = np.array([[5.0, 0.0, 0.0]] * 6 + [[0.0, 5.0, 0.0]] * 4)
  features = centres + 0.1 * rng.standard_normal((N, D))
  labels = [0, 0, -1, -1, -1, -1, 1, -1, -1, -1]
  known = among(N, [0, 1, 6], labels)
  for kind in targeted.KINDS:
    options = {"kind": kind, "eta": weight_of(kind)}
    items = choose(targeted.mutual_information, features, known, 4, **options)
    assert items[0] in (7, 8, 9)


def test_labels_that_arrive_do_not_compile_again():
  features = jnp.asarray(random_features(0), jnp.float32)
  count = run._cache_size
  for kind in ("flqmi", "flvmi"):
    options = (("kind", kind),)
    run(targeted.mutual_information, features, SOME, 2, options)
    before = count()
    more = SOME._replace(
      available=SOME.available.at[0].set(False),
      labelled=SOME.labelled.at[0].set(True),
      labels=SOME.labels.at[0].set(3),
    )
    run(targeted.mutual_information, features, more, 2, options)
    assert count() == before


@pytest.mark.parametrize(
  ("function", "options", "message"),
  [
    (submodular.non_similar, {"aggregate": "sum"}, "max, mean"),
    (targeted.mutual_information, {"kind": "no"}, "flqmi"),
    (targeted.mutual_information, {"eta": 0.0}, "eta"),
    (targeted.mutual_information, {"kind": "logdetmi", "eta": 2.0}, "eta"),
  ],
)
def test_what_cannot_be_is_refused(function, options, message):
  with pytest.raises(ValueError, match=message):
    function(None, COMPASS, among(4), 1, **options)
