"""Reads .npz files: MedMNIST, or arrays named images and labels."""

import pathlib

import numpy as np

from alx.data import intensity, partly
from alx.data.arrays import features, fields, npz_axes, npz_names, npz_parts
from alx.data.arrays.npz_classes import classes_of
from alx.data.dataset import Dataset, bad_input, no_progress
from alx.data.groups import notes_of_split
from alx.data.label_values import fraction_in
from alx.data.patients import name_patients
from alx.data.volumes import flat


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
  keep_unlabelled: bool = False,
) -> Dataset:
  """Reads a MedMNIST file, or one with `images` or `features`, and `labels`.

  `labels` of shape [N] or [N, 1] make it classification, labels of the shape
  of the images segmentation. Images are [N, *sp] or [N, *sp, channels]; in
  segmentation the labels tell which, in classification the last of four or
  more axes is channels if it is at most 4 long. Spatial axes of length 1 are
  dropped, as far as two are left. `features` [N, D] in the place
  of images are embeddings; each column is brought to mean 0, deviation 1.

  Used when there: `ids` [N]; `patient` or `group` [N]; `frame` and `slice` [N],
  for ids such as patient001_frame1_slice03; `split` [N] (0, 1, 2 or train, val,
  test); `class_names` [C]; `spacing_mm` [d] or [N, d]. Without `class_names`
  the classes are the label values of the whole file, ascending, or the texts
  that `labels` has. A line in `notes` names arrays that are not used.

  Args:
    path: the file.
    where: "frame=1,slice=3" keeps the items with these values.
    strict: stop at the first item that holds NaN or infinity.
    progress: progress(iterable, total=, description=) -> iterable.
    keep_unlabelled: label maps stay of which no voxel has a class, but for
      those of items to validate or test on.

  Raises:
    DataError: damaged file, missing or pickled arrays, arrays that do not
      fit together, or no item left.
  """
  in_file = npz_parts.joined(path, read_arrays(path))
  names = npz_names.known_names(path, in_file)
  arrays = {**in_file, **{meant: in_file[n] for meant, n in names.items()}}
  if "features" in arrays:
    arrays.setdefault("images", arrays["features"])
  found = _shapes(path, arrays)
  images, labels = found.images, found.labels
  unused = _unused(path, in_file, arrays, names, where)
  classes, class_names, ignore = classes_of(path, arrays, labels)
  ids = fields.item_ids(path, arrays)
  rows = fields.rows_where(path, arrays, where)
  rows = progress(rows, total=len(rows), description="reading")
  normal, left_out = _normalise(path, images, ids, rows, strict)
  maps = {row: classes[row] for row in normal}
  split = fields.given_split(path, arrays)
  bare = [
    r for r in maps if keep_unlabelled and (split is None or not split[r])
  ]
  kept, empty, told = partly.keep_labelled(
    path, maps, ids, ignore, strict, bare
  )
  normal = {row: normal[row] for row in kept}
  split = None if split is None else split[list(normal)]
  groups, notes = _patients(path, arrays, ids, normal)
  spacing_mm = _spacing(path, arrays, images.ndim - 2)
  notes = (*notes, *_notes(path, arrays, found, ids), *unused)
  notes = (*notes, *notes_of_split(path, groups, split), *told)
  dataset = Dataset(
    name=path.stem,
    task="classification" if labels.ndim == 1 else "segmentation",
    ids=tuple(ids[i] for i in normal),
    images=tuple(normal.values()),
    labels=tuple(classes[i] for i in normal),
    class_names=class_names,
    spacing_mm=tuple(spacing_mm[i] for i in normal),
    groups=groups,
    split=split,
    left_out=(*left_out, *empty),
    notes=notes,
    directions=False,
  )
  if images.ndim > 2:
    return dataset
  return features.with_rows(dataset, np.stack(dataset.images))


def ids_in(path: pathlib.Path) -> tuple[str, ...]:
  """The id of each item in the order of the file, of those left out, too."""
  in_file = npz_parts.joined(path, read_arrays(path))
  names = npz_names.known_names(path, in_file)
  arrays = {**in_file, **{meant: in_file[n] for meant, n in names.items()}}
  if "features" in arrays:
    arrays.setdefault("images", arrays["features"])
  return fields.item_ids(path, arrays)


