"""Kernels between items, and the sets whose kernel mean is the pool's."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, greedy, usable
from alx.acquisition.comparisons.geometry import (
  centred,
  cross,
  map_rows,
  squared_distances,
  squared_distances_to,
  squared_norms,
  unit_rows,
)

_BLOCK = 1024  # items and others of one block of an N x N array
KERNELS = ("linear", "cosine", "rbf")


class Kernel(NamedTuple):
  """A positive semidefinite k(x_i, x_j) between N items, never as a whole."""

  name: str  # one of KERNELS
  rows: jax.Array  # [N, D] what is compared, 0 where nothing is there
  diagonal: jax.Array  # [N] k(x_i, x_i)
  width: jax.Array  # [] 2 h^2 of "rbf", > 0


def kernel_of(
  name: str,
  features: jax.Array,
  there: jax.Array,
  bandwidth: float | None = None,
) -> Kernel:
  """The kernel between the items that are there [N].

  Args:
    name: "linear", the product of centred features; "cosine", 0 with a zero
      vector; "rbf", exp(-|x - y|^2 / (2 h^2)).
    features: [N, D] float32, finite where there.
    there: [N] bool.
    bandwidth: h > 0 of "rbf". None: 2 h^2 is the mean squared distance of two
      items, twice the trace of their covariance; 1 if all items are equal.

  Raises:
    ValueError: for an unknown kernel, or a bandwidth that is not positive.
  """
  if name not in KERNELS:
    raise ValueError(f"no kernel {name!r}; there are: {', '.join(KERNELS)}")
  if bandwidth is not None and not bandwidth > 0:
    raise ValueError(f"bandwidth must be positive, not {bandwidth}")
  cleaned = jnp.where(there[:, None], features, 0.0)
  rows = unit_rows(cleaned) if name == "cosine" else centred(cleaned, there)
  norms = squared_norms(rows)
  if bandwidth is None:
    width = 2.0 * norms.sum() / jnp.maximum(there.sum(), 1)
  else:
    width = jnp.asarray(2.0 * bandwidth * bandwidth, rows.dtype)
  diagonal = {
    "linear": norms,
    "cosine": (norms > 0).astype(rows.dtype),
    "rbf": jnp.ones_like(norms),
  }
  return Kernel(name, rows, diagonal[name], jnp.where(width > 0, width, 1.0))


def between(kernel: Kernel, x: jax.Array, y: jax.Array) -> jax.Array:
  """[A, B] kernel of some of its rows, x [A, D] and y [B, D]."""
  if kernel.name == "rbf":
    return jnp.exp(-squared_distances(x, y) / kernel.width)
  return cross(x, y)


def column(kernel: Kernel, item: jax.Array) -> jax.Array:
  """[N] kernel of every item and one item; exactly 1 at its copies in "rbf"."""
  row = kernel.rows[item]
  if kernel.name == "rbf":
    return jnp.exp(-squared_distances_to(kernel.rows, row) / kernel.width)
  return cross(kernel.rows, row[None, :])[:, 0]


def weighted_sums(kernel: Kernel, weights: jax.Array) -> jax.Array:
  """sum_j k(x_i, x_j) w_j for weights [N, m]: [N, m].

  Time O(N^2 D) for "rbf" in blocks of fixed size, O(N D m) for the others.
  """
  rows = kernel.rows
  if kernel.name != "rbf":
    return cross(rows, cross(weights.T, rows.T))

  def part(items, others, real):
    near = between(kernel, take(rows, items), take(rows, others))
    weight = jnp.where(real[:, None], take(weights, others), 0.0)
    return cross(near, weight.T)

  return over_items(part, rows.shape[0])


def over_items(
  function: Callable,
  num_items: int,
  combine: Callable = jnp.add,
  block: int = _BLOCK,
) -> jax.Array:
  """[N, ...] what all N items come to for each of them, in blocks.

  Args:
    function: as in `over_others`.
    num_items: N.
    combine: as in `over_others`.
    block: items, and others, of one block.
  """

  def of_items(items):
    return over_others(function, items, num_items, combine, block)

  return map_rows(of_items, num_items, block)


def over_others(
  function: Callable,
  items: jax.Array,
  num_items: int,
  combine: Callable = jnp.add,
  block: int = _BLOCK,
) -> jax.Array:
  """[B, ...] what all N items come to for some items [B], block by block.

  Args:
    function: (items [B], others [A], real [A] bool) -> [B, ...] of those of
      the others that are real; indices may be >= N, see `take`.
    items: [B] int32.
    num_items: N.
    combine: of what two blocks of others give; starts with zeros.
    block: A.
  """
  places = jnp.arange(min(block, max(num_items, 1)), dtype=jnp.int32)
  size = places.shape[0]
  starts = size * jnp.arange(-(-num_items // size), dtype=jnp.int32)

  def step(so_far, start):
    others = start + places
    return combine(so_far, function(items, others, others < num_items)), None

  like = jax.eval_shape(function, items, places, places < num_items)
  return jax.lax.scan(step, jnp.zeros(like.shape, like.dtype), starts)[0]


def take(array: jax.Array, items: jax.Array) -> jax.Array:
  """Rows of an array [N, ...]; the last one for items >= N."""
  return array.at[items].get(mode="clip")


def mmd_squared(
  x: jax.Array,
  y: jax.Array,
  *,
  kernel: str = "rbf",
  bandwidth: float | None = None,
  unbiased: bool = False,
) -> jax.Array:
  """Squared maximum mean discrepancy of two samples (Gretton et al. 2012).

  mean k(x, x') + mean k(y, y') - 2 mean k(x, y); the unbiased one leaves out
  pairs of an item with itself (Eq. 3) and may be negative. Time
  O((N + M)^2 D) for "rbf", O((N + M) D) for the others; memory O((N + M) D).

  Args:
    x: [N, D] float32, N >= 1, or 2 for the unbiased one.
    y: [M, D] float32, likewise.
    kernel: as in `kernel_of`, with what is not given taken from x and y.
    bandwidth: of "rbf", as in `kernel_of`.
    unbiased: which of the two.

  Returns:
    [] float32; at least 0 but for rounding if not unbiased.
  """
  num_x, num_y = x.shape[0], y.shape[0]
  both = jnp.concatenate([x, y])
  found = kernel_of(kernel, both, jnp.ones(num_x + num_y, bool), bandwidth)
  in_x = jnp.arange(num_x + num_y, dtype=jnp.int32) < num_x
  sums = weighted_sums(found, jnp.stack([in_x, ~in_x], 1).astype(both.dtype))
  own = jnp.where(in_x, sums[:, 0], sums[:, 1])
  less = found.diagonal if unbiased else jnp.zeros_like(own)
  within_x = (own - less)[:num_x].sum() / (num_x * (num_x - unbiased))
  within_y = (own - less)[num_x:].sum() / (num_y * (num_y - unbiased))
  return within_x + within_y - 2.0 * sums[:num_x, 1].mean() / num_y


def mmd(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  kernel: str = "rbf",
  bandwidth: float | None = None,
) -> jax.Array:
  """Greedy minimum of the discrepancy between what is labelled and the pool.

  Each pick makes MMD^2(S, pool) smallest, the labelled items in S and all that
  are there in the pool (Gretton et al. 2012; Hwang et al. 2022). For m = |S|
  with candidate i that is, up to what all candidates share, 1 / m times
  -2 mu_i + (2 r_i + k_ii) / m with mu_i the mean of k(x_i, .) over the pool
  and r_i its sum over S. The discrepancy may rise when no item makes it fall;
  ties go to the lowest id. "linear" matches the means (herding).

  Time O(N^2 D) for the means of "rbf", O(N D) for the others, and O(k N D);
  memory O(N D).

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and not in the pool.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    kernel: "rbf", "linear" or "cosine", as in `kernel_of`.
    bandwidth: of "rbf", in units of the features; None: from their spread.

  Raises:
    ValueError: for an unknown kernel, or a bandwidth that is not positive.
  """
  del key
  features, candidates = usable(features, candidates)
  present, labelled = candidates.present, candidates.labelled
  found = kernel_of(kernel, features, present, bandwidth)
  share = present / jnp.maximum(present.sum(), 1)
  sums = weighted_sums(found, jnp.stack([share, labelled * 1.0], 1))

  def gains(state):
    within, size = state
    own = (2.0 * within + found.diagonal) / (size + 1.0)
    return 2.0 * sums[:, 0] - own

  def update(state, item):
    within, size = state
    return within + column(found, item), size + 1.0

  start = sums[:, 1], labelled.sum().astype(features.dtype)
  return greedy(start, gains, update, candidates.available, k, count)
