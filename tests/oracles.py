"""Slow, obvious second opinions: NumPy and SciPy, float64, no cleverness."""

import numpy as np
import scipy.special

# Acquisition: what each method would choose, written from the formula.


def _mean_over_real(values, mask):
  """[N] mean over the real voxels of [N, *sp]."""
  values = np.asarray(values, np.float64).reshape(len(mask), -1)
  mask = np.asarray(mask).reshape(len(mask), -1)
  return np.array([v[m].mean() for v, m in zip(values, mask, strict=True)])


def _entropy(probs):
  return scipy.special.entr(np.asarray(probs, np.float64)).sum(-1)


def _sorted_scores(score):
  """Highest first among the available, ties by lowest id, N at the end."""

  def choose(prediction, available, k):
    probs = np.asarray(prediction.probs, np.float64)
    values = _mean_over_real(score(probs), prediction.mask)
    order = [int(i) for i in np.argsort(-values, kind="stable")]
    order = [i for i in order if available[i]]
    return (order + [len(available)] * k)[:k]

  return choose


def _margin(probs):
  ordered = np.sort(probs.mean(0), -1)
  return -(ordered[..., -1] - ordered[..., -2])


def k_center(features, available, k):
  """Greedy k-center, every distance computed again for every pick."""
  features = np.asarray(features, np.float64)
  centres = [i for i in range(len(features)) if not available[i]]
  picks = []
  while len(picks) < k and len(centres) < len(features):
    free = [i for i in range(len(features)) if i not in centres]
    targets = features[centres] if centres else features.mean(0)[None]
    reach = [np.linalg.norm(targets - features[i], axis=1).min() for i in free]
    picks.append(free[int(np.argmax(reach))])
    centres.append(picks[-1])
  return picks + [len(features)] * (k - len(picks))


CHOICES = {
  "confidence": _sorted_scores(lambda p: 1 - p.mean(0).max(-1)),
  "margin": _sorted_scores(_margin),
  "entropy": _sorted_scores(lambda p: _entropy(p.mean(0))),
  "variance": _sorted_scores(lambda p: p.var(0).mean(-1)),
  "bald": _sorted_scores(lambda p: _entropy(p.mean(0)) - _entropy(p).mean(0)),
  "k_center": lambda prediction, available, k: k_center(
    prediction.features, available, k
  ),
}


# Metrics, written from the formula.


def dice(pred, truth, num_classes):
  """[C] float64 of one item, sets of positions instead of sums."""
  values = []
  for c in range(num_classes):
    a = {tuple(x) for x in np.argwhere(np.asarray(pred) == c)}
    b = {tuple(x) for x in np.argwhere(np.asarray(truth) == c)}
    total = len(a) + len(b)
    values.append(2 * len(a & b) / total if total else np.nan)
  return np.array(values)


def surface_points(mask, spacing):
  """[P, axes] mm: voxels of the mask with a face neighbour outside of it."""
  mask = np.asarray(mask, bool)
  inside = {tuple(int(i) for i in x) for x in np.argwhere(mask)}
  points = []
  for voxel in sorted(inside):
    steps = [(axis, step) for axis in range(mask.ndim) for step in (-1, 1)]
    moved = [
      tuple(i + step * (a == axis) for a, i in enumerate(voxel))
      for axis, step in steps
    ]
    if any(neighbour not in inside for neighbour in moved):
      points.append(voxel)
  return np.array(points, np.float64).reshape(-1, mask.ndim) * spacing


def surface_distances(pred, truth, spacing):
  """(ASSD, directed ASD, HD95) from every pair of surface voxels."""
  a, b = surface_points(pred, spacing), surface_points(truth, spacing)
  if not (len(a) and len(b)):
    return np.nan, np.nan, np.nan
  pairs = np.linalg.norm(a[:, None] - b[None], axis=-1)
  forth, back = pairs.min(1), pairs.min(0)
  assd = np.concatenate([forth, back]).mean()
  hd95 = max(np.percentile(forth, 95), np.percentile(back, 95))
  return assd, forth.mean(), hd95


def auc(scores, positive):
  """Share of (positive, negative) pairs in the right order, ties half."""
  scores, positive = np.asarray(scores), np.asarray(positive, bool)
  wins = [
    float(p > n) + 0.5 * float(p == n)
    for p in scores[positive]
    for n in scores[~positive]
  ]
  return float(np.mean(wins)) if wins else np.nan
