"""What a model says of every item, for predictions.csv."""

from collections.abc import Callable
from typing import Any

import numpy as np

from alx.runs.problem.cases import case_names
from alx.runs.problem.problem import Problem


def of_items(
  problem: Problem, predicted: Any, pool: Callable, labelled: np.ndarray
) -> list[dict]:
  """A row for each item: of a classification of test and pool, else of test.

  Args:
    problem: with the items.
    predicted: of the test items.
    pool: () -> probabilities [N, C] of the pool, called for a classification.
    labelled: [N] bool, what the model was trained on.

  Returns:
    With `part`, `id` and, where known, `group`; of a classification whether
    it is `labelled`, its `class`, the class `predicted` and the probability
    `p_NAME` of each; of a segmentation its `case` and of each class the voxels
    `true_NAME`, `predicted_NAME` and `both_NAME`.
  """
  split, dataset = problem.split, problem.dataset
  if dataset.task != "classification":
    return _masks(problem, predicted)
  nothing = np.zeros(len(split.test), bool)
  parts = (
    ("test", split.test, np.asarray(predicted), nothing),
    ("pool", split.pool, np.asarray(pool()), np.asarray(labelled)),
  )
  return [
    _classified(dataset, part, item, probs, known)
    for part, items, found, flags in parts
    for item, probs, known in zip(items, found, flags, strict=True)
  ]


def _classified(dataset, part, item, probs, labelled):
  names = dataset.class_names
  return (
    _about(dataset, part, item)
    | {
      "labelled": int(labelled),
      "class": names[int(dataset.labels[item])],
      "predicted": names[int(probs.argmax())],
    }
    | {f"p_{n}": f"{float(p):.6g}" for n, p in zip(names, probs, strict=True)}
  )


def _masks(problem, predicted):
  dataset, test = problem.dataset, problem.split.test
  names = dataset.class_names[1:]
  counts = np.asarray(predicted.counts)[:, 1:]
  cases = case_names(dataset, test)
  return [
    _about(dataset, "test", item)
    | {"case": case}
    | {
      f"{what}_{name}": int(number)
      for place, what in ((2, "true"), (1, "predicted"), (0, "both"))
      for name, number in zip(names, row[:, place], strict=True)
    }
    for item, case, row in zip(test, cases, counts, strict=True)
  ]


def _about(dataset, part, item):
  group = {"group": dataset.groups[item]} if dataset.groups else {}
  return {"part": part, "id": dataset.ids[item]} | group
