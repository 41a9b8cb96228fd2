"""Arguments of `alx.functional` that a program of one's own may come with."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import alx
from alx import functional

N = 6
FREE = np.ones(N, bool)
X = np.arange(2.0 * N, dtype=np.float32).reshape(N, 2) ** 2

REFUSED = {
  "no key": (lambda: functional.random(None, FREE, 2), "key: wanted a jax key"),
  "no key in turn": (
    lambda: functional.k_means(None, X, FREE, 2),
    "key: wanted a jax key or an integer, found None",
  ),
  "keys as features": (
    lambda: functional.k_center(
      jax.random.split(jax.random.key(0), (N, 2)), FREE, 2
    ),
    "features: wanted numbers, found dtype key",
  ),
  "objects": (
    lambda: functional.k_center(X.astype(object), FREE, 2),
    "features: wanted numbers, found dtype object",
  ),
  "integers of 80 bits": (
    lambda: functional.k_center([[2**80, 0], [1, 0]], FREE[:2], 1),
    "features: wanted numbers, found dtype object",
  ),
  "times": (
    lambda: functional.k_center(X.astype("timedelta64[s]"), FREE, 2),
    "features: wanted numbers, found dtype timedelta64",
  ),
  "masked numbers": (
    lambda: functional.k_center(np.ma.masked_array(X, X > 9), FREE, 2),
    "features: some numbers are masked; fill or leave them out",
  ),
  "masked items": (
    lambda: functional.random(0, np.ma.masked_array(FREE, FREE), 2),
    "available: some numbers are masked",
  ),
  "a k of 64 bits": (
    lambda: functional.random(0, FREE, 2**31),
    "k: wanted an integer below 2.31, found 2147483648",
  ),
  "more clusters of NumPy": (
    lambda: functional.prob_cover(X, FREE, 2, clusters=np.int64(7)),
    "clusters: wanted no more than there are items, 6, found 7",
  ),
  "a traced size": (
    lambda: jax.jit(functional.lsh, static_argnums=3)(0, X, FREE, 2, bits=3),
    "bits: wanted a value that is known when the function is traced",
  ),
  "a traced branch": (
    lambda: jax.jit(functional.mmd, static_argnums=2)(
      X, FREE, 2, bandwidth=3.0
    ),
    "bandwidth: wanted a value that is known .* static_argnames for it",
  ),
  "a traced truth": (
    lambda: jax.jit(functional.egl)(np.full((N, 2), 0.5), X, squared=True),
    "squared: wanted a value that is known",
  ),
}


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(call, words):
  with pytest.raises(ValueError, match=words):
    call()


def test_integers_of_64_bits_keep_their_order():
  scores = np.array([5, 2**32, 2**40])  # 5, 0, 0 in the low 32 bits
  for some in (scores, scores.tolist()):
    assert functional.top_k(some, FREE[:3], 3).tolist() == [2, 1, 0]


def test_a_class_of_64_bits_is_not_a_small_one():
  labelled = np.arange(N) < 3
  labels = np.array([0, 2**32 + 1, 2**32 - 1, 0, 0, 0])
  known = functional.arrays.candidates(N, FREE, labelled, labels)
  assert known.labels.tolist() == [0, *2 * [2**31 - 1], -1, -1, -1]


@pytest.mark.parametrize("dtype", [jnp.int4, jnp.float8_e4m3fn, np.longdouble])
def test_any_real_numbers(dtype):
  x = np.array([[0, 0], [1, 0], [4, 0]]).astype(dtype)
  items = functional.k_center(x, FREE[:3], 2)
  assert items.tolist() == [2, 0]


@pytest.mark.slow
@pytest.mark.parametrize("number", [np.array(3), jnp.int32(3), np.int8(3)])
def test_options_are_numbers_of_any_kind(number):
  wanted = functional.prob_cover(X, FREE, 2, clusters=3).tolist()
  found = functional.prob_cover(X, FREE, 2, clusters=number)
  assert found.tolist() == wanted
  found = alx.query("prob_cover", k=2, features=X, clusters=number)
  assert found.tolist() == wanted


def test_seeds_that_are_traced():
  seeds = jnp.arange(3)
  found = jax.vmap(lambda seed: functional.random(seed, FREE, 4))(seeds)
  wanted = [functional.random(seed, FREE, 4).tolist() for seed in range(3)]
  assert found.tolist() == wanted
