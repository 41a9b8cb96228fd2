"""Small folders of pictures, masks and tables."""

import pathlib

import numpy as np
from PIL import Image


def picture(path: pathlib.Path, shape=(8, 8), seed=0, **how) -> np.ndarray:
  """Writes noise of many colours; hands it back."""
  path.parent.mkdir(parents=True, exist_ok=True)
  rng = np.random.default_rng(seed)
  values = rng.integers(0, 256, (*shape, 3)).astype(np.uint8)
  Image.fromarray(values).save(path, **how)
  return values


def bands(values=(0, 255), shape=(8, 8)) -> np.ndarray:
  """One value below the other, in bands of equal height."""
  rows = np.arange(shape[0]) * len(values) // shape[0]
  kind = np.uint16 if max(values) > 255 else np.uint8
  return np.repeat(np.array(values, kind)[rows][:, None], shape[1], 1)


def mask(path: pathlib.Path, values=(0, 255), mode="", **how) -> np.ndarray:
  """Writes bands; hands them back."""
  path.parent.mkdir(parents=True, exist_ok=True)
  image = Image.fromarray(bands(values))
  (image.convert(mode) if mode else image).save(path, **how)
  return bands(values)


def pairs(images: pathlib.Path, masks: pathlib.Path, names=("a", "b", "c")):
  """images/NAME.png with masks/NAME.png."""
  for seed, name in enumerate(names):
    picture(images / f"{name}.png", seed=seed)
    mask(masks / f"{name}.png")


def classes(path: pathlib.Path, names=("a", "b"), count=2):
  """CLASS/CLASS-i.png."""
  for name in names:
    for i in range(count):
      picture(path / name / f"{name}-{i}.png", seed=i)
