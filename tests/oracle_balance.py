"""Randomised, stratified and balanced choices, written from the formula."""

import numpy as np

from tests.oracle_common import highest, mean_over_real, one_by_one
from tests.oracle_scores import entropy


def lacking(candidates, num_classes, k):
  """What each class lacks in the labelled items, to have its fair share."""
  counts = np.zeros(num_classes)
  if candidates.labels is not None:
    for label, known in zip(
      np.asarray(candidates.labels), candidates.labelled, strict=True
    ):
      if known and label >= 0:
        counts[label] += 1
  return np.maximum((counts.sum() + k) / num_classes - counts, 0)


def balance_value(items, probs, doubt, wanted, lam):
  """What a set of items is worth."""
  expected = sum((probs[i] for i in items), np.zeros(probs.shape[1]))
  return sum(doubt[i] for i in items) - lam * np.abs(wanted - expected).sum()


def class_balanced(probs, doubt, candidates, k, lam=0.6, sweeps=10):
  """Greedy, sweeps of swaps, greedy order of the final set."""
  probs, doubt = np.asarray(probs, np.float64), np.asarray(doubt, np.float64)
  wanted = lacking(candidates, probs.shape[1], k)
  num_items = len(probs)

  def value(items):
    return balance_value(items, probs, doubt, wanted, lam)

  def greedy(free, k):
    picks = []
    while free and len(picks) < k:
      values = [value([*picks, i]) for i in free]
      picks.append(free.pop(int(np.argmax(values))))
    return picks

  available = [int(i) for i in np.flatnonzero(candidates.available)]
  picks = greedy(list(available), k)
  for _ in range(sweeps):
    changed = False
    for slot in range(len(picks)):
      others = [i for i in available if i not in picks]
      values = [value([*picks[:slot], i, *picks[slot + 1 :]]) for i in others]
      if others and max(values) > value(picks) + 1e-5:
        picks[slot] = others[int(np.argmax(values))]
        changed = True
    if not changed:
      break
  picks = greedy(sorted(picks), k)
  return picks + [num_items] * (k - len(picks))


def mean_probs(prediction):
  """[N, C] float64 over samples and real voxels."""
  probs = np.asarray(prediction.probs, np.float64).mean(0)
  classes = range(probs.shape[-1])
  of_class = [mean_over_real(probs[..., c], prediction.mask) for c in classes]
  return np.stack(of_class, -1)


def commonest_foreground(prediction):
  """[N] the class but 0 that most real voxels have; 0 where none has one."""
  classes = np.asarray(prediction.probs, np.float64).mean(0).argmax(-1)
  found = []
  for image, real in zip(classes, np.asarray(prediction.mask), strict=True):
    seen = image[real & (image > 0)].tolist()
    found.append(max(sorted(set(seen)), key=seen.count, default=0))
  return np.array(found)


def by_class_balance(prediction, candidates, k):
  probs = np.asarray(prediction.probs, np.float64).mean(0)
  doubt = mean_over_real(entropy(probs), prediction.mask)
  return class_balanced(mean_probs(prediction), doubt, candidates, k)


def ranked_batch(features, doubt, candidates, k):
  features = np.asarray(features, np.float64)
  labelled = [int(i) for i in np.flatnonzero(candidates.labelled)]
  available = [int(i) for i in np.flatnonzero(candidates.available)]

  def apart(i, j):
    return np.sqrt(((features[i] - features[j]) ** 2).sum())

  def gain(item, picks):
    known = labelled + picks
    if not known:
      return -np.mean([apart(item, j) for j in available])
    num_left = len(available) - len(picks)
    alpha = num_left / (num_left + len(known))
    similarity = 1 / (1 + min(apart(item, j) for j in known))
    return alpha * (1 - similarity) + (1 - alpha) * doubt[item]

  return one_by_one(gain, candidates, k)


def by_ranked_batch(prediction, candidates, k):
  probs = np.asarray(prediction.probs, np.float64).mean(0)
  doubt = mean_over_real(1 - probs.max(-1), prediction.mask)
  return ranked_batch(prediction.features, doubt, candidates, k)


def cosine(a, b):
  norms = np.sqrt((a**2).sum()) * np.sqrt((b**2).sum())
  return float(a @ b / norms) if norms > 0 else 0.0


def mean_discrepancy(features, candidates, k):
  features = np.asarray(features, np.float64)

  def mean_to(item, mask):
    members = np.flatnonzero(mask)
    near = [cosine(features[item], features[j]) for j in members]
    return np.mean(near) if near else 0.0

  values = [
    mean_to(i, candidates.available) - mean_to(i, candidates.labelled)
    for i in range(len(features))
  ]
  return highest(np.array(values), candidates, k)


CHOICES = {
  "class_balanced": by_class_balance,
  "ranked_batch": by_ranked_batch,
  "mean_discrepancy": lambda prediction, candidates, k: mean_discrepancy(
    prediction.features, candidates, k
  ),
}
