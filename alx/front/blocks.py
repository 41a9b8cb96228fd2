"""The arrays of a call described block by block, as a model would be asked."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Acquisition
from alx.front.inputs import Inputs
from alx.keys import keys_of
from alx.prediction import Prediction

_NUMBERS = 2**22  # described at a time: 16 MB


def describe_all(
  key: jax.Array, row: Acquisition, describe: Callable | None, given: Inputs
):
  """The description of all items, block by block; None without `describe`.

  Args:
    key: folded with the item's number, so that blocks change nothing.
    row: the method.
    describe: of `programs.Programs`.
    given: of N items.
  """
  if describe is None:
    return None
  num_items = given.num_items
  block = min(num_items, _block_size(given, row.needs))
  parts = []
  for start in range(0, num_items, block):
    items = np.minimum(np.arange(start, start + block), num_items - 1)
    prediction = _take(given, items, "beta" in row.needs)
    part = describe(_keys(key, items), prediction, given.logits)
    parts.append(part)
  if len(parts) == 1:
    return parts[0]
  return jax.tree.map(lambda *x: jnp.concatenate(x)[:num_items], *parts)


def _block_size(given, needs):
  """Items described at a time: all, where only features are read."""
  if set(needs) == {"features"}:
    return given.num_items
  sizes = [
    int(np.prod(x.shape)) // given.num_items
    for x in (given.probs, given.pixels, given.evidence)
    if x is not None
  ]
  return max(1, _NUMBERS // max(sizes))


_keys = jax.jit(keys_of)


def _take(given: Inputs, items: np.ndarray, beta: bool) -> Prediction:
  """The Prediction of some items; every voxel is real. All: without a copy."""
  chosen = slice(None) if len(items) == given.num_items else items
  return _rows(given, chosen, len(items), beta, jnp)


def on_host(given: Inputs, items: np.ndarray, beta: bool) -> Prediction:
  """The same as NumPy arrays: nothing is compiled to make them."""
  host = jax.tree.map(np.asarray, given._replace(logits=None))
  return _rows(host, items, len(items), beta, np)


def _rows(given, chosen, number, beta, xp):
  def rows(x):
    return None if x is None else xp.asarray(x[chosen], xp.float32)

  probs, space = given.probs, ()
  if probs is not None:
    probs = xp.asarray(probs[:, chosen], xp.float32)
    space = probs.shape[2:-1]
  elif given.evidence is not None:
    space = given.evidence.shape[1 : -2 if beta else -1]
  mask = xp.ones((number, *space), bool)
  return Prediction(
    probs, rows(given.features), mask, rows(given.pixels), rows(given.evidence)
  )
