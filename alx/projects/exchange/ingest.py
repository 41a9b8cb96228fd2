"""The label map of a reader: taken, mended without loss, or refused."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from alx.projects.exchange import overlap
from alx.projects.exchange.decode import Decoded, decode
from alx.projects.exchange.grid import Grid, align
from alx.projects.exchange.refused import Refused

ACCEPTED, REPAIRED, QUARANTINED = "accepted", "repaired", "quarantined"
_RUBBER_S = 3.0  # an answer in less was not looked at
_SPECKLE = 100  # new components
_OUTSIDE = 0.5  # share of a label that lies in the air


class Target(NamedTuple):
  """What an answer is held against."""

  uid: str
  grid: Grid
  names: tuple[str, ...]  # C classes
  draft: np.ndarray | None = None  # [*sp], as it was shown; None: it was not
  body: np.ndarray | None = None  # [*sp] bool, where the image is not air
  image_sha256: tuple[str, ...] = ()
  region: np.ndarray | None = None  # [*sp] bool, voxels asked for; None: all
  frozen: bool = False  # never trained on
  known: np.ndarray | None = None  # [*sp], of an expert, for the other voxels


class Result(NamedTuple):
  """What became of an answer."""

  code: int  # of HTTP; 200: taken
  status: str  # ACCEPTED, REPAIRED or QUARANTINED
  label: np.ndarray | None = None  # uint8 [*sp] on the grid of the image
  fixes: tuple[str, ...] = ()  # done without loss
  flags: tuple[str, ...] = ()  # a reviewer should look
  problem: str = ""  # why it was refused
  decision: str = ""  # accept, edit, reject, scratch
  changed: int = 0  # voxels unlike the draft; of none: labelled ones
  came: Decoded | None = None  # as it was sent, where it was mended

  def line(self) -> str:
    """accepted | repaired(reason) | quarantined(reason), and flags."""
    reason = self.problem or "; ".join(self.fixes)
    text = f"{self.status}({reason})" if reason else self.status
    flagged = "; ".join(self.flags)
    return f"{text} [look at it: {flagged}]" if flagged else text


def ingest(
  content: bytes,
  target: Target,
  told: Mapping[str, Any] | None = None,
  name: str = "",
) -> Result:
  """What becomes of the bytes of an answer; nothing is stored.

  Args:
    content: of the file.
    target: of the case.
    told: beside the file: decision, nothing_to_label, values_checked,
      image_sha256, seconds, label_info.
    name: of the file.
  """
  told = told or {}
  try:
    _check_image(told, target)
    decoded = decode(content, target.grid, name)
    label, fixes = _on_grid(decoded, target)
    label = _inside(label, target)
    flags = [*decoded.flags, *_checked(label, target, told)]
  except Refused as error:
    return Result(error.code, QUARANTINED, problem=str(error))
  fixes = (*decoded.fixes, *fixes)
  decision, changed = decide(label, target.draft, told)
  flags += _looked_at(decision, told, target)
  return Result(
    200,
    REPAIRED if fixes else ACCEPTED,
    label,
    fixes,
    tuple(flags),
    "",
    decision,
    changed,
    decoded if fixes else None,
  )


def decide(
  label: np.ndarray, draft: np.ndarray | None, told: Mapping
) -> tuple[str, int]:
  """(accept, edit, reject or scratch; changed voxels)."""
  if draft is None:
    return "scratch", int(np.count_nonzero(label))
  changed = int(np.count_nonzero(label != draft))
  if not changed:
    return "accept", 0
  both = np.count_nonzero((label == draft) & (label > 0))
  wants = str(told.get("decision", "")).casefold()
  redrawn = wants in ("reject", "redraw") or (not both and draft.any())
  return "reject" if redrawn else "edit", changed


def _check_image(told, target):
  claimed = told.get("image_sha256")
  claimed = [claimed] if isinstance(claimed, str) else list(claimed or ())
  if claimed and not set(claimed) <= set(target.image_sha256):
    raise Refused(409, "of another image: its image_sha256 is not this case's")


def _on_grid(decoded, target):
  """(label uint8 on the grid, fixes)."""
  fixes = []
  if decoded.layered or decoded.segments:
    array, fixes = _of_segments(decoded, target)
  else:
    _check_no_slice(decoded.array, target.grid)
    array = _whole(decoded.array, target)
    if decoded.array.dtype.kind == "f":
      fixes.append("whole numbers stored as floats: made integers")
  label, moves = align(array, decoded.affine, target.grid)
  return label, [*fixes, *moves]


def _check_no_slice(array, grid):
  """A slice alone often keeps the corner of its volume: it would be misplaced.

  A viewer that crops to what is drawn names its segments.
  """
  pairs = zip(array.shape, grid.shape, strict=False)
  if array.size > 1 and any(n == 1 < whole for n, whole in pairs):
    found = " x ".join(map(str, array.shape))
    raise Refused(422, f"wanted a volume, found a slice of {found}")


def _whole(array, target):
  """The values as uint8.

  Raises:
    Refused: 422 for NaN, fractions, negatives, and values of no class.
  """
  if array.dtype.kind == "f":
    if not np.isfinite(array).all():
      raise Refused(422, "NaN or infinite values")
    if (array != np.rint(array)).any():
      first = array[array != np.rint(array)].flat[0]
      raise Refused(
        422,
        f"labels must be integers, found {first:g}: save it as a label map",
      )
  elif array.dtype.kind not in "bui":
    raise Refused(422, f"wanted whole numbers, found {array.dtype}")
  values = np.unique(array)
  if values.size and values[0] < 0:
    raise Refused(422, f"negative values, the least {values[0]:g}")
  unknown = values[values >= len(target.names)]
  if unknown.size:
    found = ", ".join(f"{v:g}" for v in unknown[:8])
    top = len(target.names) - 1
    raise Refused(
      422, f"values of no class: {found}; the classes are 0 to {top}"
    )
  return array.astype(np.uint8)


def _of_segments(decoded, target):
  """One label map of the layers and names of segments."""
  layers = decoded.array if decoded.layered else decoded.array[None]
  if not decoded.segments:
    return _of_nameless(layers)
  known = {name.casefold(): i for i, name in enumerate(target.names)}
  out = np.zeros(layers.shape[1:], np.uint8)
  covered = np.zeros(layers.shape[1:], np.uint8)
  renamed, used = [], np.zeros(layers.shape, bool)
  for segment in decoded.segments:
    if not 0 <= segment.layer < len(layers):
      raise Refused(422, f"damaged header: no layer {segment.layer}")
    inside = layers[segment.layer] == segment.value
    used[segment.layer] |= inside
    if not inside.any():
      continue
    value = known.get(segment.name.strip().casefold())
    if value is None:
      wanted = ", ".join(target.names)
      raise Refused(422, f"a segment {segment.name!r}, wanted one of {wanted}")
    out[inside] = value
    covered += inside & bool(value)
    if value != segment.value and not decoded.layered:
      renamed.append(f"{segment.name} was {segment.value}, is {value}")
  if (layers.astype(bool) & ~used).any():
    raise Refused(422, "voxels of a value that no segment describes")
  _check_disjoint(int((covered > 1).sum()))
  fixes = [f"numbered by name: {', '.join(renamed)}"] if renamed else []
  if decoded.layered:
    fixes.append("layers without overlap: joined by name")
  return out, fixes


def _of_nameless(layers):
  both = int((np.count_nonzero(layers, axis=0) > 1).sum())
  _check_disjoint(both)
  raise Refused(
    422,
    f"{len(layers)} layers without names: save one label map, or .seg.nrrd",
  )


def _check_disjoint(count):
  if count:
    raise Refused(422, f"segments overlap in {count} voxels: wanted one each")


def _inside(label, target):
  """The voxels of the unit; others are what they were."""
  if target.region is None:
    return label
  if target.known is not None:
    others = target.known
  elif target.draft is not None:
    others = target.draft
  else:
    others = np.zeros_like(label)
  return np.where(target.region, label, others)


def _checked(label, target, told):
  """Flags of a label on the grid.

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
  missing = set(np.unique(draft)) - set(np.unique(label)) - {0}
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
  present = set(np.unique(label).tolist()) - {0}
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
  islands, count = ndimage.label(label > 0)
  before = ndimage.label(draft > 0)[1] if draft is not None else 1
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


def _looked_at(decision, told, target):
  flags = []
  seconds = told.get("seconds")
  if decision == "accept" and seconds is not None and seconds < _RUBBER_S:
    flags.append(f"accepted after {seconds:.1f} s: rubber stamp?")
  if target.frozen:
    flags.append("a frozen case: it is never trained on")
  return flags
