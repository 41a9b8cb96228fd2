"""The arms of the study: how each is trained, and what it asks for."""

import math
from typing import NamedTuple

from alx.acquisition import BY_NAME, Acquisition
from alx.acquisition.base import configure
from alx.acquisition.combinations.combine import dynamic_budget, two_stage
from experiments.kim.settings import Kim


class Arm(NamedTuple):
  """One arm."""

  kind: str  # of its training: "plain", "dropout" or "bootstrap"
  acquisition: Acquisition
  samples: int  # passes or members that it is scored with


def kind_of(name: str) -> str:
  """How the models of an arm are trained; arms of one kind share round 0."""
  if name == "bootstrapping":
    return "bootstrap"
  plain = ("random", "margins", "dropout_test_only")
  return "plain" if name in plain else "dropout"


def make_arm(name: str, kim: Kim) -> Arm:
  """What an arm asks for (Kim et al. 2024, methods).

  `shortlist` above 1 draws the q items by chance from the best; experiment 2
  chooses q of the `keep` q most uncertain.
  """
  uncertain = configure(BY_NAME["variance"], reduce="top_fraction")
  made = {
    "random": lambda: BY_NAME["random"],
    "bootstrapping": lambda: _listed(
      configure(BY_NAME["variance"], reduce=kim.bootstrap_reduce), kim
    ),
    "margins": lambda: _listed(
      _scaled(BY_NAME["margin"], kim.margin_scale), kim
    ),
    "dropout_train_test": lambda: _listed(uncertain, kim),
    "dropout_test_only": lambda: _listed(uncertain, kim),
    "redundancy_representative": lambda: _representative(uncertain, kim),
    "redundancy_nonsimilar": lambda: _non_similar(uncertain, kim),
  }
  kind = kind_of(name)
  samples = kim.members if kind == "bootstrap" else kim.passes
  return Arm(kind, made[name](), samples)


def _listed(acquisition, kim):
  """The best, or some by chance of more of them.

  Described by the score alone in both cases: it is recorded with the picks.
  """
  if kim.shortlist <= 1:
    return acquisition
  keep = _times(kim, kim.shortlist)
  by_chance = two_stage(acquisition, keep, BY_NAME["random"])

  def select(key, description, candidates, k):
    return by_chance.select(key, (description, None), candidates, k)

  return acquisition._replace(select=select)


def _times(kim, factor):
  return math.floor(factor * kim.query + 0.5)


def _scaled(acquisition, factor):
  """The same score in another unit: |2 p - 1|, or half of it, |p - 1/2|."""

  def describe(keys, prediction):
    return factor * acquisition.describe(keys, prediction)

  return acquisition._replace(describe=describe)


def _representative(uncertain, kim):
  """The picks that what is uncertain is most similar to."""
  # Facility location of what is kept alone is the maximum cover of it.
  cover = BY_NAME["facility_location"]
  if kim.cover_start == "random":
    cover = _random_first(cover, kim)
  keep = _times(kim, kim.keep)
  return two_stage(uncertain, keep, cover, reference="kept")


def _non_similar(uncertain, kim):
  """The picks least similar to what is labelled and to each other."""
  unlike = configure(BY_NAME["non_similar"], aggregate=kim.unlike_aggregate)
  if kim.unlike_start == "random":
    unlike = _random_first(unlike, kim)
  return two_stage(uncertain, _times(kim, kim.keep), unlike)


def _random_first(acquisition, kim):
  """One item by chance; the others see it as labelled."""
  return dynamic_budget(BY_NAME["random"], acquisition, 1 / kim.query)
