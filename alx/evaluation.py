"""How good a model is on held-out items."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from alx import metrics
from alx.data.patches import Images
from alx.learner import Learner
from alx.stream import map_blocks


def make_predict_all(learner: Learner, task: str, block: int) -> Callable:
  """(params, Images of V items) -> what the metrics need, compiled.

  Without dropout. Segmentation: likeliest class [V, *sp] uint8;
  classification: probabilities [V, C].
  """

  def of_block(params, images, items):
    prediction = learner.predict(jax.random.key(0), params, images, items, 0)
    probs = prediction.probs[0]
    if task == "classification":
      return probs
    return probs.argmax(-1).astype(jnp.uint8)

  @jax.jit
  def predict_all(params, images: Images):
    return map_blocks(
      lambda images, items: of_block(params, images, items), images, block
    )

  return predict_all


def segmentation_metrics(
  predicted: Sequence[np.ndarray],
  truth: Sequence[np.ndarray],
  class_names: Sequence[str],
  spacings: Sequence[tuple[float, ...] | None],
  cases: Sequence[str],
) -> dict[str, float]:
  """Dice and surface distances, means over cases.

  Args:
    predicted, truth: V label maps each, of the items' own extents.
    class_names: C names, background first.
    spacings: of the items, mm, or None: distances in voxels.
    cases: V names. Items of one name (slices of a patient) are one case: their
      voxel counts are added before the Dice, their distances averaged.
  """
  num_classes = len(class_names)
  counts, surfaces = {}, {}
  for a, b, spacing, case in zip(
    predicted, truth, spacings, cases, strict=True
  ):
    added = np.asarray(metrics.overlap_counts(a[None], b[None], num_classes)[0])
    counts[case] = counts.get(case, 0) + added
    distances = metrics.surface_metrics(a, b, num_classes, spacing)
    surfaces.setdefault(case, []).append(distances)
  dice = np.stack([metrics.dice_from_counts(c) for c in counts.values()])
  return _dice_summary(dice, class_names) | _surface_summary(surfaces)
