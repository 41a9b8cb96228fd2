"""Gradients and Fisher information, written from the formula."""

import numpy as np
import scipy.special

from tests.oracle_common import highest


def real_voxels(prediction, item):
  """(probabilities [V, C], what the last layer sees [V, D]) of an item."""
  probs = np.asarray(prediction.probs, np.float64).mean(0)[item]
  if probs.ndim == 1:
    return probs[None], np.asarray(prediction.features, np.float64)[item][None]
  real = np.asarray(prediction.mask)[item]
  return probs[real], np.asarray(prediction.pixels, np.float64)[item][real]


def gradient(probs, hidden, label):
  """[C, D] of the cross-entropy with respect to the weights, one voxel."""
  return np.outer(probs - np.eye(len(probs))[label], hidden)


def fisher(probs, hidden):
  """[C D, C D] expected outer product of the gradient, one voxel."""
  gradients = [gradient(probs, hidden, c).ravel() for c in range(len(probs))]
  each = [p * np.outer(g, g) for p, g in zip(probs, gradients, strict=True)]
  return np.sum(each, 0)


def mean_of_voxels(prediction, function):
  """[N, ...] mean over the real voxels of function(probs, hidden)."""
  means = []
  for item in range(len(prediction.features)):
    probs, hidden = real_voxels(prediction, item)
    pairs = zip(probs, hidden, strict=True)
    means.append(np.mean([function(p, h) for p, h in pairs], 0))
  return np.array(means)


def caps_that_flip(probs, features, head, anchors):
  """[N] the least cap at which a step up the loss flips the label; or inf.

  The label is the likeliest. The step is as long as the way to the farthest
  anchor times cap / sqrt(D); the others' sum is what its class lacks of 1.
  """
  found = []
  for p, h in zip(probs, features, strict=True):
    best, slope = p.argmax(), p.copy()
    slope[best] = -np.delete(p, best).sum()
    step = head.T @ (slope / np.abs(slope).max())
    speed = head @ (step / np.linalg.norm(step))
    times = [
      np.log(p[best] / p[c]) / (speed[c] - speed[best])
      for c in range(len(p))
      if speed[c] > speed[best]
    ]
    far = np.linalg.norm(anchors - h, axis=1).max() / np.sqrt(len(h))
    found.append(min(times, default=np.inf) / far)
  return np.array(found)


def expected_length(probs, hidden):
  lengths = [
    np.linalg.norm(gradient(probs, np.append(hidden, 1), c))
    for c in range(len(probs))
  ]
  return probs @ lengths


def entropy_slope(probs, hidden):
  """Length of the gradient of the entropy, through the Jacobian of softmax."""
  safe = np.where(probs > 0, probs, 1)
  jacobian = np.diag(probs) - np.outer(probs, probs)
  return np.linalg.norm(np.outer(jacobian @ -np.log(safe), hidden))


def by_score(function):
  def choose(prediction, candidates, k):
    values = mean_of_voxels(prediction, function)
    return highest(np.round(values, 10), candidates, k)

  return choose


def bait(fishers, candidates, k, prior=1.0):
  """Every trace with an inverse of its own."""
  available = np.asarray(candidates.available)
  labelled = np.flatnonzero(candidates.labelled)
  number, size = len(labelled), fishers.shape[1]
  goal = fishers[available | np.asarray(candidates.labelled)].mean(0)
  known = prior * np.eye(size)
  if number:
    known += fishers[labelled].mean(0) * number / (number + k)

  def trace(picks):
    batch = fishers[list(picks)].sum(0) * k / (number + k)
    return np.trace(np.linalg.inv(known + batch) @ goal)

  picks, free = [], [int(i) for i in np.flatnonzero(available)]
  while free and len(picks) < 2 * k:
    best = int(np.argmin([trace([*picks, i]) for i in free]))
    picks.append(free.pop(best))
  while len(picks) > k:
    left = [trace([j for j in picks if j != i]) for i in picks]
    picks.pop(len(left) - 1 - int(np.argmin(left[::-1])))
  return picks + [len(available)] * (k - len(picks))


def choose_bait(prediction, candidates, k):
  return bait(mean_of_voxels(prediction, fisher), candidates, k)


def influence_scores(prediction, candidates, damping=1e-2):
  """g_i . (G + damping I)^-1 g with a dense solve."""
  assumed = mean_of_voxels(
    prediction, lambda p, h: gradient(p, h, p.argmax()).ravel()
  )
  fishers = mean_of_voxels(prediction, fisher)
  told = assumed.copy()
  known = candidates.labels is not None and prediction.probs.ndim == 3
  for i in np.flatnonzero(candidates.labelled):
    if known and int(candidates.labels[i]) >= 0:
      (probs,), (hidden,) = real_voxels(prediction, i)
      told[i] = gradient(probs, hidden, int(candidates.labels[i])).ravel()
  reference = np.asarray(candidates.labelled)
  if not reference.any():
    reference = np.asarray(candidates.available)
  curvature = fishers[reference].mean(0) + damping * np.eye(fishers.shape[1])
  return assumed @ np.linalg.solve(curvature, told[reference].mean(0))


def choose_influence(prediction, candidates, k):
  return highest(influence_scores(prediction, candidates), candidates, k)


def shrunken(probs, hidden):
  """[2 C, 2 C] sum_c p_c g g^T, each output unit's weights averaged, and bias.

  g is the gradient of label c (Sourati et al. 2018, Eq. 8), of one voxel.
  """
  parts = np.zeros(2 * (2 * len(probs),))
  for p, label in zip(probs, np.eye(len(probs)), strict=True):
    g = np.concatenate([(probs - label) * hidden.mean(), probs - label])
    parts += p * np.outer(g, g)
  return parts


def shrunken_information(prediction):
  return mean_of_voxels(prediction, shrunken)


def choose_fisher(prediction, candidates, k):
  """Every trace with an inverse of its own, ties to the most uncertain."""
  each = shrunken_information(prediction)
  each = each + 1e-3 * np.eye(each.shape[-1])
  entropies = mean_of_voxels(
    prediction, lambda p, h: scipy.special.entr(p).sum()
  )
  order = [int(i) for i in np.argsort(-entropies, kind="stable")]
  free = [i for i in order if candidates.available[i]]
  picks = []
  while free and len(picks) < k:
    traces = [np.trace(np.linalg.inv(each[[*picks, i]].sum(0))) for i in free]
    picks.append(free.pop(int(np.argmin(traces))))
  return picks + [len(order)] * (k - len(picks))


CHOICES = {
  "egl": by_score(expected_length),
  "entropy_gradient": by_score(entropy_slope),
  "bait": choose_bait,
  "fisher": choose_fisher,
  "influence": choose_influence,
}
