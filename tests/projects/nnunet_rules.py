"""What nnU-Net v2 asks of a folder before it plans anything.

The rules of its verify_dataset_integrity, written anew: what it fails on is a
line here, and so is what it warns of (origin, direction, affine).
"""

import json
import re

import nibabel
import numpy as np
from PIL import Image

KEYS = "labels", "channel_names", "numTraining", "file_ending"
SPLIT = re.compile(r"_(\d{4})$")


def problems(folder, read=None):
  """A line for each rule that is broken.

  Args:
    folder: of a dataset.
    read: path -> (array, spacing, affine); None: by nibabel.
  """
  read = read or by_nibabel
  if not (folder / "dataset.json").is_file():
    return ["no dataset.json"]
  about = json.loads((folder / "dataset.json").read_text("utf-8"))
  missing = [key for key in KEYS if key not in about]
  missing += [n for n in ("imagesTr", "labelsTr") if not (folder / n).is_dir()]
  if missing:
    return [f"missing {name}" for name in missing]
  ending, found = about["file_ending"], _label_problems(about["labels"])
  images = _images(folder / "imagesTr", ending)
  if len(images) != about["numTraining"]:
    found.append(f"numTraining {about['numTraining']}, found {len(images)}")
  values = set(about["labels"].values())
  for case, files in sorted(images.items()):
    label = folder / "labelsTr" / f"{case}{ending}"
    if not label.is_file():
      found.append(f"{case}: no label")
      continue
    channels = len(about["channel_names"])
    found += [
      f"{case}: {x}" for x in _case(files, label, channels, values, read)
    ]
  return found


def _label_problems(labels):
  """Background 0, then whole numbers in a row, ignore the last of them."""
  numbers = sorted(labels.values())
  found = []
  if labels.get("background") != 0:
    found.append("background is not 0")
  if any(isinstance(n, bool) or not isinstance(n, int) for n in numbers):
    return [*found, "labels that are no whole numbers"]
  if numbers != list(range(len(numbers))):
    found.append(f"labels not in a row: {numbers}")
  if "ignore" in labels and labels["ignore"] != numbers[-1]:
    found.append("ignore is not the highest label")
  return found


def _images(folder, ending):
  """{case: its files, channel by channel}; other endings are not seen."""
  found = {}
  for file in sorted(folder.iterdir()):
    name = file.name.removesuffix(ending)
    if file.name.endswith(ending) and SPLIT.search(name):
      found.setdefault(SPLIT.sub("", name), []).append(file)
  return found


def _case(files, label, channels, values, read):
  mask, spacing, affine = read(label)
  inside = sum(_channels_of(read(file)[0], mask) for file in files)
  if inside != channels:
    yield f"{inside} channels, wanted {channels}"
  if np.isnan(mask).any():
    yield "NaN in the label"
  unexpected = set(np.unique(mask[~np.isnan(mask)])) - values
  if unexpected:
    yield f"unexpected labels {sorted(map(float, unexpected))}"
  for file in files:
    image, own, place = read(file)
    if np.isnan(image).any():
      yield f"NaN in {file.name}"
    if image.shape[: mask.ndim] != mask.shape or image.ndim > _most(mask):
      yield f"shape {image.shape} of {file.name}, label {mask.shape}"
    if not np.allclose(own, spacing):
      yield f"spacing {own} of {file.name}, label {spacing}"
    if not np.allclose(place, affine):
      yield f"affine of {file.name} is another"


def _most(mask):
  """Axes of an image: a picture may have colours, a volume no channels."""
  return 3 if mask.ndim == 2 else mask.ndim


def _channels_of(image, mask):
  return image.shape[-1] if mask.ndim == 2 and image.ndim == 3 else 1


def by_nibabel(path):
  """(array, mm between voxels, affine) of a NIfTI file."""
  image = nibabel.load(path)
  array = np.asarray(image.dataobj, np.float64)
  return array, np.array(image.header.get_zooms()[:3], float), image.affine


def by_simpleitk(path):
  """The same through SimpleITK: origin and direction are the affine."""
  import SimpleITK as sitk

  image = sitk.ReadImage(str(path))
  place = [*image.GetOrigin(), *image.GetDirection()]
  array = sitk.GetArrayFromImage(image).astype(np.float64)
  return array, np.array(image.GetSpacing()), np.array(place)


def by_pillow(path):
  """The same of a picture, which knows no mm."""
  with Image.open(path) as image:
    return np.asarray(image, np.float64), np.ones(2), np.eye(3)