def read_arrays(path: pathlib.Path) -> dict[str, np.ndarray]:
  """All arrays of the file by name; DataError if it is damaged."""
  name, arrays = "", {}
  try:
    # numpy leaves a damaged archive open if it is given the path
    with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
      for name in file.files:
        arrays[name] = np.asarray(file[name])
  except Exception as error:  # a damaged archive breaks in many ways
    found = f"{type(error).__name__}: {error} {name and f'(array {name})'}"
    raise bad_input(path, "a whole .npz of plain arrays", found) from error
  return arrays


def _shapes(path, arrays):
  """Images or features with labels to them, as `npz_axes` tells."""
  if "features" in arrays and arrays["images"] is arrays["features"]:
    return _embeddings(path, arrays)
  for name in ("images", "labels"):
    if name not in arrays:
      raise bad_input(path, f"an array {name}", sorted(arrays))
  return npz_axes.find_axes(path, arrays["images"], arrays["labels"])


def _unused(path, in_file, arrays, names, where):
  """A line about arrays that say nothing."""
  used = {"labels", "ids", "split", "class_names", "spacing_mm"}
  has_images = arrays["images"] is not arrays.get("features")
  used.add("images" if has_images else "features")
  used.add("patient" if "patient" in arrays else "group")
  if "ids" not in arrays and fields.composed_ids(arrays):
    used |= {"frame", "slice"}
  used = {names.get(meant, meant) for meant in used}
  count = len(arrays["images"])
  used |= {*fields.names_where(where)}
  return npz_names.check_unused(path, in_file, used, count)


def _embeddings(path, arrays):
  """Features [N, D] and labels [N]."""
  rows, labels = arrays["features"], arrays.get("labels")
  if labels is None:
    raise bad_input(path, "an array labels to the features", sorted(arrays))
  if rows.ndim != 2 or not rows.size or rows.dtype.kind not in "buif":
    found = f"{rows.dtype} {rows.shape}"
    raise bad_input(path, "features of real numbers [N, D]", found)
  if labels.shape not in ((len(rows),), (len(rows), 1)):
    raise npz_axes.one_class(path, f"features {rows.shape}", labels)
  return npz_axes.Arrays(rows, labels.reshape(-1))


def _spacing(path, arrays, axes):
  """Spacing of each item, of the axes that are left."""
  given = np.shape(arrays.get("spacing_mm", ()))[-1:]
  extents = arrays["images"].shape[1:][: given[0] if given else 0]
  kept = [i for i, n in enumerate(extents) if n > 1]
  if given != (len(extents),) or len(extents) == axes or len(kept) != axes:
    return fields.item_spacing(path, arrays, axes)
  whole = fields.item_spacing(path, arrays, *given)
  return tuple(tuple(mm[i] for i in kept) for mm in whole)


def _notes(path, arrays, found, ids):
  """Lines about ids, and what was done to have class numbers on a grid."""
  yield from fields.note_of_ids(path, ids)
  fraction = fraction_in(arrays["labels"])
  if fraction:
    yield (f"{path}, labels: rounded to whole numbers, for example {fraction}")
  if found.is_flat:
    yield flat.note_of(path, len(found.images), found.images.ndim - 2)
  if "spacing_mm" not in arrays:  # it says how many axes there are in space
    yield from npz_axes.note_of_axes(path, arrays["images"].shape, found)


def _patients(path, arrays, ids, rows):
  """(groups, notes) of the rows that are used."""
  names = fields.item_groups(path, arrays)
  if names is None:
    return None, ()
  return name_patients(path, [names[i] for i in rows], [ids[i] for i in rows])


def _normalise(path, images, ids, rows, strict):
  """Images by row, and a line for each row that is not finite."""
  normal, left_out = {}, []
  for row in rows:
    if np.isfinite(images[row]).all():
      is_image = images.ndim > 2
      normal[row] = (
        intensity.normalise(images[row]) if is_image else images[row]
      )
      continue
    error = bad_input(f"{path}, {ids[row]}", "finite pixels", "NaN or infinity")
    if strict:
      raise error
    left_out.append(str(error))
  if not normal:
    raise bad_input(path, "at least one usable item", left_out[0])
  return normal, tuple(left_out)
