"""What every family of oracles needs."""

import numpy as np


def mean_over_real(values, mask):
  """[N] mean over the real voxels of [N, *sp]."""
  values = np.asarray(values, np.float64).reshape(len(mask), -1)
  mask = np.asarray(mask).reshape(len(mask), -1)
  return np.array([v[m].mean() for v, m in zip(values, mask, strict=True)])


def highest(values, candidates, k):
  """Highest first among the available, ties by lowest id, N at the end."""
  available = np.asarray(candidates.available)
  order = [int(i) for i in np.argsort(-values, kind="stable")]
  order = [i for i in order if available[i]]
  return (order + [len(available)] * k)[:k]


def one_by_one(gain, candidates, k):
  """The highest `gain(item, picks)` again and again, every one computed anew.

  `picks` is the list of the items picked so far; ties go to the lowest id.
  """
  free = [int(i) for i in np.flatnonzero(candidates.available)]
  picks = []
  while free and len(picks) < k:
    gains = [gain(i, picks) for i in free]
    picks.append(free.pop(int(np.argmax(gains))))
  return picks + [len(candidates.available)] * (k - len(picks))
