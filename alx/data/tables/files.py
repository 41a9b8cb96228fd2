"""Finds the pictures that the rows of a table name."""

import pathlib
from collections import defaultdict
from collections.abc import Iterable

from alx.data.files import composed, folded
from alx.data.tables import tables


class Pictures:
  """Files by name: with folders or without, with an ending or without.

  A name in other case, or in another form of Unicode, is taken where none is
  equal.
  """

  def __init__(self, files: Iterable[pathlib.Path], depth: int):
    """Looks at each file once; `depth` folders of its path tell it apart."""
    self._files, self._depth = defaultdict(list), depth
    self._numbers, self._above = {}, {}  # names of the folders above a file
    for file in files:
      stem, folders = folded(file.stem), _folders(file.parent)
      for count in range(min(depth, len(folders)) + 1):
        self._files[folders[len(folders) - count :], stem].append(file)
      self._above.setdefault(file.parent, frozenset(folders))
      if stem.isdigit():
        self._numbers.setdefault(stem.lstrip("0"), file)
    self._names = frozenset().union(*self._above.values())

  def of_name(self, name: pathlib.PurePosixPath) -> list[pathlib.Path]:
    """The files that a name may mean, of which the folders fit best.

    Folders that the name has and the disk has are those of the file: where
    there is a folder train, train/4.png is not test/4.png.
    """
    stem, folders = folded(tables.stem_of(str(name))), _folders(name.parent)
    known = self._names.intersection(folders)
    for count in range(min(self._depth, len(folders)), -1, -1):
      found = self._files.get((folders[len(folders) - count :], stem), ())
      found = [file for file in found if known <= self._above[file.parent]]
      if found:
        return _likest(found, name, count)
    return []

  def elsewhere(self, name: pathlib.PurePosixPath) -> str:
    """A file of the name in another folder; "": none."""
    files = self._files.get(((), folded(tables.stem_of(str(name)))))
    return "/".join(files[0].parts[-2:]) if files else ""

  def padded(self, name: pathlib.PurePosixPath) -> str:
    """A file of the same number with other zeros in front; "": none."""
    stem = tables.stem_of(str(name))
    file = self._numbers.get(stem.lstrip("0")) if stem.isdigit() else None
    return file.name if file else ""


def _folders(parent):
  return tuple(map(folded, parent.parts))


def _likest(files, name, count):
  """Those of the very name; else of its stem, else of its folders."""
  wanted = pathlib.PurePosixPath(composed(str(name)))
  stem, tail = tables.stem_of(str(wanted)), wanted.parent.parts
  for is_like in (
    lambda file: file.name == wanted.name,
    lambda file: file.stem == stem,
    lambda file: file.parent.parts[-count:] == tail[len(tail) - count :],
  ):
    same = [
      f for f in files if is_like(pathlib.PurePosixPath(composed(str(f))))
    ]
    files = same or files
  return files
