"""One label map and the files of it that viewers read."""

import colorsys
import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from alx import csv_table
from alx.data import label_values
from alx.data.dataset import bad_input
from alx.projects.store.events import canonical

BACKGROUNDS = ("background", "bg", "clear label")
_KNOWN = (  # of the first classes; then colours around the wheel
  *((230, 25, 75), (60, 180, 75), (0, 130, 200), (255, 225, 25)),
  *((245, 130, 48), (145, 30, 180), (70, 240, 240), (240, 50, 230)),
)


class LabelMap(NamedTuple):
  """Classes 0..C-1 by name; 0 is the background of a segmentation."""

  names: tuple[str, ...]
  colours: tuple[tuple[int, int, int], ...]  # C, each 0..255

  @property
  def sha256(self) -> str:
    """Of names and colours."""
    return hashlib.sha256(canonical(list(self))).hexdigest()


def make(
  names: Sequence[str], file: object = "--classes", background: bool = True
) -> LabelMap:
  """A label map of names in order.

  Args:
    names: of C classes.
    file: what an error names.
    background: of a segmentation: the first is the background.

  Raises:
    DataError: fewer than two, a name twice, or another than the first that
      is called background.
  """
  found = label_values.class_names(names, range(len(names)), file)
  label_values.check_classes(range(len(found)), file)
  for name in found:
    if re.search(r'["\t\r\n;]', name) or len(name) > 64:
      wanted = "names of up to 64 characters without quotes, tabs, semicolons"
      raise bad_input(file, wanted, repr(name))
  if len({name.casefold() for name in found}) < len(found):
    raise bad_input(file, "names that differ in more than case", list(found))
  if background:
    label_values.check_background(found, range(len(found)), file)
    if found[0].casefold() not in BACKGROUNDS:
      wanted = "the background first, as in background,tumour"
      raise bad_input(file, wanted, ",".join(found))
  first = [(0, 0, 0)] if background else []
  colours = first + [_colour(i) for i in range(len(found) - len(first))]
  return LabelMap(found, tuple(colours))


def _colour(place):
  if place < len(_KNOWN):
    return _KNOWN[place]
  red, green, blue = colorsys.hsv_to_rgb(place * 0.618 % 1, 0.75, 0.9)
  return round(red * 255), round(green * 255), round(blue * 255)


def files(labels: LabelMap) -> dict[str, bytes]:
  """The files of labels/: for ITK-SNAP, 3D Slicer and BIDS."""
  texts = {
    "itksnap.txt": itksnap(labels),
    "slicer.ctbl": slicer_table(labels),
    "slicer.csv": slicer_csv(labels),
    "dseg.tsv": bids(labels),
  }
  return {name: text.encode() for name, text in texts.items()}


def _rows(labels):
  return zip(range(len(labels.names)), *labels, strict=True)


def itksnap(labels: LabelMap) -> str:
  """IDX R G B A VIS MSH "NAME", as ITK-SNAP exports it."""
  lines = ["# ITK-SnAP Label Description File"]
  for value, name, (r, g, b) in _rows(labels):
    seen = int(value > 0)
    lines.append(
      f'{value:5d} {r:5d} {g:4d} {b:4d} {seen:8d} {seen} {seen} "{name}"'
    )
  return "\n".join(lines) + "\n"


def slicer_table(labels: LabelMap) -> str:
  """A colour table, value name r g b a; a name is one word there."""
  lines = ["# Color table file, # value name r g b a"]
  for value, name, (r, g, b) in _rows(labels):
    word = re.sub(r"\s", "_", name)
    lines.append(f"{value} {word} {r} {g} {b} {255 if value else 0}")
  return "\n".join(lines) + "\n"


def slicer_csv(labels: LabelMap) -> str:
  """LabelValue, Name and colour, as Slicer's colour tables since 5.6."""
  head = ("LabelValue", "Name", "Color_R", "Color_G", "Color_B", "Color_A")
  rows = [
    dict(zip(head, (v, n, r, g, b, 255 if v else 0), strict=True))
    for v, n, (r, g, b) in _rows(labels)
  ]
  return csv_table.to_text(head, rows)


def bids(labels: LabelMap) -> str:
  """index, name, abbreviation, color of a BIDS derivative."""
  lines = ["index\tname\tabbreviation\tcolor"]
  for value, name, (r, g, b) in _rows(labels):
    short = re.sub(r"[^A-Za-z0-9]", "", name)[:8] or f"C{value}"
    lines.append(f"{value}\t{name}\t{short}\t#{r:02x}{g:02x}{b:02x}")
  return "\n".join(lines) + "\n"
