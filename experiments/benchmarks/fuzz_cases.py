"""Small data sets of every kind, most of them odd in some way."""

import json
import pathlib

import nibabel
import numpy as np
from PIL import Image

_NAMES = ("a", "b 1", "ä", "c_0000", "x.y", "=1+1", "[red]", "d#?", "nan", "3")


def make(
  rng: np.random.Generator, folder: pathlib.Path
) -> tuple[str, pathlib.Path]:
  """Writes a data set below `folder`: its kind, and the path to read."""
  kinds = (
    *(_arrays, _medmnist, _features, _decathlon, _brats),
    *(_class_folders, _table, _masks),
  )
  kind = kinds[rng.integers(len(kinds))]
  return kind.__name__.strip("_"), kind(rng, folder)


def _arrays(rng, folder):
  """An .npz whose arrays need not fit together."""
  count, axes = int(rng.integers(1, 5)), int(rng.integers(1, 4))
  extents = tuple(rng.choice([1, 2, 3, 5], axes))
  channels = [(), (1,), (3,), (4,)][rng.integers(4)]
  labels = [
    *((count,), (count, 1), (count, *extents), (count, *extents, 1)),
    *((count, *extents, 3), (count, 3), (count + 1,)),
  ]
  arrays = {
    "images": _numbers(rng, (count, *extents, *channels)),
    "labels": _classes(rng, labels[rng.integers(len(labels))]),
  }
  for name in ("patient", "group", "slice", "frame", "split", "ids"):
    if rng.random() < 0.25:
      arrays[name] = _column(rng, count)
  if rng.random() < 0.2:
    arrays["class_names"] = np.array(["a", "b", rng.choice(["b", "c", ""])])
  if rng.random() < 0.2:
    arrays["spacing_mm"] = rng.choice([-1.0, 0.0, 1.0, np.nan], axes)
  return _saved(folder, arrays)


def _medmnist(rng, folder):
  arrays = {}
  for part in ("train", "val", "test")[: rng.integers(1, 4)]:
    count = int(rng.integers(1, 4))
    shape = (count, 4, 4, 3) if rng.random() < 0.1 else (count, 4, 4)
    arrays[f"{part}_images"] = rng.integers(0, 256, shape).astype(np.uint8)
    columns = int(rng.choice([1, 1, 1, 2]))
    arrays[f"{part}_labels"] = rng.integers(0, 2, (count, columns))
  return _saved(folder, arrays)


def _features(rng, folder):
  count = int(rng.integers(1, 6))
  shape = (count, 3) if rng.random() < 0.8 else (count, 3, 2)
  arrays = {
    "features": _numbers(rng, shape),
    "labels": _classes(rng, (count,)),
  }
  return _saved(folder, arrays)


def _decathlon(rng, folder):
  for name in rng.choice(_NAMES, rng.integers(1, 4), replace=False):
    shape = tuple(rng.choice([1, 2, 3], rng.integers(2, 5)))
    affine = _affine(rng)
    _nifti(folder / "imagesTr" / name, _numbers(rng, shape), affine)
    other = affine if rng.random() < 0.8 else _affine(rng)
    _nifti(folder / "labelsTr" / name, _classes(rng, shape[:3]), other)
    if rng.random() < 0.2:
      part = "imagesTs", "labelsTs"
      _nifti(folder / part[0] / name, _numbers(rng, shape), affine)
      _nifti(folder / part[1] / name, _classes(rng, shape[:3]), affine)
  if rng.random() < 0.5:
    names = {"0": "background", "1": "a", "2": rng.choice(["a", "b", ""])}
    content = {"labels": names, "channel_names": {"0": "MRI"}}
    text = json.dumps(content if rng.random() < 0.8 else [1])
    (folder / "dataset.json").write_text(text, encoding="utf-8")
  return folder


def _brats(rng, folder):
  shape = tuple(rng.choice([1, 2, 3], 3))
  for number in range(rng.integers(1, 4)):
    name = f"BraTS20_Training_{number:03d}"
    for channel in ("t1", "t1ce", "t2", "flair"):
      if rng.random() < 0.9:
        file = folder / name / f"{name}_{channel}"
        _nifti(file, _numbers(rng, shape), np.eye(4))
    _nifti(folder / name / f"{name}_seg", _classes(rng, shape), np.eye(4))
  return folder


def _class_folders(rng, folder):
  parts = ["", "train", "test"] if rng.random() < 0.3 else [""]
  for part in parts[1:] or parts:
    for name in ("cats", "dogs", "[b]")[: rng.integers(1, 4)]:
      for stem in rng.choice(_NAMES, rng.integers(0, 3), replace=False):
        _picture(rng, folder / part / name / stem)
  return folder


