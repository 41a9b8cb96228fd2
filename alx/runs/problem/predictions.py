"""What a model says of the items: masks or probabilities, metrics, rows."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from alx.devices.distributed import is_shared
from alx.devices.mesh import on_host, placed
from alx.runs.problem.cases import case_names
from alx.runs.problem.problem import Problem
from alx.training import evaluation


def held_out(problem: Problem) -> tuple:
  """What `predict_test` takes beside the params."""
  if problem.dataset.task == "classification":
    return (problem.test_images,)
  return problem.test_images, problem.test_labels


def predict_test(problem: Problem, params):
  """Probabilities or masks of the test items."""
  return readable(problem.predict_test(params, *held_out(problem)))


def predict_pool(
  problem: Problem, params, predict: Callable | None = None
) -> np.ndarray:
  """[N, C] probabilities of the pool, or [N, C, 3] voxels of masks, in parts.

  Each is as large as the test part, so that nothing is compiled for it where
  its items are of one extent. The voxels are those of `counts` of a test.

  Args:
    problem: with the pool.
    params: of the model.
    predict: instead of `predict_test`, with axes in front of those of items.
  """
  predict = predict or problem.predict_test
  count, size = problem.labels.shape[0], problem.test_labels.shape[0]
  is_classes = problem.dataset.task == "classification"
  images = problem.images._replace(regions=None)  # test items have none
  pool = (images,) if is_classes else (images, problem.labels)
  pool, found = on_host(pool), []
  for start in range(0, count, size):
    rows = np.minimum(np.arange(start, start + size), count - 1)
    part = jax.tree.map(lambda x, rows=rows: x[rows], pool)
    part = _lying_as(held_out(problem), part)
    said = readable(predict(params, *part))
    found.append(np.asarray(said if is_classes else said.counts))
  if is_classes:
    return np.concatenate(found, axis=-2)[..., :count, :]
  return np.concatenate(found, axis=-3)[..., :count, :, :]


def readable(found):
  """Arrays that each process can read, where several have parts of them."""
  return on_host(found) if is_shared() else found


def _lying_as(held, part):
  """Arrays on the devices of others of their shapes: one program for both."""

  def put(x, like):
    where = like.sharding
    return placed(x, where) if len(where.device_set) > 1 else x

  return jax.tree.map(put, part, held)


def classes_seen(problem: Problem, labelled) -> int | None:
  """How many classes are among the labels; None for a segmentation.

  Args:
    problem: with the labels.
    labelled: [N] bool, or the items.
  """
  if problem.dataset.task != "classification":
    return None
  return len(np.unique(on_host(problem.labels)[np.asarray(labelled)]))


def metrics_of(
  problem: Problem, predicted, seen: int | None = None
) -> dict[str, float]:
  """The metrics of `predict_test`.

  Args:
    problem: that is tested on.
    predicted: by a model.
    seen: classes that it was trained on; None: all.
  """
  dataset, test = problem.dataset, problem.split.test
  if dataset.task == "classification":
    return evaluation.classification_metrics(
      np.asarray(predicted),
      on_host(problem.test_labels),
      dataset.class_names,
      seen,
    )
  return evaluation.segmentation_metrics(
    predicted,
    [dataset.labels[i] for i in test],
    dataset.class_names,
    [dataset.spacing_mm[i] for i in test],
    case_names(dataset, test),
  )


def of_items(
  problem: Problem, predicted: Any, pool: Callable | None, labelled: np.ndarray
) -> list[dict]:
  """A row for each item of test and pool.

  Args:
    problem: with the items.
    predicted: of the test items.
    pool: () -> probabilities [N, C] of the pool, or voxels [N, C, 3]; None: of
      the pool nothing is told.
    labelled: [N] bool, what the model was trained on.

  Returns:
    With `part`, `id`, where known `group`, and whether it is `labelled`; of a
    classification its `class`, the class `predicted` and the probability
    `p_NAME` of each; of a segmentation its `case` and of each class the voxels
    `true_NAME`, `predicted_NAME` and `both_NAME`.
  """
  split, dataset = problem.split, problem.dataset
  is_classes = dataset.task == "classification"
  test = np.asarray(predicted if is_classes else predicted.counts)
  nothing = np.zeros(len(split.test), bool)
  parts = [("test", split.test, test, nothing)]
  if pool is not None:
    found = np.asarray(pool())
    parts.append(("pool", split.pool, found, np.asarray(labelled)))
  tell = _classified if is_classes else _masks
  return [row for part in parts for row in tell(dataset, *part)]


def _classified(dataset, part, items, found, flags):
  names = dataset.class_names
  for item, probs, labelled in zip(items, found, flags, strict=True):
    each = zip(names, probs, strict=True)
    yield (
      _about(dataset, part, item, labelled)
      | {
        "class": names[int(dataset.labels[item])],
        "predicted": names[int(probs.argmax())],
      }
      | {f"p_{name}": f"{float(p):.6g}" for name, p in each}
    )


def _masks(dataset, part, items, found, flags):
  names, cases = dataset.class_names[1:], case_names(dataset, items)
  for item, case, counts, labelled in zip(
    items, cases, found[:, 1:], flags, strict=True
  ):
    yield (
      _about(dataset, part, item, labelled)
      | {"case": case}
      | {
        f"{what}_{name}": int(number)
        for place, what in ((2, "true"), (1, "predicted"), (0, "both"))
        for name, number in zip(names, counts[:, place], strict=True)
      }
    )


def _about(dataset, part, item, labelled):
  group = {"group": dataset.groups[item]} if dataset.groups else {}
  about = {"part": part, "id": dataset.ids[item]} | group
  return about | {"labelled": int(labelled)}
