"""Embeddings that stay in their file: .npy, or an array of an .npz, mapped."""

import math
import mmap
import pathlib
import struct
import warnings
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.data.sources import digest
from alx.data.sources.source import ArraySource, checked_ids

_ZIP = b"PK\x03\x04"
_LOCAL_HEADER = 30  # bytes before the name of a member of a zip archive
_SAMPLED = 64  # rows that the digest looks at
_WANTED = "an array of numbers [N, ...] with N >= 1, as numpy.save writes it"


class _Layout(NamedTuple):
  """Where an array is in its file."""

  shape: tuple[int, ...]
  dtype: np.dtype
  order: str  # "C" or "F"
  offset: int  # bytes


class MappedSource:
  """Rows of one array [N, ...] in a file; only what is read is in memory."""

  def __init__(self, path, layout: _Layout, ids: Sequence[str] | None = None):
    """Maps the array; see `map_array`, which finds the layout."""
    self._path, self._layout = pathlib.Path(path), layout
    with open(path, "rb") as file:
      self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    count = math.prod(layout.shape)
    flat = np.frombuffer(self._map, layout.dtype, count, layout.offset)
    self.array = flat.reshape(layout.shape, order=layout.order)
    self.ids = checked_ids(ids, layout.shape[0])

  def __len__(self):
    return len(self.array)

  def __getitem__(self, i: int) -> np.ndarray:
    return self.rows(range(len(self))[i], range(len(self))[i] + 1)[0]

  def rows(self, start: int, stop: int) -> np.ndarray:
    """Rows start..stop-1 as a new array in the byte order of the machine.

    Their pages are handed back at once, so that the process does not grow by
    what it has read; the system keeps them while memory is free.
    """
    rows = np.array(
      self.array[start:stop], self.array.dtype.newbyteorder("="), order="C"
    )
    if self._layout.order == "C" and hasattr(mmap, "MADV_DONTNEED"):
      first = self._layout.offset + start * self.array[:1].nbytes
      page = first - first % mmap.PAGESIZE
      self._map.madvise(mmap.MADV_DONTNEED, page, first + rows.nbytes - page)
    return rows

  @property
  def digest(self) -> str:
    """Of the file's size and time, and of the bits of some rows.

    The whole file is not read: a change that keeps the size and puts the old
    time back may go unseen.
    """
    state = self._path.stat()
    places = np.linspace(0, len(self) - 1, min(len(self), _SAMPLED)).astype(int)
    sample = np.stack([self[i] for i in places])
    facts = (state.st_size, state.st_mtime_ns, self._layout)
    return digest.of_texts([str(facts), digest.of_tree(sample)])


def map_array(
  path, name: str | None = None, ids: Sequence[str] | None = None
) -> MappedSource | ArraySource:
  """The rows of an .npy file, or of an array of an .npz, as a source.

  An array that `numpy.savez_compressed` wrote cannot be mapped: it is loaded
  into memory, with a warning that says so.

  Args:
    path: the file; what it is is told from its content.
    name: of the array in an .npz; None: the only one.
    ids: N names; None: numbers.

  Raises:
    DataError: no such file or array, damaged or cut short, objects, no rows,
      or other ids than N.
  """
  path = pathlib.Path(path)
  try:
    with open(path, "rb") as file:
      if file.read(len(_ZIP)) == _ZIP:
        return _from_archive(path, file, name, ids)
      file.seek(0)
      layout = _read_layout(path, file)
    return MappedSource(path, layout, ids)
  except (DataError, Warning):
    raise
  except Exception as error:  # a damaged archive breaks in many ways
    found = f"{type(error).__name__}: {error}"
    raise bad_input(path, "a file that can be read", found) from error


def _from_archive(path, file, name, ids):
  with zipfile.ZipFile(file) as archive:
    member = _member(path, archive, name)
    if member.compress_type != zipfile.ZIP_STORED:
      return _loaded(path, archive, member, ids)
  file.seek(member.header_offset)
  header = file.read(_LOCAL_HEADER)
  file.seek(sum(struct.unpack("<HH", header[-4:])), 1)  # name and extra field
  return MappedSource(path, _read_layout(path, file), ids)


def _member(path, archive, name):
  members = {i.filename.removesuffix(".npy"): i for i in archive.infolist()}
  if name is None and len(members) == 1:
    return next(iter(members.values()))
  if name not in members:
    wanted = f"an array {name}" if name else "one array, or name= of one"
    raise bad_input(path, wanted, sorted(members))
  return members[name]


def _loaded(path, archive, member, ids):
  with archive.open(member) as file:
    array = np.lib.format.read_array(file, allow_pickle=False)
  _check(path, array.shape, array.dtype)
  warnings.warn(
    f"{path}: {member.filename} is compressed and cannot be mapped; "
    f"{array.nbytes / 1e6:.0f} MB are in memory now (numpy.save and "
    "numpy.savez write arrays that can)",
    stacklevel=4,
  )
  return ArraySource(array, ids)


def _read_layout(path, file):
  """The layout of the array that starts where the file is at."""
  try:
    version = np.lib.format.read_magic(file)
    read = {
      (1, 0): np.lib.format.read_array_header_1_0,
      (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, is_fortran, dtype = read(file)
  except (ValueError, KeyError) as error:
    raise bad_input(path, _WANTED, error) from error
  _check(path, shape, dtype)
  layout = _Layout(shape, dtype, "F" if is_fortran else "C", file.tell())
  wanted = layout.offset + math.prod(shape) * dtype.itemsize
  found = path.stat().st_size
  if found < wanted:
    raise bad_input(path, f"{wanted} bytes for {dtype} {shape}", found)
  return layout


def _check(path, shape, dtype):
  if dtype.kind not in "biuf" or not shape or min(shape) < 1:
    raise bad_input(path, _WANTED, f"{dtype} of shape {shape}")
