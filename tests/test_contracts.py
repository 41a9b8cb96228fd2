"""What every acquisition promises, over every row of BY_NAME."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.prediction import Prediction
from tests import oracles

N, S, C, D = 12, 3, 4, 5
SPACE = (3, 2)
RANDOM = {"random", "foreground_random"}


def predictions(seed=0, num_items=N, space=SPACE):
  rng = np.random.default_rng(seed)
  logits = 2 * rng.standard_normal((S, num_items, *space, C))
  logits[:, ::3, ..., 0] += 8  # every third item: nothing but background
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  mask = rng.random((num_items, *space)) < (0.8 if space else 1.0)
  return Prediction(
    jnp.asarray(probs, jnp.float32),
    jnp.asarray(rng.standard_normal((num_items, D)), jnp.float32),
    jnp.asarray(mask),
  )


def take(prediction, items):
  return Prediction(
    prediction.probs[:, items],
    prediction.features[items],
    prediction.mask[items],
  )


def choose(name, prediction, available, k, key=0):
  row = BY_NAME[name]
  key_describe, key_select = jax.random.split(jax.random.key(key))
  described = row.describe and row.describe(key_describe, prediction)
  return np.asarray(row.select(key_select, described, available, k))


@pytest.fixture(params=sorted(BY_NAME))
def name(request):
  return request.param


@pytest.fixture(params=[SPACE, ()], ids=["space", "flat"])
def space(request, name):
  if BY_NAME[name].spatial and not request.param:
    pytest.skip("has no meaning without space")
  return request.param


def some_available():
  return jnp.arange(N) % 4 != 1  # 9 of 12


@pytest.mark.parametrize("k", [0, 1, 9, 12, 15])
def test_distinct_available_items(name, space, k):
  available = some_available()
  items = choose(name, predictions(space=space), available, k)
  assert items.shape == (k,) and items.dtype == np.int32
  real = items[items < N]
  assert len(real) == min(k, 9) == len(set(real.tolist()))
  assert np.asarray(available)[real].all()
  assert (items[len(real) :] == N).all()


@pytest.mark.parametrize("kind", ["one_hot", "uniform"])
def test_finite_at_the_extremes(name, space, kind):
  flat = np.full((S, N, *space, C), 1 / C)
  sharp = np.zeros((S, N, *space, C))
  sharp[..., 1] = 1
  probs = {"one_hot": sharp, "uniform": flat}[kind]
  base = predictions(space=space)
  prediction = base._replace(probs=jnp.asarray(probs, jnp.float32))
  described = BY_NAME[name].describe and BY_NAME[name].describe(
    jax.random.key(0), prediction
  )
  assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(described))
  items = choose(name, prediction, some_available(), 4)
  assert len(set(items.tolist())) == 4


def test_permuting_the_pool_permutes_the_choice(name, space):
  if name in RANDOM:
    pytest.skip("its draw belongs to the place in the pool")
  prediction, available = predictions(space=space), some_available()
  order = np.random.default_rng(1).permutation(N)
  items = choose(name, prediction, available, 5)
  moved = choose(name, take(prediction, order), available[order], 5)
  assert order[moved].tolist() == items.tolist()


def test_more_unavailable_rows_change_nothing(name, space):
  prediction, available = predictions(space=space), some_available()
  again = np.array([*range(N), 1, 5])  # two rows that are not available
  items = choose(name, prediction, available, 5)
  more = choose(name, take(prediction, again), available[again], 5)
  assert more.tolist() == items.tolist()


def test_block_size_changes_nothing(name, space):
  row, prediction = BY_NAME[name], predictions(space=space)
  if row.describe is None:
    pytest.skip("describes nothing")
  key = jax.random.key(0)
  whole = row.describe(key, prediction)
  parts = [
    row.describe(key, take(prediction, np.arange(i, i + 4)))
    for i in range(0, N, 4)
  ]
  joined = jax.tree.map(lambda *x: jnp.concatenate(x), *parts)
  jax.tree.map(np.testing.assert_array_equal, whole, joined)


def test_jit_equals_plain(name, space):
  prediction, available = predictions(space=space), some_available()
  plain = choose(name, prediction, available, 5)
  jitted = jax.jit(choose_traced, static_argnums=(0, 3))(
    name, prediction, available, 5
  )
  assert np.asarray(jitted).tolist() == plain.tolist()


def choose_traced(name, prediction, available, k):
  row = BY_NAME[name]
  key_describe, key_select = jax.random.split(jax.random.key(0))
  described = row.describe and row.describe(key_describe, prediction)
  return row.select(key_select, described, available, k)


def test_a_score_that_is_not_finite_is_never_picked(name, space):
  if BY_NAME[name].describe is None:
    pytest.skip("describes nothing")
  prediction = predictions(space=space)
  broken = prediction._replace(
    probs=prediction.probs.at[:, 2].set(jnp.nan),
    features=prediction.features.at[2].set(jnp.nan),
  )
  if name == "foreground_random":
    pytest.skip("a prediction that is not a number holds no foreground")
  items = choose(name, broken, jnp.ones(N, bool), N)
  assert 2 not in items.tolist() and items[-1] == N


def test_masked_voxels_do_not_matter(name):
  prediction = predictions()
  hidden = ~np.asarray(prediction.mask)[None, ..., None]
  other = predictions(seed=5).probs
  changed = prediction._replace(
    probs=jnp.where(hidden, other, prediction.probs)
  )
  available = some_available()
  before = choose(name, prediction, available, 6)
  assert choose(name, changed, available, 6).tolist() == before.tolist()


def test_agrees_with_the_oracle(name, space):
  if name not in oracles.CHOICES:
    assert name in RANDOM
    return
  for seed in range(5):
    prediction, available = predictions(seed, space=space), some_available()
    items = choose(name, prediction, available, 6)
    wanted = oracles.CHOICES[name](prediction, np.asarray(available), 6)
    assert items.tolist() == wanted


def test_every_row_has_an_oracle():
  assert set(oracles.CHOICES) | RANDOM == set(BY_NAME)
