"""What a batch of picks is like: mixed, new, repeated, covering the pool."""

from collections import Counter
from collections.abc import Collection, Sequence, Set
from typing import NamedTuple

import numpy as np
import scipy.spatial.distance

from alx.groups import numbers_of
from alx.metrics import inputs

_BLOCK = 1 << 22  # distances at a time


class ClassMix(NamedTuple):
  """Of the classes of a batch."""

  counts: np.ndarray  # [C] int64
  entropy: float  # of the shares, nats: 0 one class, log C all alike; or NaN


class Cover(NamedTuple):
  """Distances of the pool to the nearest labelled item."""

  radius: float  # the largest, what k-center makes small
  mean: float  # over the whole pool, labelled items at 0


class Repeats(NamedTuple):
  """Groups, patients say, that a batch has several items of."""

  groups: int  # picked more than once
  items: int  # beyond the first of their group
  share: float  # of the batch; NaN for none


def class_mix(labels: np.ndarray, num_classes: int) -> ClassMix:
  """How many items of each class were picked, and the entropy of that.

  Args:
    labels: [k] integer classes 0..C-1 of the picks, once they are known.
    num_classes: C >= 2.

  Returns:
    `ClassMix`, with an entropy of NaN for no picks.

  Raises:
    ValueError: for other kinds, shapes or classes.
  """
  inputs.check_num_classes(num_classes)
  labels = inputs.classes("labels", labels, num_classes)
  _check_axes("labels", labels, 1, "[k]")
  inputs.check_range("labels", labels, num_classes)
  counts = np.bincount(labels.astype(np.int64), minlength=num_classes)
  return ClassMix(counts, _entropy(counts))


def group_entropy(groups: Sequence) -> float:
  """Entropy of the shares of groups, patients say, in a batch, nats.

  Args:
    groups: [k] names of the picks' groups; one that is not known (None, NaN,
      "" ...) is a group by itself.

  Returns:
    0 for one group, log k if all differ; NaN for no picks.

  Raises:
    ValueError: for what is no name.
  """
  return _entropy(_group_counts(groups))


def repeated_groups(groups: Sequence) -> Repeats:
  """Groups that a batch has more than one item of.

  Args:
    groups: [k] names of the picks' groups; one that is not known (None, NaN,
      "" ...) is a group by itself.

  Raises:
    ValueError: for what is no name.
  """
  counts = _group_counts(groups)
  items = int((counts - 1).sum())
  share = items / counts.sum() if counts.size else np.nan
  return Repeats(int((counts > 1).sum()), items, float(share))


def pick_overlap(
  first: Collection, second: Collection, *, num_items: int | None = None
) -> float:
  """Jaccard |A and B| / |A or B| of what two arms, seeds or rounds picked.

  Args:
    first, second: [k] ids, numbers or texts; they may differ in length.
    num_items: N; a number of it is an empty slot and no pick.

  Returns:
    In [0, 1]; NaN if neither picked anything.

  Raises:
    ValueError: for other shapes, an id that is there twice, or numbers against
      texts.
  """
  a, b = _ids("first", first, num_items), _ids("second", second, num_items)
  if len({isinstance(i, str) for i in a | b}) > 1:
    raise ValueError("wanted ids of one kind, found numbers against texts")
  either = len(a | b)
  return len(a & b) / either if either else np.nan