def _table(rng, folder):
  stems = rng.choice(_NAMES, rng.integers(1, 5), replace=False)
  for stem in stems:
    _picture(rng, folder / "part_1" / stem)
  head = ("image_name", "patient_id", "target")
  if rng.random() < 0.3:
    head = ("image_id", "lesion_id", "dx")
  rows = [
    (stem, rng.choice(["p1", "", " p1 ", "nan"]), rng.choice(["0", "1", "x"]))
    for stem in stems
  ]
  comma = rng.choice([",", ";", "\t"], p=[0.8, 0.1, 0.1])
  text = "\n".join(comma.join(map(str, row)) for row in (head, *rows))
  encoding = rng.choice(["utf-8", "utf-16", "utf-8-sig"], p=[0.7, 0.1, 0.2])
  (folder / "table.csv").write_text(text, encoding=str(encoding))
  return folder


def _masks(rng, folder):
  """Pictures, and masks of the same stems or of stems with an ending."""
  names = ("images", "masks") if rng.random() < 0.7 else ("img", "labels")
  ending = str(rng.choice(["", "_mask", "_segmentation"]))
  for stem in rng.choice(_NAMES, rng.integers(1, 4), replace=False):
    size = tuple(rng.integers(1, 6, 2))
    _picture(rng, folder / names[0] / stem, size)
    if rng.random() < 0.9:
      mask = rng.choice([0, 255], size).astype(np.uint8)
      if rng.random() < 0.3:
        mask = rng.integers(0, 3, size).astype(np.uint8)
      file = folder / names[1] / f"{stem}{ending}.png"
      file.parent.mkdir(parents=True, exist_ok=True)
      Image.fromarray(mask).save(file)
  return folder


def _saved(folder, arrays):
  path = folder / "data.npz"
  np.savez(path, **arrays)
  return path


def _numbers(rng, shape):
  kinds = ("u1", "<f4", ">f4", "f8", "i2", "f2", "c8", "?")
  kind = rng.choice(kinds, p=[0.3, 0.3, 0.1, 0.1, 0.1, 0.04, 0.03, 0.03])
  values = np.asarray(50 * rng.random(shape)).astype(kind)
  if values.dtype.kind == "f" and rng.random() < 0.1:
    values.flat[0] = rng.choice([np.nan, np.inf, -np.inf, 1e30])
  return values


def _classes(rng, shape):
  most = rng.choice([1, 2, 3, 300], p=[0.1, 0.5, 0.35, 0.05])
  values = rng.integers(0, most, shape)
  kind = rng.choice(["u1", "i4", "f4", "f8"], p=[0.5, 0.3, 0.1, 0.1])
  values = values.astype(kind)
  if values.dtype.kind == "f":
    values = values + rng.choice(
      [0.0, 1e-8, 0.3, np.nan], p=[0.6, 0.2, 0.1, 0.1]
    )
  return values


def _column(rng, count):
  columns = (
    np.arange(count),
    np.array(["p1", "p2", " p1", "", "nan"])[np.arange(count) % 5],
    np.where(np.arange(count) % 2, 1.0, np.nan),
    np.zeros(count, int),
    rng.integers(-1, 3, count),
  )
  return columns[rng.integers(len(columns))]


def _affine(rng):
  affine = np.diag([*rng.choice([-2.0, 1.0, 0.5], 3), 1.0])
  order = [*rng.permutation(3), 3] if rng.random() < 0.3 else range(4)
  return affine[list(order)]


def _nifti(file, array, affine):
  file.parent.mkdir(parents=True, exist_ok=True)
  if array.dtype in (np.int64, np.bool_, np.float16):
    array = array.astype(np.int16)
  image = nibabel.Nifti1Image(array, affine)
  nibabel.save(image, file.with_name(f"{file.name}.nii.gz"))


def _picture(rng, file, size=None):
  file.parent.mkdir(parents=True, exist_ok=True)
  mode = rng.choice(["L", "RGB", "P", "RGBA", "LA", "1", "I;16", "CMYK"])
  suffix = ".tif" if mode in ("I;16", "CMYK") else ".png"
  size = tuple(rng.integers(1, 6, 2)) if size is None else size
  pixels = rng.integers(0, 256, (*size, 3)).astype(np.uint8)
  image = Image.fromarray(pixels)
  if mode == "I;16":
    image = Image.fromarray(pixels[..., 0].astype(np.uint16))
  elif mode != "RGB":
    image = image.convert(str(mode))
  image.save(file.with_name(f"{file.name}{suffix}"))
