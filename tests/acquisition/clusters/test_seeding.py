import collections
import functools
import math
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.clusters import seeding
from alx.acquisition.scores.embeddings import Factors, plain

LAWS = settings(max_examples=20, deadline=None)
DRAWS = 2500
SLOTS = 6
# Three clusters of four, the last one around the origin.
SQUARE = np.array([[10.0, 10.0], [10.5, 9.5], [9.5, 10.5], [10.2, 10.2]])
ORIGIN = np.array([[0.2, -0.2], [-0.2, 0.2], [0.1, 0.1], [-0.1, -0.1]])
CLUSTERS = jnp.asarray(np.concatenate([SQUARE, -SQUARE, ORIGIN]), jnp.float32)


def free(num_items):
  return Candidates(np.ones(num_items, bool), np.zeros(num_items, bool))


@functools.partial(jax.jit, static_argnames=("k", "first", "power"))
def choose(key, factors, candidates, k, first="norm", power=2.0):
  return seeding.d2_sampling(
    key, factors, candidates, k, first=first, power=power
  )


def draws_of(factors, candidates, k, first, power, block=8):
  def one(key):
    return seeding.d2_sampling(
      key, factors, candidates, k, first=first, power=power
    )

  with mock.patch.object(seeding, "_BLOCK", block):
    return jax.vmap(one)(jax.random.split(jax.random.key(3), DRAWS))


compiled = jax.jit(draws_of, static_argnums=(2, 3, 4))


def draw_many(factors, k, first="norm", power=2.0, function=compiled):
  """[DRAWS, k] picks: the first k of 4 among 6 slots, compiled once."""
  missing = SLOTS - len(factors.left)
  rows = jax.tree.map(lambda x: np.pad(x, ((0, missing), (0, 0))), factors)
  candidates = jax.tree.map(
    lambda x: np.pad(x, (0, missing)), free(len(factors.left))
  )
  return np.asarray(function(rows, candidates, 4, first, power))[:, :k]


def line(*points):
  """Vectors of 12 numbers that lie on a line."""
  x = np.asarray(points, np.float32)
  halves = np.full((len(points), 4), 0.5, np.float32)
  return Factors(x[:, None] * np.eye(3, dtype=np.float32)[:1], halves)


def dense(factors):
  return np.einsum(
    "nc,nd->ncd",
    np.asarray(factors.left, np.float64),
    np.asarray(factors.right, np.float64),
  ).reshape(len(factors.left), -1)


def law(vectors, k, first="norm", power=2.0):
  """{ordered picks: probability} by enumeration."""
  norms = np.square(vectors).sum(1)
  count = len(vectors)
  found = collections.defaultdict(float)
  starts = {int(norms.argmax()): 1.0}
  if first == "uniform" or not norms.any():
    starts = dict.fromkeys(range(count), 1 / count)

  def extend(picks, probability):
    if len(picks) == k:
      found[tuple(picks)] += probability
      return
    away = vectors[:, None] - vectors[picks][None]
    distance = np.square(away).sum(-1).min(1) ** (power / 2)
    rest = [i for i in range(count) if i not in picks]
    if not distance.any():
      distance = np.isin(np.arange(count), rest).astype(float)
    for i in rest:
      if distance[i] > 0:
        extend([*picks, i], probability * distance[i] / distance.sum())

  for start, probability in starts.items():
    extend([start], probability)
  return found


def assert_law(picks, wanted):
  """Chi-square within 4.5 standard deviations of its mean."""
  draws = collections.Counter(map(tuple, picks.tolist()))
  assert set(draws) <= set(wanted)
  likely = {p: q for p, q in wanted.items() if q * len(picks) >= 5}
  expected = np.array([q * len(picks) for q in likely.values()])
  found = np.array([draws[p] for p in likely])
  if len(expected) == 1:
    assert found[0] == len(picks)
    return
  statistic = (np.square(found - expected) / expected).sum()
  freedom = len(expected) - 1
  assert statistic < freedom + 4.5 * math.sqrt(2 * freedom) + 4


