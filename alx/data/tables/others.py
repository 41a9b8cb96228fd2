"""Tables beside pictures that are read without one: refused, or told of."""

import pathlib
from collections.abc import Collection

from alx.data.dataset import bad_input
from alx.data.tables import tables
from alx.data.tables.picture_table import COLUMNS
from alx.data.tables.tables import Table, place_of, shortened


def check(
  path: pathlib.Path, files: Collection[pathlib.Path]
) -> tuple[str, ...]:
  """Lines for tables that have nothing to say about the pictures.

  Args:
    path: a folder that no table tells the classes of.
    files: its pictures.

  Raises:
    DataError: a table that names the pictures, or has some of the three
      columns, or lies in the folder and cannot be read.
  """
  at_top, below = tables.tables_near(path)
  own = [
    table
    for file in at_top
    for table in (
      tables.readable([file])
      if file.suffix.lower() == ".txt"
      else [tables.read_table(file)]
    )
  ]
  for table in own:
    _refuse_half(table)
  for table in (
    *own,
    *tables.readable(below),
    *tables.readable(tables.tables_above(path)),
  ):
    _refuse_naming(path, table, files)
  sheets = tables.sheets_near(path)
  for sheet in sheets:
    name = tables.sheet_names(sheet, files)
    if name:
      wanted = "a table of the pictures as a CSV file"
      raise bad_input(sheet, wanted, f"a spreadsheet that names {name}")
  lines = [
    f"{table.file}: passed over, no table of the pictures" for table in own
  ]
  lines += [
    f"{sheet}: passed over (save it as CSV if it tells the classes)"
    for sheet in sheets
  ]
  return tuple(lines)


def _refuse_half(table):
  """Raises for a table with some of the three columns, or all but one."""
  lacking = [n for n in COLUMNS if place_of(table.header, n) is None]
  if 0 < len(lacking) < len(COLUMNS):
    wanted = (
      f"the columns {', '.join(COLUMNS)}, or columns=IMAGE,PATIENT,CLASS "
      "to name others"
    )
    found = f"no {' and no '.join(sorted(lacking))}"
    raise bad_input(table.file, wanted, f"{found} in {shortened(table.header)}")


def _refuse_naming(path, table, files):
  """Raises for a table that names the pictures in columns of other names."""
  column = tables.naming_column(table, files)
  if column is None:
    return
  advice = f"columns={column},PATIENT,CLASS to name the others"
  found = f"{column} among {shortened(table.header)}"
  if table.file.parent == path.resolve().parent:
    advice += f", with data={table.file.parent}"
  hot = one_hot(table)
  if hot:
    found += f", where {shortened(hot)} are one column for each class"
    advice = "one column of classes, and " + advice
  wanted = f"the columns {', '.join(COLUMNS)}, or {advice}"
  raise bad_input(table.file, wanted, found)


def one_hot(table: Table) -> tuple[str, ...]:
  """Columns of which each row has 1 in exactly one, and 0 in the others."""
  rows = [c for _, c in table.rows if len(c) == len(table.header)]
  hot = [
    i
    for i in range(len(table.header))
    if rows and {_number(cells[i]) for cells in rows} <= {0.0, 1.0}
  ]
  sums = {sum(_number(cells[i]) for i in hot) for cells in rows}
  return tuple(table.header[i] for i in hot) if sums == {1.0} else ()


def _number(text):
  try:
    return float(text)
  except ValueError:
    return None
