"""What stands beside a label map: worklists and small JSON files."""

import os
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from alx.data.dataset import bad_input
from alx.data.tables.tables import read_table
from alx.projects.exchange.params import checked, parse
from alx.projects.exchange.refused import Refused

SUFFIXES = (".seg.nrrd", ".nii.gz", ".nii", ".nrrd", ".png", ".dcm")
_NOTHING = ("empty", "nothing", "nothing_to_label")


def read_rows(path: pathlib.Path) -> list[dict[str, str]]:
  """Rows of a worklist, by column; none where it is not there.

  Raises:
    DataError: no table, or one without a column uid.
  """
  if not path.is_file() or path.is_symlink():
    return []
  table = read_table(path)
  head = [name.strip().casefold() for name in table.header]
  if "uid" not in head:
    raise bad_input(path.name, "a column uid", ", ".join(table.header))
  return [dict(zip(head, cells, strict=False)) for _, cells in table.rows]


def filled(rows: Iterable[Mapping]) -> list[Mapping]:
  """Those in which somebody has written something."""
  names = ("minutes", "decision", "comment", "label")
  return [row for row in rows if any(row.get(name) for name in names)]


def rows_of(rows: Iterable[Mapping], reader: str) -> dict[str, Mapping]:
  """By uid those that are a reader's, or say no reader."""
  return {
    row.get("uid", ""): row
    for row in rows
    if row.get("reader") in ("", None, reader)
  }


def told_of(folder: pathlib.Path, uid: str, row: Mapping) -> dict[str, Any]:
  """What a reader says of a case, in its JSON and in the worklist.

  Args:
    folder: of the reader.
    uid: of the case.
    row: of the worklist.

  Raises:
    Refused: 400, for what is no JSON, and minutes that are no number.
  """
  told, beside = {}, folder / f"{uid}.json"
  if beside.is_file() and not beside.is_symlink():
    told = parse(read_bytes(beside)[: 2**17])
  for name in ("decision", "comment"):
    if row.get(name):
      told[name] = row[name]
  if row.get("minutes"):
    told["minutes"] = _number(row["minutes"])
  words = str(told.get("decision", "")).casefold().split()
  if any(word in _NOTHING for word in words):
    told["nothing_to_label"] = True
  if "values_checked" in words:
    told["values_checked"] = True
  return checked(told | ({"label": row["label"]} if row.get("label") else {}))


def _number(text):
  try:
    return float(text.replace(",", "."))
  except ValueError as error:
    raise Refused(
      400, f"wanted minutes as a number, found {text[:20]!r}"
    ) from error


def read_bytes(file: pathlib.Path) -> bytes:
  """The bytes of a file that is no link."""
  handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
  with os.fdopen(handle, "rb") as opened:
    return opened.read()


def stem_of(name: str) -> str:
  """The name of a label file without its ending; "" for others."""
  for suffix in SUFFIXES:
    if name.lower().endswith(suffix):
      return name[: -len(suffix)]
  return ""
