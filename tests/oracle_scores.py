"""Scores of one item, written from the formula."""

import numpy as np
import scipy.special

from tests.oracle_common import highest, mean_over_real


def entropy(probs):
  return scipy.special.entr(np.asarray(probs, np.float64)).sum(-1)


def top_scores(score):
  """The choice by a score of probabilities [S, N, *sp, C] -> [N, *sp]."""

  def choose(prediction, candidates, k):
    probs = np.asarray(prediction.probs, np.float64)
    values = mean_over_real(score(probs), prediction.mask)
    return highest(values, candidates, k)

  return choose


def margin(probs):
  ordered = np.sort(probs.mean(0), -1)
  return -(ordered[..., -1] - ordered[..., -2])


CHOICES = {
  "confidence": top_scores(lambda p: 1 - p.mean(0).max(-1)),
  "margin": top_scores(margin),
  "entropy": top_scores(lambda p: entropy(p.mean(0))),
  "variance": top_scores(lambda p: p.var(0).mean(-1)),
  "bald": top_scores(lambda p: entropy(p.mean(0)) - entropy(p).mean(0)),
}
