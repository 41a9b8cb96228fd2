"""What every acquisition promises, over every row of BY_NAME."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.base import takes_count
from tests import oracles
from tests.acquisition.contract_pools import (
  ROWS,
  SLOTS,
  SPACE,
  C,
  K,
  N,
  S,
  everything,
  longer,
  predictions,
  some,
  take,
)

# Their draws are tested as distributions, each in its own file.
RANDOM = {
  "random",
  "foreground_random",
  "uniform",
  "clasp_pe",
  "power_bald",
  "softmax_bald",
  "softrank_bald",
  "stochastic_batches",
  "k_dpp",
  "cluster_margin",
  "k_means",
  "key_slices",
  "k_means_pp",
  "lsh",
  "typiclust",
  "usl",
  "badge",
  "alfa_mix",
}


@functools.cache
def keys_of(key, num_items):
  """(keys [num_items] that describe, key that selects)."""
  describing, selecting = jax.random.split(jax.random.key(key))
  return jax.random.split(describing, num_items), selecting


@functools.cache
def plain(name):
  """The choice of K of `some` items, not compiled: no row or slot more."""
  row, (keys, key) = BY_NAME[name], keys_of(0, N)
  given = predictions(space=space_of(name)), some()
  prediction, candidates = jax.tree.map(jnp.asarray, given)
  described = row.describe and row.describe(keys, prediction)
  return row.select(key, described, candidates, K).tolist()


# Compiled once for each way and shape, whatever test and method.
described = jax.jit(
  lambda way, keys, prediction: way(keys, prediction), static_argnums=0
)
selected = jax.jit(lambda way, *args: way(*args), static_argnums=(0, 4))


def describe(name, prediction, key=0):
  keys, _ = keys_of(key, prediction.features.shape[0])
  way = BY_NAME[name].describe
  return way and described(way, keys, prediction)


def choose(name, prediction, candidates, k=K, key=0, junk=7):
  """Items [k] of the compiled choice, an empty slot being N."""
  prediction, candidates = longer(prediction, candidates, junk)
  rows, (_, key) = describe(name, prediction, key), keys_of(key, ROWS)
  way = BY_NAME[name].select
  told = (SLOTS, k) if takes_count(way) else (k,)
  items = np.asarray(selected(way, key, rows, candidates, *told))
  assert items.shape == told[:1] and items.dtype == np.int32
  assert ((items < N) | (items == ROWS)).all() and (items[k:] == ROWS).all()
  return np.minimum(items[:k], N)


def space_of(name):
  """Space for the methods that want it."""
  return SPACE if "space" in BY_NAME[name].needs else ()


@pytest.fixture(params=sorted(BY_NAME))
def name(request):
  return request.param


@pytest.fixture(params=[SPACE, ()], ids=["space", "flat"])
def space(request, name):
  """What `describe` sees; `select` never sees space."""
  needs = set(BY_NAME[name].needs)
  if "space" in needs and not request.param:
    pytest.skip("has no meaning without space")
  if needs <= {"features"} and request.param:
    pytest.skip("does not look at space")
  return request.param


@pytest.mark.parametrize("k", [1, K, SLOTS])
def test_distinct_available_items(name, k):
  items = choose(name, predictions(space=space_of(name)), some(), k)
  assert items.shape == (k,) and items.dtype == np.int32
  real = np.asarray(items[items < N])
  assert len(real) == min(k, 9) == len(set(real.tolist()))
  assert np.asarray(some().available)[real].all()
  assert (items[len(real) :] == N).all()


def test_none_is_no_item(name):
  prediction, candidates = predictions(space=space_of(name)), some()
  row, (keys, key) = BY_NAME[name], keys_of(0, N)

  def choose_none(prediction, candidates):
    rows = row.describe and row.describe(keys, prediction)
    return row.select(key, rows, candidates, 0)

  items = jax.eval_shape(choose_none, prediction, candidates)
  assert items.shape == (0,) and items.dtype == np.int32


def test_nothing_labelled_and_nothing_left(name):
  prediction = predictions(space=space_of(name))
  items = choose(name, prediction, everything(), K)
  assert len(set(items.tolist()) - {N}) == K
  done = Candidates(np.zeros(N, bool), np.ones(N, bool), np.zeros(N, int))
  assert choose(name, prediction, done, K).tolist() == [N] * K


@pytest.mark.parametrize("kind", ["one_hot", "uniform"])
def test_finite_at_the_extremes(name, space, kind):
  flat = np.full((S, N, *space, C), 1 / C)
  sharp = np.zeros((S, N, *space, C))
  sharp[..., 1] = 1
  probs = {"one_hot": sharp, "uniform": flat}[kind]
  base = predictions(space=space)
  prediction = base._replace(
    probs=probs.astype(np.float32),
    evidence=(1e-3 + 1e3 * probs[0]).astype(np.float32),
  )
  rows = describe(name, longer(prediction, some())[0])
  chex.assert_tree_all_finite(jax.tree.map(lambda x: np.asarray(x)[:N], rows))
  items = choose(name, prediction, some(), K)
  assert len(set(items.tolist()) - {N}) == K


def test_duplicates_are_distinct_items(name):
  prediction = take(predictions(space=space_of(name)), np.zeros(N, int))
  items = choose(name, prediction, some(), K)
  assert len(set(items.tolist()) - {N}) == K


def test_permuting_the_pool_permutes_the_choice(name):
  if name in RANDOM:
    pytest.skip("its draw belongs to the place in the pool")
  prediction = predictions(space=space_of(name))
  order = np.random.default_rng(1).permutation(N)
  items = choose(name, prediction, some(), K)
  moved = choose(name, take(prediction, order), some(order), K)
  before, after = levels(name, prediction, items), order[moved]
  assert levels(name, prediction, after).tolist() == before.tolist()


def levels(name, prediction, items):
  """The scores of the items, if that is all a method knows: they may tie."""
  rows = describe(name, longer(prediction, some())[0])
  if isinstance(rows, jax.Array) and rows.ndim == 1:
    return np.asarray(rows)[items]
  return items


def test_items_that_are_not_there_change_nothing(name):
  prediction = predictions(space=space_of(name))
  items = choose(name, prediction, some(), K, junk=8)
  assert choose(name, prediction, some(), K).tolist() == items.tolist()
  assert items.tolist() == plain(name)


def test_block_size_changes_nothing(name, space):
  prediction = predictions(space=space)
  if BY_NAME[name].describe is None:
    pytest.skip("describes nothing")
  keys, _ = keys_of(0, ROWS)
  rows, _ = longer(prediction, some())
  whole, block = describe(name, rows), ROWS // 3
  parts = [
    described(
      BY_NAME[name].describe,
      keys[i : i + block],
      take(rows, np.arange(i, i + block)),
    )
    for i in range(0, ROWS, block)
  ]
  joined = jax.tree.map(lambda *x: np.concatenate(x), *parts)
  jax.tree.map(close, whole, joined)


def close(a, b):
  np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def test_jit_equals_plain(name):
  prediction = predictions(space=space_of(name))
  assert choose(name, prediction, some(), K).tolist() == plain(name)


def test_what_is_not_finite_is_never_picked(name):
  if BY_NAME[name].describe is None:
    pytest.skip("describes nothing")
  prediction = predictions(space=space_of(name))
  prediction.probs[:, 2] = np.nan
  for rows in (prediction.features, prediction.pixels, prediction.evidence):
    rows[2] = np.nan
  items = choose(name, prediction, everything(), SLOTS)
  assert 2 not in items.tolist() and items[11:].tolist() == [N] * 7


def test_masked_voxels_do_not_matter(name):
  if set(BY_NAME[name].needs) <= {"features"}:
    pytest.skip("does not look at space")
  prediction = predictions()
  hidden = ~np.asarray(prediction.mask)[..., None]
  other = predictions(seed=5)
  changed = prediction._replace(
    probs=np.where(hidden[None], other.probs, prediction.probs),
    pixels=np.where(hidden, other.pixels, prediction.pixels),
    evidence=np.where(hidden, other.evidence, prediction.evidence),
  )
  before = choose(name, prediction, some(), K)
  assert choose(name, changed, some(), K).tolist() == before.tolist()


def test_agrees_with_the_oracle(name, space):
  if name not in oracles.CHOICES:
    assert name in RANDOM
    pytest.skip("its draws are tested as a distribution, in its own file")
  for seed in range(5):
    prediction, candidates = predictions(seed, space=space), some()
    items = choose(name, prediction, candidates, K)
    wanted = oracles.CHOICES[name](prediction, candidates, K)
    assert items.tolist() == [int(i) for i in wanted]


def test_every_row_has_an_oracle_or_is_random():
  assert set(BY_NAME) <= set(oracles.CHOICES) | RANDOM


def test_every_row_says_what_it_needs_and_where_it_is_from(name):
  row = BY_NAME[name]
  known = {"probs", "samples", "features", "evidence", "beta", "space"}
  assert set(row.needs) <= known and bool(row.needs) == bool(row.describe)
  assert row.paper or name in RANDOM
