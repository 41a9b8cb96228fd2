"""Classes of pictures as a column of a table has them: numbers, or names."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.data.files import composed, folded

_MOST = 255  # classes
_NOTHING = {"", "nan", "na", "n/a", "#n/a", "<na>", "null"}
_LIST = ";,/+&"


class Classes(NamedTuple):
  """The class of each row that has one."""

  items: tuple[int, ...]  # numbers of those rows
  labels: tuple[int, ...]  # their classes, 0 .. count - 1
  names: tuple[str, ...]  # (): numbers, which have no names
  count: int


def read_classes(
  cells: Sequence[tuple[str, str]], column: str, strict: bool
) -> tuple[Classes, list[str]]:
  """(classes, a line for each row without one).

  Whole numbers are classes as they are; texts are names of classes, ordered,
  in Unicode's form C.

  Args:
    cells: file and line, and text, of each row.
    column: what it is called.
    strict: stop at the first row without a class.

  Raises:
    DataError: numbers beside names, several classes in one cell, or no row
      with a class.
  """
  cells = [(where, composed(text)) for where, text in cells]
  missing = [i for i, (_, text) in enumerate(cells) if _is_nothing(text)]
  told = sorted(set(range(len(cells))) - set(missing))
  errors = [
    bad_input(cells[i][0], f"a {column}", _nothing(cells[i][1]))
    for i in missing
  ]
  if told and not any(is_number(cells[i][1]) for i in told):
    classes = _by_name(cells, told, column)
  else:
    classes, more = _by_number(cells, told, column)
    errors += more
  if errors and (strict or not classes.items):
    raise errors[0]
  return classes, [str(error) for error in errors]


def _is_nothing(text):
  return text.casefold() in _NOTHING


def _nothing(text):
  note = " (which stands for nothing: a class needs another name)"
  return repr(text or "nothing") + (note if text.isupper() else "")


def is_number(text: str) -> bool:
  """Whether a text is a finite number, as tables have them: not 1_0."""
  try:
    return "_" not in text and math.isfinite(float(text))
  except ValueError:
    return False


def _by_number(cells, told, column):
  """Whole numbers 0 .. 254, and an error for each other one."""
  labels, errors = {}, []
  for i in told:
    where, text = cells[i]
    if not is_number(text):
      number = next(t for _, t in cells if is_number(t))
      wanted = f"{column} all numbers or all names of classes"
      raise bad_input(where, wanted, f"{text!r} beside {number}")
    value = float(text)
    if value.is_integer() and 0 <= value < _MOST:
      labels[i] = int(value)
    else:
      wanted = f"a {column} that is a class 0, 1, ..."
      errors.append(bad_input(where, wanted, repr(text)))
  _refuse_coding(cells, told, labels, column)
  count = max(2, 1 + max(labels.values(), default=0))
  found = Classes(tuple(labels), tuple(labels.values()), (), count)
  return found, errors


def _refuse_coding(cells, told, labels, column):
  """Raises where numbers are no classes: 0 and 255, -1 and 1, fractions."""
  others = [i for i in told if i not in labels]
  values = {float(cells[i][1]) for i in others}
  fractions = {value for value in values if not value.is_integer()}
  if len(others) > 1 and (len(set(labels.values())) < 2 or len(fractions) > 1):
    where, text = cells[others[0]]
    wanted = f"{column} of classes 0, 1, ..., or of names of classes"
    found = f"{text}, and {len(others)} of {len(told)} rows that are no class"
    raise bad_input(where, wanted, found)


def _by_name(cells, told, column):
  names = tuple(sorted({cells[i][1] for i in told}))
  for i in told:
    parts = _several(cells[i][1], names)
    if parts:
      found = (
        f"{len(parts)} in {cells[i][1]!r} (a class of its own needs another "
        "name)"
      )
      raise bad_input(cells[i][0], f"one class in {column}", found)
  known = {}
  for name in names:
    other = known.setdefault(folded(name), name)
    if other != name:
      where = next(where for where, text in cells if text == name)
      raise bad_input(where, f"one spelling of {other!r}", repr(name))
  if not 2 <= len(names) <= _MOST:
    wanted = f"2 to {_MOST} different classes in {column}"
    found = f"{len(names)}, such as {', '.join(names[:3])}"
    found += _beside_nothing({text for _, text in cells})
    raise bad_input(cells[told[0]][0], wanted, found)
  labels = tuple(names.index(cells[i][1]) for i in told)
  return Classes(tuple(told), labels, names, len(names))


def _beside_nothing(texts):
  nothing = sorted(text for text in texts if text and _is_nothing(text))
  return f", beside {nothing[0]}, which stands for nothing" if nothing else ""


def _several(text, names):
  """The classes that one cell lists; () where it is a single one."""
  if "|" in text:
    return text.split("|")
  for separator in _LIST:
    parts = [part.strip() for part in text.split(separator)]
    if len(parts) > 1 and set(parts) <= set(names):
      return parts
  return ()
