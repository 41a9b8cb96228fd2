"""Covers in feature space, every distance computed again for every pick."""

import numpy as np

from tests.oracle_common import one_by_one


def k_center(features, candidates, k):
  features = np.asarray(features, np.float64)
  labelled = np.flatnonzero(candidates.labelled).tolist()
  present = np.asarray(candidates.labelled) | np.asarray(candidates.available)
  mean = features[present].mean(0)

  def reach(item, picks):
    centres = features[labelled + picks] if labelled + picks else mean[None]
    return np.linalg.norm(centres - features[item], axis=1).min()

  return one_by_one(reach, candidates, k)


CHOICES = {
  "k_center": lambda prediction, candidates, k: k_center(
    prediction.features, candidates, k
  ),
}
