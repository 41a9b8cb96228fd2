"""Gradients of the last layer as scores: their length, and their influence."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy

from alx.acquisition.base import Candidates, usable
from alx.acquisition.comparisons.geometry import cross, squared_norms
from alx.acquisition.scores.embeddings import (
  Factors,
  Voxels,
  cross_entropy_gradient,
  gradient_factors,
  has_space,
  voxels_of,
)
from alx.acquisition.scores.fisher_rows import FisherRows, fisher_rows
from alx.acquisition.scores.maps import (
  complements,
  entropy_map,
  gini_map,
  likeliest,
  minus_label,
)
from alx.acquisition.scores.select import top_k
from alx.prediction import Prediction

_BLOCK = 1024  # labelled items in one matrix product
_HIGHEST = jax.lax.Precision.HIGHEST


class Influence(NamedTuple):
  """What the influence of an item is made of."""

  probs: jax.Array | None  # [N, C]; None in a segmentation
  gradient: Factors  # of the loss of the likeliest label
  fisher: FisherRows  # the Gauss-Newton matrix of an item is X^T X


def egl(
  keys: jax.Array, prediction: Prediction, *, squared: bool = False
) -> jax.Array:
  """Expected gradient length of the last layer (Settles et al. 2007).

  sum_c p_c |p - e_c| |[h; 1]|, at least 0: the cross-entropy of each label,
  with respect to weights and bias. In a segmentation the mean over the real
  voxels of each voxel's value.

  Args:
    keys: unused.
    prediction: of B items, with features, or with pixels where it has space.
    squared: expect the squared length, (|h|^2 + 1) (1 - sum_c p_c^2).

  Returns:
    [B] float32.

  Raises:
    ValueError: on a segmentation without pixel features.
  """
  del keys

  def length(probs, hidden):
    if squared:
      return (squared_norms(hidden) + 1.0) * gini_map(probs)
    best, square = likeliest(probs), jnp.square(probs)
    rest = complements(probs)
    others = jnp.where(best, 0.0, square).sum(-1, keepdims=True)
    others = others + jnp.where(
      best, 0.0, square.max(-1, keepdims=True) - square
    )
    each = jnp.sqrt(jnp.square(rest) + others)
    # Of the likeliest class it is as small as 1 - p: no squares of that.
    of_best = _norms(jnp.where(best, rest, probs))
    each = jnp.where(best, of_best[..., None], each)
    of_class = (probs * each).sum(-1)
    return jnp.sqrt(squared_norms(hidden) + 1.0) * of_class

  return _mean_over_voxels(length, prediction)


def entropy_gradient(keys: jax.Array, prediction: Prediction) -> jax.Array:
  """Length of the gradient of the entropy (Wang et al. 2022).

  |h| |p (log p + H)|, with respect to the weights of the last layer; in a
  segmentation the mean over the real voxels. The expected loss under the
  model's own labels is the entropy, so the gradients of both are this one.

  It is 0 for certain predictions, and for a uniform one too: there the
  entropy is stationary, and what is entirely ambiguous comes last.

  Args:
    keys: unused.
    prediction: of B items, with features, or with pixels where it has space.

  Returns:
    [B] float32, at least 0.

  Raises:
    ValueError: on a segmentation without pixel features.
  """
  del keys

  def length(probs, hidden):
    sure = likeliest(probs) & (probs > 0.5)
    near = jnp.log1p(-jnp.where(sure, complements(probs), 0.0))
    terms = jnp.where(sure, probs * near, xlogy(probs, probs))
    slope = terms + probs * entropy_map(probs)[..., None]
    return _norms(hidden) * _norms(slope)

  return _mean_over_voxels(length, prediction)


def _norms(x):
  """|x| of each row [..., D]: squares of what is below 1e-19 would be 0."""
  scale = jnp.abs(x).max(-1)
  safe = jnp.where(scale > 0, scale, 1.0)
  return scale * jnp.sqrt(squared_norms(x / safe[..., None]))


def _mean_over_voxels(function, prediction):
  """(probs [..., C], hidden [..., D]) -> [...], one number per item."""
  if not has_space(prediction):
    return function(prediction.probs.mean(0), prediction.features)
  voxels = voxels_of(prediction)
  return (voxels.share * _where_real(function, voxels)).sum(1)


def _where_real(function, voxels: Voxels):
  values = function(voxels.probs, voxels.pixels)
  return jnp.where(voxels.real, values, 0.0)


def influence_factors(
  keys: jax.Array, prediction: Prediction, *, rank: int = 16
) -> Influence:
  """Gradient and Gauss-Newton matrix of each item, for `influence`.

  Args:
    keys: unused.
    prediction: of B items, with features, or with pixels where it has space.
    rank: of the matrix of an item in a segmentation, see `fisher_rows`.

  Raises:
    ValueError: on a segmentation without pixel features.
  """
  fisher = fisher_rows(keys, prediction, rank=rank)
  if not has_space(prediction):
    gradient = gradient_factors(keys, prediction)
    return Influence(prediction.probs.mean(0), gradient, fisher)
  gradient = cross_entropy_gradient(voxels_of(prediction))
  gradient = gradient.reshape(gradient.shape[0], -1)
  return Influence(None, Factors(gradient, fisher.right), fisher)


def influence(
  key: jax.Array,
  described: Influence,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  damping: float = 1e-2,
  iterations: int = 200,
) -> jax.Array:
  """The items whose likeliest label would lower the training loss most.

  The score is v . g_i with v = (G + damping I)^-1 g: minus the influence of
  item i under its likeliest label on the mean loss of the labelled items (Koh
  & Liang 2017, eq. 2; Liu et al. 2021, eq. 5). g is the mean gradient and G
  the mean Gauss-Newton matrix of the labelled, of the weights of the last
  layer. Labels that are not known are the likeliest ones, those of a
  segmentation always; with nothing labelled all items stand in. Ties go to
  the lowest id.

  v is found by conjugate gradients with products of factors: time O(iterations
  M C (C + D) + N (C + D)) for M labelled items, memory O(N C^2 + C D).

  Args:
    key: unused.
    described: of N items, by `influence_factors`.
    candidates: of the N items; its labels are classes.
    k: how many items.
    count: see `Acquisition.select`.
    damping: > 0, added to the diagonal of G.
    iterations: of conjugate gradients, at most.

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N.

  Raises:
    ValueError: if `damping` is not above 0.
  """
  if not damping > 0:
    raise ValueError(f"damping must be > 0, got {damping}")
  described, candidates = usable(described, candidates)
  gradient = described.gradient
  told = _told_gradient(described, candidates)
  some = candidates.labelled.any()
  reference = jnp.where(some, candidates.labelled, candidates.present)
  items, number = _in_front(reference)
  mean = _mean(_sum_of_outer, told, items, number)

  def curved(v):
    of_item = _gauss_newton_product(v)
    return _mean(of_item, described.fisher, items, number) + damping * v

  solve = jax.scipy.sparse.linalg.cg
  direction = solve(curved, mean, tol=1e-6, maxiter=iterations)[0]
  scores = (cross(gradient.left, direction.T) * gradient.right).sum(1)
  return top_k(key, scores, candidates, k, count)


def _told_gradient(described, candidates):
  """Gradients with the label that is known, else with the likeliest one."""
  if described.probs is None or candidates.labels is None:
    return described.gradient
  labels = candidates.labels
  num_classes = described.probs.shape[1]
  truth = labels[:, None] == jnp.arange(num_classes, dtype=jnp.int32)[None, :]
  known = candidates.labelled & (labels >= 0) & (labels < num_classes)
  left = jnp.where(
    known[:, None],
    minus_label(described.probs, truth),
    described.gradient.left,
  )
  return described.gradient._replace(left=left)


def _in_front(mask):
  """(ids of a mask [N], padded by any; how many)."""
  ids = jnp.nonzero(mask, size=mask.shape[0], fill_value=0)[0]
  return ids.astype(jnp.int32), mask.sum()


def _mean(of_rows, rows, items, count):
  """Mean over items[:count] of what `of_rows` sums over a block of rows."""
  size = min(_BLOCK, items.shape[0])

  def add(i, total):
    slots = i * size + jnp.arange(size, dtype=jnp.int32)
    block = items.at[slots].get(mode="clip")
    weights = (slots < count).astype(jnp.float32)
    return total + of_rows(jax.tree.map(lambda x: x[block], rows), weights)

  zero = jnp.zeros((rows.left.shape[-1], rows.right.shape[-1]), jnp.float32)
  total = jax.lax.fori_loop(0, -(-count // size), add, zero)
  return total / jnp.maximum(count, 1)


def _sum_of_outer(factors, weights):
  """Weighted sum of left (x) right over a block of factors: [C, D]."""
  return cross((weights[:, None] * factors.left).T, factors.right.T)


def _gauss_newton_product(v):
  """(rows [B], weights [B]) -> sum of X^T X v, as [C, D], for v [C, D]."""

  def of_rows(rows, weights):
    inner = cross(rows.right, v)
    along = jnp.einsum("brc,bc->br", rows.left, inner, precision=_HIGHEST)
    along = weights[:, None] * along
    back = jnp.einsum("br,brc->bc", along, rows.left, precision=_HIGHEST)
    return cross(back.T, rows.right.T)

  return of_rows
