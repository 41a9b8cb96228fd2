"""Images that are stored with an axis of length 1 in the place of a third."""

from collections.abc import Sequence


def flat_axes(shapes: Sequence[tuple[int, ...]]) -> list[int | None]:
  """The axis to drop of each item, so that all have two; None: none.

  Where every item of three axes has one of length 1, one that all of them
  share is dropped, else the first of each. Where one item has none, all stay
  as they are.

  Args:
    shapes: spatial extents of N items.
  """
  flat = [
    {axis for axis, n in enumerate(shape) if n == 1}
    for shape in shapes
    if len(shape) == 3
  ]
  if not flat or not all(flat):
    return [None] * len(shapes)
  shared = set.intersection(*flat)
  return [
    (min(shared) if shared else shape.index(1)) if len(shape) == 3 else None
    for shape in shapes
  ]


def without(values: tuple, axis: int | None) -> tuple:
  """Extents or a spacing without the value of that axis."""
  return values if axis is None else (*values[:axis], *values[axis + 1 :])


def notes_of(name: object, axes: Sequence[int | None]) -> list[str]:
  """A line that says what was dropped, if anything was."""
  count = sum(axis is not None for axis in axes)
  return [note_of(name, count, 2)] if count else []


def note_of(name: object, count: int, left: int) -> str:
  """The line: `count` images have `left` axes now."""
  return (
    f"{name}: an axis of length 1 in all {count} images of more axes is "
    f"dropped: the data are {left}-D"
  )
