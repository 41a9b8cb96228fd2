"""Columns of a table that tell train from test."""

import re
from collections.abc import Collection

from alx.data.dataset import bad_input
from alx.data.pictures.parts import number_of, parts_among
from alx.data.tables.tables import Table

_NAME = re.compile(
  r"(?i)(.*[ _\-])?(k?-?folds?|splits?|partition|subset|cv)([ _\-]?\d+)?"
)


def find_split(
  table: Table, others: Collection[int]
) -> tuple[int | None, list[str]]:
  """(place of the column, lines): each cell of it is train, val or test.

  Args:
    table: any.
    others: places of columns that tell something else.

  Raises:
    DataError: two such columns that differ, or a row that is in no part.
  """
  columns = {
    place: [c[place] if place < len(c) else "" for _, c in table.rows]
    for place in range(len(table.header))
    if place not in others
  }
  found = [place for place, cells in columns.items() if _tells(cells)]
  told = [[part_of(text) for text in columns[place]] for place in found]
  if any(parts != told[0] for parts in told[1:]):
    names = " and ".join(table.header[place] for place in found)
    raise bad_input(table.file, "one column of train, val and test", names)
  if found and None in told[0]:
    line, _ = table.rows[told[0].index(None)]
    wanted = f"train, val or test in {table.header[found[0]]}"
    raise bad_input(f"{table.file}, line {line}", wanted, "nothing")
  lines = [
    f"{table.file}: the column {table.header[place]} is not used, only one of "
    "train, val and test is a split"
    for place in columns
    if place not in found and _NAME.fullmatch(table.header[place])
  ]
  return (found[0] if found else None), lines


def _tells(cells):
  """Whether all cells with a text are parts, and not the same one."""
  parts = [part_of(text) for text in cells if text]
  return None not in parts and len(set(parts)) > 1


def part_of(text: str) -> int | None:
  """Train 0, val 1 or test 2; None: no such text."""
  return number_of(text) if parts_among([text]) else None
