"""Superpixels: k-means of intensity and place, in 2-D and 3-D, on the host.

Achanta et al. 2012 (SLIC). Distances are in mm, intensities in standard
deviations of the item; every superpixel is connected.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage


def superpixels(
  image: np.ndarray,
  count: int,
  spacing: Sequence[float] | None = None,
  *,
  compactness: float = 0.1,
  iterations: int = 10,
) -> np.ndarray:
  """Region numbers [*sp] int32 from 0 on, without a gap, each connected.

  A voxel goes to the centre with the least |x - c|^2 / sd^2 + compactness
  |p - q|^2 / side^2 among those whose cell is at most one cell away, where side
  is that of a cell of the grid that the centres begin on. Pieces that are not
  connected to the largest of their region, and regions smaller than a quarter
  of a cell, join the neighbour that they share most faces with. The same image
  gives the same regions.

  Args:
    image: [*sp, channels], of 2 or 3 axes.
    count: regions, about, >= 1.
    spacing: of a voxel, mm; None: alike along all axes.
    compactness: >= 0; 0: by intensity alone.
    iterations: of k-means.
  """
  image = np.asarray(image, np.float32)
  extent = image.shape[:-1]
  spacing = np.ones(len(extent)) if spacing is None else np.asarray(spacing)
  spread = np.maximum(image.std(tuple(range(len(extent)))), 1e-6)
  values = (image - image.mean(tuple(range(len(extent))))) / spread
  cells = _cells(extent, spacing, count)
  grid = [np.arange(n) * c // n for n, c in zip(extent, cells, strict=True)]
  cell = np.stack(np.meshgrid(*grid, indexing="ij"), -1)
  place = np.stack(np.indices(extent), -1) * spacing
  side = (np.prod(np.array(extent) * spacing) / cells.prod()) ** (
    1 / len(extent)
  )
  parts = [values, np.sqrt(compactness) / side * place]
  points = np.concatenate(parts, -1).astype(np.float32)
  points = points.reshape(-1, points.shape[-1]).T.copy()
  cell = cell.reshape(-1, len(extent)).T
  labels = _k_means(points, cell, cells, iterations)
  return _connected(labels.reshape(extent), np.prod(extent) / cells.prod() / 4)


def _cells(extent, spacing, count):
  """[d] cells along each axis: cubes in mm, about `count` of them."""
  size = np.array(extent) * spacing
  side = (size.prod() / max(count, 1)) ** (1 / len(extent))
  return np.clip(np.round(size / side).astype(int), 1, extent)


def _k_means(points, cell, cells, iterations):
  """[V] the centre of each point, of those of the cells around its own.

  Args:
    points: [D, V] float32.
    cell: [d, V] int, where each point began.
    cells: [d].
    iterations: at most.
  """
  near = _cells_around(cell, cells)
  labels = np.ravel_multi_index(tuple(cell), cells)
  for _ in range(max(iterations, 1)):
    centres = _means(points, labels, cells.prod())
    best, new = np.full(points.shape[1], np.inf, np.float32), labels
    for number in near:
      distance = sum(
        np.square(p - c[number]) for p, c in zip(points, centres, strict=True)
      )
      closer = distance < best
      best = np.where(closer, distance, best)
      new = np.where(closer, number, new)
    if (new == labels).all():
      break
    labels = new
  return labels


def _cells_around(cell, cells):
  """A list of [V] numbers of cells at most one away; at an edge, the edge."""
  steps = np.stack(
    np.meshgrid(*[[0, -1, 1]] * len(cells), indexing="ij"), -1
  ).reshape(-1, len(cells))
  last = cells[:, None] - 1
  return [
    np.ravel_multi_index(tuple(np.clip(cell + step[:, None], 0, last)), cells)
    for step in steps
  ]


def _means(points, labels, count):
  counts = np.bincount(labels, minlength=count)
  sums = np.stack([np.bincount(labels, w, minlength=count) for w in points])
  # A centre that lost all its points is where no point goes.
  means = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
  return means.astype(np.float32)


def _connected(labels, least):
  """Connected regions of at least so many voxels, numbered from 0 on."""
  pieces = connected_pieces(labels)
  while True:
    sizes = np.bincount(pieces.reshape(-1))
    small = (sizes < least) & (sizes > 0)
    if not small.any() or (sizes > 0).sum() == 1:
      break
    pieces = _joined(pieces, sizes, small)
  return (
    np.unique(pieces, return_inverse=True)[1]
    .reshape(labels.shape)
    .astype(np.int32)
  )


def connected_pieces(labels: np.ndarray) -> np.ndarray:
  """A number for each set of equal voxels that are connected by faces."""
  pieces = np.zeros(labels.shape, np.int64)
  found = 0
  for number, box in enumerate(ndimage.find_objects(labels + 1)):
    if box is None:
      continue
    inside = labels[box] == number
    part, count = ndimage.label(inside)
    pieces[box][inside] = part[inside] + found - 1
    found += count
  return pieces


def _joined(pieces, sizes, small):
  """Each small piece joins the neighbour that it shares most faces with."""
  pairs, faces = shared_faces(pieces)
  into = np.arange(len(sizes))
  for piece in np.argsort(sizes, kind="stable"):
    if not small[piece]:
      continue
    mine = (pairs == piece).any(1)
    if not mine.any():
      continue
    roots = into[pairs[mine].sum(1) - piece]
    other = roots[roots != piece]
    if not other.size:
      continue
    votes = np.bincount(other, faces[mine][roots != piece])
    into[piece] = votes.argmax()
    into[into == piece] = into[piece]
  return into[pieces]


def shared_faces(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Which regions touch, and by how many faces.

  Args:
    labels: [*sp] int >= 0.

  Returns:
    (pairs [P, 2], the lower number first, in order; faces [P]).
  """
  found = []
  for axis in range(labels.ndim):
    low = np.moveaxis(labels, axis, 0)[:-1].reshape(-1)
    high = np.moveaxis(labels, axis, 0)[1:].reshape(-1)
    differ = low != high
    found.append(np.stack([low[differ], high[differ]], -1))
  pairs = np.sort(np.concatenate(found), 1)
  if not len(pairs):
    return np.zeros((0, 2), np.int64), np.zeros(0, np.int64)
  return np.unique(pairs, axis=0, return_counts=True)
