"""Describes pools larger than memory, block by block; a kill loses a block."""

import pathlib
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from alx.data.sources import digest
from alx.data.sources.prefetch import prefetch
from alx.data.sources.source import Source, digest_of, read_block
from alx.loop import pool_store


def describe_pool(
  describe: Callable,
  params: Any,
  source: Source,
  *,
  block: int,
  workdir: str | pathlib.Path | None = None,
  tag: str = "",
  stack: Callable | None = None,
  threads: int = 2,
  progress: Callable | None = None,
):
  """Describes all items of a source, block by block, on threads that read.

  Every block has the same shape, the last one filled up with copies of the
  last item: a `describe` that was given to `jax.jit` is compiled once, and not
  again for other params.

  With a `workdir` the description is mapped to files there, and a scan that
  was interrupted or killed goes on behind its last finished block, to the same
  bits. What is kept counts for the same source (see `digest_of`), params, tag
  and block size, and only if `describe` makes of the first block what it made
  of it before: that block is described every time. Anything else begins anew,
  a new round with its new params too.

  Memory beside `describe`'s: a few blocks as they are read, and without
  `workdir` the description.

  Args:
    describe: (params, items [B] int32, block of [B, ...]) -> pytree of
      [B, ...], rows that do not depend on each other; `items` are numbers in
      the source, to fold into a key.
    params: pytree that `describe` is given.
    source: of N >= 1 items.
    block: B, items at a time; no more than N are taken.
    workdir: a folder for this scan alone, made if it is not there.
    tag: of what else `describe` depends on.
    stack: (list of B items) -> a block, see `read_block`.
    threads: that read ahead.
    progress: called with (items done, N) after every block.

  Returns:
    The pytree with NumPy arrays [N, ...], read-only.

  Raises:
    DataError: items of different shapes without `stack`, or a `workdir` that
      cannot be used.
    ValueError: no items, or a `describe` that returns other shapes.
  """
  num_items = len(source)
  if block < 1 or num_items < 1:
    found = f"{num_items} items, block={block}"
    raise ValueError(f"wanted at least 1 item and a block of 1, found {found}")
  block = min(block, num_items)

  def read(start):
    return start, read_block(source, start, block, stack)

  def described(start, rows):
    items = np.minimum(np.arange(start, start + block), num_items - 1)
    out = describe(params, items.astype(np.int32), rows)
    return jax.tree.map(lambda x: _checked(x, block), out)

  first = described(*read(0))
  store = _store(workdir, first, source, params, tag)
  store.put(0, jax.tree.leaves(first))
  todo = store.unfinished()
  left = sum(min(block, num_items - start) for start in todo)
  _report(progress, num_items - left, num_items)
  for start, rows in prefetch(read, todo, threads=threads, ahead=threads + 1):
    store.put(start, jax.tree.leaves(described(start, rows)))
    left -= min(block, num_items - start)
    _report(progress, num_items - left, num_items)
  arrays = map(_read_only, store.arrays)
  return jax.tree.structure(first).unflatten(arrays)


def _store(workdir, first, source, params, tag):
  """Room for the description of which `first` is that of the first block."""
  leaves = jax.tree.leaves(first)
  if not leaves:
    raise ValueError(f"wanted describe to return arrays, found {first!r}")
  if workdir is None:
    return pool_store.in_memory(leaves, len(source))
  # The block size is in the shapes of `first`.
  parts = [digest_of(source), digest.of_tree(params), digest.of_tree(first)]
  plan = digest.of_texts([*parts, tag])
  folder = pathlib.Path(workdir)
  return pool_store.in_folder(folder, plan, leaves, len(source))


def _checked(leaf, block):
  """The leaf on the host; float32 where NumPy has no such type."""
  array = np.asarray(leaf)
  array = array.astype(np.float32) if array.dtype.kind == "V" else array
  if array.shape[:1] != (block,):
    wanted = f"wanted describe to return arrays [{block}, ...]"
    raise ValueError(f"{wanted}, found one of shape {array.shape}")
  return array


def _report(progress, done, total):
  if progress is not None:
    progress(done, total)


def _read_only(array):
  array.flags.writeable = False
  return array
