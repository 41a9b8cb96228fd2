"""Several processes that hold one pool: who holds what, and who agrees.

Process p of P holds a contiguous shard of the N items: a global id is the
start of its shard plus the local one. What every process calls, all of them
must call, in the same order; one that is missing makes the others wait.
"""

import hashlib
import os
import signal
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.experimental import multihost_utils

from alx.devices import cluster, meeting
from alx.devices.company import Company, Place
from alx.devices.mesh import over_devices

# What a scheduler says about how many processes it started.
_TASKS = ("SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE")


class Shard(NamedTuple):
  """The items in [start, stop) of N, held by one process."""

  start: int
  stop: int
  num_items: int  # N, of all processes


def connect(
  coordinator: str | None = None,
  num_processes: int | None = None,
  process_id: int | None = None,
) -> None:
  """Joins this process to the others, before the first array is made.

  Without arguments, what SLURM, Open MPI or a Cloud TPU says is used, and
  where there is nothing of the kind this is the only process. On CPU the
  processes exchange through gloo.

  Args:
    coordinator: "host:port" of process 0, the same for all.
    num_processes: how many there are; for 1 nothing is done.
    process_id: of this one, in [0, num_processes).

  Raises:
    ValueError: if some arguments are given and some are not, or are no
      address or no number in range.
  """
  given = {
    "coordinator": coordinator,
    "num_processes": num_processes,
    "process_id": process_id,
  }
  if num_processes == 1 and process_id in (None, 0):
    return
  if set(given.values()) == {None}:
    _connect_as_told_by_cluster()
    return
  _check_given(given)
  _initialize(coordinator, num_processes, process_id)


def _check_given(given: dict) -> None:
  missing = [name for name, value in given.items() if value is None]
  if missing:
    raise ValueError(
      f"{', '.join(given)} go together: {' and '.join(missing)} not given"
    )
  cluster.check(Place(*given.values()))


def _connect_as_told_by_cluster() -> None:
  if any(os.environ.get(name) == "1" for name in _TASKS):
    return
  try:
    _initialize()
  except ValueError as error:
    # jax's words for: no cluster that I know of.
    if "coordinator_address should be defined" not in str(error):
      raise


def _initialize(*arguments, **settings) -> None:
  jax.config.update("jax_cpu_collectives_implementation", "gloo")
  # Programs that overlap would exchange in another order on each process.
  jax.config.update("jax_cpu_enable_async_dispatch", False)
  before = signal.getsignal(signal.SIGTERM)
  jax.distributed.initialize(*arguments, **settings)
  if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGTERM, before)  # jax would only take note of it


def join(
  place: Place,
  about: Mapping[str, str],
  ended: Callable[[str, int], None],
  *,
  wait_s: float = meeting.WAIT_S,
  silent_s: float = meeting.SILENT_S,
) -> Company:
  """Joins this process to others that are alike, before the first array.

  Args:
    place: of this process.
    about, ended, wait_s, silent_s: see `alx.devices.meeting.meet`.

  Raises:
    TurnedAway: where they are not, or do not come.
  """
  company = meeting.meet(place, about, ended, wait_s=wait_s, silent_s=silent_s)
  # The company sees first what jax would end the process for.
  _initialize(
    *place,
    initialization_timeout=int(wait_s),
    heartbeat_timeout_seconds=int(2 * silent_s) + 1,
  )
  all_gather(np.int32(0))
  return company


def connect_devices(count: int) -> None:
  """Makes gloo's connections while all are here: later it waits for 30 s.

  Args:
    count: of devices that will share a fit.

  Raises:
    ValueError: as `over_devices`.
  """
  devices = over_devices(count)
  for parts in range(2, count + 1):
    if count % parts == 0:
      held = devices.held(np.ones(parts, np.float32))
      jax.block_until_ready(devices.whole(held))


def is_shared() -> bool:
  """Whether there are several processes; asking starts no backend."""
  return jax.distributed.is_initialized() and jax.process_count() > 1


