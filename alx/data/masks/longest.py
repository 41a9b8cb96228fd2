"""Pictures and masks matched by the longest part that their names share."""

import pathlib
import re
from collections.abc import Sequence

from alx.data.dataset import DataError, bad_input
from alx.data.files import folded

_PART = re.compile(r"\d+|[^\W\d_]+")  # numbers and words, nothing between them
_WANTED = "the longest common part of its name with"

Files = Sequence[pathlib.Path]


def match_longest(
  images: Files, masks: Files
) -> list[tuple[pathlib.Path, pathlib.Path]]:
  """The mask of each picture: that of the longest common part of the name.

  Names are numbers and words (case01_T1 is case, 1, t, 1), and a common part
  is a run of whole ones, as long as its letters and digits.

  Raises:
    DataError: a picture whose name has as much in common with two masks, or
      nothing with any; two with one mask; or a mask that is left.
  """
  names = {mask: _parts(mask.stem) for mask in masks}
  owners = {}
  for image in images:
    found = _best(_parts(image.stem), names)
    if len(found) != 1:
      told = f"as much of {_told(found)}" if found else "nothing of any"
      raise bad_input(image, f"{_WANTED} one mask", told)
    owners.setdefault(found[0], []).append(image)
  for mask in masks:
    if len(owners.get(mask, ())) != 1:
      told = _told(owners.get(mask, ()))
      raise bad_input(mask, f"{_WANTED} one picture", told or "none")
  return [(image, mask) for mask, (image,) in owners.items()]


def why_not(images: Files, masks: Files) -> str:
  """The line of the error of `match_longest`, without folders; "" if none."""
  if not images or not masks:
    return "no files"
  try:
    match_longest(images, masks)
  except DataError as error:
    return (
      str(error)
      .replace(f"{images[0].parent}/", "")
      .replace(f"{masks[0].parent}/", "")
    )
  return ""


def _told(files):
  more = f" and {len(files) - 3} more" if len(files) > 3 else ""
  return " and ".join(file.name for file in files[:3]) + more


def _parts(stem):
  """Numbers without zeros in front, words in small letters."""
  return tuple(
    part.lstrip("0") or "0" if part.isdigit() else part
    for part in _PART.findall(folded(stem))
  )


def _best(parts, names):
  """The masks of the longest common run; none where nothing is common."""
  lengths = {mask: _common(parts, other) for mask, other in names.items()}
  most = max(lengths.values(), default=0)
  return [mask for mask, n in lengths.items() if n == most] if most else []


def _common(a, b):
  """Letters and digits of the longest run of parts that is in both."""
  most, before = 0, [0] * (len(b) + 1)
  for part in a:
    now = [0] * (len(b) + 1)
    for j, other in enumerate(b):
      if part == other:
        now[j + 1] = before[j] + len(part)
    most, before = max(most, *now), now
  return most
