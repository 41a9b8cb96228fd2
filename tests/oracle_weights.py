"""Losses by weight in NumPy float64, by loops over items."""

import numpy as np


def softmax(logits):
  powers = np.exp(logits - logits.max(-1, keepdims=True))
  return powers / powers.sum(-1, keepdims=True)


def cross_entropy(logits, labels, weights):
  """Sum of weight times mean nats of the item, over items that weigh."""
  found = [
    w * -np.log(np.take_along_axis(softmax(x), y[..., None], -1)).mean()
    for x, y, w in zip(logits, labels, weights, strict=True)
    if w > 0
  ]
  return np.sum(found) / max(len(found), 1)


def cross_entropy_gradient(logits, labels, weights):
  """w (p - y) over the voxels of the items that weigh."""
  eye = np.eye(logits.shape[-1])
  steps = softmax(logits) - eye[labels]
  count = (weights > 0).sum() * np.prod(labels.shape[1:], dtype=int)
  return steps * weights.reshape(-1, *[1] * labels.ndim) / count


def soft_dice(logits, labels, weights, smooth=1.0):
  """Foreground classes one by one, over the batch."""
  mean = weights[weights > 0].mean()
  probs, found = softmax(logits), []
  for c in range(1, logits.shape[-1]):
    both = sum(
      w / mean * (p[..., c] * (y == c)).sum()
      for p, y, w in zip(probs, labels, weights, strict=True)
    )
    every = sum(
      w / mean * (p[..., c].sum() + (y == c).sum())
      for p, y, w in zip(probs, labels, weights, strict=True)
    )
    found.append((2 * both + smooth) / (every + smooth))
  return mean * (1 - np.mean(found))


def item_dice(logits, labels, weights, smooth=1e-5):
  """All classes of each item."""
  total, count = 0.0, 0
  for p, y, w in zip(softmax(logits), labels, weights, strict=True):
    if w == 0:
      continue
    dice = [
      (2 * (p[..., c] * (y == c)).sum() + smooth)
      / (p[..., c].sum() + (y == c).sum() + smooth)
      for c in range(logits.shape[-1])
    ]
    total, count = total + w * (1 - np.mean(dice)), count + 1
  return total / count


def gradient(loss, logits, *rest, step=1e-5):
  """Central differences, element by element."""
  found = np.zeros_like(logits)
  for place in np.ndindex(*logits.shape):
    up, down = logits.copy(), logits.copy()
    up[place] += step
    down[place] -= step
    found[place] = (loss(up, *rest) - loss(down, *rest)) / (2 * step)
  return found
