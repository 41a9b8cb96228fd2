"""A folder of DICOM series with labels: SEG, or label maps of their names."""

import filecmp
import pathlib
from collections.abc import Mapping
from functools import partial

import numpy as np

from alx.data import intensity
from alx.data.dataset import (
  DataError,
  Dataset,
  bad_input,
  no_progress,
  read_each,
)
from alx.data.dicom import headers, kept, packages, seg_read, series
from alx.data.dicom.headers import Series
from alx.data.files import visible_below
from alx.data.masks.names import without_mask_word
from alx.data.patients import name_patients
from alx.data.volumes import grids, msd, nifti, orientation
from alx.data.volumes.description import Description
from alx.data.volumes.placed import Volume
from alx.data.volumes.volumes import keep_commonest


def is_folder(path: pathlib.Path) -> bool:
  """Whether a folder holds DICOM files."""
  return any(map(headers.begins_as_dicom, visible_below(path)))


def load_folder(
  path: pathlib.Path,
  *,
  strict: bool = False,
  spacing_from: str = "pixdim",
  progress=no_progress,
) -> Dataset:
  """Reads series with the SEG that refer to them, or with label maps.

  A label map is called as its series, which is called as its folder where it
  is alone there. Classes of SEG are the labels of their segments, in the order
  in which they come. PatientID, hashed, is the group.

  Args:
    path: the folder.
    strict: stop at the first series that cannot be used.
    spacing_from: "pixdim" or "affine"; both are of the positions of slices.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    DataError: no labels, or not one series can be used; with `strict` the
      first bad series.
  """
  files = list(visible_below(path))
  scan = headers.scan_images(filter(headers.is_dicom, files), path)
  left_out = [f"{file}: {why}" for file, why in scan.left_out]
  labels, names = _labels(path, scan, files, left_out)
  if strict and left_out:
    raise DataError(left_out[0])
  read = partial(_read, labels=labels, names=names)
  items, used, lines = read_each(scan.series, read, strict, progress)
  left_out += lines
  if not items:
    raise bad_input(path, "at least one series with its label", left_out[-1])
  outlines = list(map(msd.outline_of, items))
  firsts = [one.files[0] for one in used]
  places, lines = keep_commonest(outlines, firsts, strict=strict)
  items, used = [items[i] for i in places], [used[i] for i in places]
  about = _description(path, names)
  dataset = msd.make_dataset(
    path, about, items, [*left_out, *lines], spacing_from
  )
  patients = [one.patient for one in used]
  groups, notes = None, ()
  if any(patients):
    groups, notes = name_patients(path, patients, [one.id for one in used])
  return dataset._replace(
    groups=groups, notes=(*dataset.notes, *scan.notes, *notes)
  )


def _description(path, names):
  values = tuple(range(len(names)))
  return Description(path.resolve().name, values, tuple(names))


def _labels(path, scan, files, left_out):
  """({id: file}, names of classes; () of label maps)."""
  ids = {one.uid: one.id for one in scan.series}
  of_seg, lines = by_series(scan.segmentations, ids)
  of_maps = _maps(path, scan.series, files)
  if of_seg and of_maps:
    found = f"{len(of_seg)} SEG and {len(of_maps)} label maps"
    raise bad_input(path, "SEG or label maps", found)
  if not (of_seg or of_maps):
    wanted = (
      "a DICOM SEG of a series, or a label map called as its folder (images "
      "alone: alx project, alx predict)"
    )
    why = f" ({lines[0]})" if lines else ""
    raise bad_input(path, wanted, f"{len(scan.series)} series without{why}")
  left_out += lines
  return (of_seg, _names(of_seg)) if of_seg else (of_maps, ())


def by_series(
  files: tuple[pathlib.Path, ...], ids: Mapping[str, str]
) -> tuple[dict[str, pathlib.Path], list[str]]:
  """The SEG of each image, by its id; the same file twice counts once.

  Args:
    files: DICOM SEG.
    ids: of images by SeriesInstanceUID.

  Returns:
    ({id: file}, a line for each file that does not say what it is of).

  Raises:
    DataError: two different ones of one image.
  """
  found = {}
  referenced, used, lines = read_each(files, _referenced, strict=False)
  for file, uids in zip(used, referenced, strict=True):
    for name in sorted({ids[uid] for uid in uids if uid in ids}):
      if name in found:
        if filecmp.cmp(found[name], file, shallow=False):
          continue
        both = f"{found[name].name} and {file.name}"
        raise bad_input(file.parent, "one SEG of each series", both)
      found[name] = file
  return found, lines


def _referenced(file):
  with packages.reading(file, "a DICOM SEG"):
    return seg_read.referenced_series(_header(file))


def _header(file):
  """What a SEG says it is of, and its segments."""
  pydicom = packages.wanted("pydicom", file)
  with packages.reading(file, "a DICOM SEG"):
    return pydicom.dcmread(
      file,
      stop_before_pixels=True,
      force=True,
      specific_tags=list(seg_read.TAGS),
    )


def _maps(path, found, files):
  """Label maps by the id of their series."""
  known, maps = {one.id for one in found}, {}
  for file in files:
    stem = nifti.stem(file)
    name = next(
      (n for n in (stem, stem and without_mask_word(stem)) if n in known), ""
    )
    if name in maps:
      both = f"{maps[name].name} and {file.name}"
      raise bad_input(path, "one label map of each series", both)
    if name:
      maps[name] = file
  return maps


def _names(of_seg):
  """The classes of all SEG, background first.

  Of those that can be read: `_read` says which cannot.
  """
  names = {"background": "background"}
  files = [file for _, file in sorted(of_seg.items())]
  for segments in read_each(files, _segments, strict=False)[0]:
    for _, name in segments:
      names.setdefault(name.casefold(), name)
  return tuple(names.values())


def _segments(file):
  with packages.reading(file, "a DICOM SEG"):
    return seg_read.named_segments(_header(file))


def _read(one: Series, labels, names) -> grids.Item:
  label_file, name = labels.get(one.id), series.name_of(one.files)
  if label_file is None:
    raise bad_input(name, "a SEG or label map of it", "none")
  found = series.read(one.files)
  volume = volume_of(found)
  if names:
    label = _of_seg(label_file, found, names)
  else:
    label = nifti.read_label(label_file)
  item = grids.item_of(*(one.id, one.files[:1], [volume]), label_file, label)
  return item._replace(image=intensity.normalise(item.image))


def volume_of(found: series.SeriesVolume) -> Volume:
  """A series as what is read of a NIfTI file."""
  return _volume(found.array, found.spacing_mm, found.affine)


def _volume(array, mm, affine):
  return Volume(array, mm, affine, mm, orientation.closest(affine))


def _of_seg(file, found, names):
  """The classes of a SEG as a `Volume` on its own grid."""
  try:
    layers = seg_read.read(
      *(file.read_bytes(), kept.source_of(found)),
      *(found.array.shape, found.affine),
    )
  except DataError as error:
    raise DataError(str(error).replace("the SEG", str(file), 1)) from error
  if (layers.array.sum(0) > 1).any():
    count = int((layers.array.sum(0) > 1).sum())
    raise bad_input(file, "one segment for each voxel", f"{count} of several")
  known = {name.casefold(): i for i, name in enumerate(names)}
  out = np.zeros(layers.array.shape[1:], np.uint8)
  for layer, name in zip(layers.array, layers.names, strict=True):
    out[layer > 0] = known[name.casefold()]
  mm = tuple(np.linalg.norm(layers.affine[:3, :3], axis=0).tolist())
  return _volume(out, mm, layers.affine)
