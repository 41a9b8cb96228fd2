"""Fisher information of the last layer, item by item, as rows X with X^T X."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.comparisons.geometry import map_rows
from alx.acquisition.scores.embeddings import Voxels, has_space, voxels_of
from alx.prediction import Prediction

_HIGHEST = jax.lax.Precision.HIGHEST
_ITEMS = 256  # in one matrix product
_VOXELS = 1024  # of each item in one matrix product
_NEGLIGIBLE = 1e-6  # of the largest eigenvalue: what rounding makes of 0


class FisherRows(NamedTuple):
  """X_i, R rows of P = C D numbers: row r is left[i, r] (x) right[i].

  With D = 1 and ones on the right, `left` holds the rows themselves.
  """

  left: jax.Array  # [N, R, C]
  right: jax.Array  # [N, D]


def fisher_rows(
  keys: jax.Array, prediction: Prediction, *, rank: int = 16
) -> FisherRows:
  """Fisher information of the weights of the last layer (Ash et al. 2021).

  (diag p - p p^T) (x) h h^T, the expectation over labels y ~ p of the outer
  product of the gradient of the cross-entropy; p is the mean of the samples.
  In a segmentation it is the mean over the real voxels, of which the `rank`
  largest eigenvalues are kept: all of it if rank >= (C - 1) D.

  Args:
    keys: unused.
    prediction: of B items, with features [B, D], or with pixels [B, *sp, D]
      where it has space.
    rank: rows of an item in a segmentation, >= 1.

  Returns:
    FisherRows of [B, C - 1, C] and [B, D], or of [B, R, C D] and [B, 1], where
    R = min(rank, (C - 1) D).

  Raises:
    ValueError: on a segmentation without pixel features.
  """
  del keys
  if not has_space(prediction):
    left = class_rows(prediction.probs.mean(0))
    return FisherRows(left, prediction.features)
  fisher = _image_fisher(voxels_of(prediction))
  left = _largest_rows(fisher, min(rank, _full_rank(prediction)))
  return FisherRows(left, jnp.ones_like(left[:, 0, :1]))


def class_rows(probs: jax.Array) -> jax.Array:
  """C - 1 rows L with L^T L = diag p - p p^T: [..., C] -> [..., C - 1, C].

  The Cholesky factor in closed form (Tanabe & Sagae 1992, theorem 1): row j is
  sqrt(p_j q_j / (p_j + q_j)) (e_j - sum_{l > j} (p_l / q_j) e_l) where
  q_j = sum_{l > j} p_l. Nothing is subtracted, so small p lose no digits.
  """
  num_classes = probs.shape[-1]
  here = probs[..., :-1]
  after = jnp.flip(jnp.cumsum(jnp.flip(probs, -1), -1), -1)[..., 1:]
  some = after > 0
  safe = jnp.where(some, after, 1.0)
  scale = jnp.sqrt(jnp.where(some, here * (safe / (here + safe)), 0.0))
  share = jnp.where(some[..., None], probs[..., None, :] / safe[..., None], 0.0)
  later = jnp.triu(jnp.ones((num_classes - 1, num_classes), jnp.float32), 1)
  unit = jnp.eye(num_classes - 1, num_classes, dtype=jnp.float32)
  shape = (1,) * (probs.ndim - 1) + unit.shape
  row = unit.reshape(shape) - later.reshape(shape) * share
  return scale[..., None] * row


def _full_rank(prediction):
  return (prediction.probs.shape[-1] - 1) * prediction.pixels.shape[-1]


def _image_fisher(voxels: Voxels):
  """[B, P, P] mean over the real voxels, a part of them at a time."""
  num_items, num_voxels, num_classes = voxels.probs.shape
  width = voxels.pixels.shape[-1]
  size = min(_VOXELS, num_voxels)
  padding = -num_voxels % size

  def parts(x):
    x = jnp.pad(x, ((0, 0), (0, padding), (0, 0)))
    return jnp.moveaxis(x.reshape(num_items, -1, size, x.shape[-1]), 1, 0)

  def add(total, part):
    p, f, share = part
    rows = class_rows(p) * jnp.sqrt(share)[..., None]
    each = rows[..., None] * f[:, :, None, None, :]
    each = each.reshape(num_items, -1, num_classes * width)
    gram = jnp.einsum("bnp,bnq->bpq", each, each, precision=_HIGHEST)
    return total + gram, None

  zero = jnp.zeros((num_items,) + 2 * (num_classes * width,), jnp.float32)
  arrays = voxels.probs, voxels.pixels, voxels.share[..., None]
  return jax.lax.scan(add, zero, jax.tree.map(parts, arrays))[0]


def _largest_rows(fisher, rank):
  """[B, rank, P] eigenvectors times the roots of their eigenvalues."""
  broken = ~jnp.isfinite(fisher).all((1, 2))[:, None, None]
  values, vectors = jnp.linalg.eigh(jnp.where(broken, 0.0, fisher))
  values, vectors = values[:, ::-1][:, :rank], vectors[:, :, ::-1][:, :, :rank]
  kept = jnp.where(values > _NEGLIGIBLE * values[:, :1], values, 0.0)
  rows = jnp.swapaxes(vectors * jnp.sqrt(kept)[:, None, :], 1, 2)
  # The sign of an eigenvector is anybody's: the first large number is positive.
  size = jnp.abs(rows)
  place = (size >= 0.5 * size.max(-1, keepdims=True)).argmax(-1)[..., None]
  rows = jnp.where(jnp.take_along_axis(rows, place, -1) < 0, -rows, rows)
  return jnp.where(broken, jnp.nan, rows)


def dense(rows: FisherRows) -> jax.Array:
  """[N, R, C D], the rows themselves."""
  each = rows.left[..., None] * rows.right[:, None, None, :]
  return each.reshape(*rows.left.shape[:2], -1)


def total(rows: FisherRows, weights: jax.Array) -> jax.Array:
  """Sum over items of weight X^T X: [P, P]. Time O(N C^2 D^2).

  Args:
    rows: of N items.
    weights: [N].
  """
  num_items, _, num_classes = rows.left.shape
  width = rows.right.shape[1]
  size = num_classes * width
  if width == 1:
    x = dense(rows)
    weighted = (weights[:, None, None] * x).reshape(-1, size)
    return _product(weighted.T, x.reshape(-1, size))

  def add(i, sums):
    items = i * block + jnp.arange(block, dtype=jnp.int32)
    weight = jnp.where(items < num_items, weights.at[items].get(mode="clip"), 0)
    left = rows.left.at[items].get(mode="clip")
    right = rows.right.at[items].get(mode="clip")
    square = jnp.einsum("nrc,nrd->ncd", left, left, precision=_HIGHEST)
    square = (weight[:, None, None] * square).reshape(block, -1)
    each = square[:, :, None] * right[:, None, :]
    return sums + _product(right.T, each.reshape(block, -1))

  block = min(_ITEMS, num_items)
  zero = jnp.zeros((width, num_classes * size), jnp.float32)
  sums = jax.lax.fori_loop(0, -(-num_items // block), add, zero)
  sums = sums.reshape(width, num_classes, num_classes, width)
  return sums.transpose(1, 0, 2, 3).reshape(size, size)


def forms(rows: FisherRows, matrix: jax.Array) -> jax.Array:
  """X_i A X_i^T of every item for A [P, P]: [N, R, R]. Time O(N C^2 D^2)."""
  num_items, _, num_classes = rows.left.shape
  width = rows.right.shape[1]
  by_right = matrix.reshape(num_classes, width, -1).swapaxes(0, 1)
  by_right = by_right.reshape(width, -1)

  def of(items):
    left = rows.left.at[items].get(mode="clip")
    right = rows.right.at[items].get(mode="clip")
    if width == 1:
      x = left * right[:, :, None]
      half = jnp.matmul(x, matrix, precision=_HIGHEST)
      return jnp.einsum("nrp,nsp->nrs", half, x, precision=_HIGHEST)
    inner = _product(right, by_right).reshape(len(items), -1, width)
    inner = (inner * right[:, None, :]).sum(-1)
    inner = inner.reshape(-1, num_classes, num_classes)
    half = jnp.matmul(left, inner, precision=_HIGHEST)
    return jnp.einsum("nrc,nsc->nrs", half, left, precision=_HIGHEST)

  return map_rows(of, num_items, _ITEMS)


def products(rows: FisherRows, matrix: jax.Array) -> jax.Array:
  """X_i M of every item for M [P, m]: [N, R, m]. Time O(N C (D + R) m)."""
  num_items, num_rows, num_classes = rows.left.shape
  width, columns = rows.right.shape[1], matrix.shape[1]
  if width == 1:
    left = (rows.left * rows.right[:, :, None]).reshape(-1, num_classes)
    return _product(left, matrix).reshape(num_items, num_rows, columns)
  by_right = matrix.reshape(num_classes, width, columns).swapaxes(0, 1)
  inner = _product(rows.right, by_right.reshape(width, -1))
  inner = inner.reshape(num_items, num_classes, columns)
  return jnp.matmul(rows.left, inner, precision=_HIGHEST)


def columns(rows: FisherRows, item: jax.Array, matrix: jax.Array) -> jax.Array:
  """A X_s^T of one item for A [P, P]: [P, R]. Time O(P^2)."""
  left, right = rows.left[item], rows.right[item]
  split = matrix.reshape(-1, *left.shape[1:], right.shape[0])
  inner = jnp.einsum("pcd,d->pc", split, right, precision=_HIGHEST)
  return _product(inner, left.T)


def _product(x, y):
  return jnp.matmul(x, y, precision=_HIGHEST)
