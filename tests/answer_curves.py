"""Curves that a reader can check by eye."""

import numpy as np

from alx.report.arms import Arm
from alx.report.read import Run

LABELS = (4, 8, 12, 16, 20)
# Five seeds that lie apart from their mean by so much, each in its own order.
APART = np.array([-2, -1, 0, 1, 2]) / 100
RISING = (0.50, 0.60, 0.70, 0.75, 0.80)


def arm(name, scores, labels=LABELS):
  """Of scores [seeds, rounds]."""
  scores = np.array(scores, float)
  runs = tuple(Run(name, seed, (), {}, ()) for seed in range(len(scores)))
  return Arm(name, runs, len(runs), np.array(labels, float), scores)


def around(name, mean, turn=0, size=1.0):
  """Five seeds around a mean curve, by other amounts in every round.

  The first round is the same for all: what random and the method share.
  """
  turns = [0, *(turn + place for place in range(1, len(mean)))]
  apart = np.stack([np.roll(APART, t) for t in turns], 1)
  return arm(name, np.array(mean) + size * apart)


RANDOM = around("random", RISING)
# Has with 12 labels what random has with 20.
FAST = around("entropy", (0.50, 0.70, 0.80, 0.86, 0.90), turn=3)
# Has with 20 labels what random has with 12.
SLOW = around("k_center", (0.50, 0.52, 0.55, 0.60, 0.70), turn=1)
LIKE = around("bald", RISING, turn=2)
