"""NIfTI folders converted once into chunks; the only user of tensorstore."""

import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorstore as ts

from alx.data.cache.record import Record
from alx.data.cache.store import CaseStore
from alx.data.dataset import DataError, Dataset, bad_input, no_progress
from alx.data.label_values import to_classes
from alx.data.partly import with_note_of_bare
from alx.data.sources import digest
from alx.data.volumes import msd
from alx.data.volumes.cases import check_files, find_cases
from alx.data.volumes.description import read_description
from alx.data.volumes.flat import without
from alx.data.volumes.header import Header
from alx.data.volumes.volumes import Outline, common_of, keep_commonest
from alx.label_maps import UNLABELLED

_CHUNK = 32  # voxels along each axis; a patch reads the chunks it touches
_LEVEL = 5  # of zstd: read as fast as 1, and half as large


def load_cached(
  path,
  cache,
  *,
  strict: bool = False,
  spacing_from: str = "pixdim",
  progress=no_progress,
  keep_unlabelled: bool = False,
) -> Dataset:
  """`load_folder` for folders larger than memory, by way of a cache.

  Images and labels of the data set are the same numbers, but are read from the
  cache when they are asked for (`StoredArrays`); all else is the same. Cases
  are converted one at a time, and each is kept as soon as it is finished: a
  conversion that was killed goes on at the next case. Only files whose content
  has changed are converted again.

  Args:
    path: a folder laid out as the Decathlon or nnU-Net v2.
    cache: the folder to keep the converted cases in, for this `path` alone;
      made if it is not there. About the size of the .nii files as float32,
      compressed.
    strict: stop at the first case that cannot be used.
    spacing_from: "pixdim" or "affine", what to believe where they disagree.
    progress: progress(iterable, total=, description=) -> iterable.
    keep_unlabelled: cases of imagesTr stay that nobody has labelled.

  Raises:
    DataError: `path` is bad, or not one case can be used, or `cache` holds
      other things or cannot be written to; with `strict` the first bad case.
  """
  path, cache = pathlib.Path(path), pathlib.Path(cache)
  if not msd.is_folder(path):
    raise bad_input(path, "a folder with imagesTr and labelsTr", "none")
  description = read_description(path)
  store, kept, read, left_out = CaseStore(cache), [], [], []
  cases = find_cases(path, description.listed)
  for case in progress(cases, total=len(cases), description="converting"):
    try:
      kept.append(_keep(store, case, path, description, keep_unlabelled))
      read.append(case)
    except DataError as error:
      if strict:
        raise
      left_out.append(str(error))
    except OSError as error:
      raise bad_input(cache, "a folder to write to", error) from error
  msd.check_any(path, read, left_out)
  files, outlines = [case.images[0] for case in read], list(map(_outline, kept))
  places, lines = keep_commonest(outlines, files, strict=strict)
  maps = [record.facts["values"] for record in kept]
  how = {"strict": strict, "keep": keep_unlabelled}
  places, more = msd.keep_labelled(path, places, maps, read, description, **how)
  kept, read = [kept[i] for i in places], [read[i] for i in places]
  left_out += lines + more
  dataset = _dataset(path, description, kept, left_out, spacing_from)
  channels = kept[0].facts["shape"][-1]
  dataset = msd.with_parts(dataset, path, read, description, channels)
  return with_note_of_bare(dataset, path)


