"""Some items of a sequence that need not be in memory."""

from collections.abc import Iterator, Sequence

import numpy as np


def shapes_of(
  arrays: Sequence, numbers: Sequence[int]
) -> list[tuple[int, ...]]:
  """Shapes of some of the arrays; a source that knows them reads nothing.

  Args:
    arrays: N of them, or a source with `shapes`.
    numbers: which.
  """
  known = getattr(arrays, "shapes", None)
  if known is not None:
    return [tuple(known[i]) for i in numbers]
  return [arrays[i].shape for i in numbers]


class Part:
  """Some arrays of a sequence or source, each read when asked for."""

  def __init__(self, arrays: Sequence, numbers: Sequence[int]):
    """Reads nothing yet.

    Args:
      arrays: N of them, or a source with `shapes`.
      numbers: which.
    """
    self._arrays, self._numbers = arrays, list(numbers)
    self.shapes = shapes_of(arrays, self._numbers)

  def __len__(self) -> int:
    return len(self._numbers)

  def __iter__(self) -> Iterator[np.ndarray]:
    return (self._arrays[i] for i in self._numbers)

  def __getitem__(self, i: int) -> np.ndarray:
    return self._arrays[self._numbers[i]]