def is_first() -> bool:
  """Whether this process writes: the only one, or the first of several."""
  return not is_shared() or jax.process_index() == 0


def from_first(tree: Any) -> Any:
  """NumPy arrays of process 0 on all processes.

  Args:
    tree: of arrays, of the same shapes and types everywhere.
  """
  if not is_shared():
    return jax.tree.map(np.asarray, tree)
  return multihost_utils.broadcast_one_to_all(tree)


def shard_bounds(
  num_items: int, num_processes: int, process_id: int
) -> tuple[int, int]:
  """(start, stop) of a process: sizes differ by 1 at most, larger ones first.

  Raises:
    ValueError: on a negative num_items or a process_id that is not in
      [0, num_processes).
  """
  if num_items < 0 or not 0 <= process_id < num_processes:
    raise ValueError(
      "wanted num_items >= 0 and 0 <= process_id < num_processes, found "
      f"{num_items}, {process_id} and {num_processes}"
    )
  size, longer = divmod(num_items, num_processes)
  start = process_id * size + min(process_id, longer)
  return start, start + size + (process_id < longer)


def local_shard(num_items: int) -> Shard:
  """What this process holds of N items."""
  count, index = jax.process_count(), jax.process_index()
  return Shard(*shard_bounds(num_items, count, index), num_items)


def all_gather(tree: Any) -> Any:
  """The arrays of all processes, the same everywhere.

  Args:
    tree: of NumPy or local JAX arrays, of the same shapes on all processes.
      8-byte numbers become 4-byte ones, as everywhere in jax.

  Returns:
    NumPy arrays with a leading axis of P.
  """
  return multihost_utils.process_allgather(tree)


def gather_rows(
  array: np.ndarray,
  items: np.ndarray,
  shard: Shard,
  *,
  gather: Callable = all_gather,
) -> np.ndarray:
  """Rows of any items, on all processes; P times their size moves.

  Args:
    array: [n, ...] of the shard's items; only rows asked for are read.
    items: [k] global ids, the same on all processes.
    shard: what this process holds.
    gather: as `all_gather`.

  Returns:
    [k, ...]; zeros for an empty slot, N.
  """
  mine = (shard.start <= items) & (items < shard.stop)
  rows = np.zeros((len(items), *array.shape[1:]), array.dtype)
  rows[mine] = array[items[mine] - shard.start]
  mine, rows = gather((mine, rows))
  return rows[mine.argmax(0), np.arange(len(items))]


def assert_same(
  what: str, array: np.ndarray, *, gather: Callable = all_gather
) -> None:
  """Raises on every process unless all hold the same bits.

  Args:
    what: its name, for the message.
    array: any shape and type; only 32 bytes of each process are exchanged.
    gather: as `all_gather`.

  Raises:
    RuntimeError: naming the processes that differ from most others, or from
      the process with the lowest id where no side has more.
  """
  array = np.ascontiguousarray(array)
  told = f"{array.dtype.str} {array.shape} ".encode() + array.tobytes()
  digest = np.frombuffer(hashlib.sha256(told).digest(), np.int32)
  digests = [row.tobytes() for row in np.asarray(gather(digest))]
  usual = max(digests, key=digests.count)
  odd = [str(p) for p, other in enumerate(digests) if other != usual]
  if odd:
    same = [str(p) for p, other in enumerate(digests) if other == usual]
    raise RuntimeError(
      f"{what}: process {', '.join(odd)} of {len(digests)} differs from "
      f"process {', '.join(same)}"
    )


def assert_same_selection(
  items: np.ndarray, *, gather: Callable = all_gather
) -> None:
  """Raises on every process unless all picked the same items in one order.

  Args:
    items: [k] global ids, as integers of any width.
    gather: as `all_gather`.

  Raises:
    RuntimeError: naming the processes that differ, see `assert_same`.
  """
  assert_same("selected items", np.asarray(items, np.int64), gather=gather)
