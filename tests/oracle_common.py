"""What every family of oracles needs."""

import itertools

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


def reduced(how, values, mask, classes, surest=0.0):
  """One number of a map [*sp]; `surest` where there is nothing to look at."""
  chosen = {
    "foreground": mask & (classes > 0),
    "boundary": on_boundary(classes, mask),
  }.get(how, mask)
  real = np.asarray(values, np.float64)[chosen]
  if how == "sum":
    return (real - surest).sum()
  if not real.size:
    return surest
  most = np.sort(real)[-max(1, len(real) // 1000) :]
  ways = {"max": np.max, "quantile": lambda x: np.quantile(x, 0.9)}
  return most.mean() if how == "top_fraction" else ways.get(how, np.mean)(real)


def on_boundary(classes, mask):
  """Real voxels with a real face neighbour of another class."""
  found = np.zeros(mask.shape, bool)
  for place in np.ndindex(mask.shape):
    for axis, step in itertools.product(range(mask.ndim), (-1, 1)):
      other = [i + step * (a == axis) for a, i in enumerate(place)]
      inside = all(0 <= i < n for i, n in zip(other, mask.shape, strict=True))
      if inside and mask[place] and mask[tuple(other)]:
        found[place] |= classes[place] != classes[tuple(other)]
  return found
