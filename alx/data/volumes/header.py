"""What the files of a case say beside their voxels, and lines about it."""

import collections
from collections.abc import Sequence
from typing import NamedTuple

from alx.data.dataset import bad_input

SPACING_FROM = ("pixdim", "affine")
_SAME = 1e-3  # share by which two voxel sizes may differ and be one
_SKEW = 1.0  # degrees from a right angle that are told


class Header(NamedTuple):
  """Of a case's first image, with axes as in memory, and of its label map."""

  file: str
  pixdim_mm: tuple[float, ...] | None = None  # None: nothing that makes sense
  affine_mm: tuple[float, ...] | None = None  # None: no sform
  letters: str = ""  # where the axes of the file run to; "": not told
  others: str = ""  # the same by the qform, where that is not it
  skew: float = 0.0  # degrees that axes are from a right angle, at most
  rounded: str = ""  # the first label that is no whole number


def check_spacing_from(spacing_from: str) -> None:
  """Raises DataError for another word than "pixdim" or "affine"."""
  if spacing_from not in SPACING_FROM:
    wanted = f"one of {', '.join(SPACING_FROM)}"
    raise bad_input("spacing_from", wanted, repr(spacing_from))


def spacing_of(header: Header, spacing_from: str) -> tuple[float, ...] | None:
  """mm along each axis from "pixdim" or "affine", or from the other if it has
  none; None: neither has.
  """
  choices = [header.pixdim_mm, header.affine_mm]
  if spacing_from == "affine":
    choices.reverse()
  return next(filter(None, choices), None)


def spacings_of(
  headers: Sequence[Header], spacing_from: str
) -> tuple[tuple[float, ...] | None, ...]:
  """Of N cases; unknown for all if it is for one: units must not mix."""
  found = tuple(spacing_of(h, spacing_from) for h in headers)
  return found if all(found) else (None,) * len(found)


def notes_of(
  name: object, headers: Sequence[Header], spacing_from: str
) -> list[str]:
  """A line for each thing that a user ought to know of N cases.

  Args:
    name: of the data, for the lines.
    headers: of the cases.
    spacing_from: "pixdim" or "affine".
  """
  other = SPACING_FROM[spacing_from == SPACING_FROM[0]]
  told = [
    (
      _disagree,
      lambda h: f"pixdim {_mm(h.pixdim_mm)} and affine {_mm(h.affine_mm)} mm",
      f"disagree on the voxel size, {spacing_from} is used "
      f"(spacing_from={other} takes the other)",
    ),
    (
      lambda h: h.affine_mm and not h.pixdim_mm,
      lambda h: f"affine {_mm(h.affine_mm)} mm",
      "have no voxel size in pixdim, that of the affine is used",
    ),
    (
      lambda h: not spacing_of(h, spacing_from),
      lambda h: "none in pixdim, no sform",
      "have no voxel size; distances of all cases are in voxels",
    ),
    (
      lambda h: h.others,
      lambda h: f"sform {h.letters} and qform {h.others}",
      "run another way by the sform than by the qform; the sform is used",
    ),
    (
      lambda h: h.skew > _SKEW,
      lambda h: f"{h.skew:.1f} degrees",
      "have axes that are not at right angles; distances are measured as if "
      "they were",
    ),
    (
      lambda h: h.rounded,
      lambda h: f"labels such as {h.rounded}",
      "have labels that are not quite whole numbers, they are rounded",
    ),
  ]
  lines = [_counted(name, headers, *entry) for entry in told]
  return [line for line in (*lines, _orientations(name, headers)) if line]


def _counted(name, headers, is_true, detail, words) -> str:
  """How many cases something is true of, and the first; "": none."""
  found = [h for h in headers if is_true(h)]
  if not found:
    return ""
  count = f"{len(found)} of {len(headers)} cases"
  return f"{name}: {count} {words}; first {found[0].file}: {detail(found[0])}"


def _disagree(h):
  if not (h.pixdim_mm and h.affine_mm):
    return False
  pairs = zip(h.pixdim_mm, h.affine_mm, strict=True)
  return any(abs(a - b) > _SAME * max(a, b) for a, b in pairs)


def _orientations(name, headers):
  counts = collections.Counter(h.letters for h in headers)
  if len(counts) < 2:
    return ""
  known = [f"{counts[k]} {k}" for k in sorted(counts) if k]
  line = f"{name}: axes of the files run to {', '.join(known)}"
  if any(k not in ("", "RAS") for k in counts):
    line += "; images and label maps are turned to RAS"
  if counts[""]:
    line += f"; {counts['']} cases do not tell where, and stay as they are"
  return line


def _mm(spacing):
  return " x ".join(f"{mm:.4g}" for mm in spacing)
