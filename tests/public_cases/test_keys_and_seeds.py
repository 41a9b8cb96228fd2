"""Old-style keys, and seeds that are too large.

See jax-ml/jax#4745 and blackjax-devs/blackjax#703.
"""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx.acquisition import BY_NAME
from alx.keys import as_key, check_seed
from alx.loop import make_loop
from alx.loop.pool_loop import make_pool_loop
from alx.runs.settings.config import Config
from alx.training.settings import Asking
from tests import problems

RAW, TYPED = jax.random.PRNGKey(5), jax.random.key(5)


def choose(key):
  return alx.query("random", k=3, n=30, key=key).tolist()


@pytest.mark.parametrize(
  "key",
  [
    RAW,
    np.asarray(RAW),
    5,
    np.int64(5),
    np.uint8(5),
    jnp.int32(5),
    np.array(5),
  ],
)
def test_all_forms_of_a_key_are_one(key):
  assert choose(key) == choose(TYPED)
  assert (jax.random.key_data(as_key(key)) == RAW).all()


@pytest.mark.parametrize("seed", [-1, 2**32, 2**40, np.int64(2**33), 10**30])
def test_seeds_out_of_range(seed):
  line = f"key: wanted .* from 0 to 2\\^32 - 1, found {seed}"
  with pytest.raises(ValueError, match=line):
    choose(seed)


def test_the_largest_seeds_are_different():
  largest = {tuple(choose(seed)) for seed in (0, 1, 2**31, 2**32 - 1)}
  assert len(largest) == 4


@pytest.mark.parametrize(
  "key",
  [True, np.True_, 1.0, np.float32(1), "1", None, [1, 2], np.zeros(2)],
)
def test_what_is_no_key(key):
  with pytest.raises(ValueError, match="key: wanted a jax key"):
    choose(key)


def test_several_keys_are_not_one():
  with pytest.raises(
    ValueError, match=r"key: wanted one, found \(3,\) of them"
  ):
    choose(jax.random.split(TYPED, 3))
  with pytest.raises(ValueError, match=r"found uint32 of shape \(3, 2\)"):
    choose(jax.random.split(RAW, 3))


def test_score_takes_them_too():
  assert alx.score("entropy", logits=[[0.0, 1.0]], key=RAW).shape == (1,)
  with pytest.raises(ValueError, match="found -1"):
    alx.score("entropy", logits=[[0.0, 1.0]], key=-1)


def test_a_loop_and_its_learner_take_raw_keys():
  images, labels = problems.blobs()
  learner = problems.mlp_learner(5)
  loop = make_loop(learner, BY_NAME["bald"], Asking(3, block=4, samples=2))

  def run(key):
    state = loop.init(key, images, labels[0])
    state = loop.tell(state, jnp.arange(3), labels[:3])
    items, state = loop.ask(state)
    return items, state

  raw, typed = run(RAW), run(TYPED)
  for one, other in zip(*map(jax.tree.leaves, (raw, typed)), strict=True):
    assert one.dtype == other.dtype
    if not jnp.issubdtype(one.dtype, jax.dtypes.prng_key):
      np.testing.assert_array_equal(one, other)
  chex.assert_trees_all_equal(*map(learner.init, (RAW, TYPED)))
  pools = make_pool_loop(
    learner, BY_NAME["bald"], Asking(3, block=4, samples=2)
  )
  assert pools.init(RAW, 24).key.dtype == TYPED.dtype


def test_seeds_of_raw_keys_are_those_of_typed_ones():
  def run(key):
    return jax.random.normal(as_key(key), (2,))

  raw, typed = jax.random.split(RAW, 3), jax.random.split(TYPED, 3)
  runs = alx.over_seeds(run)
  np.testing.assert_array_equal(runs(raw), runs(typed))


@pytest.mark.parametrize(
  ("fields", "line"),
  [
    ({"first_seed": -1}, "first_seed must be in"),
    ({"first_seed": 2**32}, "first_seed must be in"),
    ({"first_seed": 2**32 - 1, "seeds": 2}, "first_seed: .* the last seed"),
    ({"split_seed": -1}, "split_seed must be in"),
    ({"split_seed": 2**40}, "split_seed must be in"),
  ],
)
def test_seeds_of_a_run(fields, line):
  with pytest.raises(ValueError, match=line):
    Config(**fields)
  Config(first_seed=2**32 - 2, seeds=2, split_seed=2**32 - 1)


def test_a_checked_seed_is_a_python_integer():
  assert type(check_seed("seed", np.uint64(7))) is int
