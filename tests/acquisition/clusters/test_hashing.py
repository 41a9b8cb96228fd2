import jax
import jax.numpy as jnp
import numpy as np
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition import Candidates
from alx.acquisition.clusters import hashing

N, D, BITS = 40, 3, 4
codes_of = jax.jit(hashing.hash_codes, static_argnames="bits")
choose = jax.jit(hashing.lsh, static_argnums=3, static_argnames="bits")
KEY = jax.random.key(0)


def features_of(seed=0):
  return np.random.default_rng(seed).standard_normal((N, D)).astype(np.float32)


def everything(num_items=N):
  yes = jnp.ones(num_items, bool)
  return Candidates(yes, ~yes)


def test_codes_are_the_sides_of_the_hyperplanes():
  x, there = features_of(), np.arange(N) % 5 != 2
  planes = np.asarray(jax.random.normal(KEY, (BITS, D)), np.float64)
  unit = x / np.linalg.norm(x, axis=1, keepdims=True)
  above = (unit - unit[there].mean(0)) @ planes.T > 0
  wanted = (above * [1, 2, 4, 8]).sum(1)
  codes = np.asarray(codes_of(KEY, x, there, bits=BITS))
  assert codes[there].tolist() == wanted[there].tolist()


def test_equal_items_and_equal_directions_share_a_bucket():
  x = jnp.asarray(features_of())
  x = x.at[1].set(x[0]).at[2].set(4 * x[0])
  for key in jax.random.split(KEY, 10):
    codes = codes_of(key, x, jnp.ones(N, bool), bits=BITS)
    assert codes[0] == codes[1] == codes[2]


def test_absent_items_move_nothing():
  x = jnp.asarray(features_of()).at[0].set(jnp.nan)
  candidates = Candidates(jnp.arange(N) > 0, jnp.zeros(N, bool))
  other = choose(KEY, x.at[0].set(9.0), candidates, 8, bits=BITS)
  assert choose(KEY, x, candidates, 8, bits=BITS).tolist() == other.tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16))
def test_buckets_take_turns(seed):
  key, x = jax.random.key(seed), features_of(seed)
  items = np.asarray(choose(key, x, everything(), N, bits=BITS))
  assert sorted(items.tolist()) == list(range(N))
  codes = codes_of(jax.random.split(key, 3)[0], x, jnp.ones(N, bool), bits=BITS)
  picked = np.asarray(codes)[items]
  sizes = np.bincount(codes, minlength=2**BITS)
  for k in (1, 5, 12, 20):
    counts = np.bincount(picked[:k], minlength=2**BITS)
    open_ = counts < sizes
    # A bucket with items left is at most one behind any other.
    assert not open_.any() or counts.max() - counts[open_].min() <= 1


def test_every_bucket_is_as_likely_to_be_first():
  # Two buckets of three items and of one: the lonely item is first half the
  # time, the others a sixth each.
  x = jnp.array([[1.0, 0.0]] * 3 + [[-1.0, 0.0]])
  keys = jax.random.split(KEY, 1200)
  draw = jax.jit(
    jax.vmap(lambda key: hashing.lsh(key, x, everything(4), 1, bits=1)[0])
  )
  counts = np.bincount(draw(keys), minlength=4)
  wanted = 1200 * np.array([1, 1, 1, 3]) / 6
  assert scipy.stats.chisquare(counts, wanted).pvalue > 1e-3
