"""The classes of an .npz: numbers or names of them, and their names."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx.data.arrays.fields import text_of
from alx.data.dataset import DataError, bad_input
from alx.data.label_values import (
  check_background,
  check_classes,
  class_names,
  default_names,
  split_values,
  to_classes,
  values_in,
  whole_numbers,
)
from alx.data.tables.classes import read_classes
from alx.label_maps import UNLABELLED


class Classes(NamedTuple):
  """Classes of N items or of their voxels."""

  labels: Sequence[np.ndarray]  # N x [*sp] uint8, or N x [] int32
  names: tuple[str, ...]
  ignore: int | None = None  # the value of voxels that have no class


def classes_of(
  path: object, arrays: Mapping[str, np.ndarray], labels: np.ndarray
) -> Classes:
  """Class of each item or voxel, and the names of the classes.

  Args:
    path: what the error names.
    arrays: of the file; `class_names` is used if it is there.
    labels: [N] of numbers or texts, or [N, *sp], where 255 beside classes is
      a voxel that nobody labelled.

  Raises:
    DataError: labels that are no classes, or not those that have names.
  """
  is_map = labels.ndim > 1
  given = [text_of(n) for n in np.ravel(arrays.get("class_names", ()))]
  if labels.dtype.kind in "US" and not is_map:
    labels, given = _out_of_texts(path, labels, given)
  labels = whole_numbers(labels, f"{path}, labels")
  values, ignore = values_in([labels]), None
  if is_map:
    values, ignore = _of_maps(path, labels, len(given))
  names = default_names(values, background=is_map)
  if given:
    _check_names(path, labels, values, given, ignore)
    values = tuple(range(len(given)))
    names = class_names(given, values, f"{path}, class_names")
    if is_map:
      check_background(names, values, f"{path}, class_names")
  check_classes(values, path)
  classes = to_classes(labels, values, f"{path}, labels", ignore)
  is_one = [np.array(c, np.int32) for c in classes] if not is_map else classes
  return Classes(is_one, names, ignore)


def _of_maps(path, labels, num_names):
  """(values with 0, the one of unlabelled voxels or None) of label maps."""
  found = {0, *values_in([labels])}
  others = tuple(sorted(found - {UNLABELLED}))
  if UNLABELLED not in found:
    return others, None
  if 0 < max(others) < num_names <= UNLABELLED:
    return others, UNLABELLED  # which has no name, and all others have
  maps = [values_in([label]) for label in labels]
  return split_values(maps, f"{path}, labels")


def _out_of_texts(path, labels, given):
  """(numbers, names): texts are names of classes, or numbers after all."""
  texts = [text_of(v) for v in labels]
  cells = [(f"{path}, label {i}", text) for i, text in enumerate(texts)]
  found, _ = read_classes(cells, "label", strict=True)
  names = list(found.names)
  if not names or not given:
    return np.array(found.labels), names or given
  unknown = sorted(set(names) - set(given))
  if unknown:
    wanted = f"labels that are class_names, {given}"
    raise bad_input(f"{path}, labels", wanted, unknown[:5])
  return np.array([given.index(text) for text in texts]), given


def _check_names(path, labels, values, given, ignore):
  """Raises DataError, with what to do, where labels have no names."""
  count = len(given)
  if max(values) < count:
    return
  is_map, place = labels.ndim > 1, f"{path}, labels"
  found = tuple(v for v in values_in([labels]) if v != ignore)
  wanted = f"label values {list(range(count))}, as there are {count} names"
  if is_map and len(values) == count + 1:
    cure = f"class_names begin with that of label 0, the background: {given}"
  elif found == tuple(range(found[0], found[0] + count)) and not is_map:
    cure = f"give labels - {found[0]}"
  elif len(values) == count:
    cure = "if these are what is named, in this order, give "
    cure += "np.unique(labels, return_inverse=True)[1]"
    cure += ".reshape(labels.shape)" if is_map else ""
  else:
    raise _unnamed(place, wanted, found, count)
  raise bad_input(place, wanted, f"{list(found)[:9]} ({cure})")


def _unnamed(place, wanted, found, count) -> DataError:
  return bad_input(place, wanted, [v for v in found if v >= count][:9])
