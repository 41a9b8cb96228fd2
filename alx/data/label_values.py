"""Label values: whole numbers in the file, 0..C-1 in memory."""

from collections.abc import Iterable, Sequence

import numpy as np

from alx.data.dataset import bad_input
from alx.label_maps import UNLABELLED

_LARGEST = 65535
_MOST_CLASSES = 255
_BACKGROUND = ("background", "bg", "back ground", "_background_")
_HINT = (
  ' (of voxels that nobody labelled: "ignore": 255 beside the classes in '
  "labels of dataset.json)"
)
_ROUNDING = 1e-3  # that a whole number may have suffered as a float


def whole_numbers(array: np.ndarray, file: object) -> np.ndarray:
  """Labels as uint8, or uint16 where a value is beyond 255.

  Args:
    array: any shape; bool, integers, or floats within 0.001 of integers.
    file: what the error names.

  Raises:
    DataError: fractions, NaN, infinity, or values outside 0..65535.
  """
  wanted = "labels that are whole numbers 0..65535"
  if array.dtype.kind not in "buif" or array.size == 0:
    raise bad_input(file, wanted, f"{array.dtype} of shape {array.shape}")
  if array.dtype.kind == "f":
    array = _round(array, file, wanted)
  low, high = int(array.min()), int(array.max())
  if low < 0 or high > _LARGEST:
    raise bad_input(file, wanted, f"values from {low} to {high}")
  return array.astype(np.uint8 if high <= 255 else np.uint16)


def _round(array, file, wanted):
  """Whole numbers: a slope of 1/255 makes 0.99999994 of a 1."""
  if not np.isfinite(array).all():
    raise bad_input(file, wanted, "NaN or infinity")
  whole = np.rint(array)
  apart = np.abs(array - whole) > _ROUNDING
  if apart.any():
    raise bad_input(file, wanted, str(array[apart].flat[0]))
  return whole


def fraction_in(array: np.ndarray) -> str:
  """The first label that `whole_numbers` rounds; "" if they are whole."""
  if array.dtype.kind != "f":
    return ""
  fractions = array[array != np.rint(array)]
  return str(fractions.flat[0]) if fractions.size else ""


def values_in(labels: Iterable[np.ndarray]) -> tuple[int, ...]:
  """The values that occur in labels from `whole_numbers`, ascending."""
  found = np.zeros(_LARGEST + 1, bool)
  for label in labels:
    found[label] = True
  return tuple(np.flatnonzero(found).tolist())


def to_classes(
  label: np.ndarray,
  values: Sequence[int],
  file: object,
  ignore: int | None = None,
) -> np.ndarray:
  """Class of each label: its place in `values`, as uint8.

  Args:
    label: any shape, from `whole_numbers`.
    values: C different values, at most 255 of them.
    file: what the error names.
    ignore: a value that is none of them, for `UNLABELLED`; None: there is none.

  Raises:
    DataError: a label that is not one of the values.
  """
  table = np.full(_LARGEST + 1, UNLABELLED, np.uint8)
  table[list(values)] = np.arange(len(values))
  classes = table[label]
  unknown = classes == UNLABELLED
  if ignore is not None:
    unknown &= label != ignore
  if unknown.any():
    found = list(values_in([label[unknown]]))
    hint = f"{found}{_HINT if found == [UNLABELLED] else ''}"
    raise bad_input(file, f"label values {list(values)}", hint)
  return classes


def split_values(
  maps: Iterable[Sequence[int]], file: object
) -> tuple[tuple[int, ...], int | None]:
  """(values that are classes, with 0; the one of unlabelled voxels, or None).

  Where nobody tells, 255 is no class if it lies beside classes 0, 1, ..., K in
  one map; a mask of 0 and 255 has two classes.

  Args:
    maps: the values of each label map.
    file: what the error names.

  Raises:
    DataError: 255 in some maps, and 1 (to K) in others alone: either may be.
  """
  maps = [frozenset(values) for values in maps]
  values = tuple(sorted(frozenset({0}).union(*maps)))
  classes = tuple(value for value in values if value != UNLABELLED)
  is_listed = classes == tuple(range(len(classes)))
  if len(classes) in (1, len(values), UNLABELLED) or not is_listed:
    return values, None
  if not any(UNLABELLED in found and found - {0, UNLABELLED} for found in maps):
    wanted = "label maps of one kind"
    found = f"0 and 255 in some, {list(classes)} in others{_HINT}"
    raise bad_input(file, wanted, found)
  return classes, UNLABELLED


def note_of_partly(file: object, count: int, total: int, value: int) -> str:
  """The line about label maps that are partly labelled."""
  return (
    f"{file}: {count} of {total} label maps are partly labelled: voxels of "
    f"value {value} are of no class, and left out of training and scores"
  )


def check_classes(values: Sequence[int], file: object) -> None:
  """Raises DataError unless there are 2..255 classes."""
  if not 2 <= len(values) <= _MOST_CLASSES:
    found = f"{len(values)}: {str(list(values))[:60]}"
    raise bad_input(file, f"2..{_MOST_CLASSES} classes", found)


def default_names(values: Sequence[int], background: bool) -> tuple[str, ...]:
  """Names for classes of which only the values are known."""
  return tuple(
    "background" if background and v == 0 else f"class {v}" for v in values
  )


def check_background(
  names: Sequence[str], values: Sequence[int], file: object
) -> None:
  """Raises DataError where another class than 0 is called background."""
  for name, value in zip(names, values, strict=True):
    if value and name.casefold() in _BACKGROUND:
      wanted = "the background as label 0 of a segmentation"
      found = f"{name!r} as label {value}, {names[0]!r} as label {values[0]}"
      raise bad_input(file, wanted, found)


def class_names(
  names: Iterable, values: Iterable, file: object
) -> tuple[str, ...]:
  """Names of the classes without blanks around; each tells one class.

  Args:
    names: C of them, in any type that the file has.
    values: what they are the names of, for messages.
    file: what the error names.

  Raises:
    DataError: a name that is empty, or no text, or of two classes: numbers
      that are told by class would be told by the last of them.
  """
  known = {}
  for name, value in zip(names, values, strict=True):
    if not isinstance(name, str) or not name.strip():
      raise bad_input(file, f"a name for class {value}", repr(name))
    name = " ".join(name.split())
    if name in known:
      found = f"{name!r} for {known[name]} and {value}"
      raise bad_input(file, "another name for each class", found)
    known[name] = value
  return tuple(known)
