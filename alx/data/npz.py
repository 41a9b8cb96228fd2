"""Reads .npz files: MedMNIST, or arrays named images and labels."""

import pathlib
import zipfile
import zlib

import numpy as np

from alx.data import intensity
from alx.data.dataset import Dataset, bad_input, no_progress
from alx.data.label_values import (
  check_classes,
  default_names,
  to_classes,
  values_in,
  whole_numbers,
)

_SPLITS = ("train", "val", "test")
_ID_FIELDS = ("patient", "group", "frame", "slice")
_LONGEST_ID = 150


def is_npz(path: pathlib.Path) -> bool:
  """Whether the file begins as a zip archive does."""
  with open(path, "rb") as file:
    return file.read(4) == b"PK\x03\x04"


def load_npz(
  path: pathlib.Path,
  *,
  where: str = "",
  strict: bool = False,
  progress=no_progress,
) -> Dataset:
  """Reads a MedMNIST file, or one with `images` and `labels`.

  `labels` of shape [N] or [N, 1] make it classification, labels of the shape
  of the images segmentation. Images are [N, *sp] or [N, *sp, channels]; in
  segmentation the labels tell which, in classification the last of four or
  more axes is channels if it is at most 4 long.

  Understood when there: `ids` [N], `patient` or `group` [N], `frame` and
  `slice` [N], `split` [N] (0, 1, 2 or train, val, test), `class_names` [C],
  `spacing_mm` [d] or [N, d].

  Args:
    path: the file.
    where: "frame=1,slice=3" keeps the items with these values.
    strict: stop at the first item that cannot be used.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: damaged file, missing or pickled arrays, arrays that do not
      fit together, or no item left.
  """
  arrays = _general(path, _read_arrays(path))
  images, labels = _shapes(path, arrays)
  classes, names, task = _classes(path, arrays, labels)
  ids, spacing_mm = _ids(path, arrays), _spacing(path, arrays, labels, images)
  kept, normal, left_out = [], [], []
  rows = _rows(path, arrays, where)
  for row in progress(rows, total=len(rows), description="reading"):
    if np.isfinite(images[row]).all():
      kept.append(int(row))
      normal.append(intensity.normalise(images[row]))
      continue
    error = bad_input(f"{path}, {ids[row]}", "finite voxels", "NaN or infinity")
    if strict:
      raise error
    left_out.append(str(error))
  if not kept:
    raise bad_input(path, "at least one usable item", left_out[0])
  groups, split = _groups(arrays), _split(path, arrays)
  return Dataset(
    name=path.stem,
    task=task,
    ids=tuple(ids[i] for i in kept),
    images=tuple(normal),
    labels=tuple(classes[i] for i in kept),
    class_names=names,
    spacing_mm=tuple(spacing_mm[i] for i in kept),
    groups=None if groups is None else tuple(groups[i] for i in kept),
    split=None if split is None else split[kept],
    left_out=tuple(left_out),
  )


def _read_arrays(path):
  try:
    with np.load(path, allow_pickle=False) as file:
      return {name: file[name] for name in file.files}
  except (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
  ) as error:
    found = f"{type(error).__name__}: {error}"
    raise bad_input(path, "a whole .npz of plain arrays", found) from error


def _general(path, arrays):
  """MedMNIST's six arrays as the three of the general layout."""
  if "train_images" not in arrays:
    return arrays
  names = [s for s in _SPLITS if f"{s}_images" in arrays]
  missing = [s for s in names if f"{s}_labels" not in arrays]
  if missing:
    raise bad_input(path, f"{missing[0]}_labels", sorted(arrays))
  images = [arrays[f"{s}_images"] for s in names]
  labels = [arrays[f"{s}_labels"] for s in names]
  for name, x, y in zip(names, images, labels, strict=True):
    if x.shape[:1] != y.shape[:1] or x.shape[1:] != images[0].shape[1:]:
      found = f"{name}_images {x.shape} and {name}_labels {y.shape}"
      raise bad_input(path, "images and labels that fit together", found)
  return {
    "images": np.concatenate(images),
    "labels": np.concatenate(labels),
    "ids": np.array(
      [
        f"{s}_{i:05d}"
        for s, x in zip(names, images, strict=True)
        for i in range(len(x))
      ]
    ),
    "split": np.repeat(
      [_SPLITS.index(s) for s in names], [len(x) for x in images]
    ),
  }


