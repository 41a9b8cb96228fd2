"""Labels that are there when a project begins."""

import csv
import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx import csv_table, data
from alx.data.arrays import npz
from alx.data.dataset import DataError, bad_input
from alx.data.dicom import headers
from alx.data.dicom.dataset import by_series
from alx.data.files import visible_below
from alx.data.masks import files as mask_files
from alx.data.masks.names import without_mask_word
from alx.data.masks.turned import as_its_picture
from alx.data.pictures import pictures
from alx.data.tables.classes import is_number
from alx.data.unlabelled.pictures import encode
from alx.data.volumes import nifti
from alx.projects.cases.found import PICTURE, Images

AUTO, NONE = "auto", "none"
_NAMES = ("uid", "id", "image", "image_name", "image_id", "file", "name")
_CLASSES = ("label", "class", "target", "dx", "diagnosis")


class Given(NamedTuple):
  """What was found."""

  maps: Mapping[str, bytes]  # by id of an image
  classes: Mapping[str, int]
  notes: tuple[str, ...] = ()


def find_given(
  path: pathlib.Path,
  option: str,
  images: Images,
  names: Sequence[str],
  segments: bool,
  where: str = "",
) -> Given:
  """Labels in the data, or where `option` says, by id of the image.

  Args:
    path: the data.
    option: "auto", "none", or a folder of label maps or a CSV of classes.
    images: of the project.
    names: C classes.
    segments: label maps are wanted, or classes.
    where: of an .npz.

  Raises:
    DataError: nothing where the option says, or other classes.
  """
  if option == NONE:
    return Given({}, {})
  root = path if option == AUTO else pathlib.Path(option).expanduser()
  if not root.exists():
    raise bad_input("--labels", "auto, none, a folder or a CSV file", option)
  if root.is_file() and npz.is_npz(root):
    found = _of_npz(root, names, segments, where)
  elif root.is_file() and root.suffix.lower() in (".csv", ".tsv"):
    found = _of_table(root, images, names)
  elif segments:
    if images.series:
      known = images.segmentations if root == path else None
      found = _segmentations(root, images, known)
    else:
      found = _maps_below(root, images, len(names))
  else:
    found = _class_folders(root, images, names)
  if option != AUTO and not (found.maps or found.classes):
    why = f" that can be used, {found.notes[0]}" if found.notes else ""
    raise bad_input(root, "labels with the names of the images", f"none{why}")
  return found


def _of_npz(path, names, segments, where):
  arrays = npz.read_arrays(path)
  if not any("label" in name or "mask" in name for name in arrays):
    return Given({}, {})
  found = data.load(path, where=where)
  if (found.task == "segmentation") != segments:
    raise bad_input(
      path,
      f"--task={found.task}, as its labels are (--labels=none leaves them)",
      "another task",
    )
  if len(found.class_names) != len(names):
    wanted = f"{len(found.class_names)} classes, {', '.join(found.class_names)}"
    raise bad_input(path, wanted, f"{len(names)}: {', '.join(names)}")
  pairs = zip(found.ids, found.labels, strict=True)
  if not segments:
    return Given({}, {name: int(label) for name, label in pairs})
  maps = {}
  for name, label in pairs:
    image = label if label.ndim > 2 else None
    maps[name] = encode(label) if image is None else _volume(found, name, label)
  return Given(maps, {})


def _volume(found, name, label):
  spacing = found.spacing_mm[found.ids.index(name)]
  affine = np.diag([*(spacing or (1.0,) * 3), 1.0])
  return nifti.on_grid(np.asarray(label, np.uint8), affine)


def _maps_below(root, images, classes):
  used = {f.file.resolve() for f in images.found}
  known = {f.id: f for f in images.found}
  maps, notes = {}, []
  for file in visible_below(root) if root.is_dir() else ():
    if file.resolve() in used:
      continue
    stem = nifti.stem(file) if images.kind != PICTURE else _stem(file)
    if not stem:
      continue
    name = next((n for n in (stem, without_mask_word(stem)) if n in known), "")
    if not name:
      continue
    if name in maps:
      raise bad_input(
        root, "one label map of each image", f"two of {file.name}"
      )
    try:
      maps[name] = _content(file, known[name], images.kind, classes)
    except DataError as error:
      notes.append(str(error))
  return Given(maps, {}, tuple(notes))


