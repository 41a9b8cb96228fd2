"""Reads tables of text: cells between commas, semicolons or tabs."""

import codecs
import contextlib
import csv
import html
import itertools
import pathlib
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from alx.data.dataset import DataError, bad_input
from alx.data.files import folded, visible
from alx.data.pictures.parts import subfolders
from alx.data.pictures.pictures import is_picture

SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
_SHEETS = (".xlsx", ".xlsm", ".ods", ".xls")  # that are not read
_MOST_BYTES = 2**26  # of a table above the folder: it may be of other data
_SEPARATORS = ",;\t"
_BEHIND = re.compile(rf'" +(?=[{_SEPARATORS}\r\n]|$)')  # blanks, of no cell
_CELL = re.compile(rb"<(?:text:p|t)(?: [^>]*)?>([^<]*)<")


class Table(NamedTuple):
  """A table as it is in its file."""

  file: pathlib.Path
  header: tuple[str, ...]  # without blanks around
  rows: tuple[tuple[int, tuple[str, ...]], ...]  # line, cells without blanks


def read_table(file: pathlib.Path) -> Table:
  """The table of a file in UTF-8 or UTF-16, with its first line as header.

  Lines without any cell are passed over.

  Raises:
    DataError: no such file, or quotes that are not closed.
  """
  try:
    rows = _read(file, list)
  except csv.Error as error:
    line, found = error.args
    wanted = 'cells whose quotes are closed (" in a quoted cell is "")'
    raise bad_input(f"{file}, line {line}", wanted, found) from error
  except (OSError, ValueError) as error:
    wanted = "a CSV file in UTF-8 (save it as such)"
    raise bad_input(file, wanted, error) from error
  header = rows[0][1] if rows else ()
  return Table(file, header, tuple(rows[1:]))


def read_header(file: pathlib.Path) -> tuple[str, ...]:
  """The header alone; () where there is none that can be read."""
  try:
    return _read(file, lambda rows: next(rows, (0, ())))[1]
  except (OSError, ValueError, csv.Error):
    return ()


def _open(file):
  with open(file, "rb") as raw:
    start = raw.read(2)
  marked = start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
  return open(file, newline="", encoding="utf-16" if marked else "utf-8-sig")


def _read(file, take):
  """`take` of the rows; with blanks behind quotes, if it is those that err."""
  with _open(file) as text, contextlib.suppress(csv.Error):
    return take(_rows(text))
  with _open(file) as text:
    return take(_rows(_BEHIND.sub('"', line) for line in text))


def _rows(text):
  """Line and cells of each row that has any; csv.Error(line, what)."""
  first = next(text, "")
  told = re.fullmatch(r"sep=(.)\s*", first)
  separator = told[1] if told else _separator(first)
  before = [] if told else [first]
  lines = itertools.chain(before, text)
  how = {"delimiter": separator, "skipinitialspace": True}
  reader, above = csv.reader(lines, **how, strict=True), told is not None
  while True:
    start = reader.line_num + 1 + above
    try:
      cells = next(reader, None)
    except csv.Error as error:
      raise csv.Error(start, str(error)) from error
    if cells is None:
      return
    cells = tuple(_bare(cell.strip()) for cell in cells)
    if any(cells):
      yield reader.line_num + above, cells


def _bare(cell):
  """The text of ="001", which keeps a spreadsheet from making it 1."""
  formula = re.fullmatch(r'="([^"]*)"', cell)
  return formula[1].strip() if formula else cell


def _separator(line):
  """The commonest one outside of quotes; a comma where there is none."""
  bare = re.sub(r'"[^"]*"', "", line)
  return max(_SEPARATORS, key=bare.count)


def tables_near(folder: pathlib.Path) -> list[list[pathlib.Path]]:
  """Files of tables in a folder, and in the folders in it.

  Below it .txt files are no tables: there may be one for each picture.
  """
  sure = SUFFIXES[:-1]
  below = [file for sub in subfolders(folder) for file in _tables(sub, sure)]
  return [_tables(folder, SUFFIXES), below]