def _shapes(path, arrays):
  """Images [N, *sp, channels] and labels [N] or [N, *sp]."""
  for name in ("images", "labels"):
    if name not in arrays:
      raise bad_input(path, f"an array {name}", sorted(arrays))
  images, labels = arrays["images"], arrays["labels"]
  fits = images.ndim >= 3 and images.shape[:1] == labels.shape[:1]
  if not fits or images.dtype.kind not in "buif" or not images.size:
    found = f"images {images.dtype} {images.shape}, labels {labels.shape}"
    raise bad_input(path, "numbers images [N, *sp] with N labels", found)
  if labels.ndim > 1 and labels.shape[-1] == 1 and labels.ndim != 3:
    labels = labels[..., 0]
  if labels.ndim == 1:
    has_channels = images.ndim >= 4 and images.shape[-1] <= 4
  elif labels.shape == images.shape:
    has_channels = False
  elif labels.shape == images.shape[:-1]:
    has_channels = True
  else:
    wanted = f"labels [N], [N, 1] or as images {images.shape}"
    raise bad_input(path, wanted, arrays["labels"].shape)
  return images if has_channels else images[..., None], labels


def _classes(path, arrays, labels):
  labels = whole_numbers(labels, path)
  segmentation = labels.ndim > 1
  found = values_in([labels])
  values = tuple(sorted({0, *found})) if segmentation else found
  names = default_names(values, segmentation)
  if "class_names" in arrays:
    names = tuple(str(n) for n in arrays["class_names"].ravel())
    values = tuple(range(len(names)))
  check_classes(values, path)
  classes = to_classes(labels, values, path)
  if segmentation:
    return classes, names, "segmentation"
  return [np.array(c, np.int32) for c in classes], names, "classification"


def _per_item(arrays):
  count = len(arrays["images"])
  return {
    name: array
    for name, array in arrays.items()
    if array.shape == (count,) or array.shape == (count, 1)
  }


def _rows(path, arrays, where):
  fields = _per_item(arrays)
  keep = np.ones(len(arrays["images"]), bool)
  for part in filter(None, where.replace(" ", "").split(",")):
    name, equals, value = part.partition("=")
    if not equals or name not in fields:
      wanted = f"name=value with one of {sorted(fields)}"
      raise bad_input(path, wanted, f"where={where!r}")
    texts = np.array([_text(v) for v in fields[name].ravel()])
    keep &= texts == value
  if not keep.any():
    raise bad_input(path, f"items with {where}", "none")
  return np.flatnonzero(keep)


def _text(value, width=0):
  if isinstance(value, np.floating) and value == np.rint(value):
    value = int(value)
  is_number = isinstance(value, int | np.integer)
  return f"{int(value):0{width}d}" if is_number else str(value)


def _ids(path, arrays):
  fields, count = _per_item(arrays), len(arrays["images"])
  if "ids" in arrays:
    ids = tuple(_text(v) for v in arrays["ids"].ravel())
    _check_ids(path, ids, count)
    return ids
  parts = []
  for name in _ID_FIELDS:
    if name in fields:
      values = fields[name].ravel()
      width = max(len(_text(v)) for v in values)
      parts.append([name + _text(v, width) for v in values])
  composed = tuple("_".join(p) for p in zip(*parts, strict=True))
  if len(set(composed)) == count and all(map(_usable, composed)):
    return composed
  return tuple(f"item_{i:05d}" for i in range(count))


def _check_ids(path, ids, count):
  if len(ids) != count or len(set(ids)) < count:
    found = f"{len(ids)} ids, {len(set(ids))} different"
    raise bad_input(path, f"{count} different ids", found)
  unusable = [i for i in ids if not _usable(i)]
  if unusable:
    wanted = "ids that can be file names"
    raise bad_input(path, wanted, repr(unusable[0][:_LONGEST_ID]))


def _usable(name):
  plain = name.isprintable() and not set(name) & set('/\\:*?"<>|')
  return plain and 0 < len(name) <= _LONGEST_ID and name[0] != "."


def _spacing(path, arrays, labels, images):
  count, axes = len(images), images.ndim - 2
  if "spacing_mm" not in arrays:
    return (None,) * count
  spacing = arrays["spacing_mm"]
  fits = spacing.dtype.kind in "uif" and spacing.shape in (
    (axes,),
    (count, axes),
  )
  if not fits or not (np.isfinite(spacing) & (spacing > 0)).all():
    wanted = f"spacing_mm > 0 of shape [{axes}] or [{count}, {axes}]"
    raise bad_input(path, wanted, f"{spacing.dtype} {spacing.shape}")
  rows = np.broadcast_to(spacing, (count, axes)).tolist()
  return tuple(tuple(float(s) for s in row) for row in rows)


def _groups(arrays):
  fields = _per_item(arrays)
  for name in ("patient", "group"):
    if name in fields:
      return tuple(_text(v) for v in fields[name].ravel())
  return None


def _split(path, arrays):
  if "split" not in arrays:
    return None
  texts = [_text(v) for v in arrays["split"].ravel()]
  known = {**{s: i for i, s in enumerate(_SPLITS)}, "0": 0, "1": 1, "2": 2}
  unknown = [t for t in texts if t not in known]
  if unknown or len(texts) != len(arrays["images"]):
    found = unknown[0] if unknown else f"{len(texts)} values"
    wanted = f"split 0, 1, 2 or {_SPLITS} for each item"
    raise bad_input(path, wanted, found)
  return np.array([known[t] for t in texts], np.int8)
