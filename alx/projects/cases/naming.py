"""Names that tell nothing: case_001, and who is who outside of the project."""

import os
import pathlib
import re
from collections.abc import Sequence

from alx import csv_table
from alx.data.dataset import bad_input
from alx.data.files import write_bytes
from alx.projects.exchange.params import ID


def uids(ids: Sequence[str], keep: bool) -> list[str]:
  """A name of each case: numbers in their order, or their own.

  Raises:
    DataError: own names that can be no file of every system.
  """
  if not keep:
    width = max(3, len(str(len(ids))))
    return [f"case_{n:0{width}d}" for n in range(1, len(ids) + 1)]
  for name in ids:
    if not ID.fullmatch(name) or ".." in name or re.search(r"_\d{4}$", name):
      raise bad_input(
        "--keep_names",
        "names of letters, digits, . _ - that do not end in _0000",
        repr(name),
      )
  folded = {name.casefold() for name in ids}
  if len(folded) < len(ids):
    raise bad_input(
      "--keep_names", "names that differ in more than case", "two"
    )
  return list(ids)


def patients_of(
  ids: Sequence[str], known: Sequence[str], pattern: str
) -> list[str]:
  """A pseudonym of the patient of each item, "" where it is not known.

  Args:
    ids: of N items.
    known: patients that the data tell, or "".
    pattern: regular expression whose group is the patient of an id; "": none.

  Raises:
    DataError: a pattern that is none, or that an id does not match.
  """
  names = list(known)
  if pattern:
    names = _matched("--group_pattern", r"(patient\d+)_.*", ids, pattern)
  order = {name: n for n, name in enumerate(dict.fromkeys(filter(None, names)))}
  width = max(3, len(str(len(order))))
  return [f"p{order[n] + 1:0{width}d}" if n else "" for n in names]


def _matched(flag, example, ids, pattern):
  """The group of the pattern in each id."""
  try:
    compiled = re.compile(pattern)
  except re.error as error:
    raise bad_input(flag, "an expression", error) from error
  if compiled.groups != 1:
    wanted = f"one group in parentheses, as in {example}"
    raise bad_input(flag, wanted, pattern)
  matches = [compiled.fullmatch(name) for name in ids]
  if None in matches:
    raise bad_input(flag, "all names to match", f"{matches.count(None)} not")
  return [match[1] or "" for match in matches]


def strata_of(ids: Sequence[str], pattern: str) -> list[str]:
  """The group of patients of each item, such as its hospital; "": none known.

  They are written as they are, so they must not tell who somebody is.

  Args:
    ids: of N items.
    pattern: regular expression whose group is the stratum; "": none.

  Raises:
    DataError: as `patients_of`, or groups that are nearly as many as items.
  """
  if not pattern:
    return [""] * len(ids)
  found = _matched("--stratum_pattern", r"(site[AB])_.*", ids, pattern)
  names = set(found)
  if len(ids) > 1 and len(names) > max(1, len(ids) // 2):
    wanted = "groups of two images or more in the mean, they are not hidden"
    raise bad_input("--stratum_pattern", wanted, f"{len(names)} of {len(ids)}")
  return found


def key_file(folder: pathlib.Path) -> pathlib.Path:
  """Who is who; beside the project, so that it is not sent with it."""
  return folder.with_name(f"{folder.name}-names.csv")


def write_key(folder: pathlib.Path, rows: Sequence[dict]) -> pathlib.Path:
  """Writes uid, name and file of each case for its owner alone."""
  path = key_file(folder)
  text = csv_table.to_text(("uid", "name", "patient", "file"), rows)
  write_bytes(path, csv_table.encode(text))
  os.chmod(path, 0o600)
  return path
