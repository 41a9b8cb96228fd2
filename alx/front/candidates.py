"""What a caller tells of each item: masks, classes, groups."""

from typing import Any

import numpy as np

from alx.acquisition import Candidates
from alx.acquisition.grammar import Given, lacking
from alx.front.inputs import Inputs, as_array, refuse_traced
from alx.groups import is_unknown, numbers_of


def read_candidates(
  given: Inputs, labelled: Any, available: Any, groups: Any, labels: Any
) -> Candidates:
  """What a call tells of each item, see `alx.query`.

  Raises:
    ValueError: for masks, classes or groups that cannot be.
  """
  num_items = given.num_items
  if labels is not None and labelled is None:
    raise ValueError("labels= are read where labelled= is true: give the mask")
  none = np.zeros(num_items, bool)
  labelled = (
    none if labelled is None else read_mask("labelled", labelled, num_items)
  )
  available = (
    ~labelled
    if available is None
    else read_mask("available", available, num_items)
  )
  both = np.flatnonzero(labelled & available)
  if both.size:
    raise ValueError(f"item {both[0]} is labelled and available; choose one")
  classes = None if labels is None else read_labels(labels, labelled)
  if classes is not None:
    _check_classes(classes, given)
  if groups is not None:
    groups = read_groups(groups, num_items)
  return Candidates(available, labelled, classes, groups)


def _check_classes(classes, given):
  """Raises for a class that the predictions, if flat, do not have."""
  if given.probs is None or given.probs.ndim > 3:
    return
  num_classes = given.probs.shape[-1]
  beyond = np.flatnonzero(classes >= num_classes)
  if beyond.size:
    raise ValueError(
      f"labels: item {beyond[0]} has class {classes[beyond[0]]}, the "
      f"predictions have {num_classes}"
    )


def told_clusters(
  method: str,
  options: dict[str, Any],
  given: Inputs,
  candidates: Candidates,
) -> Given:
  """`clusters` of methods that want it, as the other arrays tell it.

  Raises:
    ValueError: if none of them does, or for more clusters than items.
  """
  asked = options.get("clusters")
  present = int(np.sum(candidates.present))
  if asked is not None and asked > present:
    raise ValueError(
      f"clusters: wanted no more than there are items, {present}, found {asked}"
    )
  told = asked is not None or options.get("delta") is not None
  wanting = () if told else lacking(method, ("clusters", "delta"))
  if not wanting:
    return ()
  found = []
  if given.probs is not None and given.probs.ndim == 3:
    found.append(given.probs.shape[-1])
  if candidates.labels is not None:
    found.append(int(candidates.labels.max()) + 1)
  if max(found, default=0) < 2:
    raise ValueError(
      f"{method} wants to know how many classes the items are of: give "
      "clusters=, or delta=, logits= [N, C] or labels= of two classes or more"
    )
  return tuple((name, (("clusters", max(found)),)) for name in wanting)


def check_target(options: dict[str, Any], candidates: Candidates) -> None:
  """Raises for a `target_class` that no labelled item is of."""
  wanted = options.get("target_class")
  if wanted is None:
    return
  if candidates.labels is None:
    raise ValueError(f"target_class={wanted} does nothing without labels=")
  known = np.unique(candidates.labels[candidates.labelled]).tolist()
  if wanted not in known:
    found = ", ".join(map(str, known)) or "none"
    raise ValueError(
      f"target_class: wanted a class of the labelled items ({found}), found "
      f"{wanted}"
    )


def sizes_of(n, labelled, available, labels, groups) -> dict[str, int]:
  """N by the name of what tells it, as far as it is one number per item.

  Raises:
    ValueError: for an n that is no integer >= 1.
  """
  found = {}
  if n is not None:
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
      raise ValueError(f"n: wanted an integer >= 1, found {n!r}")
    found["n"] = int(n)
  masks = {"labelled": labelled, "available": available}
  for name, mask in masks.items():
    mask = None if mask is None else np.asarray(as_array(name, mask))
    if mask is None or mask.ndim != 1:
      continue
    if mask.dtype == bool or _is_binary(mask):
      found[name] = len(mask)
  for name, rows in {"labels": labels, "groups": groups}.items():
    if rows is not None and np.ndim(rows) == 1:
      found[name] = len(rows)
  return found


def read_mask(name: str, value: Any, num_items: int) -> np.ndarray:
  """A bool [N] on the host; integers 0 and 1 are as good.

  Raises:
    ValueError: if it is not one; ids instead of a mask are not guessed at.
  """
  value = np.asarray(as_array(name, value))
  if value.shape == (num_items,) and _is_binary(value):
    return value.astype(bool)
  if value.shape != (num_items,) or value.dtype != bool:
    raise ValueError(
      f"{name}: wanted a bool mask [{num_items}], found {value.dtype} of shape "
      f"{value.shape}; of ids it is numpy.isin(numpy.arange({num_items}), ids)"
    )
  return value


def _is_binary(value):
  """Whether integers are 0 and 1 only, and too many to be distinct ids."""
  integers = value.dtype.kind in "iu" and value.size > 2
  return integers and bool(((value == 0) | (value == 1)).all())


def read_labels(value: Any, labelled: np.ndarray) -> np.ndarray:
  """int32 [N] classes where labelled, -1 elsewhere.

  Raises:
    ValueError: not integers [N], or a negative class of a labelled item.
  """
  value = np.asarray(as_array("labels", value))
  if value.shape != labelled.shape or value.dtype.kind not in "iub":
    raise ValueError(
      f"labels: wanted integers [{len(labelled)}], found {value.dtype} of "
      f"shape {value.shape}"
    )
  negative = np.flatnonzero(labelled & (value < 0))
  if negative.size:
    raise ValueError(
      f"labels: item {negative[0]} is labelled, wanted a class >= 0, found "
      f"{value[negative[0]]}"
    )
  highest = int(value[labelled].max(initial=0))
  if highest > np.iinfo(np.int32).max:
    raise ValueError(f"labels: wanted classes below 2^31, found {highest}")
  # Not of `value` itself: -1 is 255 in uint8.
  classes = np.full(labelled.shape, -1, np.int32)
  classes[labelled] = value[labelled]
  return classes


def read_groups(value: Any, num_items: int) -> np.ndarray:
  """int32 [N] numbers of the groups, see `alx.groups.numbers_of`.

  Raises:
    ValueError: if it is not [N], or a name is there as text and not.
  """
  refuse_traced("groups", value)
  if np.ma.is_masked(value):
    raise ValueError("groups: some names are masked; fill or leave them out")
  value = np.asarray(value, object)
  if value.shape != (num_items,):
    raise ValueError(
      f"groups: wanted one per item [{num_items}], found shape {value.shape}"
    )
  try:
    numbers = numbers_of(value)
  except ValueError as error:
    raise ValueError(f"groups: {error}") from None
  texts = {x.strip() for x in value if isinstance(x, str)}
  both = texts & {str(x) for x in value if not isinstance(x, (str, bytes))}
  both = sorted(name for name in both if not is_unknown(name))
  if both:
    raise ValueError(
      f"groups: wanted names of one type, found {both[0]} as text and not as "
      "text"
    )
  return numbers.astype(np.int32)
