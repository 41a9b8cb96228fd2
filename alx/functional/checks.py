"""Shapes, checked while a program is traced: values are not known then."""

import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_MOST = 2**31 - 1  # of int32


def floats(
  name: str, value: Any, wanted: str, rank: int, most: int | None = None
) -> jax.Array:
  """Real numbers as float32, whatever their type.

  Args:
    name: of the argument, for the error.
    value: an array, or what NumPy makes one of; its integers keep their 64
      bits until they are floats.
    wanted: its shape in words.
    rank: its axes, at least.
    most: its axes, at most; None: any number.

  Raises:
    ValueError: no numbers, too few or many axes, or an axis of length 0.
  """
  value = _array(name, value)
  many = most is not None and value.ndim > most
  if many or value.ndim < rank or 0 in value.shape:
    raise ValueError(f"{name}: wanted {wanted}, found shape {value.shape}")
  if not _is_real(value.dtype):
    raise ValueError(f"{name}: wanted numbers, found dtype {value.dtype}")
  return jnp.asarray(value.astype(jnp.float32))


def mask(name: str, value: Any, shape: tuple[int, ...]) -> jax.Array:
  """A bool mask of a shape.

  Raises:
    ValueError: if it is not one; ids and 0/1 are not guessed at.
  """
  value = _array(name, value)
  if value.shape != shape or value.dtype != bool:
    raise ValueError(
      f"{name}: wanted a bool mask {list(shape)}, found {value.dtype} of shape "
      f"{value.shape}"
    )
  return jnp.asarray(value)


def classes(name: str, value: Any, num_items: int) -> jax.Array:
  """int32 [N] of integers [N]; beyond 2^31 - 1 they are all that.

  Raises:
    ValueError: if it is not one integer per item.
  """
  value = _array(name, value)
  if value.shape != (num_items,) or not _is_integer(value.dtype):
    raise ValueError(
      f"{name}: wanted integers [{num_items}], found {value.dtype} of shape "
      f"{value.shape}"
    )
  info = jnp.iinfo(value.dtype)
  if info.max > _MOST:  # as int32 it could be any class
    value = value.clip(max(info.min, -_MOST), _MOST)
  return jnp.asarray(value.astype(jnp.int32))


def length(name: str, value: Any) -> int:
  """N of a mask that alone tells it.

  Raises:
    ValueError: if it is no bool mask [N], or N is 0.
  """
  value = _array(name, value)
  if value.ndim != 1 or value.dtype != bool or not value.size:
    raise ValueError(
      f"{name}: wanted a bool mask [N], found {value.dtype} of shape "
      f"{value.shape}"
    )
  return value.shape[0]


def number(k: Any) -> int:
  """k as an integer of Python: shapes depend on it.

  Raises:
    ValueError: for a traced k, or what is no integer >= 0 of 32 bits.
  """
  if isinstance(k, jax.core.Tracer):
    raise ValueError(
      "k: wanted an integer that is known when the function is traced, found "
      "a traced one; jax.jit has static_argnames='k' for it"
    )
  try:
    found = operator.index(k)
  except TypeError:
    found = -1
  if found < 0 or isinstance(k, (bool, np.bool_)):
    raise ValueError(f"k: wanted an integer >= 0, found {k!r}")
  if found > _MOST:
    raise ValueError(f"k: wanted an integer below 2^31, found {found}")
  return found


def _array(name, value):
  """An array of JAX as it is, what else there is as one of NumPy."""
  if value is None:
    raise ValueError(f"{name}: wanted an array, found None")
  if isinstance(value, jax.Array):
    return value
  if np.ma.is_masked(value):
    raise ValueError(f"{name}: some numbers are masked; fill or leave them out")
  try:
    found = np.asarray(value)
  except (TypeError, ValueError):  # traced numbers in a list
    found = _of_jax(name, value)
  if found.dtype.kind in "OSU" and found.ndim == 0:
    kind = type(value).__name__
    raise ValueError(f"{name}: wanted an array, found {kind}")
  return found


def _of_jax(name, value):
  try:
    return jnp.asarray(value)
  except (TypeError, ValueError) as error:
    kind = type(value).__name__
    raise ValueError(f"{name}: wanted an array, found {kind}") from error


def _is_real(dtype):
  kinds = np.bool_, jnp.floating
  return _is_integer(dtype) or any(jnp.issubdtype(dtype, k) for k in kinds)


def _is_integer(dtype):
  """Whether it is one; NumPy counts what is between two dates among them."""
  time = getattr(dtype, "kind", "") == "m"
  return jnp.issubdtype(dtype, jnp.integer) and not time
