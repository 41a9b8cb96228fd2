"""A method of `alx.acquisition` applied to arrays: its score, or its choice."""

from typing import Any

import jax

from alx.acquisition import Acquisition, Candidates, configure
from alx.functional import checks
from alx.keys import as_key
from alx.prediction import Prediction


def scores(
  method: Acquisition, prediction: Prediction, **options: Any
) -> jax.Array:
  """[N] float32, the description of a method that is one number per item.

  Args:
    method: a row of `BY_NAME`.
    prediction: of the N items.
    **options: of the method.

  Raises:
    ValueError: for an option that cannot be, see `acquisition.options`.
  """
  return configure(method, **options).describe(None, prediction)


def choose(
  method: Acquisition,
  key: Any,
  prediction: Prediction | None,
  candidates: Candidates,
  k: int,
  **options: Any,
) -> jax.Array:
  """items [k] int32 of a method, with the key that `alx.query` selects with.

  Args:
    method: a row of `BY_NAME`.
    key: of the call, as `alx.query` takes it; None: the method draws nothing.
    prediction: of the N items; None: the method needs none.
    candidates: of the N items.
    k: how many.
    **options: of the method.

  Raises:
    ValueError: for a k or an option that cannot be.
  """
  method, k = configure(method, **options), checks.number(k)
  if key is not None:
    key = jax.random.split(as_key(key))[1]
  description = method.describe and method.describe(None, prediction)
  return method.select(key, description, candidates, k)


def choose_in_turn(
  method: Acquisition,
  key: Any,
  prediction: Prediction | None,
  candidates: Candidates,
  k: int,
  **options: Any,
) -> jax.Array:
  """`choose`, under `jax.vmap` one pool after the other.

  For kernels that branch and loop as their data want: as a batch they would
  take every branch, and all would loop as long as the slowest.
  """
  key = None if key is None else as_key(key)
  traced = {
    name: value
    for name, value in options.items()
    if isinstance(value, jax.core.Tracer)
  }
  fixed = {name: value for name, value in options.items() if name not in traced}

  @jax.custom_batching.sequential_vmap
  def of_pool(key, prediction, candidates, traced):
    return choose(method, key, prediction, candidates, k, **fixed, **traced)

  return of_pool(key, prediction, candidates, traced)