def factors_of(seed, duplicates=True):
  rng = np.random.default_rng(seed)
  left, right = rng.standard_normal((6, 3)), rng.standard_normal((6, 4))
  if duplicates:
    left[4], right[4] = left[1], right[1]
    left[5] = 0
  return Factors(jnp.asarray(left, "f"), jnp.asarray(right, "f"))


@pytest.mark.parametrize(
  ("first", "power"), [("norm", 2.0), ("uniform", 2.0), ("norm", 1.0)]
)
def test_law_by_enumeration(first, power):
  factors = factors_of(0)
  picks = draw_many(factors, 3, first, power)
  assert_law(picks[:, :2], law(dense(factors), 2, first, power))
  assert_law(picks, law(dense(factors), 3, first, power))


@pytest.mark.parametrize(("few", "block"), [(8, 4), (0, 8)])
def test_law_with_old_and_with_new_weights(monkeypatch, few, block):
  # With `few` 0 the weights stay those of the first pick.
  monkeypatch.setattr(seeding, "_PROPOSALS", 2)
  monkeypatch.setattr(seeding, "_FEW", few)
  anew = functools.partial(draws_of, block=block)
  anew = jax.jit(anew, static_argnums=(2, 3, 4))
  factors = factors_of(7, duplicates=few > 0)
  picks = draw_many(factors, 4, function=anew)
  assert_law(picks, law(dense(factors), 4))


def test_pairs_on_a_line_by_hand():
  # From 4: squares 16, 9, 1 for 0, 1, 3; sum 26.
  wanted = {(3, 0): 16 / 26, (3, 1): 9 / 26, (3, 2): 1 / 26}
  found = law(np.array([[0.0], [1.0], [3.0], [4.0]]), 2)
  assert all(math.isclose(found[p], q) for p, q in wanted.items())
  assert_law(draw_many(line(0, 1, 3, 4), 2), wanted)


@pytest.mark.parametrize("first", ["norm", "uniform"])
def test_all_zero_is_uniform(first):
  picks = draw_many(line(0, 0, 0, 0, 0), 2, first)
  assert_law(picks, law(np.zeros((5, 2)), 2))


def test_once_everything_is_covered_the_rest_is_uniform():
  x = np.array([3.0, 3.0, 3.0, 1.0, 1.0])
  picks = draw_many(line(*x), 4)
  assert (picks[:, 0] == 0).all() and (picks[:, 1] >= 3).all()
  assert_law(picks, law(x[:, None], 4))


def test_first_by_length_and_ties_to_the_lowest_id():
  assert (draw_many(line(1, -3, 3), 1) == 1).all()


def test_two_far_clusters_get_one_each():
  picks = draw_many(line(0, 1, 0.5, 1e4, 1e4 + 1), 2)
  assert ((picks < 3).sum(1) == 1).all()


def farthest_first(vectors, k, available):
  free = [int(i) for i in np.flatnonzero(available)]
  norms = np.square(vectors).sum(1)
  picks = [max(free, key=lambda i: norms[i])]
  while len(picks) < k:
    free.remove(picks[-1])
    away = vectors[:, None] - vectors[picks][None]
    reach = np.square(away).sum(-1).min(1)
    picks.append(max(free, key=lambda i: reach[i]))
  return picks


def test_infinite_power_is_farthest_first():
  for seed in range(5):
    rng = np.random.default_rng(seed)
    factors = Factors(
      jnp.asarray(rng.standard_normal((40, 3)), jnp.float32),
      jnp.asarray(rng.standard_normal((40, 4)), jnp.float32),
    )
    available = jnp.asarray(rng.random(40) < 0.7)
    candidates = Candidates(available, ~available)
    key = jax.random.key(seed)
    items = choose(key, factors, candidates, 6, power=math.inf)
    assert items.tolist() == farthest_first(dense(factors), 6, available)


def test_power_0_is_uniform_among_what_is_not_covered():
  picks = draw_many(line(9, 9, 1, 0.5, -4), 2, power=0.0)
  assert_law(picks, {(0, i): 1 / 3 for i in (2, 3, 4)})


