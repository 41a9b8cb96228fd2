"""Maps of region numbers: in one array, or each made when it is asked for."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np


class Maps:
  """N maps [*sp] int32, each made when it is asked for; threads may ask.

  The one that was made last is kept.
  """

  def __init__(self, make: Callable[[int], np.ndarray], count: int):
    """Makes nothing yet.

    Args:
      make: number of an item -> its map.
      count: N.
    """
    self._make, self._count, self._last = make, count, (-1, None)

  def __len__(self) -> int:
    return self._count

  def __iter__(self) -> Iterator[np.ndarray]:
    return (self[i] for i in range(self._count))

  def __getitem__(self, i: int) -> np.ndarray:
    number, found = self._last
    if number != i:
      found = self._make(i)
      self._last = i, found
    return found


def sizes_of(maps: Sequence[np.ndarray]) -> np.ndarray:
  """[N, R] int64, voxels of each region; R is of the item that has the most."""
  found = [np.bincount(regions.reshape(-1)) for regions in maps]
  room = max(map(len, found))
  return np.stack([np.pad(sizes, (0, room - len(sizes))) for sizes in found])


def in_one(maps: Sequence[np.ndarray], extent: Sequence[int]) -> np.ndarray:
  """[N, *extent] int32 of maps of any extents, -1 where an item has no voxel.

  Args:
    maps: N maps [*sp] of region numbers.
    extent: of the array, no smaller than that of any map.
  """
  out = np.full((len(maps), *extent), -1, np.int32)
  for row, regions in zip(out, maps, strict=True):
    row[tuple(slice(n) for n in regions.shape)] = regions
  return out
