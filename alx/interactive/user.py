"""A simulated user: what a reader who knows the truth would click or draw."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.ndimage
import scipy.sparse
import scipy.sparse.csgraph

Spacing = Sequence[float] | None
CHOICES = ("largest", "sampled")


class Click(NamedTuple):
  """One click."""

  place: tuple[int, ...]  # voxel
  positive: bool  # on what the prediction has missed


class Box(NamedTuple):
  """Voxels from `low` to before `high`."""

  low: tuple[int, ...]
  high: tuple[int, ...]


def next_click(
  truth: np.ndarray,
  predicted: np.ndarray,
  spacing: Spacing = None,
  *,
  rng: np.random.Generator | None = None,
  choice: str = "largest",
  noise_mm: float = 0.0,
) -> Click | None:
  """The click of a user who corrects a mask; None where it is right.

  In the largest connected part, with corners, of what was missed or of what was
  invented: its voxel that is the farthest from its edge, where the edge of the
  image is one too. Ties go to what was missed, then to the first in raster
  order. "sampled" draws a part by its voxels, and in it a voxel by its depth.

  Args:
    truth, predicted: [*sp] bool.
    spacing: mm; parts are compared by their voxels, all of one size.
    rng: of what is drawn.
    choice: "largest" or "sampled".
    noise_mm: standard deviation of the hand along each axis; the click stays
      in its part.

  Raises:
    ValueError: for another choice or other shapes, or draws without `rng`.
  """
  truth, predicted = _masks(truth, predicted)
  if choice not in CHOICES:
    wanted = " or ".join(CHOICES)
    raise ValueError(f"choice: wanted {wanted}, found {choice!r}")
  if rng is None and (choice == "sampled" or noise_mm):
    raise ValueError("wanted rng= for a user who draws, found None")
  missed, of_missed = _parts(truth & ~predicted)
  invented, of_invented = _parts(predicted & ~truth)
  sizes = np.concatenate([of_missed, of_invented])
  if not len(sizes):
    return None
  if choice == "largest":
    at = int(sizes.argmax())
  else:
    at = int(rng.choice(len(sizes), p=sizes / sizes.sum()))
  positive = at < len(of_missed)
  part = missed == at + 1 if positive else invented == at + 1 - len(of_missed)
  if choice == "largest":
    place = interior_most(part, spacing)
  else:
    place = _drawn_by_depth(part, spacing, rng)
  if noise_mm:
    place = _shaken(part, place, spacing, rng, noise_mm)
  return Click(place, positive)


def _masks(*masks):
  masks = [np.asarray(mask) for mask in masks]
  if len({(mask.shape, mask.dtype == bool) for mask in masks}) > 1 or (
    masks[0].dtype != bool
  ):
    found = ", ".join(f"{mask.dtype} {mask.shape}" for mask in masks)
    raise ValueError(f"wanted bool masks of one shape, found {found}")
  return masks


def _parts(mask):
  """([*sp] number of the connected part from 1 on, [P] voxels of each).

  Neighbours at corners too, in raster order.
  """
  numbers, count = scipy.ndimage.label(mask, np.ones((3,) * mask.ndim))
  return numbers, np.bincount(numbers.ravel(), minlength=count + 1)[1:]


def depth_mm(mask: np.ndarray, spacing: Spacing = None) -> np.ndarray:
  """[*sp] float64, mm to the nearest voxel outside of a mask; 0 outside.

  What is beyond the image is outside.
  """
  padded = np.pad(np.asarray(mask, bool), 1)
  inner = (slice(1, -1),) * padded.ndim
  return scipy.ndimage.distance_transform_edt(padded, sampling=spacing)[inner]


def interior_most(mask: np.ndarray, spacing: Spacing = None) -> tuple[int, ...]:
  """The voxel that is the farthest from the edge; the first in raster order.

  Never outside of the mask, as its centre of gravity may be.
  """
  depth = depth_mm(mask, spacing)
  at = np.flatnonzero(depth.ravel() >= depth.max() * (1 - 1e-12))[0]
  return tuple(int(i) for i in np.unravel_index(at, depth.shape))


def _drawn_by_depth(part, spacing, rng):
  depth = depth_mm(part, spacing).ravel()
  at = rng.choice(depth.size, p=depth / depth.sum())
  return tuple(int(i) for i in np.unravel_index(at, part.shape))


def _shaken(part, place, spacing, rng, noise_mm):
  """The voxel of the part that is nearest to where a hand went."""
  sides = np.ones(part.ndim) if spacing is None else np.asarray(spacing)
  aim = np.asarray(place) * sides + rng.normal(0, noise_mm, part.ndim)
  voxels = np.argwhere(part)
  nearest = np.square(voxels * sides - aim).sum(1).argmin()
  return tuple(int(i) for i in voxels[nearest])


def box_around(
  mask: np.ndarray,
  rng: np.random.Generator | None = None,
  jitter: float = 0.0,
) -> Box:
  """The box around a mask, each side moved by chance, inside of the image.

  Args:
    mask: [*sp] bool, not empty.
    rng: of the jitter.
    jitter: in [0, 1), largest move of a side as a share of the extent.

  Raises:
    ValueError: for an empty mask, or a jitter without `rng`.
  """
  voxels = _voxels(mask)
  if jitter and rng is None:
    raise ValueError("wanted rng= for a jitter, found None")
  low, high = voxels.min(0), voxels.max(0) + 1
  if jitter:
    most = jitter * (high - low)
    low = np.rint(low + rng.uniform(-most, most)).astype(int)
    high = np.rint(high + rng.uniform(-most, most)).astype(int)
  low = np.clip(low, 0, np.asarray(mask.shape) - 1)
  high = np.clip(high, low + 1, mask.shape)
  return Box(tuple(map(int, low)), tuple(map(int, high)))


def extreme_points(
  mask: np.ndarray, rng: np.random.Generator | None = None, jitter: int = 0
) -> np.ndarray:
  """[2 d, d] int32, of each axis a first and a last voxel; 6 in a volume.

  Args:
    mask: [*sp] bool, not empty.
    rng: of which voxel of an end it is; None: the first in raster order.
    jitter: voxels from the end in which a point may lie.

  Raises:
    ValueError: for an empty mask, or a jitter without `rng`.
  """
  voxels = _voxels(mask)
  if jitter and rng is None:
    raise ValueError("wanted rng= for a jitter, found None")
  found = []
  for axis in range(mask.ndim):
    along = voxels[:, axis]
    for near in (along <= along.min() + jitter, along >= along.max() - jitter):
      ends = voxels[near]
      found.append(ends[0 if rng is None else rng.integers(len(ends))])
  return np.array(found, np.int32)


def _voxels(mask):
  voxels = np.argwhere(mask)
  if not len(voxels):
    raise ValueError("wanted a mask with a voxel, found an empty one")
  return voxels


def scribble(mask: np.ndarray, spacing: Spacing = None) -> np.ndarray:
  """[k, d] int32, a line through the middle of the largest part of a mask.

  The path between the two ends of the part that is the cheapest, where a step
  costs its length over the depth of the voxel that it goes to; ends are found
  by going to the farthest voxel twice.

  Args:
    mask: [*sp] bool, not empty.
    spacing: mm.

  Raises:
    ValueError: for an empty mask.
  """
  _voxels(mask)
  numbers, sizes = _parts(np.asarray(mask, bool))
  part = numbers == int(sizes.argmax()) + 1
  voxels = np.argwhere(part)
  lengths, costs = _steps(part, voxels, spacing)
  middle = np.flatnonzero(
    (voxels == np.asarray(interior_most(part, spacing))).all(1)
  )[0]
  first = _farthest(lengths, middle)
  last = _farthest(lengths, first)
  _, before = scipy.sparse.csgraph.dijkstra(
    costs, directed=True, indices=first, return_predecessors=True
  )
  path = [last]
  while path[-1] != first:
    path.append(before[path[-1]])
  return voxels[path[::-1]].astype(np.int32)


def _farthest(lengths, start):
  found = scipy.sparse.csgraph.dijkstra(lengths, directed=False, indices=start)
  return int(found.argmax())


def _steps(part, voxels, spacing):
  """(length, cost) of a step between neighbours, as sparse graphs."""
  sides = np.ones(part.ndim) if spacing is None else np.asarray(spacing)
  number = np.full(np.add(part.shape, 2), -1)
  number[tuple((voxels + 1).T)] = np.arange(len(voxels))
  depth = depth_mm(part, spacing)[part]
  rows, columns, lengths = [], [], []
  for step in np.ndindex((3,) * part.ndim):
    offset = np.array(step) - 1
    if not offset.any():
      continue
    other = number[tuple((voxels + 1 + offset).T)]
    there = other >= 0
    rows.append(np.flatnonzero(there))
    columns.append(other[there])
    lengths.append(np.full(there.sum(), np.linalg.norm(offset * sides)))
  rows, columns, lengths = map(np.concatenate, (rows, columns, lengths))
  shape = (len(voxels),) * 2
  return tuple(
    scipy.sparse.csr_array((values, (rows, columns)), shape)
    for values in (lengths, lengths / depth[columns])
  )
