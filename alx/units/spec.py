"""What one label is, as it is written: whole, slices:0, boxes:16,16,16 ...

whole                      the item itself
slices                     across the last axis; slices:0 across the first
slices:all                 across every axis; they cross
slices:axial               also coronal, sagittal, of turned volumes
boxes:16,16,16             extent in voxels; boxes:16 along every axis
boxes:16,16,16/8,8,8       a stride below the extent: boxes overlap
boxes:10mm                 extent in mm
superpixels:200            so many of an item, about; 3-D, too
superpixels:200/0.1        compactness, from 0 (by intensity alone) on
"""

import dataclasses
import math
import re

import numpy as np

KINDS = ("whole", "slices", "boxes", "superpixels")
ANATOMY = {"sagittal": 0, "coronal": 1, "axial": 2}  # of axes that are RAS+
EVERY = "all"  # axes
COMPACTNESS = 0.1


@dataclasses.dataclass(frozen=True)
class Spec:
  """What a text says; what it does not say is None or ().

  Attributes:
    kind: one of KINDS.
    axis: of slices, a number or an anatomical name.
    extent: of boxes, one number or one for each axis.
    in_mm: whether extent and stride are in mm.
    stride: of boxes; (): the extent.
    count: of superpixels in an item.
    compactness: of superpixels.
  """

  kind: str = "whole"
  axis: int | str | None = None
  extent: tuple[float, ...] = ()
  in_mm: bool = False
  stride: tuple[float, ...] = ()
  count: int = 0
  compactness: float = COMPACTNESS

  @property
  def text(self) -> str:
    """The one form of it."""
    if self.kind == "slices":
      return "slices" if self.axis is None else f"slices:{self.axis}"
    if self.kind == "boxes":
      unit = "mm" if self.in_mm else ""
      parts = [_joined(x, unit) for x in (self.extent, self.stride) if x]
      return f"boxes:{'/'.join(parts)}"
    if self.kind == "superpixels":
      more = (
        ""
        if self.compactness == COMPACTNESS
        else f"/{written(self.compactness)}"
      )
      return f"superpixels:{self.count}{more}"
    return "whole"


def written(number: float) -> str:
  """A number with all its digits and no exponent, as it is read again."""
  if isinstance(number, int):
    return str(number)
  return np.format_float_positional(number, trim="-")


def parse_unit(text: str) -> Spec:
  """What a text says.

  Raises:
    ValueError: in one line, for a text that is none of the forms above.
  """
  kind, colon, rest = text.strip().partition(":")
  kind, rest = kind.strip().lower(), rest.strip()
  if kind not in KINDS:
    raise ValueError(f"unit: wanted one of {', '.join(KINDS)}, found {text!r}")
  if colon and (kind == "whole" or not rest):
    raise ValueError(f"unit: wanted {_FORMS[kind]}, found {text!r}")
  return _READ[kind](rest, text)


_FORMS = {
  "whole": "whole",
  "slices": "slices or slices:AXIS (0, 1, 2, axial, coronal, sagittal or all)",
  "boxes": "boxes:16,16,16 (voxels), boxes:10mm or boxes:EXTENT/STRIDE",
  "superpixels": "superpixels:COUNT or superpixels:COUNT/COMPACTNESS",
}


def _whole(rest, text):
  del rest, text
  return Spec()


def _slices(rest, text):
  if not rest:
    return Spec("slices")
  name = rest.lower()
  if name in (*ANATOMY, EVERY):
    return Spec("slices", name)
  if name in ("0", "1", "2"):
    return Spec("slices", int(name))
  raise _wrong("slices", text)


def _boxes(rest, text):
  parts = rest.split("/")
  if len(parts) > 2:
    raise _wrong("boxes", text)
  in_mm = ["mm" in part for part in parts]
  if any(in_mm) != all(in_mm):
    raise _wrong("boxes", text)
  extent, *stride = [_numbers(part, all(in_mm), text) for part in parts]
  stride = stride[0] if stride else ()
  if stride and len(stride) != len(extent):
    raise _wrong("boxes", text)
  if any(s > e for s, e in zip(stride, extent, strict=False)):
    raise ValueError(
      f"unit: a stride beyond the extent leaves voxels that no box holds, "
      f"found {text!r}"
    )
  stride = () if stride == extent else stride
  return Spec("boxes", extent=extent, in_mm=all(in_mm), stride=stride)


def _numbers(part, in_mm, text):
  pattern = r"\d+(?:\.\d+)?\s*(?:mm)?" if in_mm else r"\d+"
  words = [word.strip() for word in re.split(r"[,x]", part)]
  if not all(re.fullmatch(pattern, word) for word in words):
    raise _wrong("boxes", text)
  found = [float(word.removesuffix("mm")) for word in words]
  if len(found) > 3 or min(found) <= 0 or not all(map(math.isfinite, found)):
    raise _wrong("boxes", text)
  return tuple(found if in_mm else map(int, found))


def _superpixels(rest, text):
  found = re.fullmatch(r"(\d+)(?:/(\d+(?:\.\d+)?))?", rest)
  if not found or int(found[1]) < 2:
    raise _wrong("superpixels", text)
  compactness = COMPACTNESS if found[2] is None else float(found[2])
  if not math.isfinite(compactness):
    raise _wrong("superpixels", text)
  return Spec("superpixels", count=int(found[1]), compactness=compactness)


def _wrong(kind, text):
  return ValueError(f"unit: wanted {_FORMS[kind]}, found {text!r}")


def _joined(numbers, unit):
  return ",".join(f"{written(n)}{unit}" for n in numbers)


_READ = {
  "whole": _whole,
  "slices": _slices,
  "boxes": _boxes,
  "superpixels": _superpixels,
}
