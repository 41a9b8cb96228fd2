"""The folder of a prediction: what is finished there, and what is added."""

import csv
import json
import operator
import pathlib
from collections.abc import Callable, Mapping, Sequence

from alx.data.dataset import DataError, bad_input
from alx.data.files import visible
from alx.runs.disk import store
from alx.runs.disk.claim import FOLDER

ABOUT = "predict.json"
TABLE = "predictions.csv"
_MAY_CHANGE = {"run", "data", "maps", "versions", "images", "left_out"}
_NO_SEG = "no_seg"


def check_free(folder: pathlib.Path, *ours: str) -> None:
  """Looks whether results may be written to a folder, before anything is read.

  Args:
    folder: may not be there yet.
    ours: files of which one tells that it is.

  Raises:
    DataError: for a file, or a folder that holds something else.
  """
  if folder.exists() and not folder.is_dir():
    raise bad_input(folder, "a folder to write to", "a file")
  found = visible(folder) if folder.is_dir() else []
  names = [path.name for path in found if path.name != FOLDER]
  if names and not any((folder / name).is_file() for name in ours):
    wanted = "an empty or a new folder for --out"
    raise bad_input(folder, wanted, ", ".join(names[:4]))


class Place:
  """One folder, of one prediction; nothing is written before the first row.

  A table has a row for each image, and then its files are written, each whole
  or not at all: an image is finished if both are there, and a file without a
  row is somebody else's. Files of an image that had its row when the call began
  and was not finished are written anew, as in other company it is rounded
  otherwise.
  """

  def __init__(self, folder: pathlib.Path, about: Mapping):
    """Looks what is there, and writes nothing.

    Args:
      folder: may not be there yet.
      about: for predict.json, all that the prediction depends on.

    Raises:
      DataError: if the folder holds something else.
    """
    self._folder, self._about, self._begun = folder, dict(about), False
    self._no_seg = {}  # why, by id
    self._ended = False  # the last call, by itself
    self._check()
    path = folder / TABLE
    try:
      rows = store.read_rows(path)
      self._rows = {row["id"]: row for row in rows}
      self._unfinished = frozenset(() if self._ended else self._rows)
    except (KeyError, csv.Error) as error:
      raise bad_input(path, "the table of a prediction", error) from error

  @property
  def table(self) -> pathlib.Path:
    """The file of the table."""
    return self._folder / TABLE

  def _check(self):
    path = self._folder / ABOUT
    if not path.exists():
      return
    before = store.read_object(
      path, "what a prediction was", "name another --out"
    )
    now = json.loads(json.dumps(self._about))
    self._no_seg = dict(before.get(_NO_SEG) or {})
    self._ended = "images" in before
    for field in sorted({*before, *now} - _MAY_CHANGE - {_NO_SEG}):
      if before.get(field) != now.get(field):
        raise DataError(
          f"{path}: this prediction has {field} = {before.get(field)}, now it "
          f"would be {now.get(field)}; name another --out"
        )

  @property
  def rows(self) -> list[dict]:
    """Of the images that are finished, by their ids."""
    return [self._rows[name] for name in sorted(self._rows)]

  @property
  def no_seg(self) -> list[str]:
    """A line for each mask that could not be written as DICOM SEG, too."""
    return [f"{name}: {why}" for name, why in sorted(self._no_seg.items())]

  def is_finished(self, name: str, digest: str, files: list[str]) -> bool:
    """Whether an image was predicted before.

    Args:
      name: its id.
      digest: of its content.
      files: that belong to it, below the folder.

    Raises:
      DataError: if it was another image.
    """
    row = self._rows.get(name)
    if row is None:
      return False
    if row.get("digest") != digest:
      raise bad_input(
        self.table,
        f"{name} as it was predicted before",
        f"another image of that name ({digest[:8]}, was "
        f"{row.get('digest', '')[:8]}); name another --out",
      )
    return all((self._folder / file).is_file() for file in files)

  def add(self, rows: Sequence[Mapping]) -> None:
    """Rows of images whose files are written next, on disk after."""
    self._begin()
    new = [row for row in rows if row["id"] not in self._rows]
    store.append_rows(self.table, new)
    self._rows |= {row["id"]: dict(row) for row in rows}

  def write(
    self,
    name: str,
    content: bytes,
    of: str = "",
    is_same: Callable = operator.eq,
  ) -> None:
    """Writes a file below the folder, unless it is there.

    Args:
      name: of the file.
      content: of it.
      of: id of the image whose file it is; "": of none.
      is_same: (bytes, bytes) -> bool, of two contents that are alike.

    Raises:
      DataError: if there is another one, which is nobody's to overwrite.
    """
    path = self._folder / name
    if path.is_file() and is_same(path.read_bytes(), content):
      return
    is_left = of in self._unfinished and path.is_file()  # by a kill
    if is_left or not path.exists():
      store.write_bytes(path, content)
    else:
      found = "another; name another --out"
      raise bad_input(path, "no file, or the same", found)

  def tell_seg(self, name: str, why: str = "") -> None:
    """Why the mask of an image is no DICOM SEG, too; "": it is."""
    self._no_seg.pop(name, None)
    if why:
      self._no_seg[name] = why

  def finish(self, images: int, left_out: list[str]) -> None:
    """The table in order of the ids, and in predict.json what came of it."""
    self._begin()
    store.write_rows(self.table, self.rows)
    about = {"images": images, "left_out": left_out}
    self._write_about(about)

  def _begin(self):
    """What says that the folder is ours; and away with what a kill left."""
    if self._begun:
      return
    self._begun = True
    for path in self._folder.rglob(".partial-*"):
      path.unlink(missing_ok=True)
    self._write_about({})
    if self._rows:
      store.write_rows(self.table, self.rows)

  def _write_about(self, others):
    told = {_NO_SEG: self._no_seg} if self._no_seg else {}
    store.write_json(self._folder / ABOUT, self._about | others | told)
