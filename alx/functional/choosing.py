"""A method of `alx.acquisition` applied to arrays: its score, or its choice."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from alx.acquisition import Acquisition, Candidates, configure
from alx.functional import checks
from alx.keys import as_key
from alx.prediction import Prediction

NO_KEY = object()  # of a method that draws nothing; None is a key forgotten


def describe(
  method: Acquisition, prediction: Prediction, **options: Any
) -> Any:
  """The description of the N items, arrays [N, ...]: most often a score [N].

  Args:
    method: a row of `BY_NAME`.
    prediction: of the N items.
    **options: of the method.

  Raises:
    ValueError: for an option that cannot be, see `acquisition.options`.
  """
  method = configure(method, **options)
  axis = 0 if prediction.probs is None else 1
  items = prediction.evidence if prediction.probs is None else prediction.probs
  spec = PartitionSpec(jax.typeof(items).sharding.spec[axis])
  with _known(options):
    return _on_any_mesh(lambda p: method.describe(None, p), spec, prediction)


def choose(
  method: Acquisition,
  key: Any,
  prediction: Any,
  candidates: Candidates,
  k: int,
  **options: Any,
) -> jax.Array:
  """items [k] int32 of a method, with the key that `alx.query` selects with.

  Args:
    method: a row of `BY_NAME`.
    key: of the call, as `alx.query` takes it; or NO_KEY.
    prediction: of the N items; None: the method needs none.
    candidates: of the N items.
    k: how many.
    **options: of the method.

  Raises:
    ValueError: for a key, k or an option that cannot be.
  """
  key = None if key is NO_KEY else as_key(key)
  return _chosen(method, key, prediction, candidates, k, options)


def choose_in_turn(
  method: Acquisition,
  key: Any,
  prediction: Any,
  candidates: Candidates,
  k: int,
  **options: Any,
) -> jax.Array:
  """`choose`, under `jax.vmap` one pool after the other.

  For kernels that branch and loop as their data want: as a batch they would
  take every branch, and all would loop as long as the slowest. Pools that are
  sharded over devices are gathered one by one.
  """
  key = None if key is NO_KEY else as_key(key)
  traced = {name: options[name] for name in _traced(options)}
  fixed = {name: value for name, value in options.items() if name not in traced}

  @jax.custom_batching.sequential_vmap
  def of_pool(key, prediction, candidates, traced):
    return _chosen(method, key, prediction, candidates, k, fixed | traced)

  # Around it: a loop over pools that explicit axes shard is refused by jax.
  everywhere = PartitionSpec()
  return _on_any_mesh(of_pool, everywhere, key, prediction, candidates, traced)


def _chosen(method, key, prediction, candidates, k, options):
  """As `choose`, of a typed key or None."""
  method, k = configure(method, **options), checks.number(k)
  key = None if key is None else jax.random.split(key)[1]

  def select(key, prediction, candidates):
    description = method.describe and method.describe(None, prediction)
    return method.select(key, description, candidates, k)

  everywhere = PartitionSpec()
  with _known(options):
    return _on_any_mesh(select, everywhere, key, prediction, candidates)


@contextlib.contextmanager
def _known(options: dict[str, Any]) -> Iterator[None]:
  """An option that may not be traced, and is, in one line.

  Raises:
    ValueError: where jax has found that a value decides over a program.
  """
  try:
    yield
  except TypeError as error:  # what jax raises is one
    names = " or ".join(_traced(options))
    if not names:
      raise
    raise ValueError(
      f"{names}: wanted a value that is known when the function is traced, "
      "found a traced one; jax.jit has static_argnames for it"
    ) from error


def _traced(options):
  return [n for n, v in options.items() if isinstance(v, jax.core.Tracer)]


def _on_any_mesh(function: Callable, spec: PartitionSpec, *arrays: Any) -> Any:
  """function(*arrays), also where they are sharded over explicit mesh axes.

  There jax asks for the sharding of every sort and reshape. Inside of this XLA
  spreads the work, as it does over automatic axes.

  Args:
    function: of the arrays.
    spec: of what it returns.
    *arrays: pytrees.
  """
  leaves = jax.tree.leaves(arrays)
  meshes = [jax.typeof(leaf).sharding.mesh for leaf in leaves]
  explicit = [mesh for mesh in meshes if AxisType.Explicit in mesh.axis_types]
  if not explicit:
    return function(*arrays)
  out = NamedSharding(explicit[0], spec)
  return jax.sharding.auto_axes(function, out_sharding=out)(*arrays)