def distances_to(features: np.ndarray, others: np.ndarray) -> np.ndarray:
  """Distance of each item to the nearest of others, N x M x D operations.

  Args:
    features: [N, D]; of unit length for angles.
    others: [M, D].

  Returns:
    [N] float64, Euclidean; infinite without others. The mean over picks, with
    what is labelled for others, is their novelty.

  Raises:
    ValueError: for other kinds or shapes, or a feature that is not finite.
  """
  features = _features("features", features)
  others = _features("others", others)
  if features.shape[1] != others.shape[1]:
    raise ValueError(
      f"wanted features of one width, found shapes {features.shape} and "
      f"{others.shape}"
    )
  found = np.full(len(features), np.inf)
  if not len(others):
    return found
  step = max(1, _BLOCK // len(others))
  for start in range(0, len(features), step):
    rows = slice(start, start + step)
    found[rows] = scipy.spatial.distance.cdist(features[rows], others).min(-1)
  return found


def cover_radius(features: np.ndarray, labelled: np.ndarray) -> Cover:
  """How far the pool is from what is labelled, in feature space.

  Both numbers can only fall as labels are added (Sener & Savarese 2018).

  Args:
    features: [N, D] of the whole pool.
    labelled: [N] bool, or 0 and 1.

  Returns:
    Euclidean distances; NaN without a labelled item.

  Raises:
    ValueError: for other kinds or shapes, or a feature that is not finite.
  """
  features = _features("features", features)
  labelled = inputs.mask_of("labelled", labelled)
  if labelled.shape != features.shape[:1]:
    raise ValueError(
      f"labelled: wanted [{len(features)}], found shape {labelled.shape}"
    )
  if not labelled.any():
    return Cover(np.nan, np.nan)
  apart = np.zeros(len(features))
  apart[~labelled] = distances_to(features[~labelled], features[labelled])
  return Cover(float(apart.max()), float(apart.mean()))


def near_pairs(features: np.ndarray, distance: float) -> float:
  """Share of the pairs of a batch that are at most so far apart: duplicates.

  Args:
    features: [k, D] of the picks.
    distance: >= 0, Euclidean; 0: the same features.

  Returns:
    In [0, 1]; NaN for fewer than two picks.

  Raises:
    ValueError: for other kinds or shapes, a feature that is not finite, or
      another distance.
  """
  features = _features("features", features)
  distance = inputs.number_of("distance", distance, 0)
  apart = scipy.spatial.distance.pdist(features) if len(features) > 1 else []
  return float(np.mean(apart <= distance)) if len(apart) else np.nan


def _entropy(counts):
  """Of the shares of counts [n], nats."""
  counts = counts[counts > 0]
  if not counts.size:
    return np.nan
  shares = counts / counts.sum()
  return float(-(shares * np.log(shares)).sum() + 0.0)


def _group_counts(groups):
  numbers = numbers_of(groups)
  _check_axes("groups", numbers, 1, "[k]")
  return np.unique(numbers, return_counts=True)[1]


def _features(name, value):
  value = inputs.as_array(name, value).astype(np.float64)
  _check_axes(name, value, 2, "[N, D]")
  if not np.isfinite(value).all():
    raise ValueError(f"{name}: wanted finite numbers, found others")
  return value


def _check_axes(name, value, axes, wanted):
  if value.ndim != axes:
    raise ValueError(f"{name}: wanted {wanted}, found shape {value.shape}")


def _ids(name, value, num_items):
  """A set of ids, without empty slots."""
  inputs.check_unmasked(name, value)
  value = np.asarray(list(value) if isinstance(value, Set) else value)
  _check_axes(name, value, 1, "ids [k]")
  ids = value.tolist()
  others = [
    i
    for i in ids
    if not isinstance(i, str | int | np.integer) or isinstance(i, bool)
  ]
  if others:
    raise ValueError(
      f"{name}: wanted ids, integers or texts, found {others[0]!r}"
    )
  if num_items is not None:
    ids = _filled(name, ids, num_items)
  twice = [i for i, count in Counter(ids).items() if count > 1]
  if twice:
    raise ValueError(
      f"{name}: wanted each id once, found {twice[0]!r} twice (where it is an "
      "empty slot, say num_items=)"
    )
  return set(ids)


def _filled(name, ids, num_items):
  """Without empty slots, which are `num_items`."""
  inputs.check_whole("num_items", num_items, 0)
  bad = [i for i in ids if isinstance(i, str) or not 0 <= i <= num_items]
  if bad:
    raise ValueError(
      f"{name}: wanted items 0 to {num_items - 1}, or {num_items} for an empty "
      f"slot, found {bad[0]!r}"
    )
  return [i for i in ids if i != num_items]
