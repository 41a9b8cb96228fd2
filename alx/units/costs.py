"""What a label costs: voxels, slices, outlines, and seconds of a reader.

Lengths are those of what is traced on the slices of an axis, in mm (voxels
where spacing is not known): in two dimensions by marching squares, whose
length does not depend on the angle as a count of pixels does.
"""

from collections.abc import Sequence

import numpy as np

_DIAGONAL = np.sqrt(0.5)


def outline_mm(
  labels: np.ndarray, spacing: Sequence[float] | None = None
) -> float:
  """Length of the outlines of a label map [h, w], each class on its own.

  An outline between two classes is traced once for each of them, background
  is not traced, and what leaves the map is closed along its edge. Marching
  squares at half height: a corner is cut from edge middle to edge middle.

  Args:
    labels: [h, w] int, 0 is background.
    spacing: of a pixel, mm.
  """
  spacing = (1.0, 1.0) if spacing is None else spacing
  classes = np.unique(labels)
  return float(
    sum(_outline(labels == c, spacing) for c in classes[classes > 0])
  )


def _outline(inside, spacing):
  """Length at half height of one mask, which is closed along the edge."""
  x = np.pad(inside, 1).astype(np.int8)
  a, b, c, d = x[:-1, :-1], x[:-1, 1:], x[1:, :-1], x[1:, 1:]
  total = a + b + c + d
  corner = _DIAGONAL * np.hypot(*spacing) * np.sqrt(0.5)
  opposite = (total == 2) & (a == d)
  corners = ((total == 1) | (total == 3)).sum() + 2 * opposite.sum()
  rows = ((total == 2) & (a == b)).sum()  # runs along the second axis
  columns = ((total == 2) & (a == c)).sum()
  return corners * corner + rows * spacing[1] + columns * spacing[0]


def traced_mm(
  labels: np.ndarray, axis: int, spacing: Sequence[float] | None = None
) -> float:
  """Length of all outlines on the slices across an axis of a map [x, y, z].

  A map of two axes is one slice.
  """
  if labels.ndim == 2:
    return outline_mm(labels, spacing)
  flat = spacing and [s for a, s in enumerate(spacing) if a != axis]
  slices = np.moveaxis(labels, axis, 0)
  return sum(outline_mm(x, flat) for x in slices if x.any())


def fit_seconds(
  boundary: np.ndarray, components: np.ndarray, seconds: np.ndarray
) -> np.ndarray:
  """[3] of log T = b0 + b1 log B + b2 log N, by least squares (Kuo 2018).

  Args:
    boundary: [n] > 0, lengths B of what was traced.
    components: [n] >= 1, connected parts N.
    seconds: [n] > 0, what it took.

  Raises:
    ValueError: for fewer than 3 cases, or values that have no logarithm.
  """
  rows = [np.asarray(x, np.float64) for x in (boundary, components, seconds)]
  if len({len(x) for x in rows}) > 1 or len(rows[0]) < 3:
    found = [len(x) for x in rows]
    raise ValueError(f"wanted at least 3 cases of each, found {found}")
  if any((~np.isfinite(x) | (x <= 0)).any() for x in rows):
    raise ValueError("boundary, components and seconds have to be above 0")
  logs = [np.log(x) for x in rows]
  design = np.stack([np.ones_like(logs[0]), *logs[:2]], -1)
  return np.linalg.lstsq(design, logs[2], rcond=None)[0]


def seconds_of(
  coefficients: np.ndarray, boundary: np.ndarray, components: np.ndarray
) -> np.ndarray:
  """Seconds by the fit; what has no boundary takes those of a length of 1."""
  b0, b1, b2 = np.asarray(coefficients, np.float64)
  length = np.log(np.where(np.asarray(boundary) <= 0, 1.0, boundary))
  return np.exp(b0 + b1 * length + b2 * np.log(np.maximum(components, 1.0)))


def distance_cost(
  places: np.ndarray, labelled: np.ndarray, floor: float = 1.0
) -> np.ndarray:
  """[n] floor + the distance to the nearest labelled slice (Shen et al. 2021).

  A slice beside one that is labelled is quickly done. It prefers what is like
  the labels there are: the opposite of what is diverse.

  Args:
    places: [n] of the slices along their axis, mm.
    labelled: [m] of those that are labelled; none: all cost as the farthest.
    floor: > 0, the cost of a slice that is labelled.
  """
  places = np.asarray(places, np.float64)
  if not len(labelled):
    span = np.ptp(places) if len(places) else 0.0
    return np.full(len(places), floor + span)
  gaps = np.abs(places[:, None] - np.asarray(labelled, np.float64))
  return floor + gaps.min(1)


def new_boundary_mm(
  region: np.ndarray,
  traced: np.ndarray,
  spacing: Sequence[float] | None = None,
) -> float:
  """Length of the outline of a region [h, w] that no traced region shares.

  What neighbours have traced is free (Atzeni et al. 2022); a square beside
  another costs three sides. By `outline_mm`: two regions R and T share (L(R) +
  L(T) - L(R or T)) / 2. The edge of the map is a boundary too.

  Args:
    region: [h, w] bool, what would be traced; what is traced of it is not.
    traced: [h, w] bool, what is.
    spacing: of a pixel, mm.
  """
  spacing = (1.0, 1.0) if spacing is None else spacing
  region, traced = np.asarray(region, bool), np.asarray(traced, bool)
  region = region & ~traced
  both, old = (_outline(x, spacing) for x in (region | traced, traced))
  return float(max(_outline(region, spacing) + both - old, 0.0) / 2)


def expected_dice(probs: np.ndarray, mask: np.ndarray) -> np.ndarray:
  """[C] 2 sum p m / (sum p + sum m) (Atzeni et al. 2022); nothing at all: 1.

  Args:
    probs: [..., C] of the classes.
    mask: [...] int, the class that each voxel is thought to be.
  """
  classes = probs.shape[-1]
  p = np.asarray(probs, np.float64).reshape(-1, classes)
  m = np.asarray(mask).reshape(-1, 1) == np.arange(classes)
  total = p.sum(0) + m.sum(0)
  return np.where(total > 0, 2 * (p * m).sum(0) / np.maximum(total, 1e-12), 1.0)


def dice_gain_per_mm(
  after: np.ndarray, now: np.ndarray, boundary: np.ndarray, least: float = 1.0
) -> np.ndarray:
  """[n] the gain in Dice for each mm that is traced (Atzeni et al. 2022).

  Args:
    after: [n] Dice expected once a region is traced.
    now: [n] Dice expected as it is.
    boundary: [n] mm that are new; at least `least` is charged.
    least: mm > 0, of what shares all of its boundary.
  """
  return (np.asarray(after) - now) / np.maximum(boundary, least)
