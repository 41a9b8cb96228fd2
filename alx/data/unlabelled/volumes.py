"""NIfTI files without labels: flat, in folders, or as in the Decathlon."""

import os
import pathlib
import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from alx.data.dataset import bad_input
from alx.data.files import visible, visible_below
from alx.data.masks.names import folder_of, without_mask_word
from alx.data.unlabelled.case import Case, Cases, Loaded, Wanted, as_trained
from alx.data.unlabelled.case import by_id as _by_id
from alx.data.volumes import brats, flat, grids, nifti
from alx.data.volumes.header import spacing_of

_PARTS = re.compile(r"images(Tr|Ts|Va|Val|$)")
_CHANNEL = re.compile(r"(.+)_(\d{4})")


def find(files: list[pathlib.Path], path: pathlib.Path, wanted: Wanted):
  """The volumes of a folder, or of one file, as `Cases`; None: there are none.

  In a folder with imagesTr, imagesTs ... those are read and nothing else; in
  one of BraTS cases their channels; else all files at any depth but those that
  are called masks. CASE_0000, CASE_0001 ... are channels where the model has
  as many.

  Args:
    files: all below the folder.
    path: the folder or file.
    wanted: of the model.

  Raises:
    DataError: two volumes of one name.
  """
  volumes = [file for file in files if nifti.stem(file)]
  if not volumes:
    return None
  notes = ()
  if path.is_dir() and brats.is_folder(path):
    cases = _brats_cases(path, wanted.channels)
  else:
    if wanted.of_maps:
      volumes, notes = _images_of(volumes, path)
    cases = _cases(volumes, path, wanted.channels)
  found = _by_id(cases, path)
  return Cases(found, lambda case: _read(case, wanted), ".nii.gz", notes)


def _images_of(files, path):
  """(images, notes): without what is called a mask, or lies beside images."""
  if path.is_file():
    return files, ()
  folders = {p for p in visible(path) if p.is_dir() and _PARTS.match(p.name)}
  inside = [file for file in files if folders & set(file.parents)]
  if inside:
    labels = [p for p in files if p.relative_to(path).parts[0][:6] == "labels"]
    others = len(files) - len(inside) - len(labels)
    line = f"{path}: {others} volumes outside of images... passed over"
    return inside, (line,) if others else ()
  stems = {(file.parent, nifti.stem(file)) for file in files}

  def is_mask(file):
    base = without_mask_word(nifti.stem(file))
    above = file.parent.relative_to(path).parts
    return (file.parent, base) in stems or folder_of(above).role == "mask"

  masks = [file for file in files if is_mask(file)]
  images = [file for file in files if file not in set(masks)]
  if not masks or not images:
    return files, ()
  line = f"{path}: {len(masks)} masks passed over, such as {masks[0].name}"
  return images, (line,)


def _cases(files, path, channels):
  ids = _ids(files, path)
  groups = _channels_of(ids, channels)
  if groups is None:
    return [Case(name, (file,)) for name, file in ids.items()]
  return [
    Case(name, tuple(ids[f"{name}_{n}"] for n in numbers))
    for name, numbers in groups.items()
  ]


def _ids(files, path):
  """Files by their names, with the folders in front where two are the same."""
  stems = [nifti.stem(file) for file in files]
  if len(set(stems)) < len(stems):
    stems = [
      "_".join((*file.parent.relative_to(path).parts, nifti.stem(file)))
      for file in files
    ]
  found = {}
  for stem, file in zip(stems, files, strict=True):
    other = found.setdefault(nifti.composed(stem), file)
    if other is not file:
      names = f"{other.relative_to(path)} and {file.relative_to(path)}"
      raise bad_input(path, "another name for each image", names)
  return found


def _channels_of(names: Iterable[str], channels):
  """Numbers of each case whose channels are files; None: they are not."""
  groups = defaultdict(list)
  for name in sorted(names):
    match = _CHANNEL.fullmatch(name)
    if match is None:
      return None
    groups[match[1]].append(match[2])
  whole = [f"{n:04d}" for n in range(channels)]
  fits = [numbers == whole for numbers in groups.values()]
  is_so = all(fits) if channels == 1 else any(fits)
  return groups if is_so else None


def _brats_cases(path, channels):
  names = brats.channel_names(path)
  if len(names) != channels:
    found = f"{len(names)}: {', '.join(names)}"
    raise bad_input(path, f"{channels} channels, as the run's images", found)
  found = brats.find_cases(path)
  for case in found:
    brats.check_once(case, names)
  return [
    Case(
      nifti.composed(case.folder.name), tuple(case.files.get(n) for n in names)
    )
    for case in found
  ]


def _read(case, wanted) -> Loaded:
  if None in case.files:
    folder = next(file for file in case.files if file).parent
    raise bad_input(folder, "a file of each channel", "fewer")
  image, header = grids.read_images(case.files)
  spacing = spacing_of(header, wanted.spacing_from)
  extents = image.shape[:-1]
  if wanted.axes == 2 and len(extents) == 3 and 1 in extents:
    axis = extents.index(1)
    image, spacing = (
      image.squeeze(axis),
      spacing and flat.without(spacing, axis),
    )
  first = case.files[0]

  def in_file(array):
    return np.ascontiguousarray(nifti.as_in_file(array, first))

  return Loaded(
    as_trained(image, wanted, first),
    image.shape[:-1],
    spacing,
    lambda classes: nifti.like_file(in_file(classes), first),
    lambda numbers, _: nifti.like_file(
      in_file(np.asarray(numbers, np.float32)), first
    ),
  )


def files_below(
  path: pathlib.Path, without: pathlib.Path
) -> list[pathlib.Path]:
  """All files of a folder, or the file, but those below another folder."""
  if path.is_file():
    return [path]
  without = without.resolve()
  return [
    file
    for file in visible_below(path)
    if without not in pathlib.Path(os.path.realpath(file)).parents
  ]
