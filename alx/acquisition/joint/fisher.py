"""Batches with the Fisher information that leaves least variance."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, picks_of, usable, wanted
from alx.acquisition.scores.embeddings import has_space, voxels_of
from alx.acquisition.scores.fisher_rows import class_rows
from alx.acquisition.scores.maps import entropy_map
from alx.acquisition.scores.select import top_k
from alx.acquisition.scores.spatial import reduce_spatial
from alx.prediction import Prediction

_HIGHEST = jax.lax.Precision.HIGHEST
_SHRINKAGE = 1e-3  # of every information, times the identity
_WEIGHT = 1e-2  # of a design, times the mean weight: less is none


class Information(NamedTuple):
  """Information and uncertainty of each item."""

  matrix: jax.Array  # [N, L, L], L = 2 (C - 1), without the shrinkage
  entropy: jax.Array  # [N] nats


class Design(NamedTuple):
  """Weights of the items, and how far they are from the best ones."""

  weights: jax.Array  # [N] at least 0, sums to 1
  gap: jax.Array  # [] relative; the objective is within it of the optimum


def layer_information(keys: jax.Array, prediction: Prediction) -> Information:
  """Fisher information of the gradient, averaged over each output unit.

  sum_c p_c g_c g_c^T (Sourati et al. 2018, eq. 8), where g_c is the gradient
  of the cross-entropy of label c. The paper shrinks the gradient of every
  layer to its mean. Here it is that of the last layer only, whose mean is 0
  for every label; so it is shrunk to one number per output unit for the
  weights, (p - e_c) mean(h), and one for the bias, p - e_c. These sum to 0
  over units, and so C - 1 directions of each are kept: the rest is the same
  for all items. In a segmentation the mean over the real voxels.

  Args:
    keys: unused.
    prediction: of B items, with features, or with pixels where it has space.

  Raises:
    ValueError: on a segmentation without pixel features.
  """
  del keys
  if has_space(prediction):
    voxels = voxels_of(prediction)
    probs, hidden, share = voxels.probs, voxels.pixels, voxels.share
  else:
    probs = prediction.probs.mean(0)[:, None]
    hidden, share = (
      prediction.features[:, None],
      jnp.ones(probs.shape[:2], jnp.float32),
    )
  pair = jnp.stack([hidden.mean(-1), jnp.ones_like(share)], -1)
  pair = pair * jnp.sqrt(share)[..., None]
  rows = jnp.matmul(
    class_rows(probs), _contrasts(probs.shape[-1]), precision=_HIGHEST
  )
  each = pair[:, :, None, :, None] * rows[:, :, :, None, :]
  each = each.reshape(each.shape[0], -1, 2 * rows.shape[-1])
  matrix = jnp.einsum("bnl,bnm->blm", each, each, precision=_HIGHEST)
  mean = prediction.probs.mean(0)
  entropy = reduce_spatial(entropy_map(mean), prediction.mask, "mean", mean)
  return Information(matrix, entropy)


def _contrasts(num_classes):
  """[C, C - 1] orthonormal columns that sum to 0 (Helmert)."""
  rows = []
  for j in range(1, num_classes):
    scale = (j * (j + 1)) ** -0.5
    rows.append([scale] * j + [-j * scale] + [0.0] * (num_classes - j - 1))
  return jnp.asarray(rows, jnp.float32).reshape(-1, num_classes).T


def fisher(
  key: jax.Array,
  information: Information,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  keep: int = 200,
  draw: bool = False,
  iterations: int = 1000,
) -> jax.Array:
  """k distinct items whose information S leaves the least tr(S^-1), greedily.

  S is the sum of A_i over the batch, A_i the information of item i plus 1e-3 I.
  Of the `keep` most uncertain of the available, the one that lowers the trace
  most is added again and again (Sourati et al. 2018, 2019).

  The papers solve for weights q on the simplex that minimise
  tr((sum_i q_i A_i)^-1) and draw the batch from q. Such a q sits on few items,
  at most L (L + 1) / 2 and 2 to 7 of 300 in practice: what is drawn beyond them
  is left to chance. With `draw` the items that have a weight are drawn, and
  the others of the batch are added greedily to them.

  Only the last layer is looked at, because a `Prediction` has the features of
  no other; the papers average the gradient of every layer. `bait` looks at the
  same layer without averaging, and counts what is labelled. Time
  O(N + k max(keep, k) L^3), memory O(N L^2).

  Args:
    key: of the draw.
    information: of N items, by `layer_information`.
    candidates: of the N items; the labelled do not matter.
    k: how many items.
    count: see `Acquisition.select`.
    keep: so many of the highest entropy, and at least k.
    draw: from the optimal design first.
    iterations: of the design, at most.

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N. Ties go to
    the most uncertain.
  """
  if k == 0:
    return jnp.zeros(0, jnp.int32)
  information, candidates = usable(information, candidates)
  num_items = information.entropy.shape[0]
  size = min(max(keep, k), num_items)
  items = top_k(None, information.entropy, candidates, size)
  here = items < num_items
  highest = jnp.maximum(keep, wanted(k, count))
  here &= jnp.arange(size, dtype=jnp.int32) < highest
  matrices = information.matrix.at[items].get(mode="clip")
  first = jnp.full(min(k, size), size, jnp.int32)
  if draw:
    design = optimal_design(matrices, here, iterations=iterations)
    first = _drawn(key, design.weights, min(k, size))
  places = greedy_design(matrices, here, first, count)
  picks = items.at[places].get(mode="fill", fill_value=num_items)
  return jnp.pad(picks, (0, k - picks.shape[0]), constant_values=num_items)


def _drawn(key, weights, k):
  """[k] places drawn by their weights, N behind those that have one."""
  size = weights.shape[0]
  some = weights > _WEIGHT / size
  noise = jax.random.gumbel(key, (size,), dtype=jnp.float32)
  scores = noise + jnp.log(jnp.where(some, weights, 1.0))
  return top_k(None, scores, Candidates(some, ~some), k)


def greedy_design(
  matrices: jax.Array,
  there: jax.Array,
  first: jax.Array,
  count: jax.Array | None = None,
) -> jax.Array:
  """k distinct places that minimise tr(S^-1) one after the other.

  Args:
    matrices: [N, L, L] positive semidefinite; A_i has 1e-3 I more.
    there: [N] bool, which may be picked.
    first: [k] int32, places to begin with; N: the best of the others.
    count: [] int32, see `Acquisition.select`.

  Returns:
    places [k] int32, N in a slot that nothing is left for.
  """
  num_items, size = matrices.shape[:2]
  identity = jnp.eye(size, dtype=jnp.float32)
  each = matrices + _SHRINKAGE * identity[None]

  def trace_with(total):
    factor = jnp.linalg.cholesky(total[None] + each)
    right = jnp.broadcast_to(identity[None], factor.shape)
    inverse = jax.scipy.linalg.solve_triangular(factor, right, lower=True)
    return jnp.square(inverse).sum((1, 2))

  def pick(carry, turn):
    total, free = carry
    given = first[turn]
    trace = jnp.where(free, trace_with(total), jnp.inf)
    best = jnp.argmin(trace).astype(jnp.int32)
    place = jnp.where(given < num_items, given, best)
    found = free[place]
    total = total + jnp.where(found, each[place], 0.0)
    carry = total, free.at[place].set(False)
    return carry, jnp.where(found, place, num_items)

  start = jnp.zeros((size, size), jnp.float32), there
  return picks_of(pick, start, num_items, first.shape[0], count)


def optimal_design(
  matrices: jax.Array,
  there: jax.Array,
  *,
  iterations: int = 1000,
  tolerance: float = 1e-4,
) -> Design:
  """Weights q >= 0 with sum 1 that minimise tr((sum_i q_i A_i)^-1).

  q_i <- q_i sqrt(d_i) / sum_j q_j sqrt(d_j), d_i = tr(M^-1 A_i M^-1), which
  never raises the trace (Yu 2010). At the optimum no d_i is above tr(M^-1);
  it ends once none is by more than `tolerance` of it, which bounds how far the
  trace is from the least one. Time O(iterations (N L^2 + L^3)).

  Args:
    matrices: [N, L, L] positive semidefinite; A_i has 1e-3 I more.
    there: [N] bool, the others get weight 0.
    iterations: at most.
    tolerance: relative.
  """
  size = matrices.shape[-1]
  shrinkage = _SHRINKAGE * jnp.eye(size, dtype=jnp.float32)
  flat = matrices.reshape(matrices.shape[0], -1)
  start = there.astype(jnp.float32) / jnp.maximum(there.sum(), 1)

  def derivative(weights):
    matrix = jnp.matmul(weights, flat, precision=_HIGHEST)
    factor = jax.scipy.linalg.cho_factor(
      matrix.reshape(size, size) + shrinkage, lower=True
    )
    inverse = jax.scipy.linalg.cho_solve(
      factor, jnp.eye(size, dtype=jnp.float32)
    )
    square = jnp.matmul(inverse, inverse, precision=_HIGHEST)
    each = jnp.matmul(flat, square.reshape(-1), precision=_HIGHEST)
    each = jnp.maximum(each + _SHRINKAGE * jnp.trace(square), 0.0)
    each = jnp.where(there, each, 0.0)
    return each, each.max() / jnp.trace(inverse) - 1.0

  def advance(carry):
    step, weights, each, _ = carry
    weights = weights * jnp.sqrt(each)
    total = weights.sum()
    weights = weights / jnp.where(total > 0, total, 1.0)
    return step + 1, weights, *derivative(weights)

  def unfinished(carry):
    return (carry[0] < iterations) & (carry[3] > tolerance)

  carry = jnp.int32(0), start, *derivative(start)
  _, weights, _, gap = jax.lax.while_loop(unfinished, advance, carry)
  return Design(weights, gap)
