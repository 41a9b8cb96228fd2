"""The compositions that can be written, by name: one literal dict.

Each is a function (parts, options) -> Acquisition, where a part is what stands
between commas: an acquisition, and perhaps a number behind a colon.
"""

import functools
from typing import NamedTuple

from alx.acquisition.base import Acquisition, scores_items
from alx.acquisition.combinations import (
  combine,
  edges,
  fuse,
  knapsack,
  strata,
)
from alx.acquisition.scores import select


class Part(NamedTuple):
  """An acquisition inside a composition."""

  name: str
  acquisition: Acquisition
  number: float | int | None  # behind the colon
  place: int  # in the text


class WrongPart(ValueError):
  """What is wrong with a part, told at its place."""

  def __init__(self, part: Part, text: str):
    super().__init__(text)
    self.place = part.place


def two_stage(*parts: Part, reference: str = "labelled") -> Acquisition:
  """two_stage(FIRST:N, SECOND): the second among the N best of the first."""
  first, second = _parts(parts, 2)
  keep = _number(first, "how many are kept", int)
  _no_number(second)
  return combine.two_stage(
    first.acquisition, keep, second.acquisition, reference=reference
  )


def dynamic_budget(*parts: Part) -> Acquisition:
  """dynamic_budget(FIRST:SHARE, SECOND): a share of the batch by the first."""
  first, second = _parts(parts, 2)
  share = _number(first, "its share of the batch", float)
  _no_number(second)
  return combine.dynamic_budget(first.acquisition, second.acquisition, share)


def fused(*parts: Part, norm: str = "minmax", op: str = "sum") -> Acquisition:
  """fuse(A:WEIGHT, B:WEIGHT; op): several scores made into one."""
  if len(parts) < 2:
    raise ValueError(f"wanted two or more scores, found {len(parts)}")
  scores = tuple(_score(part) for part in parts)
  weights = [1.0 if p.number is None else float(p.number) for p in parts]
  return fuse.fuse(scores, tuple(weights), norm, op)


def per_cluster(
  *parts: Part, by: str = "cluster", quota: str = "one"
) -> Acquisition:
  """per_cluster(SCORE, by=cluster, quota=one): the best of each group."""
  return strata.per_cluster(_only_order(parts), _strata(by), quota)


def balanced(*parts: Part, by: str = "class") -> Acquisition:
  """balanced(SCORE, by=class): the same number of each predicted class."""
  return strata.balanced(_only_order(parts), _strata(by))


def capped_per_group(*parts: Part, cap: int = 1) -> Acquisition:
  """capped_per_group(ANY, cap=1): at most so many picks of a patient."""
  (part,) = _parts(parts, 1)
  _no_number(part)
  return combine.capped_per_group(part.acquisition, cap)


def without_neighbours(*parts: Part, similarity: float = 0.85) -> Acquisition:
  """without_neighbours(SCORE): the highest that are not like one another."""
  return combine.without_neighbours(_only_score(parts), similarity)


def information_density(*parts: Part, beta: float = 1.0) -> Acquisition:
  """information_density(SCORE, beta=1): times the mean cosine to the pool."""
  return fuse.information_density(_only_score(parts), beta)


def rarity_weighted(*parts: Part) -> Acquisition:
  """rarity_weighted(SCORE): times the rarity of the predicted class."""
  return fuse.rarity_weighted(_only_score(parts))


def on_edges(*parts: Part) -> Acquisition:
  """on_edges(SCORE): of the edges of superpixels alone, as edge entropy."""
  return edges.on_edges(_only_score(parts))


def edge_divergence(*parts: Part) -> Acquisition:
  """edge_divergence: how far a superpixel is from those beside it."""
  _parts(parts, 0)
  return edges.edge_divergence()


def within_budget(*parts: Part, cells: int = knapsack.CELLS) -> Acquisition:
  """knapsack(SCORE): the set of the most summed score within the budget."""
  return knapsack.knapsack(_only_score(parts), cells)


def per_cost(*parts: Part, alpha: float = 0.0) -> Acquisition:
  """per_cost(SCORE, alpha=0): the highest scores for what their labels cost."""
  return knapsack.per_cost(_only_score(parts), alpha)


def per_distance(*parts: Part, floor: float = 1.0) -> Acquisition:
  """per_distance(SCORE, floor=1): for mm to the nearest labelled slice."""
  return knapsack.per_distance(_only_score(parts), floor)


COMPOSITIONS = {
  "two_stage": two_stage,
  "dynamic_budget": dynamic_budget,
  "fuse": fused,
  "per_cluster": per_cluster,
  "balanced": balanced,
  "capped_per_group": capped_per_group,
  "without_neighbours": without_neighbours,
  "information_density": information_density,
  "rarity_weighted": rarity_weighted,
  "on_edges": on_edges,
  "edge_divergence": edge_divergence,
  "knapsack": within_budget,
  "per_cost": per_cost,
  "per_distance": per_distance,
}


def _strata(by):
  kinds = {
    "cluster": strata.clusters,
    "class": strata.predicted_class,
    "group": strata.patient,
    "bucket": strata.hash_buckets,
  }
  if by not in kinds:
    raise ValueError(f"by: wanted one of {', '.join(kinds)}, found {by!r}")
  return kinds[by]()


def _parts(parts, count):
  if len(parts) != count:
    names = ", ".join(part.name for part in parts) or "none"
    raise ValueError(f"wanted {count} acquisitions, found {names}")
  return parts


def _only_order(parts):
  """A score, or what describes nothing: a random order."""
  if len(parts) == 1 and parts[0].acquisition.describe is None:
    _no_number(parts[0])
    return parts[0].acquisition
  return _only_score(parts)


def _only_score(parts):
  (part,) = _parts(parts, 1)
  _no_number(part)
  return _score(part)


def _score(part):
  """A score that is looked at as it is: its own `select` is not used.

  Raises:
    ValueError: where something of the part would be lost.
  """
  acquisition = part.acquisition
  why = None
  if acquisition.describe is None:
    why = "looks at no item"
  elif not scores_items(acquisition):
    why = "chooses items together"
  elif _function(acquisition.select) is not select.top_k:
    why = "does more than take the highest"
  if why:
    raise WrongPart(
      part,
      f"wanted a score of each item, found {part.name}, which {why}; "
      f"two_stage(SCORE:N, {part.name}) chooses by both",
    )
  return acquisition


def _function(function):
  while isinstance(function, functools.partial):
    function = function.func
  return function


def _number(part, what, kind):
  number = part.number
  if number is None or (kind is int and not isinstance(number, int)):
    wanted = f"{part.name}:{'N' if kind is int else 'NUMBER'}, {what}"
    found = "no number" if number is None else number
    raise WrongPart(part, f"wanted {wanted}, found {found}")
  return number


def _no_number(part):
  if part.number is not None:
    raise WrongPart(part, f"no number belongs behind {part.name}")
