"""A method of `alx.acquisition` applied to arrays: its score, or its choice."""

from collections.abc import Callable
from typing import Any

import jax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from alx.acquisition import Acquisition, Candidates, configure
from alx.functional import checks
from alx.keys import as_key
from alx.prediction import Prediction


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

  def select(key, prediction, candidates):
    description = method.describe and method.describe(None, prediction)
    return method.select(key, description, candidates, k)

  everywhere = PartitionSpec()
  return _on_any_mesh(select, everywhere, key, prediction, candidates)


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

  # Around it: a loop over pools that explicit axes shard is refused by jax.
  everywhere = PartitionSpec()
  return _on_any_mesh(of_pool, everywhere, key, prediction, candidates, traced)


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
