"""One temperature from fits to parts of the labelled items."""

from typing import Any

import jax
import numpy as np

from alx import metrics
from alx.data.patches import Images
from alx.label_maps import is_labelled
from alx.metrics.temperature import Temperature
from alx.pool import PoolState
from alx.training.folds.held_out import predict_held_out
from alx.training.learner import Learner


def temperature_across_folds(
  learner: Learner,
  key: jax.Array,
  images: Images,
  labels: jax.Array,
  pool: PoolState,
  **options: Any,
) -> Temperature:
  """The temperature of a model of all labels, from fits to parts of them.

  Held-out items, or their labelled voxels, of all folds are put together
  (Guo et al. 2017, section 4.2, across the folds of a labelled set too small to
  give some away). `metrics.scale_by_temperature` applies it; what is likeliest
  stays so.

  Args:
    learner: see `predict_held_out`, as the others.
    key: of all draws.
    images: of the N items.
    labels: [N] or [N, *sp].
    pool: which items are labelled.
    **options: `folds`, `groups` and `block` of `predict_held_out`.

  Raises:
    ValueError: see `fold_numbers` and `metrics.fit_temperature`, say if every
      held-out item is right.
  """
  found = predict_held_out(learner, key, images, labels, pool, **options)
  truth, probs = zip(*(_told(fold, labels) for fold in found), strict=True)
  return metrics.fit_temperature(truth, probs=probs)


def _told(fold, labels):
  """(truth [m], probs [m, C]) of the labelled items or voxels of a fold."""
  truth = np.asarray(labels)[fold.items]
  known = np.asarray(is_labelled(truth, fold.probs.shape[-1]))
  if truth.ndim > 1:
    known = known & fold.mask
  return truth[known], fold.probs[known]
