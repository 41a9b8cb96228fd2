"""Statistics by loops and by definition, slow and obvious."""

import itertools

import numpy as np
import scipy.stats


def all_resamples(statistic, clusters):
  """The statistic of every way to draw as many clusters as there are."""
  ways = itertools.product(clusters, repeat=len(clusters))
  return np.array([statistic(np.concatenate(way)) for way in ways])


def without_each(statistic, clusters):
  """The statistic with one cluster after the other missing."""
  return np.array(
    [
      statistic(np.concatenate(clusters[:i] + clusters[i + 1 :]))
      for i in range(len(clusters))
    ]
  )


def holm(p, alpha):
  """Rejected by the sequence of tests: stop at the first that holds."""
  rejected = np.zeros(len(p), bool)
  left = list(range(len(p)))
  while left:
    best = min(left, key=lambda i: p[i])
    if p[best] > alpha / len(left):
      break
    rejected[best] = True
    left.remove(best)
  return rejected


def benjamini_hochberg(p, alpha):
  """Rejected: the k smallest, k the largest with p_(k) <= alpha k / m."""
  ordered = sorted(p)
  passing = [k for k, x in enumerate(ordered, 1) if x <= alpha * k / len(p)]
  return np.asarray(p) <= (ordered[max(passing) - 1] if passing else -1.0)


def wins(scores, alpha):
  """[A, A] by one t-test after the other."""
  arms, rounds, _ = scores.shape
  found = np.zeros((arms, arms))
  for i, j in itertools.permutations(range(arms), 2):
    for r in range(rounds):
      test = scipy.stats.ttest_rel(scores[i, r], scores[j, r])
      if test.statistic > 0 and test.pvalue < alpha:
        found[i, j] += 1 / rounds
  return found


def rank(scores, arm):
  """1 + arms that are better + half of the others that are equal."""
  better = sum(s > scores[arm] for s in scores)
  equal = sum(s == scores[arm] for s in scores) - 1
  return 1 + better + equal / 2


def labels_needed(labels, passed):
  """First number of labels that passes, and from which on all pass."""
  first = [n for n, ok in zip(labels, passed, strict=True) if ok]
  stable = [n for i, n in enumerate(labels) if all(passed[i:])]
  return tuple(min(found, default=np.nan) for found in (first, stable))


def rising_fit(scores):
  """Nondecreasing least squares: largest mean from the left, min-max form."""
  count = len(scores)
  return np.array(
    [
      max(
        min(np.mean(scores[a : b + 1]) for b in range(i, count))
        for a in range(i + 1)
      )
      for i in range(count)
    ]
  )
