"""Superpixels beside each other: scores of their edges, and merging them."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx.prediction import Borders
from alx.units.slic import shared_faces

_TINY = 1e-12


class EdgeScores(NamedTuple):
  """What is told of the edges of R regions; 0 for one without an edge."""

  entropy: np.ndarray  # [R] mean entropy of the voxels on the edge, nats
  divergence: np.ndarray  # [R] mean KL to the neighbours, by shared faces


def region_probs(
  probs: np.ndarray, regions: np.ndarray, count: int
) -> np.ndarray:
  """[R, C] mean probabilities of each region; uniform where it has no voxel.

  Args:
    probs: [*sp, C].
    regions: [*sp] int; below 0 or from `count` on is no region.
    count: R.
  """
  probs, regions = np.asarray(probs, np.float64), np.asarray(regions)
  inside = (regions >= 0) & (regions < count)
  ids, p = regions[inside], probs[inside]
  sizes = np.bincount(ids, minlength=count)
  sums = np.stack([np.bincount(ids, x, minlength=count) for x in p.T], -1)
  uniform = np.full_like(sums, 1 / p.shape[-1])
  return np.where(
    sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], uniform
  )


def edge_scores(
  probs: np.ndarray, regions: np.ndarray, count: int
) -> EdgeScores:
  """Entropy and divergence along the edges of superpixels (Kadir et al. 2023).

  A voxel is on the edge if a face neighbour is of another region. The
  divergence KL(p_r || p_s) is that of the mean probabilities of two regions,
  weighted by the faces that they share.

  Args:
    probs: [*sp, C].
    regions: [*sp] int in [0, R).
    count: R.
  """
  probs, regions = np.asarray(probs, np.float64), np.asarray(regions)
  on_edge = _on_edge(regions)
  entropy = -(probs * np.log(np.maximum(probs, _TINY))).sum(-1)
  ids = regions[on_edge]
  voxels = np.bincount(ids, minlength=count)
  total = np.bincount(ids, entropy[on_edge], minlength=count)
  logs = np.log(np.maximum(mean := region_probs(probs, regions, count), _TINY))
  pairs, faces = shared_faces(regions)
  both = np.concatenate([pairs, pairs[:, ::-1]])
  weights = np.concatenate([faces, faces])
  kl = (mean[both[:, 0]] * (logs[both[:, 0]] - logs[both[:, 1]])).sum(-1)
  shared = np.bincount(both[:, 0], weights, minlength=count)
  sums = np.bincount(both[:, 0], weights * kl, minlength=count)
  return EdgeScores(total / np.maximum(voxels, 1), sums / np.maximum(shared, 1))


def _on_edge(regions):
  found = np.zeros(regions.shape, bool)
  for axis in range(regions.ndim):
    x, y = np.moveaxis(regions, axis, 0), np.moveaxis(found, axis, 0)
    differ = x[:-1] != x[1:]
    y[:-1] |= differ
    y[1:] |= differ
  return found


def merged(
  probs: np.ndarray,
  regions: np.ndarray,
  uncertainty: Sequence[float],
  most_apart: float = 0.1,
) -> np.ndarray:
  """[R] the number of the merged region of each (Kim H. et al. 2023).

  Visits regions by uncertainty, the highest first, and lets each that is not
  merged yet take all neighbours, and theirs, whose mean probabilities are
  within a Jensen-Shannon distance of the region it began with, not of the
  neighbour. Merged regions are numbered in the order in which they began.

  Args:
    probs: [R, C] mean probabilities of each region.
    regions: [*sp] int in [0, R).
    uncertainty: [R].
    most_apart: distance, the root of the divergence in nats, in [0, sqrt(log
      2)]; 0 merges nothing but what is equal.
  """
  count = len(probs)
  near = [[] for _ in range(count)]
  for a, b in shared_faces(np.asarray(regions))[0]:
    near[a].append(int(b))
    near[b].append(int(a))
  found, number = np.full(count, -1), 0
  for root in np.argsort(-np.asarray(uncertainty), kind="stable"):
    if found[root] >= 0:
      continue
    apart = js_distance(np.asarray(probs, np.float64), probs[root])
    queue, found[root] = [int(root)], number
    while queue:
      for other in near[queue.pop()]:
        if found[other] < 0 and apart[other] <= most_apart:
          found[other] = number
          queue.append(other)
    number += 1
  return found


def js_distance(p: np.ndarray, q: np.ndarray) -> np.ndarray:
  """[...] root of the Jensen-Shannon divergence in nats of [..., C] and [C]."""
  middle = (p + q) / 2

  def kl(a):
    ratio = np.maximum(a, _TINY) / np.maximum(middle, _TINY)
    return np.where(a > 0, a * np.log(ratio), 0.0).sum(-1)

  return np.sqrt(np.maximum((kl(p) + kl(q)) / 2, 0.0))


def achievable_accuracy(labels: np.ndarray, regions: np.ndarray) -> float:
  """Share of voxels that are right if each region has its commonest class.

  The most that one class for a superpixel can achieve (Liu et al. 2011); 1
  minus it is the noise of such labels.

  Args:
    labels: [*sp] int >= 0.
    regions: [*sp] int >= 0.
  """
  labels, regions = np.asarray(labels).ravel(), np.asarray(regions).ravel()
  classes = int(labels.max()) + 1
  counts = np.bincount(regions * classes + labels)
  counts = np.pad(counts, (0, -len(counts) % classes)).reshape(-1, classes)
  return float(counts.max(1).sum() / len(labels))


def sieve(
  probs: np.ndarray, regions: np.ndarray, labels: Sequence[int]
) -> np.ndarray:
  """[*sp] bool, the voxels whose region's label they are likely to have.

  Of each region's probabilities of its label, sorted from the highest, the
  knee is where the curve is farthest from the line between its ends; what is
  below is left out (Kim H. et al. 2023).

  Args:
    probs: [*sp, C].
    regions: [*sp] int; below 0 is no region.
    labels: [R] the class that each region was told; below 0: none.
  """
  kept = np.zeros(regions.shape, bool)
  for region, label in enumerate(labels):
    inside = regions == region
    if label < 0 or not inside.any():
      continue
    values = probs[inside][:, label]
    kept[inside] = values >= _knee(np.sort(values)[::-1])
  return kept


def _knee(values):
  """The value at the knee of a falling curve; the last of a straight one."""
  x = np.linspace(0.0, 1.0, len(values))
  line = values[0] + (values[-1] - values[0]) * x
  above = values - line
  return values[above.argmax()] if above.max() > _TINY else values[-1]


def borders_of(probs: jax.Array, regions: jax.Array, count: int) -> Borders:
  """Where the regions of B items meet: `edge_scores` voxel by voxel, in JAX.

  Memory is that of the probabilities.

  Args:
    probs: [B, *sp, C].
    regions: [B, *sp] int32; below 0 or from `count` on is no region.
    count: R.
  """
  inside = (regions >= 0) & (regions < count)
  ids = jnp.where(inside, regions, count)
  mean = jax.vmap(lambda p, at: _means(p, at, count))(probs, ids)
  logs = jnp.log(jnp.maximum(mean, _TINY))
  faces, divergence = jnp.zeros_like(ids), jnp.zeros(ids.shape, probs.dtype)
  for axis in range(1, ids.ndim):

    def low(x, axis=axis):
      return jax.lax.slice_in_dim(x, 0, ids.shape[axis] - 1, axis=axis)

    def high(x, axis=axis):
      return jax.lax.slice_in_dim(x, 1, ids.shape[axis], axis=axis)

    meet = low(inside) & high(inside) & (low(ids) != high(ids))
    change = low(logs) - high(logs)
    for own, sign, pads in ((low, 1, (0, 1)), (high, -1, (1, 0))):
      kl = jnp.where(meet, sign * (own(mean) * change).sum(-1), 0.0)
      around = [pads if a == axis else (0, 0) for a in range(ids.ndim)]
      faces += jnp.pad(meet, around)
      divergence += jnp.pad(kl, around)
  return Borders(faces, divergence)


def _means(probs, ids, count):
  """[*sp, C] of one item: at each voxel the mean over its region."""
  flat, at = probs.reshape(-1, probs.shape[-1]), ids.reshape(-1)
  sums = jnp.zeros((count + 1, flat.shape[1]), flat.dtype).at[at].add(flat)
  sizes = jnp.zeros(count + 1, flat.dtype).at[at].add(1.0)
  return (sums / jnp.maximum(sizes, 1.0)[:, None])[at].reshape(probs.shape)
