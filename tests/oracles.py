"""Slow, obvious second opinions: NumPy and SciPy, float64, no cleverness.

`CHOICES[name](prediction, candidates, k)` is the list of k items that the
method of `BY_NAME` must choose, an empty slot being N. The families are in
`tests/oracle_*.py`.
"""

import numpy as np

from tests import (
  oracle_balance,
  oracle_clusters,
  oracle_cover,
  oracle_gradients,
  oracle_joint,
  oracle_kernels,
  oracle_scores,
)

CHOICES = {
  **oracle_scores.CHOICES,
  **oracle_balance.CHOICES,
  **oracle_cover.CHOICES,
  **oracle_kernels.CHOICES,
  **oracle_clusters.CHOICES,
  **oracle_gradients.CHOICES,
  **oracle_joint.CHOICES,
}

# Metrics, written from the formula.


def dice(pred, truth, num_classes):
  """[C] float64 of one item, sets of positions instead of sums."""
  values = []
  for c in range(num_classes):
    a = {tuple(x) for x in np.argwhere(np.asarray(pred) == c)}
    b = {tuple(x) for x in np.argwhere(np.asarray(truth) == c)}
    total = len(a) + len(b)
    values.append(2 * len(a & b) / total if total else np.nan)
  return np.array(values)


def surface_points(mask, spacing):
  """[P, axes] mm: voxels of the mask with a face neighbour outside of it.

  An axis along which the image is one voxel thin has no faces.
  """
  mask = np.asarray(mask, bool)
  axes = [a for a in range(mask.ndim) if mask.shape[a] > 1]
  inside = {tuple(int(i) for i in x) for x in np.argwhere(mask)}
  points = []
  for voxel in sorted(inside):
    steps = [(axis, step) for axis in axes for step in (-1, 1)]
    moved = [
      tuple(i + step * (a == axis) for a, i in enumerate(voxel))
      for axis, step in steps
    ]
    if any(neighbour not in inside for neighbour in moved):
      points.append(voxel)
  return np.array(points, np.float64).reshape(-1, mask.ndim) * spacing


def surface_distances(pred, truth, spacing):
  """(ASSD, directed ASD, HD95) from every pair of surface voxels."""
  a, b = surface_points(pred, spacing), surface_points(truth, spacing)
  if not (len(a) and len(b)):
    return np.nan, np.nan, np.nan
  pairs = np.linalg.norm(a[:, None] - b[None], axis=-1)
  forth, back = pairs.min(1), pairs.min(0)
  assd = np.concatenate([forth, back]).mean()
  hd95 = max(np.percentile(forth, 95), np.percentile(back, 95))
  return assd, forth.mean(), hd95


def auc(scores, positive):
  """Share of (positive, negative) pairs in the right order, ties half."""
  scores, positive = np.asarray(scores), np.asarray(positive, bool)
  wins = [
    float(p > n) + 0.5 * float(p == n)
    for p in scores[positive]
    for n in scores[~positive]
  ]
  return float(np.mean(wins)) if wins else np.nan


def with_even_singular_values(kernel, steps=5):
  """Jordan 2024, Muon: the quintic applied to each singular value in turn."""
  matrix = np.asarray(kernel, np.float64).reshape(-1, kernel.shape[-1])
  left, values, right = np.linalg.svd(matrix, full_matrices=False)
  values = values / np.sqrt((values**2).sum())
  for _ in range(steps):
    values = 3.4445 * values - 4.775 * values**3 + 2.0315 * values**5
  scale = max(1.0, matrix.shape[1] / matrix.shape[0]) ** 0.5
  return (scale * (left * values) @ right).reshape(kernel.shape)
