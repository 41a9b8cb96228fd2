"""Several readers by loops over places, readers and classes."""

import itertools

import numpy as np


def majority(votes, num_classes, none=255):
  """The class with the most votes of each place; none where level."""
  votes = np.asarray(votes)
  found = np.full(votes.shape[1:], none)
  for place in np.ndindex(*votes.shape[1:]):
    counts = [
      sum(votes[(r, *place)] == c for r in range(len(votes)))
      for c in range(num_classes)
    ]
    best = [c for c in range(num_classes) if counts[c] == max(counts)]
    if len(best) == 1 and counts[best[0]]:
      found[place] = best[0]
  return found


def dawid_skene_step(posterior, votes, smoothing, none=255):
  """(posterior, confusion, prior, log likelihood) after one step."""
  (items, classes), readers = posterior.shape, len(votes)
  prior = np.zeros(classes)
  cells = np.full((readers, classes, classes), smoothing)
  for k in range(classes):
    prior[k] = sum(posterior[i, k] for i in range(items)) + smoothing
    for r, i in itertools.product(range(readers), range(items)):
      if votes[r][i] != none:
        cells[r, k, votes[r][i]] += posterior[i, k]
  prior = prior / prior.sum()
  confusion = cells / cells.sum(-1, keepdims=True)
  after, total = np.zeros_like(posterior), 0.0
  for i in range(items):
    for k in range(classes):
      chance = prior[k]
      for r in range(readers):
        if votes[r][i] != none:
          chance *= confusion[r, k, votes[r][i]]
      after[i, k] = chance
    total += np.log(after[i].sum())
    after[i] /= after[i].sum()
  return after, confusion, prior, total


def fleiss_kappa(counts):
  """Pairs of readers one by one."""
  agreed = []
  for row in counts:
    said = [c for c, n in enumerate(row) for _ in range(n)]
    pairs = list(itertools.combinations(said, 2))
    agreed.append(np.mean([a == b for a, b in pairs]))
  shares = np.sum(counts, 0) / np.sum(counts)
  chance = (shares**2).sum()
  return (np.mean(agreed) - chance) / (1 - chance)


def made_votes(rng, confusion, prior, items):
  """(votes [R, n], truth [n]) of readers with these confusions."""
  truth = rng.choice(len(prior), items, p=prior)
  votes = [
    [rng.choice(len(prior), p=matrix[t]) for t in truth] for matrix in confusion
  ]
  return np.array(votes), truth
