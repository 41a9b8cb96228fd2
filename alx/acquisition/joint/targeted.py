"""Sets that say most about a few targets, such as the cases of a rare class.

The information I(A; Q) of a set A about targets Q is g(A) + g(Q) - g(A u Q)
for a submodular g (Kothawade et al. 2021); g is facility location, graph cut,
log det or a concave function of sums. Similarities are cosines, and the best
similarity to an empty set is 0.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular

from alx.acquisition.base import Candidates, usable
from alx.acquisition.comparisons.geometry import cross, squared_norms, unit_rows
from alx.acquisition.comparisons.kernels import over_items, over_others, take
from alx.acquisition.joint.determinant import no_pivot, with_pivot
from alx.acquisition.joint.submodular import Objective, maximise

_RIDGE = 0.01  # on the diagonals of log det


class Targets(NamedTuple):
  """The first so many targets, in a buffer of fixed size."""

  items: jax.Array  # [Q] int32, any where not real
  real: jax.Array  # [Q] bool


def mutual_information(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  kind: str = "flqmi",
  eta: float = 1.0,
  target_class: int | None = None,
  max_targets: int = 256,
) -> jax.Array:
  """Greedy maximum of the information about targets (Kothawade et al. 2021).

  With s the cosine, A the picks, Q the targets, P the other labelled items and
  V all items that are there:
  "flqmi": sum_{q in Q} max_A s + eta sum_{a in A} max_Q s;
  "flvmi": sum_{x in V} min(max_A s, eta max_Q s);
  "flcmi": sum_{x in V} max(min(max_A s, eta max_Q s) - max_P s, 0);
  "gcmi": eta sum_{A x Q} s, the k items most similar to the targets;
  "com": eta sum_{a in A} sqrt(sum_Q s) + sum_{q in Q} sqrt(sum_A s), where a
  negative s counts as 0;
  "logdetmi": log det S_A - log det (S_A - eta^2 S_AQ S_Q^-1 S_QA), with 0.01
  on the diagonals of S_A and S_Q.

  The targets are the labelled items of a class (CLINICAL, Kothawade et al.
  2022); all that are labelled, if none is of that class or no class is known;
  all items, if nothing is labelled. Ties go to the lowest id, and items that
  add nothing are tied.

  Time O(N Q D + k N Q) and memory O(N (D + Q)); "flvmi" and "flcmi" take
  O(N^2 D) for the first gains and up to as much again for each pick, mostly far
  less; "logdetmi" O(k N (k + Q)).

  Args:
    key: unused.
    features: [N, D] float32. An item with a non-finite feature is never
      picked and counts as absent.
    candidates: of the N items; the labels of the labelled ones are read.
    k: how many items.
    count: see `Acquisition.select`.
    kind: one of the above.
    eta: weight of the similarity to the targets, > 0; <= 1 for "logdetmi", and
      1 for "gcmi", which it does not change.
    target_class: the class of the targets. None: the one with the fewest
      labelled items, of equally rare ones the lowest.
    max_targets: Q, keep the first so many in the order of ids.

  Raises:
    ValueError: for an unknown kind, or an eta out of its range.
  """
  del key
  if kind not in KINDS:
    raise ValueError(f"no kind {kind!r}; there are: {', '.join(KINDS)}")
  if not eta > 0 or (kind == "logdetmi" and eta > 1):
    top = ", at most 1 for logdetmi" if kind == "logdetmi" else ""
    raise ValueError(f"eta: wanted a number > 0{top}, found {eta}")
  features, candidates = usable(features, candidates)
  rows = unit_rows(features)
  wanted = targets_of(candidates, target_class)
  targets = first_of(wanted, max_targets)
  others = candidates.labelled & ~wanted
  objective = KINDS[kind](rows, candidates.present, targets, others, eta, k)
  return maximise(objective, candidates.available, k, count)


def targets_of(
  candidates: Candidates, target_class: int | None = None
) -> jax.Array:
  """[N] bool, the targets: see `mutual_information`."""
  labelled = candidates.labelled
  anything = jnp.where(labelled.any(), labelled, candidates.present)
  if candidates.labels is None:
    return anything
  known = labelled & (candidates.labels >= 0)
  if target_class is None:
    target_class = _rarest(candidates.labels, known)
  of_class = known & (candidates.labels == target_class)
  return jnp.where(of_class.any(), of_class, anything)


def _rarest(labels, known):
  """[] int32, the class with the fewest known labels, then the lowest."""
  none = jnp.iinfo(jnp.int32).max
  ordered = jnp.sort(jnp.where(known, labels, none))
  stop = jnp.searchsorted(ordered, ordered, side="right")
  size = stop - jnp.searchsorted(ordered, ordered, side="left")
  return ordered[jnp.argmin(jnp.where(ordered == none, none, size))]


def first_of(wanted: jax.Array, most: int) -> Targets:
  """The lowest ids, at most so many, of a mask [N]."""
  size = max(min(most, wanted.shape[0]), 1)
  items = jnp.nonzero(wanted, size=size, fill_value=0)[0].astype(jnp.int32)
  return Targets(items, jnp.arange(size, dtype=jnp.int32) < wanted.sum())


def _near(rows, targets):
  """Similarity to each target [N, Q], and to the nearest of them [N]."""
  near = cross(rows, rows[targets.items])
  near = jnp.where(targets.real[None, :], near, -jnp.inf)
  return near, near.max(1)


def flqmi(rows, present, targets, others, eta, k) -> Objective:
  """Facility location information with the targets as ground."""
  del present, others, k
  near, nearest = _near(rows, targets)
  return Objective(
    jnp.zeros(near.shape[1], rows.dtype),  # similarity of each target to A
    lambda best: jnp.maximum(near - best[None, :], 0.0).sum(1) + eta * nearest,
    lambda best, item: jnp.maximum(best, near[item]),
  )


def gcmi(rows, present, targets, others, eta, k) -> Objective:
  """Graph cut information: modular, each item for itself."""
  del present, others, k
  near, _ = _near(rows, targets)
  total = jnp.where(targets.real[None, :], near, 0.0).sum(1)
  return Objective((), lambda _: eta * total, lambda state, _: state)


def com(rows, present, targets, others, eta, k) -> Objective:
  """Concave over modular."""
  del present, others, k
  near = jnp.maximum(_near(rows, targets)[0], 0.0)
  relevance = jnp.sqrt(near.sum(1))

  def gains(total):
    more = jnp.sqrt(total[None, :] + near) - jnp.sqrt(total)[None, :]
    return more.sum(1) + eta * relevance

  return Objective(
    jnp.zeros(near.shape[1], rows.dtype),  # of each target to all of A
    gains,
    lambda total, item: total + near[item],
  )


def flvmi(rows, present, targets, others, eta, k) -> Objective:
  """Facility location information with all items as ground."""
  del others, k
  return _capped(rows, present, eta * _reach(rows, targets), 0.0)


def flcmi(rows, present, targets, others, eta, k) -> Objective:
  """What `flvmi` is worth beyond what the other labelled items tell."""
  del k

  def nearest(items, some, real):
    counts = real & take(others, some)
    near = cross(take(rows, items), take(rows, some))
    return jnp.where(counts[None, :], near, 0.0).max(1)

  known = over_items(nearest, rows.shape[0], jnp.maximum)
  return _capped(rows, present, eta * _reach(rows, targets), known)


def _reach(rows, targets):
  return jnp.maximum(_near(rows, targets)[1], 0.0)


def _capped(rows, present, cap, known):
  """sum_x max(min(max_A s, cap_x) - known_x, 0) over the present items."""
  cap = jnp.where(present, cap, -jnp.inf)

  def gain_over(cover):
    def gain(items, some, real):
      near = cross(take(rows, items), take(rows, some))
      most = jnp.where(real, take(cap, some), -jnp.inf)
      more = jnp.minimum(near, most[None, :]) - take(cover, some)[None, :]
      return jnp.maximum(more, 0.0).sum(1)

    return gain

  def update(cover, item):
    near = cross(rows, rows[item][None, :])[:, 0]
    return jnp.maximum(cover, jnp.minimum(near, cap))

  num_items = rows.shape[0]
  return Objective(
    jnp.zeros_like(cap) + known,
    lambda cover: over_items(gain_over(cover), num_items),
    update,
    lambda cover, some: over_others(gain_over(cover), some, num_items),
  )


def logdetmi(rows, present, targets, others, eta, k) -> Objective:
  """Log det information: volume that the targets explain."""
  del present, others
  near = cross(rows, rows[targets.items]) * targets.real[None, :]
  among = jnp.where(
    targets.real[:, None] & targets.real[None, :], near[targets.items], 0.0
  )
  # A target that is not real is unlike everything and changes nothing.
  among += jnp.diag(jnp.where(targets.real, _RIDGE, 1.0))
  lower = jnp.linalg.cholesky(among)
  known = eta * solve_triangular(lower, near.T, lower=True).T  # [N, Q]
  own = squared_norms(rows) + _RIDGE
  left = jnp.maximum(own - squared_norms(known), _RIDGE)

  def update(factors, item):
    alone, given = factors
    near = cross(rows, rows[item][None, :])[:, 0]
    rest = near - cross(known, known[item][None, :])[:, 0]
    return (
      with_pivot(alone, item, near, _RIDGE),
      with_pivot(given, item, rest, _RIDGE),
    )

  return Objective(
    (no_pivot(own, k), no_pivot(left, k)),
    lambda factors: jnp.log(factors[0].residual / factors[1].residual),
    update,
  )


KINDS = {
  "flqmi": flqmi,
  "flvmi": flvmi,
  "flcmi": flcmi,
  "gcmi": gcmi,
  "com": com,
  "logdetmi": logdetmi,
}
