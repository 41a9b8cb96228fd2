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
