"""What an acquisition is, and what its two functions are given."""

import difflib
import functools
import inspect
from collections.abc import Callable, Collection
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.options import (
  check_options,
  keywords_of,
  meaning_of,
  plain,
)
from alx.prediction import Borders, Prediction


class Candidates(NamedTuple):
  """Which of the N items may be picked, and what is known of the others.

  An item that is neither available nor labelled is not there: it is never
  picked, covers nothing, needs no cover and is in no mean.

  Attributes:
    available: [N] bool, may be picked.
    labelled: [N] bool, has its label; never available.
    labels: [N] int32 class, -1 where not known.
    groups: [N] int32 >= 0, of a patient or volume.
    costs: [N] float32 >= 0, of a label.
    budget: [] float32 > 0, that a batch may cost.
    parents: [N] int32 in [0, N), of the slice that a region is in.
    distance_mm: [N] float32 >= 0, of a slice to the nearest labelled one of its
      volume.
  """

  available: jax.Array
  labelled: jax.Array
  labels: jax.Array | None = None
  groups: jax.Array | None = None
  costs: jax.Array | None = None
  budget: jax.Array | None = None
  parents: jax.Array | None = None
  distance_mm: jax.Array | None = None

  @property
  def present(self) -> jax.Array:
    """[N] bool, the items that are there at all."""
    return self.available | self.labelled


class Acquisition(NamedTuple):
  """What to label next: `describe` each item, then `select` among them.

  Attributes:
    describe: (keys [B], Prediction of B items) -> pytree of [B, ...]. Runs
      block by block while the predictions are alive and keeps only what
      `select` needs; a key belongs to its item, whatever the block. None: the
      choice needs no prediction, and none is made.
    select: (key, description of N items, Candidates, k) -> items [k] int32,
      distinct and available, best first; an empty slot holds N. Where
      `takes_count`, a fifth, `count` [] int32, makes it the choice of that
      many, at most k: the slots behind are empty, and another number compiles
      nothing.
    needs: what `describe` reads: "probs" (one prediction is enough),
      "samples" (of the posterior: MC dropout, an ensemble), "features",
      "evidence" (Dirichlet parameters), "beta" (Beta parameters of each label,
      or a Dirichlet's marginals), "space" (only for segmentation), "regions"
      (only for superpixels, beside each other); and what `select` cannot do
      without: "groups", "costs" or "distances" (of the candidates).
    paper: where the method is from, author and year.
  """

  describe: Callable | None
  select: Callable
  needs: tuple[str, ...] = ()
  paper: str = ""


def with_needs(acquisition: Acquisition, *more: str) -> tuple[str, ...]:
  """What it needs and what is needed beside, each once."""
  return tuple(dict.fromkeys((*acquisition.needs, *more)))


def configure(acquisition: Acquisition, **options) -> Acquisition:
  """The acquisition with other settings than the defaults of its functions.

  Args:
    acquisition: a row of `BY_NAME`.
    **options: keyword-only arguments of its `describe` or `select`.

  Raises:
    ValueError: on an option that neither of them has, or a value that it
      cannot have or that does nothing, see `options.TABLE`.
  """
  known = settings_of(acquisition)
  unknown = sorted(set(options) - set(known))
  if unknown:
    raise ValueError(no_option(unknown[0], known))
  functions = {}
  for name in ("describe", "select"):
    function = getattr(acquisition, name)
    settings = keywords_of(function)
    mine = {o: plain(v) for o, v in options.items() if o in settings}
    if mine:
      check_options(function, mine)
      function = functools.partial(function, **mine)
    functions[name] = function
  return acquisition._replace(**functions)


def no_option(name: str, known: Collection[str]) -> str:
  """What is told of an option that there is not, the nearest first."""
  near = difflib.get_close_matches(name.lower(), known, 1)
  hint = f"did you mean {near[0]}? " if near else ""
  return f"no option {name!r}; {hint}there are: {', '.join(known) or 'none'}"


def settings_of(acquisition: Acquisition) -> dict[str, object]:
  """Every option of `configure` with its default."""
  return keywords_of(acquisition.describe) | keywords_of(acquisition.select)


def meanings_of(acquisition: Acquisition) -> dict[str, str]:
  """Every option of `configure` with what it is for, in a line."""
  functions = acquisition.describe, acquisition.select
  return {o: meaning_of(f, o) for f in functions for o in keywords_of(f)}


