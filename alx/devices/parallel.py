"""Many passes of a model on all devices: the only pmap.

Since jax 0.10 `jax.pmap` has no program of its own: it is `jit` of `shard_map`,
as its twin here is, and the two have equal bits before and after. So the twin
is what a run takes by itself, inside of the one program of a question, and pmap
what `--set=passes=pmap` asks for, between the pieces of one. When jax gives up
the name, `_pmap` becomes the twin: the same passes at the same place.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

_AXIS = "passes"


def over_passes(
  one_pass: Callable,
  devices: Sequence[jax.Device] | None = None,
  backend: str | None = None,
  at_once: int | None = None,
) -> Callable:
  """Makes the stochastic passes of a model on all devices in one call.

  The passes are cut into one share for each device and mapped with `vmap`
  inside it; copies of the last pass fill up the shares and are dropped again.
  What a pass draws depends on its key alone, and all passes end up on every
  device in their own order: sums over them do not depend on the number of
  devices, beyond the rounding of a pass in a `vmap` of another width. A fixed
  `at_once` keeps that width, and bounds the memory.

  Works outside and inside of `jit`, `scan` and `vmap`, but not inside of
  `over_seeds` on several devices, which has given them away. Whatever a jitted
  caller does around it runs on every device; arrays committed to one device,
  such as those of a restored checkpoint, must go through `replicate` first.

  Args:
    one_pass: (keys of one pass, *args) -> pytree of arrays.
    devices: by default all local ones.
    backend: "pmap" or "shard_map", which are bit-equal. By default pmap, and
      shard_map while a jitted caller is traced: before jax 0.8 a pmap in
      there warns and gathers on one device.
    at_once: passes of a device in one vmap; by default its whole share.

  Returns:
    (keys [S, ...], *args) -> pytree of [S, ...], in the order of the keys.

  Raises:
    ValueError: on another backend or an at_once below 1; in use, if there are
      no keys.
  """
  if backend not in (None, "pmap", "shard_map"):
    raise ValueError(f"backend must be pmap or shard_map, found {backend!r}")
  if at_once is not None and at_once < 1:
    raise ValueError(f"at_once must be at least 1, found {at_once}")
  devices = tuple(jax.local_devices() if devices is None else devices)

  def share(keys, args):
    width = at_once or keys.shape[0]
    out = jax.lax.map(lambda key: one_pass(key, *args), keys, batch_size=width)
    return jax.lax.all_gather(out, _AXIS, tiled=True)

  outside = (_shard_map if backend == "shard_map" else _pmap)(share, devices)
  inside = (_pmap if backend == "pmap" else _shard_map)(share, devices)

  def run(keys, *args):
    shares = _cut(keys, len(devices), at_once or 1)
    if is_traced((keys, args)):
      out = inside(shares, args)
    else:
      shares = jax.device_put(shares, _sharding(devices, _AXIS))
      out = outside(shares, replicate(args, devices))
    return jax.tree.map(lambda x: x[: keys.shape[0]], out)

  return run


def replicate(tree: Any, devices: Sequence[jax.Device] | None = None) -> Any:
  """The arrays of a pytree on every device; by default on all local ones."""
  devices = jax.local_devices() if devices is None else devices
  return jax.device_put(tree, _sharding(devices))


def is_traced(tree: Any) -> bool:
  """Whether a pytree has arrays that are being traced."""
  return any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(tree))


def _cut(keys: jax.Array, num_shares: int, multiple: int) -> jax.Array:
  """[S, ...] keys as [num_shares, t, ...]; the last key fills up the shares.

  t is the least multiple of `multiple` that holds all keys.
  """
  num_passes = keys.shape[0]
  if num_passes == 0:
    raise ValueError("wanted the keys of at least 1 pass, found none")
  width = -(-num_passes // (num_shares * multiple)) * multiple
  passes = jnp.minimum(
    jnp.arange(num_shares * width, dtype=jnp.int32), num_passes - 1
  )
  return keys[passes].reshape(num_shares, width, *keys.shape[1:])


def _sharding(devices, *axes):
  """Over the devices along these axes, the same on all of them along others."""
  return NamedSharding(Mesh(np.array(devices), (_AXIS,)), PartitionSpec(*axes))


def _pmap(share: Callable, devices: Sequence[jax.Device]) -> Callable:
  """(keys [n, t, ...], args) -> [n * t, ...] on every device."""
  return jax.pmap(
    share, _AXIS, in_axes=(0, None), out_axes=None, devices=devices
  )


def _shard_map(share: Callable, devices: Sequence[jax.Device]) -> Callable:
  """The twin of `_pmap`; it keeps the axis that pmap takes away."""
  return jax.jit(
    jax.shard_map(
      lambda keys, args: share(keys[0], args),
      mesh=_sharding(devices).mesh,
      in_specs=(PartitionSpec(_AXIS), PartitionSpec()),
      out_specs=PartitionSpec(),
      check_vma=False,  # it does not see that a gathered array is replicated
    )
  )
