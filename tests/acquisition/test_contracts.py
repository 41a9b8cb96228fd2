"""What every acquisition promises, over every row of BY_NAME."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.prediction import Prediction
from tests import oracles

N, S, C, D, W, K = 12, 3, 4, 5, 3, 6
SPACE = (3, 2)
# Their draws are tested as distributions, each in its own file.
RANDOM = {
  "random",
  "foreground_random",
  "power_bald",
  "softmax_bald",
  "softrank_bald",
  "stochastic_batches",
  "k_dpp",
  "cluster_margin",
  "k_means",
  "k_means_pp",
  "lsh",
  "typiclust",
  "usl",
  "badge",
  "alfa_mix",
}


def predictions(seed=0, num_items=N, space=SPACE):
  rng = np.random.default_rng(seed)
  logits = 2 * rng.standard_normal((S, num_items, *space, C))
  logits[:, ::3, ..., 0] += 8  # every third item: nothing but background
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  mask = rng.random((num_items, *space)) < (0.8 if space else 1.0)
  features = rng.standard_normal((num_items, D))
  pixels = rng.standard_normal((num_items, *space, W)) if space else features
  arrays = probs, features, mask, pixels, np.exp(logits[0])
  probs, features, mask, pixels, evidence = map(as_jax, arrays)
  return Prediction(probs, features, mask, pixels, evidence)


def as_jax(array):
  return jnp.asarray(array, bool if array.dtype == bool else jnp.float32)


def items_first(prediction):
  """The axis of items before that of samples; again: back."""
  return prediction._replace(probs=jnp.swapaxes(prediction.probs, 0, 1))


def take(prediction, items):
  return items_first(jax.tree.map(lambda x: x[items], items_first(prediction)))


def choose_plain(name, prediction, candidates, k=K, key=0):
  row = BY_NAME[name]
  key_describe, key_select = jax.random.split(jax.random.key(key))
  keys = jax.random.split(key_describe, candidates.available.shape[0])
  described = row.describe and row.describe(keys, prediction)
  return row.select(key_select, described, candidates, k)


@functools.partial(jax.jit, static_argnums=0)
def describe(name, keys, prediction):
  return BY_NAME[name].describe(keys, prediction)


# Compiled once for each way to select, k and shape, whatever test and method.
select = jax.jit(lambda way, *args: way(*args), static_argnums=(0, 4))


def choose(name, prediction, candidates, k=K, key=0):
  """`choose_plain`, compiled."""
  row = BY_NAME[name]
  key_describe, key_select = jax.random.split(jax.random.key(key))
  keys = jax.random.split(key_describe, candidates.available.shape[0])
  described = row.describe and describe(name, keys, prediction)
  return select(row.select, key_select, described, candidates, k)


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


def some(order=None):
  """9 of 12 are available; the others are labelled, with 2 of 4 classes."""
  order = np.arange(N) if order is None else order
  available = np.arange(N) % 4 != 1
  labels = np.where(available, -1, np.arange(N) // 4 % 2)
  arrays = available[order], ~available[order], labels[order]
  return Candidates(*map(jnp.asarray, arrays))


def everything():
  """Of the same types as `some`: weak ones would be compiled again."""
  arrays = np.ones(N, bool), np.zeros(N, bool), np.full(N, -1)
  return Candidates(*map(jnp.asarray, arrays))


@pytest.mark.parametrize("k", [1, K, 15])
def test_distinct_available_items(name, k):
  items = choose(name, predictions(space=space_of(name)), some(), k)
  assert items.shape == (k,) and items.dtype == np.int32
  real = np.asarray(items[items < N])
  assert len(real) == min(k, 9) == len(set(real.tolist()))
  assert np.asarray(some().available)[real].all()
  assert (items[len(real) :] == N).all()


def test_none_is_no_item(name):
  prediction = predictions(space=space_of(name))
  items = jax.eval_shape(lambda: choose_plain(name, prediction, some(), k=0))
  assert items.shape == (0,) and items.dtype == np.int32


def test_nothing_labelled_and_nothing_left(name):
  prediction = predictions(space=space_of(name))
  items = choose(name, prediction, everything(), K)
  assert len(set(items.tolist()) - {N}) == K
  done = Candidates(jnp.zeros(N, bool), jnp.ones(N, bool), jnp.zeros(N, int))
  assert choose(name, prediction, done, K).tolist() == [N] * K


@pytest.mark.parametrize("kind", ["one_hot", "uniform"])
def test_finite_at_the_extremes(name, space, kind):
  flat = np.full((S, N, *space, C), 1 / C)
  sharp = np.zeros((S, N, *space, C))
  sharp[..., 1] = 1
  probs = {"one_hot": sharp, "uniform": flat}[kind]
  base = predictions(space=space)
  prediction = base._replace(
    probs=jnp.asarray(probs, jnp.float32),
    evidence=jnp.asarray(1e-3 + 1e3 * probs[0], jnp.float32),
  )
  keys = jax.random.split(jax.random.key(0), N)
  described = BY_NAME[name].describe and describe(name, keys, prediction)
  chex.assert_tree_all_finite(described)
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
  keys = jax.random.split(jax.random.key(0), N)
  described = describe(name, keys, prediction)
  if isinstance(described, jax.Array) and described.ndim == 1:
    return np.asarray(described)[np.asarray(items)]
  return np.asarray(items)


def test_items_that_are_not_there_change_nothing(name):
  prediction = predictions(space=space_of(name))
  junk = take(predictions(7, space=space_of(name)), np.arange(3))
  junk = junk._replace(features=junk.features.at[1].set(jnp.nan))
  padded = jax.tree.map(
    lambda x, y: jnp.concatenate([x, y]),
    items_first(prediction),
    items_first(junk),
  )
  absent = jax.tree.map(
    lambda x, fill: jnp.pad(x, (0, 3), constant_values=fill),
    some(),
    Candidates(False, False, -1),
  )
  items = choose(name, prediction, some(), K)
  other = choose(name, items_first(padded), absent, K)
  assert other.tolist() == items.tolist()


def test_block_size_changes_nothing(name, space):
  prediction = predictions(space=space)
  if BY_NAME[name].describe is None:
    pytest.skip("describes nothing")
  keys = jax.random.split(jax.random.key(0), N)
  whole = describe(name, keys, prediction)
  parts = [
    describe(name, keys[i : i + 4], take(prediction, np.arange(i, i + 4)))
    for i in range(0, N, 4)
  ]
  joined = jax.tree.map(lambda *x: jnp.concatenate(x), *parts)
  jax.tree.map(close, whole, joined)


def close(a, b):
  np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def test_jit_equals_plain(name):
  prediction = predictions(space=space_of(name))
  plain = choose_plain(name, prediction, some())
  assert choose(name, prediction, some(), K).tolist() == plain.tolist()


def test_what_is_not_finite_is_never_picked(name):
  if BY_NAME[name].describe is None:
    pytest.skip("describes nothing")
  prediction = predictions(space=space_of(name))
  broken = prediction._replace(
    probs=prediction.probs.at[:, 2].set(jnp.nan),
    features=prediction.features.at[2].set(jnp.nan),
    pixels=prediction.pixels.at[2].set(jnp.nan),
    evidence=prediction.evidence.at[2].set(jnp.nan),
  )
  if name == "foreground_random":
    pytest.skip("a prediction that is not a number holds no foreground")
  items = choose(name, broken, everything(), 15)
  assert 2 not in items.tolist() and items[11:].tolist() == [N] * 4


def test_masked_voxels_do_not_matter(name):
  if set(BY_NAME[name].needs) <= {"features"}:
    pytest.skip("does not look at space")
  prediction = predictions()
  hidden = ~np.asarray(prediction.mask)[..., None]
  other = predictions(seed=5)
  changed = prediction._replace(
    probs=jnp.where(hidden[None], other.probs, prediction.probs),
    pixels=jnp.where(hidden, other.pixels, prediction.pixels),
    evidence=jnp.where(hidden, other.evidence, prediction.evidence),
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
