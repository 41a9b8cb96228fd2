"""Covers in feature space, everything computed again for every pick."""

import itertools
import math

import numpy as np

from tests.oracle_common import one_by_one

LEAST = 1e-6  # of the objective, what a swap must at least improve it by


def euclidean(x, y):
  """Distances of the rows of [N, D] and [M, D]."""
  return np.linalg.norm(x[:, None] - y[None], axis=-1)


def unit(x):
  """Rows of length 1; a zero row stays zero."""
  norm = np.linalg.norm(x, axis=1, keepdims=True)
  return np.divide(x, norm, out=np.zeros_like(x), where=norm > 0)


def one_minus_cosine(x, y):
  return 1 - unit(x) @ unit(y).T


def sets(features, candidates):
  """(features float64, labelled ids, present ids)."""
  labelled = np.asarray(candidates.labelled)
  present = labelled | np.asarray(candidates.available)
  features = np.asarray(features, np.float64)
  return features, np.flatnonzero(labelled).tolist(), np.flatnonzero(present)


def k_center(features, candidates, k, distance=euclidean):
  features, labelled, present = sets(features, candidates)
  rows = features if distance is euclidean else unit(features)
  mean = rows[present].mean(0)

  def reach(item, picks):
    if labelled + picks:
      here = features[[item]]
      return distance(features[labelled + picks], here).min()
    if distance is euclidean:
      return np.linalg.norm(rows[item] - mean)
    return -rows[item] @ mean

  return one_by_one(reach, candidates, k)


def facility_location(features, candidates, k, similarity="cosine"):
  """The objective with the item, less the objective without it."""
  features, labelled, present = sets(features, candidates)
  if similarity == "cosine":
    similar = unit(features) @ unit(features).T
  else:
    power = {"euclidean": 2, "distance": 1}[similarity]
    similar = -(euclidean(features, features) ** power)

  def objective(chosen):
    return similar[np.ix_(present, chosen)].max(1)

  rank = similar[:, present].sum(1)
  if similarity == "distance":
    rank = -(euclidean(features, features[present]) ** 2).sum(1)

  def gain(item, picks):
    chosen = labelled + picks
    with_item = objective([*chosen, item])
    more = (with_item - (objective(chosen) if chosen else 0)).sum()
    # Two items that have only each other to cover tie exactly.
    return round(more, 6) + 1e-9 * rank[item]

  return one_by_one(gain, candidates, k)


def max_cover(features, candidates, k):
  unlabelled = candidates._replace(labelled=np.zeros_like(candidates.labelled))
  return facility_location(features, unlabelled, k)


def cost(features, candidates, items):
  """Sum of the distances to the nearest of the labelled and the items."""
  features, labelled, present = sets(features, candidates)
  chosen = labelled + [i for i in items if i < len(features)]
  return euclidean(features[present], features[chosen]).min(1).sum()


def optimal_transport(features, candidates, k, swaps=10):
  items = facility_location(features, candidates, k, "distance")
  num_items = len(candidates.available)
  for _ in range(swaps):
    now = cost(features, candidates, items)
    tried = []
    free = set(np.flatnonzero(candidates.available).tolist()) - set(items)
    for item, slot in itertools.product(sorted(free), range(k)):
      if items[slot] < num_items:
        swapped = [*items[:slot], item, *items[slot + 1 :]]
        less = now - cost(features, candidates, swapped)
        tried.append((round(less, 9), swapped))
    best = max(tried, key=lambda pair: pair[0], default=(0, items))
    if best[0] <= LEAST * now:
      break
    items = best[1]
  return items


def k_means_labels(features, candidates, clusters):
  """Lloyd from k-center seeds; rows of length 1."""
  rows, _, present = sets(features, candidates)
  pool = candidates._replace(
    available=candidates.available | candidates.labelled,
    labelled=np.zeros(len(rows), bool),
  )
  seeds = k_center(rows, pool, min(clusters, len(rows)))
  centres = rows[[i for i in seeds if i < len(rows)]]
  for _ in range(10):
    labels = euclidean(rows, centres).argmin(1)
    for c in range(len(centres)):
      mine = [i for i in present if labels[i] == c]
      if mine:
        centres[c] = rows[mine].mean(0)
  return euclidean(rows, centres).argmin(1)


def purity_radius(rows, labels, present, purity=0.95):
  """The largest distance at which enough balls are pure, tried one by one."""
  rows, labels = np.asarray(rows, np.float64)[present], labels[present]
  between = euclidean(rows, rows)
  nearest = [
    min((d for d, c in zip(row, labels, strict=True) if c != mine), default=9e9)
    for row, mine in zip(between, labels, strict=True)
  ]
  wanted = math.ceil(purity * len(nearest) - 1e-3)
  radii = [r for r in nearest if sum(d >= r for d in nearest) >= wanted]
  return 0.9999 * max(radii)


def prob_cover(features, candidates, k, delta=None, clusters=None):
  if clusters is None:
    labels = candidates.labels
    known = [] if labels is None else labels[np.asarray(candidates.labelled)]
    highest = max(np.asarray(known).tolist(), default=-1)
    clusters = 10 if highest < 0 else max(highest + 1, 2)
  features, labelled, present = sets(features, candidates)
  rows = unit(features)
  if delta is None:
    labels = k_means_labels(rows, candidates, clusters)
    delta = purity_radius(rows, labels, present)
  covers = euclidean(rows, rows) < delta
  mean = rows[present].mean(0, keepdims=True)

  def gain(item, picks):
    held = covers[labelled + picks][:, present].any(0)
    more = (covers[item][present] & ~held).sum()
    centres = rows[labelled + picks] if labelled + picks else mean
    # The distance only decides between equal counts.
    return 10 * more + euclidean(centres, rows[[item]]).min()

  return one_by_one(gain, candidates, k)


def of_features(choose):
  return lambda prediction, *rest: choose(prediction.features, *rest)


CHOICES = {
  "k_center": of_features(k_center),
  "k_center_cosine": of_features(
    lambda *given: k_center(*given, distance=one_minus_cosine)
  ),
  "facility_location": of_features(facility_location),
  "max_cover": of_features(max_cover),
  "optimal_transport": of_features(optimal_transport),
  "prob_cover": of_features(prob_cover),
}
