"""The label map of a reader: taken, mended without loss, or refused."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from alx.projects.exchange import overlap
from alx.projects.exchange.decode import Decoded, decode
from alx.projects.exchange.grid import Grid, align
from alx.projects.exchange.plausible import checked
from alx.projects.exchange.refused import Refused
from alx.projects.exchange.segments import of_segments

ACCEPTED, REPAIRED, QUARANTINED = "accepted", "repaired", "quarantined"
_RUBBER_S = 3.0  # an answer in less was not looked at


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
    flags = [*decoded.flags, *checked(label, target, told)]
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
    array, fixes = of_segments(decoded, target.names)
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
  values = overlap.values(array)
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


def _looked_at(decision, told, target):
  flags = []
  seconds = told.get("seconds")
  if decision == "accept" and seconds is not None and seconds < _RUBBER_S:
    flags.append(f"accepted after {seconds:.1f} s: rubber stamp?")
  if target.frozen:
    flags.append("a frozen case: it is never trained on")
  return flags
