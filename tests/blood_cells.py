"""Made smears: 85% of one cell, two rare ones, a group for each smear."""

import pathlib

import numpy as np

NAMES = ("leukocyte", "platelet", "blast")
SHARES = (0.85, 0.075, 0.075)


def labels_of(count: int, rng: np.random.Generator) -> np.ndarray:
  """[N] with the shares as exact as can be."""
  sizes = np.round(np.array(SHARES) * count).astype(int)
  sizes[0] = count - sizes[1:].sum()
  return rng.permutation(np.repeat(np.arange(3), sizes))


def write_embeddings(
  path: pathlib.Path, count: int = 480, smears: int = 16, seed: int = 0
) -> pathlib.Path:
  """An .npz of embeddings [N, 12]; each rare cell comes in three kinds."""
  rng = np.random.default_rng(seed)
  labels = labels_of(count, rng)
  kinds = np.zeros((3, 3, 12))
  kinds[1, [0, 1, 2], [0, 1, 2]] = 3.0
  kinds[2, [0, 1, 2], [3, 4, 5]] = 3.0
  features = kinds[labels, rng.integers(3, size=count)]
  features += rng.normal(size=(count, 12)) * 0.45
  smear = np.arange(count) % smears
  features += rng.normal(size=(smears, 12))[smear] * 0.15
  np.savez(
    path,
    features=features.astype(np.float32),
    labels=labels,
    class_names=np.array(NAMES),
    patient=np.array([f"smear{i:02d}" for i in smear]),
  )
  return path


def write_pictures(
  path: pathlib.Path, count: int = 160, smears: int = 8, seed: int = 0
) -> pathlib.Path:
  """An .npz of colour pictures [N, 16, 16, 3]: discs by size and colour."""
  rng = np.random.default_rng(seed)
  labels = labels_of(count, rng)
  radius = np.array([5.5, 2.2, 4.2])[labels] + rng.normal(size=count) * 0.4
  colours = np.array([[120, 60, 160], [170, 60, 140], [70, 30, 140]])[labels]
  y, x = np.mgrid[:16, :16] - 7.5
  inside = x**2 + y**2 <= radius[:, None, None] ** 2
  images = np.full((count, 16, 16, 3), (235, 190, 200), float)
  images = np.where(inside[..., None], colours[:, None, None], images)
  images += rng.normal(size=images.shape) * 8
  np.savez(
    path,
    images=images.clip(0, 255).astype(np.uint8),
    labels=labels,
    class_names=np.array(NAMES),
    patient=np.array([f"smear{i % smears:02d}" for i in range(count)]),
  )
  return path