def tables_above(folder: pathlib.Path) -> list[pathlib.Path]:
  """Files of tables in the folder that a folder is in."""
  files = _tables(folder.resolve().parent, SUFFIXES[:-1])
  return [file for file in files if file.stat().st_size <= _MOST_BYTES]


def _tables(folder, suffixes):
  files = (p for p in visible(folder) if p.suffix.lower() in suffixes)
  return [file for file in files if file.is_file()]


def sheets_near(folder: pathlib.Path) -> list[pathlib.Path]:
  """Spreadsheets in a folder, and in the folders in it."""
  files = [f for place in (folder, *subfolders(folder)) for f in visible(place)]
  return [file for file in files if file.suffix.lower() in _SHEETS]


def naming_column(table: Table, files: Collection[pathlib.Path]) -> str | None:
  """The column that names the pictures; None where none does.

  A number alone may be anything: those name pictures only where a column has
  half of them. A list in one column is no table.
  """
  if len(table.header) < 2:
    return None
  stems = {folded(file.stem) for file in files}
  best, count = None, 0
  for place, name in enumerate(table.header):
    cells = {cells[place] for _, cells in table.rows if place < len(cells)}
    named = {folded(stem_of(cell)) for cell in cells} & stems
    clear = sum(not stem.isdigit() for stem in named)
    clear += sum(is_picture(pathlib.Path(c)) for c in cells) if named else 0
    enough = clear or 2 * len(named) >= len(stems)
    if enough and len(named) > count:
      best, count = name, len(named)
  return best


def stem_of(cell: str) -> str:
  """The name of a picture in a cell, without folders and ending."""
  name = cell.replace("\\", "/").rstrip("/").rpartition("/")[2]
  path = pathlib.PurePosixPath(name)
  return path.stem if is_picture(path) else name


def sheet_names(
  sheet: pathlib.Path, files: Collection[pathlib.Path]
) -> str | None:
  """A picture that a spreadsheet names; None where it names none.

  No more of a spreadsheet is understood than texts that are in its cells.
  """
  stems = {file.stem for file in files if not file.stem.isdigit()}
  try:
    cells = set(_texts(sheet))
  except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
    return None
  return next((stem for stem in map(stem_of, cells) if stem in stems), None)


def _texts(sheet) -> Iterator[str]:
  if not zipfile.is_zipfile(sheet):  # .xls keeps texts bare
    content = sheet.read_bytes()
    for text in re.findall(rb"(?:[\w.\-]\0){4,}", content):
      yield text.decode("utf-16-le")
    for text in re.findall(rb"[\w.\-]{4,}", content):
      yield text.decode("ascii")
    return
  with zipfile.ZipFile(sheet) as archive:
    for name in archive.namelist():
      if name.endswith(".xml"):
        for text in _CELL.findall(archive.read(name)):
          yield html.unescape(text.decode("utf-8", "replace")).strip()


def readable(files: Collection[pathlib.Path]) -> list[Table]:
  """The tables of those files that can be read."""
  found = []
  for file in files:
    try:
      found.append(read_table(file))
    except DataError:
      continue
  return found


def place_of(header: Sequence[str], name: str) -> int | None:
  """Where a column is: by its exact name, else in any case; None: nowhere."""
  if name in header:
    return header.index(name)
  folded = [column.casefold() for column in header]
  return folded.index(name.casefold()) if name.casefold() in folded else None


def check_once(table: Table, names: Sequence[str]) -> None:
  """Raises where a header has a name twice, or in two cases but not as it is.

  Args:
    table: any.
    names: of columns.
  """
  for name in names:
    same = [column for column in table.header if column == name]
    like = [c for c in table.header if c.casefold() == name.casefold()]
    found = same or like
    if len(found) > 1:
      raise bad_input(table.file, f"one column {name}", " and ".join(found))


def shortened(names: Sequence[str]) -> str:
  """The first names of a header, for messages."""
  more = ", ..." if len(names) > 12 else ""
  return ", ".join(names[:12]) + more
