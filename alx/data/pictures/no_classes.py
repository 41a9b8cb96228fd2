"""Folders of pictures side by side that are no classes: masks, patients ..."""

import itertools
import pathlib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.data.files import visible_below
from alx.data.masks.names import folder_of
from alx.data.pictures import pictures
from alx.data.pictures.parts import parts_among

_LOOKED_AT = 4  # pictures of a folder
_MOST_LOOKED_AT = 16  # where all are of one colour
_PIXELS = 2**16  # of a picture that are looked at
_FEW = 8  # colours of what may be a mask
_NEAR = 16  # levels from black and white of a mask kept with loss
_BORDER = 0.1  # of the pixels of such a mask may be between
_TOKEN = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")
_PATIENT = re.compile(
  r"(?i)(patients?|pat|pt|case|subject|subj|sub|study|series|exam|visit|session"
  r"|participant|person|volume|vol|scan)[ _\-.]*\d+"
)
_ASIDE = re.compile(
  r"(?i)[ _.]*(thumbs?|thumbnails?|(new|untitled|neuer) ?(folder|ordner)"
  r"( ?\(?\d+\)?)?|previews?|overlays?|heat_?maps?|(grad_?)?cams?|saliency"
  r"|visuali[sz]ations?|backups?|tmp|temp)"
)
_COPY = re.compile(r"(?i)( - copy| copy| - kopie)( ?\(?\d+\)?)?$")
_TEXTS = {  # beside pictures, and none of them
  *("", ".txt", ".md", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml"),
  *(".html", ".pdf", ".py", ".ipynb", ".log", ".rtf", ".doc", ".docx", ".db"),
  *(".ini", ".xlsx", ".xls", ".cfg"),
}


def is_aside(name: str, names: Sequence[str]) -> bool:
  """Whether a folder has what was made of the others: thumbnails, a copy."""
  copy = _COPY.sub("", name)
  return bool(_ASIDE.fullmatch(name)) or (copy != name and copy in names)


def check_empty(folder: pathlib.Path) -> None:
  """Raises for a folder without pictures that has data all the same."""
  above = folder.parent.resolve()
  if folder.resolve() in (above, *above.parents):  # a link in a circle
    return
  files = list(visible_below(folder))
  deeper = [file for file in files if pictures.is_picture(file)]
  others = [f for f in files if f.suffix.lower() not in _TEXTS]
  if deeper:
    found = f"them below, such as {deeper[0].relative_to(folder)}"
    raise bad_input(folder, "the pictures of a class in one folder", found)
  if others:
    wanted = f"pictures ({', '.join(pictures.SUFFIXES)})"
    raise bad_input(folder, wanted, pictures.count_endings(others))


def check_names(path: pathlib.Path, names: Sequence[str]) -> list[str]:
  """Lines about one folder that is called as a part, beside classes.

  Args:
    path: a folder of folders of pictures.
    names: theirs.

  Raises:
    DataError: parts of the data, or patients.
  """
  parts = parts_among(names)
  if len(parts) > 1 or len(parts) == len(names):
    wanted = (
      f"folders of classes in {_listed(parts)}, or names that are no parts of "
      "the data, or a table with the classes"
    )
    raise bad_input(path, wanted, f"pictures in {_listed(parts)} themselves")
  patients = [name for name in names if _PATIENT.fullmatch(name)]
  if len(patients) > 1:
    wanted = (
      "a folder for each class, or a table with the columns of picture, "
      "patient and class, or other names if each is a class"
    )
    found = f"a folder for each patient or case, such as {_listed(patients)}"
    raise bad_input(path, wanted, found)
  return [
    f"{path / name}: read as a class, as the folders beside it (a part of the "
    "data would have folders of classes in it)"
    for name in parts
  ]


def check_masks(
  path: pathlib.Path, folders: Mapping[str, Sequence[pathlib.Path]]
) -> list[str]:
  """Lines about a folder whose pictures may be masks of no other's.

  A few pictures of each folder are looked at.

  Args:
    path: what the folders are in.
    folders: pictures of each, by its name.

  Raises:
    DataError: a folder of pictures of a few colours, or nearly black and white,
      beside one of ordinary pictures of the same names or numbers.
  """
  kinds = {name: _kind(files) for name, files in folders.items()}
  plain = [name for name, kind in kinds.items() if kind == "many"]
  masks = [name for name, kind in kinds.items() if kind == "few"]
  if not plain or not masks:
    return []
  stems = {file.stem.casefold(): n for n in plain for file in folders[n]}
  numbers = {_numbers(stem): name for stem, name in stems.items()}
  numbers.pop((), None)
  return [
    line
    for name in masks
    for line in _tied(path, name, folders[name], stems, numbers, plain)
  ]


def _tied(path, name, files, stems, numbers, plain):
  """A line for masks of other names; raises for those of the same."""
  looked = _spread(files, _MOST_LOOKED_AT)
  owners = [_owner(file.stem.casefold(), stems, numbers) for file in looked]
  owners = [owner for owner in owners if owner]
  if 2 * len(owners) < len(looked) and folder_of((name,)).role != "mask":
    return [
      f"{path / name}: read as a class, though its pictures are of {_FEW} "
      f"colours or fewer, as masks are, and those of {_listed(plain)} are not"
    ]
  image = owners[0] if owners else plain[0]
  wanted = (
    f"other names in {name} to read {image} and {name} as classes, or the "
    "folders called images and masks to read a segmentation"
  )
  found = (
    f"{name} with names or numbers of {image}, each of {_FEW} colours or fewer"
  )
  raise bad_input(path, wanted, found)


def _owner(stem, stems, numbers):
  """The folder of the picture whose name is in that of a mask, or None."""
  tokens = _TOKEN.findall(stem)
  ends = range(len(tokens) + 1)
  runs = ("".join(tokens[i:j]) for i, j in itertools.combinations(ends, 2))
  known = [run for run in runs if run in stems]
  if known:
    return stems[max(known, key=len)]
  return numbers.get(_numbers(stem))


def _numbers(stem):
  return tuple(map(int, re.findall(r"[0-9]+", stem)))


def _kind(files):
  """What most of a few pictures are: "many" or "few" colours; "": neither."""
  kinds = [_colours(file) for file in _spread(files, _LOOKED_AT)]
  if not any(kinds):
    kinds = [_colours(file) for file in _spread(files, _MOST_LOOKED_AT)]
  many, few = kinds.count("many"), kinds.count("few")
  return ("many" if many >= few else "few") if many + few else ""


def _spread(files, count):
  """At most so many of them, from first to last."""
  places = np.linspace(0, len(files) - 1, min(count, len(files)))
  return [files[round(place)] for place in places]


def _colours(file):
  try:
    found = pictures.read_picture(file).reshape(-1, 3)
  except DataError:
    return ""
  found = found[:: max(1, len(found) // _PIXELS)]
  black, white = (found <= _NEAR).all(1), (found >= 255 - _NEAR).all(1)
  if black.any() and white.any() and (black | white).mean() > 1 - _BORDER:
    return "few"
  count = len(np.unique(found.astype(np.uint32) @ (1, 256, 65536)))
  return "many" if count > 2 * _FEW else "few" if 2 <= count <= _FEW else ""


def _listed(names):
  more = f" and {len(names) - 3} more" if len(names) > 3 else ""
  return ", ".join(names[:3]) + more