class StoredArrays:
  """Arrays of any extents in a cache, as a `Source`; item i is read anew."""

  def __init__(
    self,
    records: Sequence[Record],
    part: str,
    dropped: Sequence[int | None],
    finish: Callable | None = None,
    is_partly: bool | None = None,
  ):
    """Reads nothing yet.

    Args:
      records: of N cases.
      part: "image" or "label".
      dropped: an axis of length 1 that each is read without; None: of none.
      finish: (array, id) -> array, done to what is read; None: nothing.
      is_partly: whether a voxel of a label is unlabelled, if that is known.
    """
    self._records, self._part, self._finish = records, part, finish
    self._dropped, self.is_partly = dropped, is_partly
    self.ids = tuple(record.facts["id"] for record in records)

  def __len__(self):
    return len(self._records)

  def __getitem__(self, i: int) -> np.ndarray:
    """Item i whole; DataError if its chunks are damaged or gone."""
    return self._read(i, ())

  def crop(
    self, i: int, start: Sequence[int], extent: Sequence[int]
  ) -> np.ndarray:
    """The voxels start .. start + extent - 1 of item i; reads their chunks.

    Raises:
      DataError: nothing, or more than there is; damaged chunks.
    """
    shape = self.shapes[i]
    where = [(a, a + n) for a, n in zip(start, extent, strict=True)]
    pairs = zip(where, shape, strict=False)
    if any(not 0 <= a < b <= n for (a, b), n in pairs):
      wanted = f"a part of {self.ids[i]}, which is {shape}"
      raise DataError(f"wanted {wanted}; found {where}")
    return self._read(i, tuple(slice(a, b) for a, b in where))

  @property
  def shapes(self) -> tuple[tuple[int, ...], ...]:
    """N shapes; a label has no channels."""
    stored = map(self._shape, self._records)
    return tuple(map(without, stored, self._dropped))

  @property
  def digest(self) -> str:
    """Of the content of the files that the items were made from."""
    return digest.of_texts([self._part, *(r.digest for r in self._records)])

  def _shape(self, record):
    return tuple(record.facts["shape"][: None if self._part == "image" else -1])

  def _read(self, i, where):
    record, axis = self._records[i], self._dropped[i]
    if axis is not None:
      where = (*(where[:axis] or [slice(None)] * axis), 0, *where[axis:])
    folder = record.folder / self._part
    try:
      stored = ts.open(_place(folder), open=True, read=True).result()
      if stored.shape != self._shape(record):
        raise ValueError(f"shape {stored.shape}")
      array = (stored[where] if where else stored).read().result()
    except ValueError as error:
      wanted = "chunks as they were written (delete the folder to convert anew)"
      raise bad_input(folder, wanted, error) from error
    return self._finish(array, record.facts["id"]) if self._finish else array


def _keep(store, case, path, description, keep):
  """The record of one case, converted now or before.

  What depends on dataset.json is looked at each time.
  """

  def convert(folder):
    item = msd.read_case(case, path, description, keep)
    _write(folder / "image", item.image)
    _write(folder / "label", item.label)
    return {
      "shape": item.image.shape,
      "header": item.header,
      "values": item.values,
    }

  check_files(case, path, keep)
  record = store.keep(case, path, convert)
  msd.check_channels(case, record.facts["shape"], description)
  msd.check_labels(case, record.facts["values"], description, keep)
  return record


def _outline(record):
  """The item as far as it is known without reading."""
  facts = record.facts
  header = Header(
    *(tuple(x) if isinstance(x, list) else x for x in facts["header"])
  )
  return Outline(facts["id"], tuple(facts["shape"]), header)


def _place(folder):
  """A missing chunk is an error, not zeros."""
  return {
    "driver": "zarr3",
    "kvstore": {"driver": "file", "path": str(folder)},
    "fill_missing_data_reads": False,
  }


def _write(folder, array):
  """Writes one array: one file, of chunks that are compressed one by one."""
  chunk = [min(n, _CHUNK) for n in array.shape]
  whole = [-(-n // c) * c for n, c in zip(array.shape, chunk, strict=True)]
  codecs = [
    {"name": "bytes", "configuration": {"endian": "little"}},
    {"name": "zstd", "configuration": {"level": _LEVEL}},
    {"name": "crc32c"},
  ]
  shards = {"chunk_shape": chunk, "codecs": codecs}
  grid = {"name": "regular", "configuration": {"chunk_shape": whole}}
  metadata = {
    "shape": array.shape,
    "data_type": array.dtype.name,
    "chunk_grid": grid,
    "codecs": [{"name": "sharding_indexed", "configuration": shards}],
  }
  place = _place(folder) | {
    "metadata": metadata,
    "store_data_equal_to_fill_value": True,
  }
  try:
    ts.open(place, create=True).result().write(array).result()
  except ValueError as error:  # what the file system says comes as one
    raise OSError(str(error)) from error


def _dataset(path, description, records, left_out, spacing_from):
  maps = [record.facts["values"] for record in records]
  values, names, ignore, lines = msd.classes_of(path, description, maps)

  bare = {
    record.facts["id"] for record in records if not record.facts["values"]
  }

  def as_classes(label, name):
    if name in bare:
      return np.full_like(label, UNLABELLED)
    return to_classes(label, values, name, ignore)

  common = common_of(path, list(map(_outline, records)), spacing_from)
  images = StoredArrays(records, "image", common.dropped)
  return Dataset(
    name=description.name,
    task="segmentation",
    ids=images.ids,
    images=images,
    labels=StoredArrays(
      *(records, "label", common.dropped, as_classes),
      is_partly=any(ignore in found or not found for found in maps),
    ),
    class_names=names,
    spacing_mm=common.spacing_mm,
    groups=None,
    split=None,
    left_out=tuple(left_out),
    notes=(*common.notes, *lines),
    directions=common.directions,
  )
