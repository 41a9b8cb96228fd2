"""Which items are of one patient; an unknown one is nobody else."""

import re
from collections.abc import Sequence

import numpy as np

_PATTERNS = "^(.*)_", "^(.*)-", r"^(.*)\.", "^(.*?)_", "^(.*?)-"
_UNKNOWN = {
  *("", "?", "-", "--", "na", "n/a", "#n/a", "<na>"),
  *("nan", "nat", "none", "null", "unknown"),
}


def is_unknown(name: object) -> bool:
  """Whether a name says that there is none: None, NaN, NaT, "", "n/a" ...

  Texts count without blanks around and in any case. -1 is a name.
  """
  if isinstance(name, str):
    return name.strip().lower() in _UNKNOWN
  if name is None or name is np.ma.masked:
    return True
  try:
    return bool(name != name)
  except TypeError:  # of pandas.NA, which is neither equal nor different
    return True


def as_text(name: object) -> object:
  """A name as it is, but bytes as a text in UTF-8.

  Raises:
    ValueError: for bytes that are none.
  """
  if not isinstance(name, bytes):
    return name
  try:
    return name.decode()
  except UnicodeDecodeError:
    raise ValueError(f"wanted names in UTF-8, found {name!r}") from None


def numbers_of(names: Sequence | np.ndarray) -> np.ndarray:
  """[n] int64, equal for items of one name and for no others.

  Args:
    names: [n] of any type; texts count without blanks around, and each that
      `is_unknown` has a number of its own. Bytes are texts in UTF-8.

  Raises:
    ValueError: for bytes that are none, and for what is no name, a list say.
  """
  names = _as_objects(names)
  known, found = {}, np.empty(names.shape, np.int64)
  for place, name in np.ndenumerate(names):
    name = as_text(name)
    key = name.strip() if isinstance(name, str) else name
    try:
      key = ("unknown", place) if is_unknown(name) else (key,)
      found[place] = known.setdefault(key, len(known))
    except (TypeError, ValueError):
      raise ValueError(
        f"wanted a name for each item, found {type(name).__name__}"
      ) from None
  return found


def witnesses_of(names: Sequence | np.ndarray) -> np.ndarray:
  """`numbers_of` of readers: all that are unknown are one, not one each.

  Who counts readers as witnesses counts too few rather than too many.
  """
  names = _as_objects(names)
  found, unknown = numbers_of(names), np.empty(names.shape, bool)
  for place, name in np.ndenumerate(names):
    unknown[place] = is_unknown(as_text(name))
  return np.where(unknown, -1, found)


def how_to_read(ids: Sequence[str]) -> str:
  """Which --group would find patients in these ids, for a message.

  Of the pattern is asked that it puts some items together, and not all.
  """
  for pattern in _PATTERNS:
    found = [re.match(pattern, name) for name in ids]
    patients = {match[1] for match in found if match}
    if all(found) and 1 < len(patients) < len(ids):
      return f"--group='{pattern}' reads them from ids such as {ids[0]}"
  return (
    "--group=REGEX reads them from ids that tell them, which those here, such "
    f"as {ids[0]}, do not seem to"
  )


def _as_objects(names):
  """An array whose masked entries are unknown."""
  if isinstance(names, np.ma.MaskedArray):
    return names.astype(object).filled(None)
  try:
    return np.asarray(names, object)
  except ValueError as error:
    raise ValueError(f"wanted names, {error}") from error
