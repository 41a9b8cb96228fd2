"""Metrics from their formulas: loops over items, voxels, lesions, pairs."""

import itertools

import numpy as np

from tests import oracles


def jaccard(pred, truth):
  """Of two masks, as sets of positions; NaN for two empty ones."""
  a = {tuple(x) for x in np.argwhere(pred)}
  b = {tuple(x) for x in np.argwhere(truth)}
  return len(a & b) / len(a | b) if a | b else np.nan


def nearest(pred, truth, spacing):
  """Distances forth and back between the surfaces, from every pair."""
  a = oracles.surface_points(pred, spacing)
  b = oracles.surface_points(truth, spacing)
  forth = [min([np.linalg.norm(p - q) for q in b], default=np.inf) for p in a]
  back = [min([np.linalg.norm(p - q) for q in a], default=np.inf) for p in b]
  return forth, back


def hausdorff(pred, truth, spacing):
  forth, back = nearest(pred, truth, spacing)
  return max(forth + back) if forth and back else np.nan


def surface_dice(pred, truth, tolerance, spacing):
  forth, back = nearest(pred, truth, spacing)
  near = [d for d in forth + back if d <= tolerance]
  return len(near) / len(forth + back) if forth + back else np.nan


def one_against_rest(pred, truth, c):
  """(TP, FP, FN, TN) of a class, item by item."""
  pairs = [(p == c, t == c) for p, t in zip(pred, truth, strict=True)]
  kinds = [(True, True), (True, False), (False, True), (False, False)]
  return [pairs.count(kind) for kind in kinds]


def over(part, whole):
  return part / whole if whole else np.nan


def kappa(first, second, num_classes, power):
  """Observed over expected disagreement, from every pair of items."""

  def cost(i, j):
    return abs(int(i) - int(j)) ** power if power else float(i != j)

  observed = np.mean([cost(*pair) for pair in zip(first, second, strict=True)])
  expected = np.mean([cost(i, j) for i in first for j in second])
  return 1 - over(observed, expected)


def average_precision(scores, positive):
  """Sum over thresholds of gained recall times precision."""
  total, before = sum(positive), 0.0
  area = 0.0
  for threshold in sorted(set(scores), reverse=True):
    asked = [p for s, p in zip(scores, positive, strict=True) if s >= threshold]
    recall = sum(asked) / total
    area += (recall - before) * sum(asked) / len(asked)
    before = recall
  return area


def reliability(confidence, right, num_bins):
  """Rows (count, mean confidence, share right), bin by bin."""
  rows = []
  for m in range(num_bins):
    low, high = m / num_bins, (m + 1) / num_bins
    inside = [
      (c, r)
      for c, r in zip(confidence, right, strict=True)
      if low < c <= high or (m == 0 and c == 0)
    ]
    count = len(inside)
    rows.append(
      [count, *(over(sum(x), count) for x in zip(*inside, strict=True))]
      if count
      else [0, np.nan, np.nan]
    )
  return np.array(rows)


def ece(confidence, right, num_bins):
  rows = reliability(confidence, right, num_bins)
  return sum(n * abs(a - c) for n, c, a in rows if n) / rows[:, 0].sum()


def nll(logits, truth, temperature):
  """Mean -log softmax(logits / T) of the true class."""
  losses = []
  for row, c in zip(logits, truth, strict=True):
    weights = [np.exp((x - max(row)) / temperature) for x in row]
    losses.append(-np.log(weights[c] / sum(weights)))
  return np.mean(losses)


def parts(mask, connectivity):
  """Connected parts as sets of positions, by walking from voxel to voxel."""
  left = {tuple(int(i) for i in x) for x in np.argwhere(mask)}
  steps = [
    s
    for s in itertools.product((-1, 0, 1), repeat=mask.ndim)
    if 0 < sum(map(abs, s)) <= connectivity
  ]
  found = []
  while left:
    part, edge = set(), {left.pop()}
    while edge:
      part |= edge
      beside = {
        tuple(i + j for i, j in zip(v, s, strict=True))
        for v in edge
        for s in steps
      }
      edge = beside & left
      left -= edge
    found.append(part)
  return found


def lesions(pred, truth, fits, connectivity):
  """(matched, predicted, true): the most pairs, of all ways to pair."""
  a, b = parts(pred, connectivity), parts(truth, connectivity)
  few, many = (a, b) if len(a) <= len(b) else (b, a)
  swap = few is not a
  best = 0
  for chosen in itertools.permutations(many, len(few)):
    pairs = zip(few, chosen, strict=True)
    best = max(best, sum(fits(*((q, p) if swap else (p, q))) for p, q in pairs))
  return best, len(a), len(b)


def froc(scores, lesions, num_lesions, num_cases, rates):
  """Most lesions found with so few false positives, threshold by threshold."""
  best = [0] * len(rates)
  for threshold in set(scores):
    kept = [n for s, n in zip(scores, lesions, strict=True) if s >= threshold]
    found, false = len(set(kept) - {-1}), kept.count(-1)
    best = [
      max(b, found) if false / num_cases <= r else b
      for b, r in zip(best, rates, strict=True)
    ]
  return [b / num_lesions for b in best]


def iou_of_at_least(least):
  def fits(p, q):
    return bool(p & q) and len(p & q) / len(p | q) >= least

  return fits


def centre_inside(p, q):
  centre = np.mean(sorted(p), axis=0)
  return tuple(int(np.ceil(x - 0.5)) for x in centre) in q


def cover(features, labelled):
  """(largest, mean) distance of each item to the nearest labelled one."""
  apart = [
    min(np.linalg.norm(x - y) for y in features[labelled]) for x in features
  ]
  return max(apart), np.mean(apart)
