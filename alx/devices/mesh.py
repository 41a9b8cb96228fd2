"""A batch that is spread over devices: one program, whatever their number.

What is annotated here is all that a fit or a prediction knows of devices; XLA
cuts the rest by it, and sums gradients over them. On one device nothing is
annotated, and the program is what it was.
"""

import functools
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from alx.devices.parallel import is_traced
from alx.keys import is_typed

_SPREAD, _COPIES = "spread", "copies"


class Spread(NamedTuple):
  """The devices that share what has many items."""

  devices: tuple[jax.Device, ...]

  def items(self, tree: Any) -> Any:
    """The arrays of a pytree cut along their first axis, inside of `jit`.

    Those whose first axis the devices do not divide are left as they are.
    """
    return jax.tree.map(self._cut, tree)

  def whole(self, tree: Any) -> Any:
    """The arrays of a pytree on every device, in and outside of `jit`."""
    return self._put(tree, self._mesh(len(self.devices)), PartitionSpec())

  def held(self, tree: Any) -> Any:
    """Arrays of N items, each device with as few of them as N allows.

    By the largest divisor of the number of devices that divides N: as many
    devices hold different items, and the others copies.
    """
    shares = self.shares(len(jax.tree.leaves(tree)[0]))
    return self._put(tree, self._mesh(shares), PartitionSpec(_SPREAD))

  def by_item(self, function: Callable) -> Callable:
    """(shared, x [B, ...]) -> [B, ...] with a part of the items per device.

    Each runs the function on its own: what of an item may not depend on what
    it is with. Gradients of `shared` are summed over the devices. A B that the
    devices do not divide is left to all of them.
    """
    mesh = self._mesh(len(self.devices))
    spec = PartitionSpec((_SPREAD, _COPIES))
    cut = jax.shard_map(
      function,
      mesh=mesh,
      in_specs=(PartitionSpec(), spec),
      out_specs=spec,
      check_vma=False,  # gradients of our convolutions say nothing of axes
    )

    def run(shared, x):
      whole = x.shape[0] % len(self.devices)
      return (function if whole else cut)(shared, x)

    return run

  def shares(self, num_items: int) -> int:
    """In how many parts `held` cuts so many items."""
    return math.gcd(num_items, len(self.devices))

  def _cut(self, x):
    if x.ndim == 0 or x.shape[0] % len(self.devices):
      return x
    return self._put(x, self._mesh(len(self.devices)), PartitionSpec(_SPREAD))

  def _put(self, tree, mesh, spec):
    where = NamedSharding(mesh, spec)
    if is_traced(tree):
      return jax.lax.with_sharding_constraint(tree, where)
    return placed(tree, where)

  def _mesh(self, shares):
    devices = np.array(self.devices).reshape(shares, -1)
    return Mesh(devices, (_SPREAD, _COPIES))


def over_devices(count: int) -> Spread | None:
  """The first devices of each process, as many of each; None for a single one.

  Raises:
    ValueError: if there are fewer, or the processes cannot share them alike.
  """
  devices: Sequence[jax.Device] = jax.devices()
  if not 1 <= count <= len(devices):
    raise ValueError(
      f"fit_devices: wanted 1 to {len(devices)}, the devices that there are, "
      f"found {count}"
    )
  processes = jax.process_count()
  if count % processes:
    raise ValueError(
      f"fit_devices: wanted a multiple of {processes}, the processes that "
      f"share a fit, found {count}"
    )
  if processes > 1:
    devices = [
      d for p in range(processes) for d in _some(p, count // processes)
    ]
  return Spread(tuple(devices[:count])) if count > 1 else None


def _some(process, count):
  """Devices of a process, the first ones.

  Raises:
    ValueError: if it has fewer.
  """
  found = [d for d in jax.devices() if d.process_index == process][:count]
  if len(found) < count:
    raise ValueError(
      f"fit_devices: wanted {count} of each process, found {len(found)} of "
      f"process {process}"
    )
  return found


def placed(tree: Any, where: NamedSharding) -> Any:
  """The arrays of a pytree where a sharding says, outside of `jit`.

  Over several processes, that have the same values.
  """
  if where.is_fully_addressable:
    return jax.device_put(tree, where)
  return jax.tree.map(partial(_put_on_all, where), tree)


def on_host(tree: Any) -> Any:
  """The arrays of a pytree as NumPy's, those of other processes, too.

  All processes must call it where they share the arrays.
  """
  return jax.tree.map(_as_numpy, tree)


def _as_numpy(x):
  if not isinstance(x, jax.Array) or _is_here(x):
    return np.asarray(x)
  where = NamedSharding(_mesh_of(x.sharding), PartitionSpec())
  return np.asarray(_moved(where)(x))


def _mesh_of(sharding):
  """The devices in their order; XLA's own shardings do not tell it."""
  if isinstance(sharding, NamedSharding):
    return sharding.mesh
  devices = sorted(sharding.device_set, key=lambda d: (d.process_index, d.id))
  return Mesh(np.array(devices), (_SPREAD,))


def _put_on_all(where, x):
  """An array that every process has as a whole, or that they share already."""
  if isinstance(x, jax.Array) and not x.is_fully_addressable:
    return x if x.sharding == where else _moved(where)(x)
  if is_typed(x):
    data = _put_on_all(where, jax.random.key_data(x))
    return jax.random.wrap_key_data(data, impl=jax.random.key_impl(x))
  x = np.asarray(jnp.asarray(x))
  return jax.make_array_from_callback(x.shape, where, lambda index: x[index])


def _is_here(x):
  return x.is_fully_addressable or x.is_fully_replicated


@functools.lru_cache(maxsize=64)
def _moved(where):
  return jax.jit(lambda x: x, out_shardings=where)
