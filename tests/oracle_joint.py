"""Joint information of a batch, by enumeration of all its labels."""

import itertools

import numpy as np

from tests.oracle_scores import entropy


def joint_entropy(probs):
  """Entropy of the labels of n items together; [n, S, C]."""
  num_items, num_samples, num_classes = probs.shape
  labels = itertools.product(range(num_classes), repeat=num_items)
  joint = np.ones((num_samples, num_classes**num_items))
  for of_item, of_label in zip(probs, np.array(list(labels)).T, strict=True):
    joint = joint * of_item[:, of_label]
  return entropy(joint.mean(0))


def information(probs):
  """Mutual information of the labels of n items and the weights."""
  return joint_entropy(probs) - entropy(probs).mean(1).sum()


def class_shares(prediction):
  """[N, S, C] mean probabilities over the real voxels of each item."""
  probs = np.moveaxis(np.asarray(prediction.probs, np.float64), 1, 0)
  mask = np.asarray(prediction.mask)
  return np.stack(
    [p[:, m].mean(1) if m.ndim else p for p, m in zip(probs, mask, strict=True)]
  )


def batch_bald(probs, candidates, k):
  """Adds the item that tells most; less than 1e-6 nats counts as nothing.

  Of those that tell nothing, the one that tells most on its own is next.
  """
  probs = np.asarray(probs, np.float64)
  free = [int(i) for i in np.flatnonzero(candidates.available)]
  picks = []
  while free and len(picks) < k:
    known = information(probs[picks])

    def worth(item, known=known):
      gain = information(probs[[*picks, item]]) - known
      alone = information(probs[[item]])
      # Ties are ties, whatever the last digit of a sum says.
      gain, alone = (round(x, 9) * (x > 1e-6) for x in (gain, alone))
      return gain, alone * (gain == 0), -item

    picks.append(max(free, key=worth))
    free.remove(picks[-1])
  return picks + [len(candidates.available)] * (k - len(picks))


CHOICES = {
  "batch_bald": lambda prediction, candidates, k: batch_bald(
    class_shares(prediction), candidates, k
  ),
}
