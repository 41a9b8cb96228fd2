"""Images of an .npz without labels, or with labels that are not read."""

import pathlib

import numpy as np

from alx.data.arrays import fields, npz, npz_names, npz_parts
from alx.data.dataset import bad_input
from alx.data.pictures.parts import PARTS
from alx.data.unlabelled.case import (
  Case,
  Cases,
  Loaded,
  Wanted,
  as_trained,
  by_id,
)
from alx.data.unlabelled.pictures import encode, of_sixteen_bits
from alx.data.volumes import nifti


def find(path: pathlib.Path, wanted: Wanted, where: str = "") -> Cases:
  """The items of `images`, or of train_images, test_images ..., as `Cases`.

  Args:
    path: the file.
    wanted: of the model: it tells what the axes are.
    where: "frame=1" keeps the items with that value.

  Raises:
    DataError: a damaged file, or arrays of other axes.
  """
  arrays = arrays_of(path)
  images = _with_channels(path, arrays["images"], wanted)
  ids = fields.item_ids(path, arrays)
  spacings = fields.item_spacing(path, arrays, wanted.axes)
  rows = fields.rows_where(path, arrays, where)
  of = fields.item_groups(path, arrays) or ("",) * len(ids)
  cases = by_id([Case(ids[row], (path,), row, of[row]) for row in rows], path)

  def read(case):
    return _loaded(case, images[case.row], spacings[case.row], wanted)

  return Cases(cases, read, ".png" if wanted.axes == 2 else ".nii.gz")


def arrays_of(path: pathlib.Path) -> dict[str, np.ndarray]:
  """The arrays of a file by their known names, parts joined; labels too.

  Raises:
    DataError: a damaged file, or no images in it.
  """
  found = npz.read_arrays(path)
  if "images" not in found:
    found = npz_parts.joined(path, _with_labels(found))
  names = npz_names.known_names(path, found)
  arrays = {**found, **{meant: found[n] for meant, n in names.items()}}
  if "images" not in arrays:
    raise bad_input(path, "an array images", sorted(found))
  if arrays["images"].ndim < 3 or arrays["images"].dtype.kind not in "buif":
    what = f"{arrays['images'].dtype} {arrays['images'].shape}"
    raise bad_input(path, "images of real numbers [N, *sp]", what)
  if not len(arrays["images"]):
    raise bad_input(path, "at least one image", arrays["images"].shape)
  return arrays


def _with_labels(arrays):
  """With what parts are joined by: labels of each, and a part to train on."""
  own = {
    part: array
    for part in PARTS
    if (array := arrays.get(f"{part}_images")) is not None and array.ndim
  }
  labels = {f"{part}_labels": np.zeros(len(x)) for part, x in own.items()}
  found = arrays | labels  # its own are not looked at
  if own and not any(PARTS[part] == 0 for part in own):
    first = next(iter(own))
    others = [name for name in found if name.startswith(f"{first}_")]
    for name in others:
      found[name.replace(first, "train", 1)] = found[name][:0]
  return found


def _with_channels(path, images, wanted):
  """[N, *sp, channels]."""
  for array in (images, _without_flat(images)):
    if array.ndim == wanted.axes + 2 and array.shape[-1] == wanted.channels:
      return array
    if array.ndim == wanted.axes + 1 and wanted.channels == 1:
      return array[..., None]
  shape = f"[N, {'x, y, z'[: 3 * wanted.axes - 2]}, {wanted.channels}]"
  found = f"{images.shape}"
  if images.ndim == wanted.axes + 2 and images.shape[1] == wanted.channels:
    found += " (channels come last: np.moveaxis(images, 1, -1))"
  raise bad_input(path, f"images {shape}, as the run's", found)


def _without_flat(images):
  shape = [n for n in images.shape[1:] if n > 1]
  return images.reshape(len(images), *shape)


def _loaded(case, image, spacing, wanted) -> Loaded:
  file = f"{case.files[0]}, {case.id}"
  size = wanted.image_size
  if size and image.shape[:-1] != (size, size):
    told = (
      f"images of {size} x {size}, which the run's pictures were brought to"
    )
    raise bad_input(file, told, image.shape[:-1])
  if not np.isfinite(image).all():
    raise bad_input(file, "finite pixels", "NaN or infinity")
  flat = wanted.axes == 2

  def map_bytes(numbers, top):
    if flat:
      return encode(of_sixteen_bits(numbers, top))
    return nifti.with_spacing(np.asarray(numbers, np.float32), spacing)

  def mask_bytes(classes):
    return encode(classes) if flat else nifti.with_spacing(classes, spacing)

  ready = as_trained(image, wanted, file)
  return Loaded(ready, image.shape[:-1], spacing, mask_bytes, map_bytes)
