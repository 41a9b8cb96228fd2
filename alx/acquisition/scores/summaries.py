"""Descriptions that look at nothing of the samples but their summary."""

import functools
from collections.abc import Callable

from alx.acquisition.clusters import hierarchy, key_slices
from alx.acquisition.combinations import balance
from alx.acquisition.joint import determinant
from alx.acquisition.scores import passes, predictive, regions
from alx.prediction import Prediction

OF_SUMMARY = frozenset(
  {
    balance.features_and_confidence,
    determinant.quality,
    hierarchy.features_and_margin,
    key_slices.features_and_variance,
    predictive.bald,
    predictive.confidence,
    predictive.entropy,
    predictive.gini,
    predictive.margin,
    predictive.margin_ratio,
    predictive.mean_std,
    predictive.variance,
    predictive.variation_ratio,
    predictive.vote_entropy,
    regions.class_entropies,
    regions.inconsistency,
    regions.ripu,
  }
)


def summarised(describe: Callable, prediction: Prediction) -> Prediction:
  """A prediction with the summary of its samples in their place.

  As it is where `describe` looks at the samples themselves. What is cut into
  regions then is one array instead of one for each sample.
  """
  while isinstance(describe, functools.partial):
    describe = describe.func
  if describe not in OF_SUMMARY or prediction.probs is None:
    return prediction
  summary = passes.summarise(prediction.probs)
  return prediction._replace(probs=None, summary=summary)
