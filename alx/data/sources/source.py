"""Pools that need not fit in memory: items by number, read when asked for."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import jax
import numpy as np

from alx.data.dataset import DataError
from alx.data.patches import Images, stack_images
from alx.data.sources import digest


class Source(Protocol):
  """N items, each a pytree of NumPy arrays; threads may read side by side.

  Two more members are used where there are any: `rows(start, stop)`, a range
  of items stacked in new arrays [stop - start, ...], and `digest`, a text that
  changes when the items do.
  """

  @property
  def ids(self) -> Sequence[str]:
    """N stable names."""

  def __len__(self) -> int: ...

  def __getitem__(self, i: int) -> Any: ...


@dataclasses.dataclass(frozen=True)
class NumberedIds:
  """item_00000, item_00001 ...: each is made when it is looked at."""

  count: int

  def __len__(self):
    return self.count

  def __getitem__(self, i: int) -> str:
    return f"item_{range(self.count)[i]:05d}"

  def __iter__(self):
    return (f"item_{i:05d}" for i in range(self.count))


class ArraySource:
  """A pytree of arrays [N, ...] in memory; item i is row i of each."""

  def __init__(self, arrays, ids: Sequence[str] | None = None):
    """Keeps the arrays, without a copy.

    Args:
      arrays: pytree of NumPy arrays [N, ...], at least one.
      ids: N names; None: numbers.

    Raises:
      DataError: no array, arrays of different N, or other ids than N.
    """
    counts = {np.shape(x)[:1] for x in jax.tree.leaves(arrays)}
    if len(counts) != 1 or counts == {()}:
      found = sorted(np.shape(x) for x in jax.tree.leaves(arrays))
      raise DataError(f"wanted arrays [N, ...] of the same N, found {found}")
    self._arrays = jax.tree.map(np.asarray, arrays)
    self._count = counts.pop()[0]
    self.ids = checked_ids(ids, self._count)

  def __len__(self):
    return self._count

  def __getitem__(self, i: int):
    row = range(self._count)[i]
    return jax.tree.map(lambda x: x[row], self._arrays)

  def rows(self, start: int, stop: int):
    """Rows start..stop-1, copied."""
    return jax.tree.map(lambda x: np.array(x[start:stop]), self._arrays)

  @property
  def digest(self) -> str:
    """Of every number."""
    return digest.of_tree(self._arrays)


class ListSource:
  """Items of any extents that are in memory, or in another sequence."""

  def __init__(self, items: Sequence, ids: Sequence[str] | None = None):
    """Keeps the items, without a copy; DataError if there are not N ids."""
    self._items = items
    self.ids = checked_ids(ids, len(items))

  def __len__(self):
    return len(self._items)

  def __getitem__(self, i: int):
    return self._items[i]


def checked_ids(ids: Sequence[str] | None, count: int) -> Sequence[str]:
  """The ids, or numbers if there are none.

  Raises:
    DataError: not `count` different ones.
  """
  if ids is None:
    return NumberedIds(count)
  different = len(set(ids))
  if (len(ids), different) != (count, count):
    found = f"{len(ids)} ids, {different} different ones"
    raise DataError(f"wanted {count} different ids, found {found}")
  return ids


def digest_of(source: Source) -> str:
  """What changes when the items, their order or their names change.

  A source that has no `digest` is read from end to end.
  """
  content = getattr(source, "digest", None)
  if content is None:
    items = (digest.of_tree(source[i]) for i in range(len(source)))
    content = digest.of_texts(items)
  return digest.of_texts([str(len(source)), content, *_told(source.ids)])


def _told(ids):
  """The ids that say something; numbers do not."""
  return () if isinstance(ids, NumberedIds) else ids


def read_block(
  source: Source, start: int, block: int, stack: Callable | None = None
):
  """Items start..start+block-1 as one pytree of [block, ...].

  Behind the last item come copies of it, so that all blocks have one shape.

  Args:
    source: of N items.
    start: first item, in [0, N).
    block: items, >= 1.
    stack: (list of `block` items) -> pytree of [block, ...]; None: items of
      one shape are stacked.

  Raises:
    DataError: items of different shapes, without `stack`.
  """
  stop = min(start + block, len(source))
  if stack is None and hasattr(source, "rows"):
    return _filled(source.rows(start, stop), block)
  items = [source[i] for i in range(start, stop)]
  items += items[-1:] * (block - len(items))
  if stack is not None:
    return stack(items)
  try:
    return jax.tree.map(lambda *x: np.stack(x), *items)
  except ValueError as error:
    names = f"items {source.ids[start]} to {source.ids[stop - 1]}"
    wanted = "one shape, or a stack= that makes one of them"
    raise DataError(f"{names}: wanted {wanted}, found {error}") from error


def _filled(rows, block):
  """Rows [B, ...] with B <= block, grown by copies of the last."""

  def grow(x):
    missing = block - len(x)
    return np.concatenate([x, np.repeat(x[-1:], missing, 0)]) if missing else x

  return jax.tree.map(grow, rows)


def stack_into(
  images: Sequence[np.ndarray], patch: Sequence[int], extent: Sequence[int]
) -> Images:
  """`stack_images` in an array of one extent, whatever the images.

  Args:
    images: B arrays [*sp, channels].
    patch: voxels, see `stack_images`.
    extent: of the largest image there is, voxels; the array is no smaller than
      the patch either.

  Raises:
    DataError: an image that is larger.
  """
  stacked = stack_images(images, patch)
  room = np.maximum(extent, patch) - stacked.size.max(0)
  if room.min(initial=0) < 0:
    wanted, found = (np.asarray(x).tolist() for x in (extent, stacked.real))
    raise DataError(f"wanted images up to {wanted}, found {found}")
  grow = [(0, 0), *((0, n) for n in room.tolist()), (0, 0)]
  return stacked._replace(values=np.pad(stacked.values, grow))
