"""The compiled programs of a method, shared by pools of about one size.

Small pools take one program for everything. Rows that are not there bring N to
one of a few sizes, and how many items are wanted is told when it runs, so that
another k, or a slightly other N, compiles nothing. Its time is mostly that of
compiling it, which XLA is asked to do in a hurry.
"""

import contextlib
import functools
import gc
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Acquisition, Candidates
from alx.acquisition.base import takes_count
from alx.front.blocks import on_host
from alx.front.inputs import Inputs
from alx.keys import is_typed, keys_of

_ITEMS = 4096  # of a small pool: from more on some methods draw samples
_SLOTS = 512  # what may be picked without another program
_WORK = 2**25  # numbers times picks of a small pool
_LEAST = 64, 32  # items and slots of the smallest programs
# A fifth of the time to compile; loops run at a fraction of their speed.
_HURRY = {
  "xla_backend_optimization_level": 0,
  "xla_cpu_use_fusion_emitters": False,
}
# Of posterior samples, whose joint distributions are worked at for longer.
_LESS_HURRY = _HURRY | {"xla_backend_optimization_level": 1}


class Programs(NamedTuple):
  """What a method with its options is compiled to, when it is called."""

  row: Acquisition
  describe: Callable | None  # (keys, Prediction, logits) of a block
  select: Callable  # (key, description, Candidates, k, count)
  answer: Callable  # (key or seed, Prediction, Candidates, k, count, logits)


def programs_of(row: Acquisition) -> Programs:
  """The programs of a method; they compile when they are called."""
  describe = functools.partial(_described, row)

  def answer(key, prediction, candidates, k, count, logits):
    if not is_typed(key):
      key = jax.random.key(key)
    key_describe, key_select = jax.random.split(key)
    numbers = jnp.arange(candidates.available.shape[0], dtype=jnp.int32)
    keys = keys_of(key_describe, numbers)
    description = describe(keys, prediction, logits)
    return _choice(row, key_select, description, candidates, k, count)

  options = _known(_LESS_HURRY if "samples" in row.needs else _HURRY)
  return Programs(
    row,
    row.describe and jax.jit(describe, static_argnums=2),
    jax.jit(functools.partial(_choice, row), static_argnums=3),
    jax.jit(answer, static_argnums=(3, 5), compiler_options=options),
  )


def _choice(row, key, description, candidates, k, count):
  told = () if count is None else (count,)
  return row.select(key, description, candidates, k, *told)


def _described(row, keys, prediction, logits):
  if row.describe is None:
    return None
  if logits:
    probs = jax.nn.softmax(prediction.probs)
    prediction = prediction._replace(probs=probs)
  return row.describe(keys, prediction)


def _known(options: dict[str, Any]) -> dict[str, Any] | None:
  """Options of the compiler on a CPU, None if it does not know them."""
  if jax.default_backend() != "cpu" or not _knows(tuple(_HURRY)):
    return None
  return options


@functools.cache
def _knows(names: tuple[str, ...]) -> bool:
  options = {name: _HURRY[name] for name in names}
  try:
    jax.jit(lambda x: x, compiler_options=options).lower(np.int32(0)).compile()
  except jax.errors.JaxRuntimeError:
    return False
  return True


def is_small(given: Inputs, k: int) -> bool:
  """Whether all of a call goes into one program."""
  arrays = given.probs, given.features, given.pixels, given.evidence
  numbers = sum(int(np.prod(x.shape)) for x in arrays if x is not None)
  few = given.num_items <= _ITEMS and k <= _SLOTS
  return few and numbers * slots_of(k) <= _WORK


def slots_of(k: int) -> int:
  """Picks that a program has room for: the next power of two."""
  return max(_LEAST[1], 1 << (k - 1).bit_length())


def room_of(num_items: int) -> int:
  """Items that a program has room for: an eighth more at most, or 64."""
  step = max((1 << (num_items - 1).bit_length()) // 16, _LEAST[0])
  return -(-num_items // step) * step


def slots_and_count(row: Acquisition, k: int) -> tuple:
  """(static k, the number that the program is told or None) of k items."""
  if not takes_count(row.select) or not 0 < k <= _SLOTS:
    return k, None
  return slots_of(k), np.int32(k)


def answered(
  programs: Programs,
  key: Any,
  given: Inputs,
  candidates: Candidates,
  k: int,
) -> np.ndarray:
  """The choice of k items of a small pool; empty slots hold N or more.

  Args:
    programs: of the method.
    key: a typed key, or a seed.
    given: of N items.
    candidates: of the N items.
    k: how many.
  """
  row, places = programs.row, np.arange(room_of(given.num_items))
  # The last item again stands where nothing is there.
  items = np.minimum(places, given.num_items - 1)
  there = places < given.num_items
  prediction = None
  if row.describe is not None:
    prediction = on_host(given, items, "beta" in row.needs)
  padded = jax.tree.map(lambda x: x[items], candidates)
  padded = padded._replace(
    available=padded.available & there, labelled=padded.labelled & there
  )
  slots, count = slots_and_count(row, k)
  with _uncollected():
    return programs.answer(key, prediction, padded, slots, count, given.logits)


@contextlib.contextmanager
def _uncollected():
  """No garbage is collected: a sixth of the time that tracing takes."""
  collects = gc.isenabled()
  try:
    gc.disable()
    yield
  finally:
    if collects:
      gc.enable()
