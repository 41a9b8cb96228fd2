"""The images of a folder or file, as the files that a project keeps of them."""

import io
import pathlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image

from alx.data.arrays import fields, npz
from alx.data.dataset import bad_input
from alx.data.dicom import headers
from alx.data.files import visible_below
from alx.data.pictures import pictures
from alx.data.unlabelled import arrays, find
from alx.data.unlabelled.case import Wanted
from alx.data.unlabelled.layout import channels_of, layout_of
from alx.data.unlabelled.series import check_no_pictures
from alx.data.volumes import nifti
from alx.projects.cases import dicom, volume

VOLUME, PICTURE = "volume", "picture"


class Content(NamedTuple):
  """The files of one image, without a word about whose it is."""

  files: tuple[bytes, ...]  # one, or one per channel
  suffix: str  # .nii.gz or .png
  shape: tuple[int, ...]  # of the grid
  affine: np.ndarray | None  # [4, 4]; None: a picture
  channels: int
  source: bytes = b""  # of a DICOM series: its headers without names


class Found(NamedTuple):
  """One image, not yet read."""

  id: str  # of its file or row
  file: pathlib.Path
  read: Callable[[], Content]
  patient: str = ""
  others: tuple[pathlib.Path, ...] = ()  # its other slices or channels


class Images(NamedTuple):
  """All of them."""

  kind: str  # VOLUME or PICTURE
  found: tuple[Found, ...]
  notes: tuple[str, ...]
  left_out: tuple[tuple[pathlib.Path, str], ...] = ()
  series: Mapping[str, str] = {}  # ids by SeriesInstanceUID
  segmentations: tuple[pathlib.Path, ...] = ()  # DICOM SEG


def find_images(
  path: pathlib.Path,
  segments: bool,
  where: str = "",
  door: Callable | None = None,
) -> Images:
  """What there is, in order of ids; nothing but an .npz is read.

  Args:
    path: NIfTI files, pictures or DICOM series in a folder, laid out in any
      way that `alx predict` knows; or one file; or an .npz of images.
    segments: masks may lie beside images.
    where: of an .npz: "frame=1".
    door: () -> what becomes of the names in DICOM headers.

  Raises:
    DataError: nothing that is known, or pictures beside DICOM.
  """
  if path.is_file() and npz.is_npz(path):
    return _of_npz(path, where)
  if where:
    raise bad_input(path, "an .npz file to use where on", "another kind")
  files = list(visible_below(path)) if path.is_dir() else [path]
  is_dicom = [headers.is_dicom(file) for file in files]
  dicoms = [f for f, told in zip(files, is_dicom, strict=True) if told]
  others = [f for f, told in zip(files, is_dicom, strict=True) if not told]
  if dicoms and not any(map(nifti.stem, others)):
    return _of_dicom(path, dicoms, others, door)
  left_out = [(file, "DICOM beside volumes, which are read") for file in dicoms]
  channels = channels_of(path, others)
  wanted = Wanted(3, channels, False, of_maps=segments)
  nowhere = pathlib.Path("/nonexistent")
  cases = find.find(path, wanted, nowhere)
  if cases.suffix == ".png":
    return _of_pictures(cases, left_out)
  found = [_of_volume(case.id, case.files) for case in cases.cases]
  return Images(VOLUME, tuple(found), cases.notes, tuple(left_out))


def _of_dicom(path, files, others, door):
  check_no_pictures(path, files, others)
  scan = headers.scan_images(files, path)

  def reader(one):
    read = dicom.reader(one, door)

    def content():
      part = read()
      affine, source = part.affine, part.source
      files = (part.content,)
      return Content(files, ".nii.gz", part.shape, affine, 1, source)

    return content

  found = [
    Found(s.id, s.files[0], reader(s), s.patient, s.files[1:])
    for s in scan.series
  ]
  return Images(
    VOLUME,
    tuple(found),
    dicom.notes_of(path, scan),
    scan.left_out,
    {one.uid: one.id for one in scan.series},
    scan.segmentations,
  )


def _of_volume(name, files):
  first, *others = filter(None, files)
  return Found(name, first, _volume_reader(files), others=tuple(others))


def _volume_reader(files):
  def read():
    if None in files:
      folder = next(file for file in files if file).parent
      raise bad_input(folder, "a file of each channel", "fewer")
    parts = [volume.read(file) for file in files]
    first = parts[0]
    for file, part in zip(files, parts, strict=True):
      volume.check_alike(file, part, first)
    channels = first.channels if len(parts) == 1 else len(parts)
    contents = tuple(part.content for part in parts)
    return Content(contents, ".nii.gz", first.shape, first.affine, channels)

  return read


def _of_pictures(cases, left_out):
  def reader(file):
    return lambda: _picture(pictures.read_picture(file))

  found = [Found(c.id, c.files[0], reader(c.files[0])) for c in cases.cases]
  return Images(PICTURE, tuple(found), cases.notes, tuple(left_out))


def _picture(pixels):
  """A PNG without tags; gray where it is."""
  if (pixels == pixels[..., :1]).all():
    pixels = pixels[..., :1]
  content = io.BytesIO()
  array = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
  Image.fromarray(np.ascontiguousarray(array)).save(content, "PNG")
  shape, channels = pixels.shape[:2], pixels.shape[-1]
  return Content((content.getvalue(),), ".png", shape, None, channels)


def _of_npz(path, where):
  images = arrays.arrays_of(path)
  values = images["images"]
  axes, channels = layout_of(path, values)
  is_flat = axes == 2
  if is_flat and channels not in (1, 3):
    wanted = "gray pictures or those of three colours, which people can open"
    raise bad_input(path, wanted, values.shape)
  if is_flat and values.dtype != np.uint8:
    raise bad_input(
      path,
      "images of 8 bits (uint8) [N, H, W], which people can open as pictures",
      f"{values.dtype} {values.shape}",
    )
  ids = fields.item_ids(path, images)
  groups = fields.item_groups(path, images) or ("",) * len(ids)
  spacings = fields.item_spacing(path, images, 2 if is_flat else 3)
  found = []
  for row in fields.rows_where(path, images, where):
    if is_flat:
      read = _picture_row(values[row], channels)
    else:
      read = _volume_row(values[row], spacings[row], channels, path, ids[row])
    found.append(Found(ids[row], path, read, groups[row]))
  kind = PICTURE if is_flat else VOLUME
  return Images(kind, tuple(sorted(found, key=lambda f: f.id)), ())


def _picture_row(image, channels):
  pixels = image.reshape(*image.shape[:2], channels)
  return lambda: _picture(pixels)


def _volume_row(image, spacing, channels, path, name):
  def read():
    if not np.isfinite(image).all():
      raise bad_input(f"{path}, {name}", "finite voxels", "NaN or infinity")
    affine = np.diag([*(spacing or (1.0,) * 3), 1.0])
    number = image if image.dtype.kind != "b" else image.astype(np.uint8)
    content = nifti.on_grid(number, affine)
    return Content((content,), ".nii.gz", image.shape[:3], affine, channels)

  return read
