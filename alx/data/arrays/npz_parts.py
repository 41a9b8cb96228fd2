"""An .npz with arrays for each part, such as MedMNIST, in general words."""

from collections.abc import Mapping

import numpy as np

from alx.data.arrays import npz_axes
from alx.data.arrays.fields import SPLITS, text_of
from alx.data.arrays.npz_names import is_of_items
from alx.data.dataset import bad_input
from alx.data.pictures.parts import PARTS

Arrays = Mapping[str, np.ndarray]


def joined(path: object, arrays: Arrays) -> Arrays:
  """Arrays images, labels, ids and split out of train_images, train_labels ...

  What else there is for each part, such as train_patient and test_patient, is
  joined in the same way; what is of no part stays as it is. valid_ and
  validation_ are val_. A file without train_images stays as it is.

  Args:
    path: what the error names.
    arrays: of the file by name.

  Raises:
    DataError: arrays that do not fit together, or of which nothing tells what
      items they are of.
  """
  parts = _parts(path, arrays)
  if 0 not in parts:
    return arrays
  counts = {p: len(arrays[f"{p}_images"]) for p in parts.values()}
  found, taken = {}, set()
  for name in _names(arrays, parts):
    rows = [_rows(arrays, p, name, counts[p]) for p in counts]
    shapes = {None if r is None else r.shape[1:] for r in rows}
    if len(shapes) == 1 and None not in shapes:
      found[name] = np.concatenate(rows)
      taken |= {f"{part}_{name}" for part in counts}
    elif is_of_items(name):
      wanted = " and ".join(f"{p}_{name} [{n}]" for p, n in counts.items())
      raise bad_input(path, wanted, _shapes(arrays, name, counts))
  rest = {n: a for n, a in arrays.items() if n not in taken}
  own = tuple(f"{part}_" for part in counts)
  _check_rest(path, {n: a for n, a in rest.items() if not n.startswith(own)})
  found["ids"] = _ids(parts, counts, found.get("ids"))
  found["split"] = np.repeat(list(parts), list(counts.values()))
  return rest | found


def _parts(path, arrays):
  """Prefix of each part that has images: {0: "train", 2: "test"}."""
  parts = {}
  for prefix, part in sorted(PARTS.items(), key=lambda entry: entry[1]):
    if f"{prefix}_images" in arrays:
      other = parts.setdefault(part, prefix)
      if other != prefix:
        both = f"{other}_images and {prefix}_images"
        raise bad_input(path, f"one {SPLITS[part]} part", both)
  first = parts.get(0)
  for part in parts.values() if first else ():
    _check_part(path, arrays, part, first)
  return parts


def _check_part(path, arrays, part, first):
  images, others = arrays[f"{part}_images"], arrays[f"{first}_images"]
  labels = arrays.get(f"{part}_labels")
  if labels is None:
    raise bad_input(path, f"an array {part}_labels", sorted(arrays))
  wanted = f"{part}_images as {first}_images {others.shape}, with labels [N, 1]"
  found = f"{images.shape} with labels {labels.shape}"
  if not images.ndim or images.shape[1:] != others.shape[1:]:
    raise bad_input(path, wanted, found)
  if labels.shape not in ((len(images),), (len(images), 1)):
    if labels.ndim == 2 and len(labels) == len(images):
      raise npz_axes.one_class(path, f"{part}_images", labels)
    raise bad_input(path, wanted, found)


def _names(arrays, parts):
  """What there is of any part, such as images, labels and patient."""
  starts = tuple(f"{part}_" for part in parts.values())
  found = [n.partition("_")[2] for n in arrays if n.startswith(starts)]
  return dict.fromkeys(name for name in found if name not in ("split", ""))


def _rows(arrays, part, name, count):
  """[count, ...] of one part; None if it is not of its items."""
  array = arrays.get(f"{part}_{name}")
  if array is None or array.ndim == 0:
    return None
  if name == "spacing_mm" and array.ndim == 1:
    return np.broadcast_to(array, (count, *array.shape))
  if array.shape in ((count,), (count, 1)):
    return array.reshape(-1)
  return array if len(array) == count and name != "class_names" else None


def _shapes(arrays, name, parts):
  names = [f"{part}_{name}" for part in parts]
  return ", ".join(
    f"{n} {arrays[n].shape}" if n in arrays else f"no {n}" for n in names
  )


def _check_rest(path, rest):
  for name, array in rest.items():
    clash = is_of_items(name) or name in ("images", "labels", "features")
    if clash or (name == "spacing_mm" and array.ndim > 1):
      wanted = f"arrays such as train_{name} beside train_images"
      raise bad_input(path, wanted, f"{name} {array.shape}")


def _ids(parts, counts, given):
  """Those of the file, after the part where they repeat; else numbers."""
  names = [SPLITS[p] for p in parts for _ in range(counts[parts[p]])]
  if given is None:
    given = [f"{i:05d}" for n in counts.values() for i in range(n)]
  elif len(set(map(text_of, given))) == len(given):
    return given
  pairs = zip(names, given, strict=True)
  return np.array([f"{part}_{text_of(name)}" for part, name in pairs])