def _segmentations(root, images, masks=None):
  """DICOM SEG of the series, and label maps that are called as they are.

  `masks` are the SEG that are there, where that is known.
  """
  if root.is_file():
    return Given({}, {})
  if masks is None:
    files = [f for f in visible_below(root) if headers.is_dicom(f)]
    masks = headers.scan(files, root).segmentations if files else ()
  found, lines = by_series(masks, images.series)
  maps = _maps_below(root, images, 0)
  both = sorted({*maps.maps} & {*found})
  if both:
    raise bad_input(root, "one label map of each image", f"two of {both[0]}")
  contents = {name: file.read_bytes() for name, file in found.items()}
  return Given({**maps.maps, **contents}, {}, (*maps.notes, *lines))


def _stem(file):
  return file.stem if pictures.is_picture(file) else ""


def _content(file, image, kind, classes):
  if kind != PICTURE:
    return file.read_bytes()
  mask = mask_files.read_mask(file)
  if pictures.is_picture(image.file):  # no array of an .npz
    mask = as_its_picture(mask, image.file, file)
  values = mask.values
  if classes == 2 and set(np.unique(values).tolist()) <= {0, 255}:
    values = values // 255
  if values.max(initial=0) > 255:
    raise bad_input(file, "values up to 255", int(values.max()))
  return encode(values.astype(np.uint8))


def _class_folders(root, images, names):
  known = {name.casefold(): i for i, name in enumerate(names)}
  found = {
    f.id: known[f.file.parent.name.casefold()]
    for f in images.found
    if f.file.parent.name.casefold() in known and root in f.file.parents
  }
  return Given({}, found)


def _of_table(path, images, names):
  try:
    rows = csv_table.read(path)
  except (OSError, csv.Error) as error:
    raise bad_input(path, "a table", error) from error
  head = {name.casefold(): name for name in (rows[0] if rows else ())}
  name_of = next((head[n] for n in _NAMES if n in head), None)
  class_of = next((head[n] for n in _CLASSES if n in head), None)
  if not (name_of and class_of):
    raise bad_input(path, "columns image and label", ", ".join(head) or "none")
  found, strange, ids = {}, [], _ids(images)
  for row in rows:
    name, text = row[name_of].strip(), row[class_of].strip()
    if not text:
      continue
    if name not in ids:
      strange.append(name)
      continue
    number = class_number(text, names, path)
    _refuse_twice(path, name, ids[name], found, number)
    found[ids[name][0]] = number
  notes = [f"{path.name}: {len(strange)} rows of no image"] if strange else []
  return Given({}, found, tuple(notes))


def _ids(images):
  """Of the images that an id or the name of a file may mean."""
  ids = {}
  for image in images.found:
    for name in {image.id, image.file.name}:
      ids.setdefault(name, []).append(image.id)
  return ids


def _refuse_twice(path, name, ids, found, number):
  """Raises where a row may be of two images, or is not as one before."""
  if len(ids) > 1:
    wanted = f"a name of one image, such as {ids[0]}"
    raise bad_input(path, wanted, f"{name}, as {len(ids)} are called")
  if found.get(ids[0], number) != number:
    raise bad_input(path, "one class of each image", f"two of {name}")


def class_number(text: str, names: Sequence[str], file: object) -> int:
  """The class of a text: its name in any case, or its number.

  A whole number is also meant where a table has made it 3.0. Where a name is a
  number itself (grades), numbers are names alone.

  Raises:
    DataError: none of both.
  """
  folded = [name.casefold() for name in names]
  text = " ".join(text.split())
  number = text[:-2] if text.endswith(".0") else text
  for name in (text.casefold(), number.casefold()):
    if name in folded:
      return folded.index(name)
  of_numbers = any(map(is_number, names))
  if not of_numbers and number.isdecimal() and int(number) < len(names):
    return int(number)
  told = " (names, as some are numbers)" if of_numbers else ""
  raise bad_input(file, f"one of {', '.join(names)}{told}", repr(text[:40]))
