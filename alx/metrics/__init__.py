"""How well predictions agree with the truth; undefined is NaN, never 0.

Overlaps run under jit, distances and classification on the host in float64.
What is not as described is a ValueError of one line, see `inputs`.
"""

from alx.metrics.classification import (
  accuracy,
  auc,
  balanced_accuracy,
  binary_auc,
)
from alx.metrics.overlap import (
  dice_from_counts,
  mean_foreground,
  overlap_counts,
)
from alx.metrics.surfaces import (
  SurfaceDistances,
  image_diagonal,
  surface_distances,
  surface_metrics,
)

__all__ = [
  "SurfaceDistances",
  "accuracy",
  "auc",
  "balanced_accuracy",
  "binary_auc",
  "dice_from_counts",
  "image_diagonal",
  "mean_foreground",
  "overlap_counts",
  "surface_distances",
  "surface_metrics",
]
