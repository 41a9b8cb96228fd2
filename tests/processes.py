"""Processes as threads: an all_gather that waits for all of them."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np

from alx.devices.distributed import Shard, shard_bounds


def run_together(num_processes, function):
  """[P] results of function(process, gather), which may exchange arrays."""
  barrier = threading.Barrier(num_processes, timeout=60)
  shelf = [None] * num_processes

  def on(process):
    def gather(tree):
      shelf[process] = jax.tree.map(np.asarray, tree)
      barrier.wait()
      found = jax.tree.map(lambda *x: np.stack(x), *shelf)
      barrier.wait()  # nobody writes before all have read
      return found

    try:
      return function(process, gather)
    except BaseException:
      barrier.abort()
      raise

  with ThreadPoolExecutor(num_processes) as pool:
    return list(pool.map(on, range(num_processes)))


def shards(num_items, num_processes):
  """The shard of each process."""
  return [
    Shard(*shard_bounds(num_items, num_processes, process), num_items)
    for process in range(num_processes)
  ]


def free_port():
  """One that nobody listens at."""
  with socket.socket() as door:
    door.bind(("127.0.0.1", 0))
    return door.getsockname()[1]
