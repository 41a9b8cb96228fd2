"""CSV files as tables of texts: UTF-8, whole rows, cells that nothing runs."""

import csv
import io
import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV
# injection); a leading apostrophe makes it a text.
_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def to_text(
  head: Sequence[str], rows: Iterable[Mapping], *, with_head: bool = True
) -> str:
  """The lines of a table; a cell that a row does not have is empty.

  A cell that a spreadsheet would run gets an apostrophe in front, which
  `of_text` takes away again. Numbers stay as they are.

  Args:
    head: the columns.
    rows: cells by column.
    with_head: False: to be appended to a table that is there.

  Raises:
    ValueError: for a cell of no column.
  """
  lines = [head] if with_head else []
  for row in rows:
    if extra := set(row).difference(head):
      raise ValueError(f"no column for {sorted(extra)}; there are {list(head)}")
    lines.append([_guard(row.get(name)) for name in head])
  return "".join(_line(line) for line in lines)


def of_text(text: str) -> list[dict[str, str]]:
  """The whole rows of a table, as they were before `to_text`.

  What a kill or a disk has left of a row is none: a last line without its end,
  a line with zero bytes, a row of more or fewer cells than the head, one whose
  last quote is open.

  Raises:
    csv.Error: for what is no table at all.
  """
  whole = text[: text.rfind("\n") + 1]
  lines = [line for line in whole.split("\n") if "\0" not in line]
  # A row that is not closed takes the line behind it for a part of itself.
  ended = "\n".join(lines) + "end"
  rows = list(csv.DictReader(io.StringIO(ended, newline="")))[:-1]
  return [
    {name: _unguard(cell) for name, cell in row.items()}
    for row in rows
    if None not in row and None not in row.values()
  ]


def read(path: pathlib.Path) -> list[dict[str, str]]:
  """`of_text` of a file.

  Raises:
    OSError: if it cannot be read.
    csv.Error: for what is no table at all.
  """
  return of_text(path.read_bytes().decode("utf-8-sig", "surrogateescape"))


def encode(text: str) -> bytes:
  """UTF-8, and file names that are in no encoding byte by byte."""
  return text.encode("utf-8", "surrogateescape")


def _guard(cell):
  text = "" if cell is None else str(cell)
  return f"'{text}" if _RUNS.match(text) and not _is_number(text) else text


def _line(cells):
  """A row with its end; one of nothing at all would be no row."""
  return (",".join(map(_quoted, cells)) or '""') + "\n"


def _quoted(text):
  """As the csv module does it, but a carriage return is quoted too."""
  if not set(text) & set(',"\r\n'):
    return text
  return '"' + text.replace('"', '""') + '"'


def _unguard(cell):
  return cell[1:] if _GUARDED.match(cell) else cell


def _is_number(text):
  try:
    float(text)
  except ValueError:
    return False
  return True
