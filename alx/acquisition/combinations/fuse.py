"""Several scores made into one, on a common scale."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition.base import Acquisition, usable, with_needs
from alx.acquisition.combinations.balance import mean_cosine
from alx.acquisition.combinations.combine import together
from alx.acquisition.combinations.strata import predicted_class
from alx.acquisition.scores.select import grouped, top_k


def fuse(
  acquisitions: tuple[Acquisition, ...],
  weights: tuple[float, ...] | None = None,
  norm: str | Callable = "minmax",
  op: str | Callable = "sum",
) -> Acquisition:
  """The highest combination of several scores.

  Every score is put on a common scale among the available items for which
  all scores are finite; others are never picked. Time O(M N), or O(M N log N)
  with ranks, for M scores.

  Args:
    acquisitions: each describes a score, [N]; their `select` is not used.
    weights: one of each; None: 1.
    norm: a name in NORMS, or a function like them. "rank" does not mind
      outliers. A constant score becomes 0 ("none" leaves it).
    op: a name in OPS, or a function like them.

  Raises:
    ValueError: on an unknown name, another number of weights, or weights that
      say nothing.
  """
  acquisitions = tuple(acquisitions)
  weights = (1.0,) * len(acquisitions) if weights is None else tuple(weights)
  if len(weights) != len(acquisitions):
    raise ValueError(
      f"wanted {len(acquisitions)} weights, found {len(weights)}"
    )
  with np.errstate(over="ignore"):
    rounded = np.asarray(weights, np.float32)
  if not (np.isfinite(rounded).all() and rounded.any()):
    raise ValueError(
      f"weights: wanted finite numbers, not all 0, found {weights}"
    )
  rescale, join = _named("norm", norm, NORMS), _named("op", op, OPS)

  def select(key, scores, candidates, k):
    scores, kept = usable(scores, candidates)
    scaled = jnp.stack([rescale(x, kept.available) for x in scores])
    fused = join(scaled, jnp.asarray(weights, jnp.float32))
    return top_k(key, _finite(fused), kept, k)

  return Acquisition(select=select, **together(acquisitions))


def information_density(
  acquisition: Acquisition, beta: float = 1.0
) -> Acquisition:
  """A score times the mean cosine to the pool, max(., 0)^beta.

  The pool is the available items (Settles & Craven 2008). A product orders
  items only by what is at least 0, as their entropies are: of a score that goes
  below 0 (margin, a density entropy) its lowest in the pool is taken. Time
  O(N D).

  Args:
    acquisition: describes a score, [N].
    beta: >= 0; 0 leaves the order of the score.
  """

  def describe(keys, prediction):
    score = acquisition.describe(keys, prediction)
    return {"score": score, "features": prediction.features}

  def select(key, description, candidates, k):
    description, kept = usable(description, candidates)
    near = mean_cosine(description["features"], kept.available)
    score = not_negative(description["score"], kept.available)
    both = jnp.stack([score, near])
    fused = product(both, jnp.array([1.0, beta], jnp.float32))
    return top_k(key, _finite(fused), kept, k)

  needs = with_needs(acquisition, "features")
  papers = [acquisition.paper] if acquisition.paper else []
  return Acquisition(
    describe, select, needs, "; ".join([*papers, "Settles & Craven 2008"])
  )


def not_negative(values: jax.Array, there: jax.Array) -> jax.Array:
  """[N] values >= 0: as they are, or above the lowest if one is below 0.

  Args:
    values: [N] float32, finite where there.
    there: [N] bool; the others become 0.
  """
  lowest = jnp.where(there, values, 0.0).min(initial=0.0)
  return jnp.where(there, _finite(values - lowest), 0.0)


def rarity_weighted(acquisition: Acquisition) -> Acquisition:
  """A score times exp(-share of the item's predicted class in the pool).

  The score is put on [0, 1] first, the pool is the available items (Cai et
  al. 2021, class-balanced sampling). Time O(N log N).

  Args:
    acquisition: describes a score, [N].
  """
  classes = predicted_class()
  described = Acquisition(classes.describe, None, classes.needs)

  def select(key, description, candidates, k):
    (score, of_classes), kept = usable(description, candidates)
    groups = grouped(classes.labels(key, of_classes, kept, k), score, kept)
    count = jnp.maximum(kept.available.sum(), 1)
    share = groups.sizes[groups.ids] / count
    return top_k(key, minmax(score, kept.available) * jnp.exp(-share), kept, k)

  return Acquisition(select=select, **together((acquisition, described)))


# Norms: (values [N], there [N] bool) -> [N], 0 where all that is there is
# equal. What is not there has no influence, and any finite value.


def as_it_is(values, there):
  """The values themselves."""
  del there
  return values


def minmax(values, there):
  """From 0, the lowest, to 1, the highest."""
  # To [-1, 1] without rounding: a spread or 1 / spread may be beyond float32.
  largest = jnp.where(there, jnp.abs(values), 0.0).max(initial=0.0)
  _, size = jnp.frexp(largest)
  values = jnp.ldexp(values, -size)
  low = jnp.where(there, values, jnp.inf).min(initial=jnp.inf)
  high = jnp.where(there, values, -jnp.inf).max(initial=-jnp.inf)
  spread = high - low
  scaled = (values - low) / jnp.where(spread > 0, spread, 1.0)
  return jnp.where(there & (spread > 0), scaled, 0.0)


def zscore(values, there):
  """Minus the mean, over the standard deviation (ddof 0)."""
  # Numbers in [0, 1] first, so that no square is too large.
  values = minmax(values, there)
  count = jnp.maximum(there.sum(), 1)
  off = jnp.where(there, values - values.sum() / count, 0.0)
  deviation = jnp.sqrt(jnp.square(off).sum() / count)
  varied = values.max() > 0
  return jnp.where(varied, off / jnp.where(varied, deviation, 1.0), 0.0)


def rank(values, there):
  """`minmax` of the ranks; equal values have the mean of their ranks."""
  values = jnp.where(values == 0, 0.0, values)  # -0.0 is no other number
  ordered = jnp.sort(jnp.where(there, values, jnp.inf))
  lower = jnp.searchsorted(ordered, values, side="left")
  upper = jnp.searchsorted(ordered, values, side="right")
  return minmax((lower + upper).astype(jnp.float32), there)


# Ways to join: (values [M, N], weights [M]) -> [N].


def weighted_sum(values, weights):
  """sum_m w_m x_m."""
  return (values * weights[:, None]).sum(0)


def product(values, weights):
  """prod_m max(x_m, 0)^w_m: what is negative counts as 0."""
  factors = jnp.maximum(values, 0.0) ** weights[:, None]
  # One by one: infinity times 0 would be no number.
  return functools.reduce(lambda x, y: _finite(x * _finite(y)), factors)


def highest(values, weights):
  """max_m w_m x_m."""
  return (values * weights[:, None]).max(0)


def lexicographic(values, weights):
  """The order of the first, its ties in the order of the second, and so on.

  Minus the place in that order, as a whole number; items that are equal in
  all scores share one. Weights do not matter, as long as they are positive.
  """
  values = values * weights[:, None]
  values = jnp.where(values == 0, 0.0, values)
  order = jnp.lexsort(tuple(-x for x in reversed(values)))
  ordered = values[:, order]
  new = (ordered != jnp.roll(ordered, 1, axis=1)).any(0).at[0].set(False)
  place = jnp.cumsum(new, dtype=jnp.int32)
  return jnp.zeros_like(place).at[order].set(-place)


NORMS = {"none": as_it_is, "minmax": minmax, "zscore": zscore, "rank": rank}
OPS = {
  "sum": weighted_sum,
  "product": product,
  "max": highest,
  "lexicographic": lexicographic,
}


def _named(what, choice, known):
  if not isinstance(choice, str):
    return choice
  if choice not in known:
    raise ValueError(f"no {what} {choice!r}; there are: {', '.join(known)}")
  return known[choice]


def _finite(values):
  if not jnp.issubdtype(values.dtype, jnp.floating):
    return values
  limit = jnp.finfo(values.dtype).max
  return jnp.clip(values, -limit, limit)
