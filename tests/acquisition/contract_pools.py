"""Small pools for what every acquisition promises."""

import jax
import numpy as np

from alx.acquisition import Candidates
from alx.prediction import Prediction

N, S, C, D, W, K = 12, 3, 4, 5, 3, 6
SPACE = (3, 2)
# One program for pools with rows that are not there, told k when it runs.
ROWS, SLOTS = N + 3, N + 6


def predictions(seed=0, num_items=N, space=SPACE):
  rng = np.random.default_rng(seed)
  logits = 2 * rng.standard_normal((S, num_items, *space, C))
  logits[:, ::3, ..., 0] += 8  # every third item: nothing but background
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  mask = rng.random((num_items, *space)) < (0.8 if space else 1.0)
  features = rng.standard_normal((num_items, D))
  pixels = rng.standard_normal((num_items, *space, W)) if space else features
  evidence = np.exp(logits[0])
  floats = [x.astype(np.float32) for x in (probs, features, pixels, evidence)]
  return Prediction(*floats[:2], mask, *floats[2:])


def items_first(prediction):
  """The axis of items before that of samples; again: back."""
  return prediction._replace(probs=np.swapaxes(prediction.probs, 0, 1))


def take(prediction, items):
  return items_first(jax.tree.map(lambda x: x[items], items_first(prediction)))


def some(order=None):
  """9 of 12 are available; the others are labelled, with 2 of 4 classes."""
  order = np.arange(N) if order is None else order
  available = np.arange(N) % 4 != 1
  labels = np.where(available, -1, np.arange(N) // 4 % 2)
  return Candidates(available[order], ~available[order], labels[order])


def everything():
  """Nothing is labelled."""
  return Candidates(np.ones(N, bool), np.zeros(N, bool), np.full(N, -1))


def longer(prediction, candidates, seed=7):
  """The pool and rows that are not there, of numbers and without."""
  junk = predictions(seed, ROWS - N, prediction.mask.shape[1:])
  junk.features[1] = np.nan
  pair = items_first(prediction), items_first(junk)
  rows = jax.tree.map(lambda x, y: np.concatenate([x, y]), *pair)
  absent = jax.tree.map(
    lambda x, fill: np.pad(x, (0, ROWS - N), constant_values=fill),
    candidates,
    Candidates(False, False, -1),
  )
  return items_first(rows), absent
