"""Several processes that hold one pool: who holds what, and who agrees.

Process p of P holds a contiguous shard of the N items: a global id is the
start of its shard plus the local one. What every process calls, all of them
must call, in the same order; one that is missing makes the others wait.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.experimental import multihost_utils

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
  coordinator, num_processes, process_id = given.values()
  if not coordinator.rpartition(":")[2].isdecimal() or coordinator[0] == ":":
    raise ValueError(f"coordinator: wanted host:port, found {coordinator!r}")
  if not 0 <= process_id < num_processes:
    raise ValueError(
      f"process_id: wanted one in [0, {num_processes}), found {process_id}"
    )


def _connect_as_told_by_cluster() -> None:
  if any(os.environ.get(name) == "1" for name in _TASKS):
    return
  try:
    _initialize()
  except ValueError as error:
    # jax's words for: no cluster that I know of.
    if "coordinator_address should be defined" not in str(error):
      raise


def _initialize(*arguments) -> None:
  jax.config.update("jax_cpu_collectives_implementation", "gloo")
  jax.distributed.initialize(*arguments)


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