def in_float32(arrays):
  """The same arrays, floats of 16 or 64 bits as float32: kernels know no other.

  With `jax_enable_x64` what is made of nothing else would have 64 bits.
  """

  def of(leaf):
    floats = jnp.issubdtype(leaf.dtype, jnp.floating)
    return leaf.astype(jnp.float32) if floats else leaf

  return jax.tree.map(of, arrays)


def scores_items(acquisition: Acquisition) -> bool:
  """Whether the description is one number per item, which may be combined."""
  if acquisition.describe is None:
    return False
  of = functools.partial(jax.ShapeDtypeStruct, dtype=jnp.float32)
  voxels = of((1, 3, 3, 2))
  mask = jax.ShapeDtypeStruct((1, 3, 3), jnp.bool_)
  keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), 1))
  borders = Borders(jax.ShapeDtypeStruct((1, 3, 3), jnp.int32), of((1, 3, 3)))
  prediction = Prediction(
    *(of((2, 1, 3, 3, 2)), of((1, 2)), mask, voxels, voxels), borders=borders
  )
  out = jax.eval_shape(acquisition.describe, keys, prediction)
  return isinstance(out, jax.ShapeDtypeStruct) and out.ndim == 1


def finite_rows(description) -> jax.Array:
  """[N] bool: the items whose whole description is finite."""
  rows = [
    jnp.isfinite(leaf).reshape(leaf.shape[0], -1).all(1)
    for leaf in jax.tree.leaves(description)
  ]
  return functools.reduce(jnp.logical_and, rows)


def zero_rows(description, keep: jax.Array):
  """The description with zeros in the rows that are not kept [N]."""

  def of(leaf):
    shape = (-1,) + (1,) * (leaf.ndim - 1)
    return jnp.where(keep.reshape(shape), leaf, jnp.zeros((), leaf.dtype))

  return jax.tree.map(of, description)


def usable(description, candidates: Candidates):
  """What a greedy choice works on: cleaned rows, and who is left.

  Returns:
    (description in float32 with zeros in rows that are not there or not
    finite, Candidates without them). Such items are never picked and count as
    absent.
  """
  description = in_float32(description)
  there = candidates.present & finite_rows(description)
  kept = candidates._replace(
    available=candidates.available & there,
    labelled=candidates.labelled & there,
  )
  return zero_rows(description, there), kept


def greedy(
  state,
  gains: Callable,
  update: Callable,
  available: jax.Array,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Picks k items, one by one: the highest gain, ties to the lowest id.

  Args:
    state: pytree the gains are computed from.
    gains: state -> [N] float, finite where available.
    update: (state, item [] int32) -> state once the item is picked.
    available: [N] bool.
    k: how many.
    count: [] int32, see `Acquisition.select`.

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N.
  """
  num_items = available.shape[0]

  def pick(carry, _):
    state, free = carry
    gain = jnp.where(free, gains(state), -jnp.inf)
    item = jnp.argmax(gain).astype(jnp.int32)
    found = free.any()
    carry = update(state, item), free.at[item].set(False)
    return carry, jnp.where(found, item, num_items)

  return picks_of(pick, (state, available), num_items, k, count)


def picks_of(
  pick: Callable,
  carry,
  num_items: int,
  k: int,
  count: jax.Array | None = None,
) -> jax.Array:
  """Items [k] int32 of `pick` (carry, turn) -> (carry, item), turn by turn.

  Args:
    pick: one turn.
    carry: what it starts with.
    num_items: N, which empty slots hold.
    k: how many.
    count: [] int32, see `Acquisition.select`; later turns are not taken.
  """
  if not k:
    return jnp.zeros(0, jnp.int32)
  if count is None:
    return jax.lax.scan(pick, carry, jnp.arange(k, dtype=jnp.int32))[1]

  def turn(number, state):
    carry, items = state
    carry, item = pick(carry, number)
    return carry, items.at[number].set(item)

  items = jnp.full(k, num_items, jnp.int32)
  return jax.lax.fori_loop(0, wanted(k, count), turn, (carry, items))[1]


def wanted(k: int, count: jax.Array | None) -> int | jax.Array:
  """How many items of k slots: all, or a number that the program is told."""
  return k if count is None else jnp.minimum(k, count).astype(jnp.int32)


def takes_count(select: Callable) -> bool:
  """Whether a `select` may be told at run time how many items it is for."""
  return "count" in inspect.signature(select).parameters
