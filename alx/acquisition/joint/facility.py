"""Facility location: every item of the pool is near some pick."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable
from alx.acquisition.comparisons.coverage import (
  Problem,
  best_cover,
  compact,
  points,
  to_item,
  totals,
)
from alx.acquisition.comparisons.geometry import (
  cross,
  squared_norms,
  sum_rows,
  unit_rows,
)
from alx.acquisition.comparisons.lazy_greedy import (
  gains_over,
  lazy_greedy,
  picked_first,
  rounded,
  start,
)
from alx.acquisition.comparisons.medoids import swap
from alx.acquisition.shares import spaced

_ROUNDING = 2.0**-20  # of squared norms: a squared distance below it is 0


def cosine(products, x_norms, y_norms):
  """Similarity of rows of length 1: their product."""
  del x_norms, y_norms
  return products


def euclidean(products, x_norms, y_norms):
  """Minus the squared distance; 0 where that may be a rounding."""
  norms = x_norms[:, None] + y_norms[None, :]
  square = norms - 2.0 * products
  return -jnp.where(square > _ROUNDING * norms, square, 0.0)


def distance(products, x_norms, y_norms):
  """Minus the distance."""
  return -jnp.sqrt(-euclidean(products, x_norms, y_norms))


SIMILARITIES = {"cosine": cosine, "euclidean": euclidean, "distance": distance}


def facility_location(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  similarity: str = "cosine",
  ground: int | None = None,
  progress: Callable | None = None,
) -> jax.Array:
  """Greedy facility location: the set that the pool is most similar to.

  Maximises F(S) = sum over the items that are there of max_{s in S} sim(x, s)
  item by item, the labelled counted into S (Wei et al. 2015; greedy reaches
  1 - 1/e of the best, Nemhauser et al. 1978). With nothing labelled the first
  pick has the highest total similarity. That also decides between equal gains,
  for "distance" with its square, and once nothing is left to gain; then the
  lowest id.

  The picks are those of the plain greedy. Time O(N_available G D) for the
  first gains and about as much again for each time that log k grows by one;
  memory O(N D + G), never N x N.

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and needs no cover.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    similarity: "cosine", of a zero vector 0; "euclidean", a constant minus
      the squared distance; "distance", a constant minus the distance.
    ground: G, cover only so many of the items that are there, evenly spaced
      in the order of ids; None: all of them. With N = 1,000,000 a few
      thousand keep the time linear in N.
    progress: called with (picked, k) now and then.

  Raises:
    ValueError: for an unknown similarity.
  """
  del key
  problem, labelled = _problem(features, candidates, similarity, ground)
  return _choose(problem, labelled, k, progress, count)[0]


def max_cover(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  ground: int | None = None,
  progress: Callable | None = None,
) -> jax.Array:
  """Representative: greedy maximum cover of the candidates by candidates.

  F(S) = sum over the available items of max_{s in S} cos(x, s) (Yang et al.
  2017, Eq. 10-11; Kim et al. 2024). Unlike in `facility_location` the labelled
  items neither cover nor need cover. The cover starts below every cosine, so
  that the first pick has the highest mean cosine and negative ones count.
  Arguments, time and memory are those of `facility_location`.
  """
  nothing = jnp.zeros_like(candidates.labelled)
  return facility_location(
    key,
    features,
    candidates._replace(labelled=nothing),
    k,
    count,
    ground=ground,
    progress=progress,
  )


def optimal_transport(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  swaps: int = 10,
  ground: int | None = None,
  progress: Callable | None = None,
) -> jax.Array:
  """Picks that the pool is moved to at the least cost: k-medoids.

  Minimises sum_x min_{s in labelled and S} |x - s|, the Wasserstein-1 distance
  of the pool to the chosen items with free masses (Mahmood et al. 2022), by
  greedy facility location on minus the distance and then the best swap of a
  pick with an item (PAM, Kaufman & Rousseeuw 1987), as long as that improves.

  Time of `facility_location` and O(N_available G (D + k)) for each swap;
  memory O(N D + G k).

  Args:
    key: unused.
    features: [N, D] float32.
    candidates: of the N items.
    k: how many items.
    count: see `Acquisition.select`.
    swaps: at most so many.
    ground: as in `facility_location`.
    progress: called with (picked, k) now and then.
  """
  del key
  problem, labelled = _problem(features, candidates, "distance", ground)
  items = _choose(problem, labelled, k, progress, count)[0]
  fixed = best_cover(problem, *labelled)
  return swap(problem, items, fixed, swaps) if k else items


def facility_gains(
  features: jax.Array,
  candidates: Candidates,
  k: int,
  *,
  similarity: str = "cosine",
) -> tuple[jax.Array, jax.Array]:
  """The picks [k] of `facility_location` and what each adds to F [k].

  The first gain with nothing labelled is the total similarity, without the
  constant of "euclidean" and "distance".
  """
  problem, labelled = _problem(features, candidates, similarity, None)
  return _choose(problem, labelled, k, None)


def _problem(features, candidates, similarity, ground):
  """What lazy_greedy works on, and the labelled (ids [N], how many)."""
  if similarity not in SIMILARITIES:
    known = ", ".join(SIMILARITIES)
    raise ValueError(f"no similarity {similarity!r}; there are: {known}")
  features, candidates = usable(features, candidates)
  present = candidates.present
  if similarity == "cosine":
    rows = unit_rows(features)
  else:
    rows = amid(features, present)
  ground, num_ground = thinned(present, ground)
  problem = Problem(
    points(rows),
    points(rows[ground]),
    num_ground,
    *compact(candidates.available),
    SIMILARITIES[similarity],
  )
  return problem, compact(candidates.labelled)


def amid(features: jax.Array, there: jax.Array) -> jax.Array:
  """Features [N, D] minus the row nearest to their mean; others are 0.

  Squares become small, as in `geometry.centred`, but features that are whole
  numbers stay whole numbers, and equal distances equal.
  """
  mean = sum_rows(features, there) / jnp.maximum(there.sum(), 1)
  off = jnp.where(there, squared_norms(features - mean[None, :]), jnp.inf)
  origin = features[jnp.argmin(off)]
  return jnp.where(there[:, None], features - origin[None, :], 0.0)


def thinned(present: jax.Array, ground: int | None):
  """(ids [G], how many): at most `ground` items that are there."""
  ids, count = compact(present)
  if ground is None or ground >= present.shape[0]:
    return ids, count
  kept = jnp.minimum(ground, count)
  turns = jnp.arange(ground, dtype=jnp.int32)
  return ids[spaced(turns, count, jnp.maximum(kept, 1))], kept


def _choose(problem, labelled, k, progress, count=None):
  """Items [k] and gains [k]; a first pick where nothing is labelled."""
  if k == 0:
    return jnp.zeros(0, jnp.int32), jnp.zeros(0, jnp.float32)
  alone = (labelled[1] == 0) & (problem.num_candidates > 0)
  rank = _totals(problem)
  total = rank
  if problem.similarity is distance:
    total = jax.lax.cond(alone, lambda: totals(problem), lambda: rank)
  first = jnp.argmax(total)
  cover = jnp.where(
    alone,
    to_item(problem, problem.candidates[first]),
    best_cover(problem, *labelled),
  )
  gain = gains_over(problem, cover)
  state = rounded(start(problem, cover, gain, rank, k))
  state = picked_first(state, alone, first, total[first])
  return lazy_greedy(problem, state, progress=progress, count=count)


def _totals(problem):
  """[N] total similarity of the ground to each candidate; -inf behind them.

  Linear in the products, so that the sum over the ground comes first. Of the
  distance it is the total of the squares.
  """
  items, ground = problem.items, problem.ground
  real = jnp.arange(ground.norms.shape[0], dtype=jnp.int32) < problem.num_ground
  whole = sum_rows(ground.rows, real)
  total = cross(items.rows, whole[None, :])[:, 0]
  if problem.similarity is not cosine:
    norms = jnp.where(real, ground.norms, 0.0).sum()
    total = 2.0 * total - problem.num_ground * items.norms - norms
  places = jnp.arange(problem.candidates.shape[0], dtype=jnp.int32)
  behind = places >= problem.num_candidates
  return jnp.where(behind, -jnp.inf, total[problem.candidates])
