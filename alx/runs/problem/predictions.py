"""What a model says of every item, for predictions.csv."""

from collections.abc import Callable
from typing import Any

import numpy as np

from alx.runs.problem.cases import case_names
from alx.runs.problem.problem import Problem


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
