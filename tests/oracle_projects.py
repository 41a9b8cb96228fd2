"""Projects by loops and by definition, slow and obvious."""

import itertools

import numpy as np


def every_mean(steps, patients):
  """Mean of the rows of every way to draw as many patients as there are."""
  names = sorted(set(patients))
  rows = {
    n: [s for s, p in zip(steps, patients, strict=True) if p == n]
    for n in names
  }
  return np.array(
    [
      np.mean([s for name in way for s in rows[name]])
      for way in itertools.product(names, repeat=len(names))
    ]
  )


def case_mean(first, second):
  """Means over classes of two rows; a missing side of a pair counts 1."""
  pairs = []
  for a, b in zip(first, second, strict=True):
    if np.isnan(a) and np.isnan(b):
      continue
    pairs.append((1.0 if np.isnan(a) else a, 1.0 if np.isnan(b) else b))
  return tuple(np.mean(pairs, 0)) if pairs else (np.nan, np.nan)


def backward_transfer(scores):
  """Mean change on each domain since it was learned."""
  last = len(scores) - 1
  return np.mean([scores[last][i] - scores[i][i] for i in range(last)])
