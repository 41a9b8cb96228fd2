"""What a test score is of: one rule for curves, cases, pages and the screen.

An image is a slice of a volume if its id says so, by ending in _slice and a
number, such as patient001_frame1_slice03; the slices of a volume are one case.
Who the patient is does not say which of his images are of one volume, so any
other item is a case by itself, and so are slices whose ids name a volume that
several patients would share.
"""

import pathlib
import re
from collections.abc import Sequence

import numpy as np

from alx.data import Dataset, Split
from alx.data.partly import is_partly_labelled
from alx.label_maps import UNLABELLED
from alx.runs.disk import store

_SLICE = re.compile(r"(?P<volume>.+?)[_-]slice[_-]?\d+", re.IGNORECASE)


def case_names(dataset: Dataset, items: Sequence[int]) -> list[str]:
  """The case of each test item: the volume it is a slice of, or itself.

  Args:
    dataset: with the ids and, where known, the patients.
    items: all that are tested.
  """
  volumes = [_volume(dataset, item) for item in items]
  patients = {}
  for item, volume in zip(items, volumes, strict=True):
    patient = dataset.groups[item] if dataset.groups else None
    patients.setdefault(volume, set()).add(patient)
  return [
    dataset.ids[item] if volume is None or len(patients[volume]) > 1 else volume
    for item, volume in zip(items, volumes, strict=True)
  ]


def _volume(dataset, item):
  """What the id of a flat image says it is a slice of, or None."""
  found = _SLICE.fullmatch(dataset.ids[item])
  if found is None or not _is_flat(dataset, item):
    return None
  return found["volume"]


def _is_flat(dataset, item):
  """Whether an image has two axes that are longer than one voxel."""
  return sum(n > 1 for n in _extents(dataset, item)) <= 2


def _extents(dataset, item):
  """Voxels along the spatial axes, without reading an image from a cache."""
  shapes = getattr(dataset.images, "shapes", None)
  return (dataset.images[item].shape if shapes is None else shapes[item])[:-1]


def scored(dataset: Dataset, items: Sequence[int]) -> dict:
  """What the scores are of, for dataset.json; see `words.scored`.

  Returns:
    `per`: "volume" of slices, "case" if only some are slices, "image", "item"
    of embeddings, or "volume" that is stored whole; `kind` and number of the
    items, number of cases, and of patients, None where they are not known; how
    many are `partly` labelled, if any is.
  """
  axes = len(_extents(dataset, items[0]))
  kinds = {0: ("item", "item"), 3: ("volume", "volume")}
  per, kind = kinds.get(axes, ("image", "image"))
  names = case_names(dataset, items)
  sliced = sum(
    name != dataset.ids[item] for name, item in zip(names, items, strict=True)
  )
  if dataset.task == "segmentation" and sliced:
    whole = sliced == len(items)
    per, kind = ("volume", "slice") if whole else ("case", "image")
  patients = {dataset.groups[i] for i in items} if dataset.groups else None
  return {
    "per": per,
    "kind": kind,
    "items": len(items),
    "cases": len(set(names)) if sliced else len(items),
    "patients": patients and len(patients),
    **_partly(dataset, items),
  }


def _partly(dataset, items):
  if not is_partly_labelled(dataset):
    return {}
  maps = (dataset.labels[item] for item in items)
  count = sum(bool((label == UNLABELLED).any()) for label in maps)
  return {"partly": count} if count else {}


def held_classes(dataset: Dataset, split: Split) -> np.ndarray:
  """[N, C] bool, which classes each pool item holds."""
  classes = np.arange(len(dataset.class_names))
  labels = (dataset.labels[i] for i in split.pool)
  return np.stack([np.isin(classes, label) for label in labels])


def check_begun(
  workdir: pathlib.Path, dataset: Dataset, items: Sequence[int]
) -> None:
  """Refuses to go on with runs that were scored by other cases.

  Raises:
    ValueError: if a cases.csv in the directory names other ones.
  """
  path = next(workdir.glob("runs/*/cases.csv"), None)
  rows = store.read_rows(path) if path else []
  first = {row["id"] for row in rows if row.get("round") == rows[0]["round"]}
  now = set(case_names(dataset, items))
  if first - now:
    raise ValueError(
      f"{path}: this run has {len(first)} test cases, now there would be "
      f"{len(now)} (which slices are one case is told by other ids); name "
      "another --workdir"
    )
