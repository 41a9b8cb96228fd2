"""Clusters and density, written from the formula."""

import collections
import itertools

import numpy as np
import scipy.cluster.hierarchy
import scipy.spatial.distance

from tests.oracle_common import one_by_one


def pairwise(features):
  """[N, N] Euclidean distances, inf from an item to itself."""
  distances = scipy.spatial.distance.cdist(features, features)
  np.fill_diagonal(distances, np.inf)
  return distances


def neighbours(features, num_neighbours, present):
  """(squared distances [N, K], items [N, K]), inf and N where there is none."""
  num_items = len(features)
  squared = np.full((num_items, num_neighbours), np.inf)
  items = np.full((num_items, num_neighbours), num_items)
  for i in np.flatnonzero(present):
    others = [j for j in np.flatnonzero(present) if j != i]
    away = [float(np.sum((features[i] - features[j]) ** 2)) for j in others]
    order = np.argsort(away, kind="stable")[:num_neighbours]
    squared[i, : len(order)] = np.array(away)[order]
    items[i, : len(order)] = np.array(others)[order]
  return squared, items


def in_turns(labels, priority, available, order, k):
  """The best of each cluster of `order`, then the second best, ..."""
  queues = [
    sorted(
      np.flatnonzero(available & (labels == c)), key=lambda i: -priority[i]
    )
    for c in order
  ]
  picks = []
  while any(queues):
    picks += [queue.pop(0) for queue in queues if queue]
  return (picks + [len(labels)] * k)[:k]


def typicality(features, labels, num_neighbours=20):
  """1 / (mean distance to the nearest of the own cluster + 1e-5)."""
  values = np.zeros(len(features))
  for c in set(labels[labels >= 0].tolist()):
    members = np.flatnonzero(labels == c)
    near = np.sort(pairwise(features[members]), 1)
    count = max(min(num_neighbours, len(members) // 2), 1)
    values[members] = 1 / (near[:, :count].mean(1) + 1e-5)
  return values


def typical_picks(labels, typicality, available, labelled, k, min_size=6):
  """The least labelled, then largest cluster, and its most typical item."""
  free = [int(i) for i in np.flatnonzero(available & (labels >= 0))]
  spent = [int(c) for c in labels[labelled & (labels >= 0)]]
  size = {c: int(np.sum(labels == c)) for c in set(labels.tolist())}
  picks = []
  while free and len(picks) < k:
    left = {int(labels[i]) for i in free}
    large = {c for c in left if size[c] >= min_size}
    label = min(large or left, key=lambda c: (spent.count(c), -size[c], c))
    inside = [i for i in free if labels[i] == label]
    item = max(inside, key=lambda i: (typicality[i], -i))
    picks.append(item)
    free.remove(item)
    spent.append(label)
  return picks + [len(labels)] * (k - len(picks))


def usl(features, labels, available, k, num_neighbours, settings):
  """USL from given clusters of the available items; everything is present."""
  strength, power, momentum, updates = settings
  squared, _ = neighbours(features, num_neighbours, np.ones(len(features)))
  squared = squared[:, : len(features) - 1]
  density = 1 / squared.mean(1)
  clusters = sorted({int(c) for c in labels[available]})

  def best(utility):
    return {
      c: max(
        np.flatnonzero(available & (labels == c)), key=lambda i: utility[i]
      )
      for c in clusters
    }

  average = np.zeros(len(features))
  for _ in range(updates):
    picks = best(density - strength * average)
    new = np.zeros(len(features))
    for i in np.flatnonzero(available):
      for c in clusters:
        if c != labels[i]:
          away = np.linalg.norm(features[i] - features[picks[c]])
          new[i] += away**-power
    average = momentum * average + (1 - momentum) * new
  utility = density - strength * average
  picks = best(utility)
  order = sorted(clusters, key=lambda c: -utility[picks[c]])
  return in_turns(labels, utility, available, order, k)


def agglomerate(features, num_clusters, linkage):
  """Labels by SciPy, in the order of the lowest ids."""
  tree = scipy.cluster.hierarchy.linkage(features, linkage)
  found = scipy.cluster.hierarchy.fcluster(tree, num_clusters, "maxclust")
  seen = list(dict.fromkeys(found.tolist()))
  return np.array([seen.index(label) for label in found])


def cluster_margin(labels, margins, available, k, factor, noise):
  """Citovsky's two algorithms from given clusters; `noise` [N] is the order."""
  order = np.argsort(margins, kind="stable")
  chosen = [int(i) for i in order if available[i]][: max(int(factor * k), k)]
  clusters = {}
  for i in sorted(chosen):
    clusters.setdefault(int(labels[i]), []).append(i)
  ascending = sorted(clusters, key=lambda c: (len(clusters[c]), c))
  looked_at = np.isin(np.arange(len(labels)), chosen)
  return in_turns(labels, noise, looked_at, ascending, k)


def cosine(features):
  norms = np.linalg.norm(features, axis=1)
  unit = features / np.where(norms > 0, norms, 1)[:, None]
  return unit @ unit.T


def cover(similarity, members, picks):
  """F(S) over the members, from -1 where nothing is picked."""
  best = similarity[np.ix_(members, picks)].max(1) if picks else -1.0
  return float(np.sum(np.maximum(best, -1.0) * np.ones(len(members))))


def representative(features, candidates, k, num_clusters=3, share=0.9):
  """Covers of the clusters, then a cover of the pool by their union."""
  available = np.asarray(candidates.available)
  ids = np.flatnonzero(available)
  similarity = cosine(features)
  labels = np.zeros(len(ids), int)
  if len(ids) > 1:
    labels = agglomerate(features[ids], num_clusters, "ward")

  def value(members, item, picks):
    # The second criterion, for ties, is below any real difference.
    total = similarity[ids, item].sum()
    return round(cover(similarity, members, [*picks, item]) + 1e-6 * total, 11)

  union = []
  for c in range(labels.max(initial=-1) + 1):
    members, picks = ids[labels == c], []
    while not picks or cover(similarity, members, picks) < share * len(members):
      rest = [i for i in members if i not in picks]
      if not rest:
        break
      gains = [value(members, i, picks) for i in rest]
      picks.append(rest[int(np.argmax(gains))])
    union += picks

  def gain(item, picks):
    outside = item not in union and set(union) - set(picks)
    if outside:
      return -np.inf
    return value(ids, item, picks)

  return one_by_one(gain, candidates, k)


CHOICES = {
  "representative": lambda prediction, candidates, k: representative(
    np.asarray(prediction.features, np.float64), candidates, k
  ),
}


def greedy_seeding_law(vectors, k, trials, firsts=None):
  """{ordered picks: probability} of scikit-learn's greedy k-means++.

  Every tuple of draws by D^2 is looked at; the first of the draws with the
  smallest sum of squared distances is kept.
  """
  vectors = np.asarray(vectors, np.float64)
  square = np.square(vectors[:, None] - vectors[None]).sum(-1)
  firsts = range(len(vectors)) if firsts is None else firsts
  laws = {(first,): 1 / len(firsts) for first in firsts}
  for _ in range(k - 1):
    longer = collections.defaultdict(float)
    for picks, probability in laws.items():
      nearest = square[list(picks)].min(0)
      share = nearest / nearest.sum()
      left = np.minimum(nearest[None], square).sum(1)
      for drawn in itertools.product(np.flatnonzero(share), repeat=trials):
        best = min(drawn, key=lambda i: left[i])
        longer[(*picks, int(best))] += probability * share[list(drawn)].prod()
    laws = longer
  return dict(laws)
