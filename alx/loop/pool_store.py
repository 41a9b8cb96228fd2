"""Arrays that are filled block by block and outlive the process."""

import hashlib
import os
import pathlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.lib.format import open_memmap

from alx.data import files
from alx.data.dataset import bad_input
from alx.data.sources import digest

_PLAN, _DONE = "pool.json", "done.npy"
_OWN = re.compile(r"(pool\.json|done\.npy|leaf_\d{3,}\.npy)")
_SIZE = 16  # bytes of a digest


class PoolStore:
  """Arrays [N, ...] in blocks of B rows, and which blocks are finished."""

  def __init__(
    self, arrays: Sequence[np.ndarray], done: np.ndarray, block: int
  ):
    """Takes the arrays, and done [blocks, 16] uint8, zeros at first."""
    self.arrays, self._done, self._block = list(arrays), done, block

  def unfinished(self) -> list[int]:
    """The first rows of the blocks that do not hold what was put there."""
    starts = range(0, len(self._done) * self._block, self._block)
    return [start for start in starts if not self._is_finished(start)]

  def _is_finished(self, start):
    noted = self._done[start // self._block]
    if not noted.any():
      return False
    rows = [x[start : start + self._block] for x in self.arrays]
    return bool((_digest(rows) == noted).all())

  def put(self, start: int, rows: Sequence[np.ndarray]) -> None:
    """Writes a block of B rows; those beyond N are dropped."""
    rows = [x[: len(y) - start] for x, y in zip(rows, self.arrays, strict=True)]
    for array, new in zip(self.arrays, rows, strict=True):
      array[start : start + self._block] = new
    self._done[start // self._block] = _digest(rows)


def in_memory(first: Sequence[np.ndarray], num_items: int) -> PoolStore:
  """Room for N rows like those of the first block, arrays [B, ...]."""
  block = len(first[0])
  arrays = [np.empty((num_items, *x.shape[1:]), x.dtype) for x in first]
  done = np.zeros((-(-num_items // block), _SIZE), np.uint8)
  return PoolStore(arrays, done, block)


def in_folder(
  folder: pathlib.Path, plan: str, first: Sequence[np.ndarray], num_items: int
) -> PoolStore:
  """The same in files that are mapped, with what was finished before.

  A folder that holds another plan, or is damaged, is begun anew. Power that
  fails may lose finished blocks, and never makes a wrong one count: a block
  counts while its rows have the digest that was noted.

  Args:
    folder: made if it is not there; to be used for nothing else.
    plan: what all that is computed depends on.
    first: arrays [B, ...], whose rows are like those to keep.
    num_items: N.

  Raises:
    DataError: the folder holds other things, or there is no room for N rows.
  """
  block = len(first[0])
  layout = {
    f"leaf_{i:03d}.npy": ((num_items, *x.shape[1:]), x.dtype)
    for i, x in enumerate(first)
  }
  layout[_DONE] = ((-(-num_items // block), _SIZE), np.dtype(np.uint8))
  try:
    arrays = _opened(folder, plan, layout) or _made(folder, plan, layout)
  except OSError as error:
    raise bad_input(folder, "a folder to write to", error) from error
  return PoolStore(arrays[:-1], arrays[-1], block)


def _opened(folder, plan, layout):
  """The arrays that are there already; None if they are not these."""
  if (files.read_json(folder / _PLAN) or {}).get("plan") != plan:
    return None
  try:
    arrays = [open_memmap(folder / name, mode="r+") for name in layout]
  except (OSError, ValueError):
    return None
  found = [(x.shape, x.dtype) for x in arrays]
  return arrays if found == list(layout.values()) else None


def _made(folder, plan, layout):
  folder.mkdir(parents=True, exist_ok=True)
  _check_ours(folder)
  # The plan goes first and comes last: without it nothing counts. No file is
  # cut short, for the arrays of another round may still be mapped.
  (folder / _PLAN).unlink(missing_ok=True)
  for path in folder.iterdir():
    if _OWN.fullmatch(path.name):
      path.unlink()
  arrays = [_make(folder / name, *entry) for name, entry in layout.items()]
  files.write_json(folder / _PLAN, {"plan": plan})
  return arrays


def _check_ours(folder):
  if files.read_json(folder / _PLAN) is None:
    foreign = files.foreign_names(folder, _OWN.fullmatch)
    if foreign:
      raise bad_input(folder, "an empty or new folder", foreign[:8])


def _make(path, shape, dtype):
  """A mapped array of zeros whose place on the disk is taken."""
  array = open_memmap(path, mode="w+", dtype=dtype, shape=shape)
  if hasattr(os, "posix_fallocate"):
    with open(path, "r+b") as file:
      os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
  return array


def _digest(rows):
  """[16] uint8 of the bytes of some arrays."""
  hashed = hashlib.blake2b(digest_size=_SIZE)
  for array in rows:
    digest.update(hashed, array)
  return np.frombuffer(hashed.digest(), np.uint8)
