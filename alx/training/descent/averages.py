"""An exponential moving average of the weights of a fit."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp


class Average(NamedTuple):
  """Sums of the weights after each step, the last ones heaviest."""

  count: jax.Array  # [] int32, steps
  total: Any  # pytree of the weights, sum of (1 - decay) decay^age weights


def begin(params: Any) -> Average:
  """Before the first step."""
  return Average(jnp.int32(0), jax.tree.map(jnp.zeros_like, params))


def add(average: Average, params: Any, decay: float) -> Average:
  """With the weights after one step more."""
  total = jax.tree.map(
    lambda mean, x: decay * mean + (1 - decay) * x, average.total, params
  )
  return Average(average.count + 1, total)


def end(average: Average, decay: float) -> Any:
  """The mean of the weights, step t of T weighing decay^(T - t).

  The weights before the first step do not count (Kingma and Ba 2015,
  section 3, for the same correction).
  """
  weight = 1 - jnp.float32(decay) ** average.count
  return jax.tree.map(lambda total: total / weight, average.total)