def test_points_that_are_picked_are_not_picked_again():
  same = jnp.repeat(CLUSTERS[:4], 3, 0)
  for seed in range(10):
    items = choose(jax.random.key(seed), plain(same), free(12), 12)
    assert sorted(items.tolist()) == list(range(12))
    assert len({i // 3 for i in items[:4].tolist()}) == 4


def test_a_cluster_at_the_origin_is_covered_too():
  # The origin is no pick: after one of each of the others it is far from all.
  keys = jax.random.split(jax.random.key(0), 300)
  picks = jax.lax.map(lambda k: choose(k, plain(CLUSTERS), free(12), 12), keys)
  assert (
    np.mean([len({i // 4 for i in p[:3]}) == 3 for p in picks.tolist()]) > 0.95
  )


def test_every_later_pick_in_a_large_pool_lowers_the_sum_as_the_law_does():
  rng = np.random.default_rng(0)
  centres = 6 * rng.standard_normal((30, 8))
  x = centres[rng.integers(0, 30, 3000)] + rng.standard_normal((3000, 8))
  x = x.astype("f")

  def left_over(picks):
    gram = np.square(x).sum(1)[:, None] + np.square(x[picks]).sum(1)[None]
    return (gram - 2 * x @ x[picks].T).min(1).sum()

  def plainly(rng, k):
    picks = [int(np.square(x).sum(1).argmax())]
    nearest = np.square(x - x[picks[0]]).sum(1)
    for _ in range(k - 1):
      picks.append(int(rng.choice(3000, p=nearest / nearest.sum())))
      nearest = np.minimum(nearest, np.square(x - x[picks[-1]]).sum(1))
    return picks

  ours = [
    left_over(np.asarray(choose(jax.random.key(i), plain(x), free(3000), 60)))
    for i in range(30)
  ]
  theirs = [left_over(plainly(np.random.default_rng(i), 60)) for i in range(30)]
  error = math.sqrt((np.var(ours) + np.var(theirs)) / 29)
  assert abs(np.mean(ours) - np.mean(theirs)) < 4 * error


def test_absent_items_at_the_end_change_nothing():
  rng = np.random.default_rng(1)
  x = rng.standard_normal((50, 4)).astype("f")
  padded = np.concatenate([x, np.full((30, 4), np.nan, "f")])
  absent = jax.tree.map(lambda a: np.pad(a, (0, 30)), free(50))
  for seed in range(5):
    key = jax.random.key(seed)
    before = choose(key, plain(x), free(50), 20).tolist()
    assert choose(key, plain(padded), absent, 20).tolist() == before


@LAWS
@given(st.integers(0, 2**16), st.sampled_from(["grid", "zero", "huge", "nan"]))
def test_distinct_available_and_filled(seed, kind):
  rng = np.random.default_rng(seed)
  x = rng.integers(-1, 2, (12, 2)).astype("f")
  x = {"grid": x, "zero": 0 * x, "huge": 1e12 * x, "nan": x}[kind]
  x[0] = np.nan if kind == "nan" else x[0]
  available = jnp.asarray(rng.random(12) < 0.6)
  candidates = Candidates(available, ~available)
  items = choose(jax.random.key(seed), plain(jnp.asarray(x)), candidates, 12)
  real = items[items < 12].tolist()
  usable = np.asarray(available) & np.isfinite(x).all(1)
  assert len(real) == usable.sum() == len(set(real))
  assert usable[real].all() and (items[len(real) :] == 12).all()


def test_works_under_vmap_over_keys():
  keys = jax.random.split(jax.random.key(0), 4)
  of = jax.vmap(lambda key: choose(key, plain(CLUSTERS), free(12), 12))
  singly = [choose(key, plain(CLUSTERS), free(12), 12).tolist() for key in keys]
  assert of(keys).tolist() == singly


def test_first_is_checked():
  with pytest.raises(ValueError, match="not 'median'"):
    seeding.d2_sampling(None, plain(CLUSTERS), free(12), 1, first="median")


def test_progress_is_told():
  told = []

  @jax.jit
  def ask(key, factors):
    return seeding.d2_sampling(
      key,
      factors,
      free(12),
      5,
      progress=lambda done, total: told.append((done, total)),
    )

  items = ask(jax.random.key(0), plain(CLUSTERS))
  jax.block_until_ready(items)
  jax.effects_barrier()
  assert told[-1] == (5, 5)
