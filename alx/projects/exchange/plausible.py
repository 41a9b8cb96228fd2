"""Whether a label map can be meant: empty, moved, lost, elsewhere, speckled."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import ndimage

from alx.projects.exchange import overlap
from alx.projects.exchange.refused import Refused

_SPECKLE = 100  # new components
_OUTSIDE = 0.5  # share of a label that lies in the air


def checked(label: np.ndarray, target: Any, told: Mapping) -> list[str]:
  """Flags of a label on the grid.

  Args:
    label: uint8 [*sp].
    target: an `ingest.Target`.
    told: beside the file.

  Raises:
    Refused: 409 for an empty one, and for values that have moved.
  """
  if not label.any() and not told.get("nothing_to_label"):
    raise Refused(
      409,
      "nothing is labelled: confirm it with decision=empty, or skip the case",
    )
  _check_names(label, target, told)
  draft = target.draft
  if draft is None or not draft.any():
    return _speckle(label, None)
  found = overlap.moved(label, draft, len(target.names))
  if found and not told.get("values_checked"):
    raise Refused(
      409,
      f"{overlap.told(found, target.names)}; if the draft had them wrong, "
      "confirm with decision=values_checked",
    )
  missing = {*overlap.values(draft)} - {*overlap.values(label)} - {0}
  flags = []
  if missing and label.any():
    names = ", ".join(target.names[i] for i in sorted(missing))
    rows = overlap.shares(overlap.table(draft, label, len(target.names)))
    goes = ", ".join(
      f"{target.names[i]} to {target.names[int(rows[i].argmax())]} "
      f"{rows[i].max():.2f}"
      for i in sorted(missing)
    )
    flags.append(f"the draft had {names}, this has none ({goes})")
  return flags + _elsewhere(label, target) + _speckle(label, draft)


def _check_names(label, target, told):
  """Names that a client tells have to be those of the values.

  By place, by value and by what they lie on they must agree.
  """
  given = told.get("label_info") or ()
  if not isinstance(given, list | tuple) or not all(
    isinstance(x, Mapping) for x in given
  ):
    raise Refused(400, "wanted label_info as a list of {name, idx}")
  by_name = {n.casefold(): i for i, n in enumerate(target.names)}
  present = {*overlap.values(label).tolist()} - {0}
  for place, about in enumerate(given, 1):
    name, value = str(about.get("name", "")), about.get("idx", place)
    right = by_name.get(name.strip().casefold())
    if right is None or (right in present and value not in (right, None)):
      raise Refused(
        409,
        f"label_info tells {name!r} as {value}, the project's classes are "
        + ", ".join(f"{i} {n}" for i, n in enumerate(target.names)),
      )
  named = {by_name[str(x["name"]).strip().casefold()] for x in given}
  if given and not present <= named:
    extra = ", ".join(target.names[i] for i in sorted(present - named))
    raise Refused(409, f"label_info does not tell {extra}, the voxels do")


def _elsewhere(label, target):
  on_draft = np.count_nonzero((label > 0) & (target.draft > 0))
  size = np.count_nonzero(label)
  if on_draft or not size or target.body is None:
    return []
  outside = np.count_nonzero((label > 0) & ~target.body) / size
  if outside <= _OUTSIDE:
    return []
  return [
    f"of another image? nothing lies on the draft, {outside:.0%} in the air"
  ]


def _speckle(label, draft):
  """Many small islands, or one of a single slice."""
  islands, count = ndimage.label(_solid(label))
  before = ndimage.label(_solid(draft))[1] if draft is not None else 1
  flags = []
  if count - before >= _SPECKLE:
    flags.append(f"{count} separate pieces, {before} before: speckle?")
  elif label.ndim == 3 and 1 < count <= 64 and count > before:
    thin = [
      i
      for i, box in enumerate(ndimage.find_objects(islands), 1)
      if min(s.stop - s.start for s in box) == 1
    ]
    if thin:
      flags.append(f"{len(thin)} of {count} pieces are one slice thick")
  return flags


def _solid(label):
  """Where there is anything: axes as in memory, cut to what there is."""
  solid = label > 0
  solid = solid.T if solid.flags.f_contiguous else solid
  for axis in range(solid.ndim):
    others = tuple(i for i in range(solid.ndim) if i != axis)
    there = np.flatnonzero(solid.any(others))
    if not there.size:
      return solid
    cut = slice(there[0], there[-1] + 1)
    solid = solid[(slice(None),) * axis + (cut,)]
  return solid
