"""Keys of random numbers, from whatever a caller has."""

import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

SEEDS = 2**32  # a key is made of that many different ones


def is_typed(x: Any) -> bool:
  """Whether it is an array of keys, as `jax.random.key` makes them."""
  return isinstance(x, jax.Array) and jnp.issubdtype(
    x.dtype, jax.dtypes.prng_key
  )


def as_key(key: Any) -> jax.Array:
  """One typed key.

  Args:
    key: a typed key, the raw uint32 words of one (`jax.random.PRNGKey`), or a
      seed, see `check_seed`; a traced one has no value to check yet.

  Raises:
    ValueError: for several keys, or what is none.
  """
  if is_typed(key):
    if key.shape:
      raise ValueError(f"key: wanted one, found {key.shape} of them")
    return key
  if isinstance(key, (np.ndarray, jax.Array)) and np.ndim(key):
    return _wrapped(key)
  if _is_traced_seed(key):
    return jax.random.key(key.astype(jnp.uint32))
  return jax.random.key(_seed(key))


def keys_of(key: jax.Array, numbers: jax.Array) -> jax.Array:
  """A key for each number [B], such as an item, whatever the others are."""
  return jax.vmap(lambda number: jax.random.fold_in(key, number))(numbers)


def _is_traced_seed(key):
  traced = isinstance(key, jax.core.Tracer)
  return traced and jnp.issubdtype(key.dtype, jnp.integer)


def key_or_seed(key: Any) -> jax.Array | np.uint32:
  """The same for a compiled program: a typed key, or the seed to make it of.

  `jax.random.key` of that seed, traced, is `as_key` of the integer.
  """
  if isinstance(key, jax.Array) or np.ndim(key):
    return as_key(key)
  return np.uint32(_seed(key))


def _seed(key):
  return check_seed("key", key, "a jax key or an integer")


def _wrapped(key):
  """The typed key of raw words."""
  words = jax.eval_shape(lambda: jax.random.key_data(jax.random.key(0)))
  if key.shape != words.shape or key.dtype != words.dtype:
    raise ValueError(
      f"key: wanted a jax key or its words, {words.dtype} of shape "
      f"{words.shape}, found {key.dtype} of shape {key.shape}"
    )
  return jax.random.wrap_key_data(jnp.asarray(key))


def check_seed(name: str, seed: Any, wanted: str = "an integer") -> int:
  """The seed as an integer; NumPy's are as good as Python's.

  Raises:
    ValueError: if it is no integer in [0, 2^32): a larger one would be the
      same as a small one, or an overflow.
  """
  try:
    number = operator.index(seed)
  except TypeError:
    number = None
  if number is None or isinstance(seed, (bool, np.bool_)):
    found = " ".join(repr(seed).split())
    raise ValueError(f"{name}: wanted {wanted}, found {found}")
  if not 0 <= number < SEEDS:
    raise ValueError(
      f"{name}: wanted {wanted} from 0 to 2^32 - 1, found {number}"
    )
  return number
