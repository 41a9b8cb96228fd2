"""Which items are of one patient; an unknown one is nobody else."""

from collections.abc import Sequence

import numpy as np

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
  return name is None or bool(name != name)


def numbers_of(names: Sequence | np.ndarray) -> np.ndarray:
  """[n] int64, equal for items of one name and for no others.

  Args:
    names: [n] of any type; texts count without blanks around, and each that
      `is_unknown` has a number of its own.
  """
  names = np.asarray(names, object)
  known, found = {}, np.empty(names.shape, np.int64)
  for place, name in np.ndenumerate(names):
    key = name.strip() if isinstance(name, str) else name
    key = ("unknown", place) if is_unknown(name) else (key,)
    found[place] = known.setdefault(key, len(known))
  return found
