"""The one label of a case that several readers have answered."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from alx.projects.people.asking import standing_reader
from alx.projects.people.consensus import (
  UNDECIDED,
  dawid_skene,
  dawid_skene_maps,
  likeliest,
  majority,
)

WAYS = ("majority", "dawid_skene", "senior")


class Settled(NamedTuple):
  """A label, or why there is none."""

  label: Any  # [*sp] uint8 with UNDECIDED voxels, a class, or None
  confidence: float  # share of votes or probability, mean of what is decided
  open: int  # voxels, or 1 for a case, that nobody has decided
  line: str


def settle_map(
  answers: Mapping[str, np.ndarray],
  num_classes: int,
  way: str = "majority",
  levels: Mapping[str, str] | None = None,
) -> Settled:
  """The label map of several readers' maps of one case.

  Where readers are level the voxel stays UNDECIDED, which no fit reads; with
  one senior among them that reader decides such voxels.

  Args:
    answers: [*sp] of 0..C-1 by reader, on one grid.
    num_classes: C, background first.
    way: "majority", "dawid_skene" or "senior" (the map of the one senior).
    levels: of each reader; None: nobody is a senior.

  Raises:
    ValueError: for another way, no answer, or other extents.
  """
  _refuse_way(way, answers)
  names = sorted(answers)
  if len({np.shape(answers[name]) for name in names}) > 1:
    raise ValueError("settle: wanted maps of one extent, found several")
  senior = standing_reader(names, levels) if levels else None
  if way == "senior":
    return _of_senior(answers, senior)
  votes = np.stack([np.asarray(answers[name]) for name in names])
  if way == "majority" or not (votes[votes != UNDECIDED] > 0).any():
    place = names.index(senior) if senior else None
    found = majority(votes, num_classes, senior=place)
    labels, share = found.labels, found.share
  else:
    labels, raters, box = dawid_skene_maps(votes, num_classes)
    share = np.where(labels == UNDECIDED, np.nan, 1.0)
    inside = tuple(map(slice, *box))
    sure = raters.posterior.max(-1).reshape(share[inside].shape)
    share[inside] = np.where(np.isnan(share[inside]), np.nan, sure)
  still = int((labels == UNDECIDED).sum())
  line = f"{way} of {len(names)} readers, {still} voxels undecided"
  return Settled(labels, _mean(share), still, line)


def settle_classes(
  answers: Mapping[str, Mapping[str, int]],
  num_classes: int,
  way: str = "majority",
  levels: Mapping[str, str] | None = None,
) -> dict[str, Settled]:
  """The class of each case that anybody has answered.

  Args:
    answers: class 0..C-1 by reader and case.
    num_classes: C.
    way: "majority", "dawid_skene" (of all cases together) or "senior".
    levels: of each reader; None: nobody is a senior.

  Raises:
    ValueError: for another way, or no answer.
  """
  _refuse_way(way, answers)
  names = sorted(answers)
  cases = sorted({case for given in answers.values() for case in given})
  if not cases:
    raise ValueError("settle: wanted answers, found none")
  votes = np.array(
    [[answers[name].get(case, UNDECIDED) for case in cases] for name in names]
  )
  if way == "dawid_skene":
    posterior = dawid_skene(votes, num_classes).posterior
    labels, share = likeliest(posterior), posterior.max(-1)
    counts = (votes != UNDECIDED).sum(0)
    return {
      case: _class_of(labels[i], share[i], way, counts[i])
      for i, case in enumerate(cases)
    }
  found = {}
  for i, case in enumerate(cases):
    own = [name for name in names if case in answers[name]]
    given = {name: answers[name][case] for name in own}
    senior = standing_reader(own, levels) if levels else None
    if way == "senior":
      found[case] = _of_senior(given, senior)
      continue
    place = names.index(senior) if senior else None
    vote = majority(votes[:, i], num_classes, senior=place)
    found[case] = _class_of(vote.labels, vote.share, way, len(own))
  return found


def _class_of(label, share, way, readers):
  line = f"{way} of {readers} readers"
  if label == UNDECIDED:
    return Settled(None, np.nan, 1, f"{line}: undecided, for a reviewer")
  return Settled(int(label), float(share), 0, line)


def _of_senior(answers, senior):
  if senior is None:
    line = "no one reader whose label stands: for a reviewer"
    return Settled(None, np.nan, 1, line)
  return Settled(answers[senior], 1.0, 0, f"the label of {senior}")


def _refuse_way(way, answers):
  if way not in WAYS:
    raise ValueError(f"settle: wanted one of {', '.join(WAYS)}, found {way!r}")
  if not answers:
    raise ValueError("settle: wanted answers, found none")


def _mean(share):
  known = share[~np.isnan(share)]
  return float(known.mean()) if known.size else np.nan
