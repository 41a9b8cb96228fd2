"""What the arrays of an .npz are called: which are used, and which are not."""

import re
from collections.abc import Collection, Mapping

import numpy as np

from alx.data.arrays.fields import text_of
from alx.data.dataset import bad_input
from alx.data.pictures.parts import PARTS

Arrays = Mapping[str, np.ndarray]

_ITEMS = ("ids", "patient", "group", "frame", "slice", "split")
_NAMES = ("images", "features", "labels", "class_names", "spacing_mm", *_ITEMS)
# Without signs and in one case: what such a name means for certain.
_SURE = {name.replace("_", ""): name for name in _NAMES}
_SURE |= dict.fromkeys(("patientid", "subject", "subjectid"), "patient")
# What means the parts if it holds but train, val and test.
_PARTS = re.compile("splits|(sub|data)?sets?|partitions?|parts?|usage|phases?")
_LIKE = {
  "patient": re.compile(
    "(patients?|pat|subjects?|subj|persons?|individuals?|participants?|cases?|"
    "groups?|volumes?|vol|stud(y|ies)|series|scans?|exams?|examinations?|"
    "sessions?|lesions?|donors?|animals?|slides?)"
    "(instance)?(id|uid|no|nr|num|number|name|key|code|index|idx)?s?"
    "|pids?|mrns?"
  ),
  "split": re.compile(
    "((cv|k)?folds?|splits?|sets?|subsets?|partitions?)"
    "(id|no|nr|num|number|index|idx)?"
    f"|(is)?({'|'.join(PARTS)})(set|s)?"
    "(id|ids|idx|idxs|index|indexes|indices|mask|flag|items|rows)?"
  ),
}
_LIST = re.compile(f"(is)?({'|'.join(PARTS)})")  # of which items are in a part
_MEANT = {  # what may have been meant, where nothing is certain
  "spacing_mm": re.compile("(voxel|pixel)?(spacings?|sizes?)|zooms|resolution"),
  "class_names": re.compile(
    "names|classes|categories|(label|target|class)s?(names?|labels?|map)"
  ),
  "ids": re.compile("id|(file|image)s?(names?|ids?)|files"),
}
OWN = ("made_of",)  # what a file of features is made of
_MOST_TOLD = 12


def known_names(path: object, arrays: Arrays) -> dict[str, str]:
  """The name in the file of each array that a reader may use, by its meaning.

  `Patient`, `patient_id`, `subject` and `subject_id` are `patient`; an array
  such as `partition` is `split` if it holds but train, val and test.

  Args:
    path: what the error names.
    arrays: by the names in the file.

  Raises:
    DataError: two spellings of one name, with other values.
  """
  found = {name: name for name in _NAMES if name in arrays}
  for name in arrays:
    meant = _meaning(name, arrays[name])
    other = found.setdefault(meant, name) if meant else name
    if other not in (name, meant) and not _is_same(arrays, name, other):
      both = f"{other} and {name}, with other values"
      raise bad_input(path, f"one array for {meant}", both)
  return found


def check_unused(
  path: object, arrays: Arrays, used: Collection[str], count: int
) -> tuple[str, ...]:
  """A line that names the arrays that say nothing; () if all are used.

  Args:
    path: what the line and the error name.
    arrays: by the names in the file.
    used: those that the reader or `where` has used.
    count: N items.

  Raises:
    DataError: one that by its name may be the patients or the parts, where
      nothing else tells them.
  """
  unused = [name for name in arrays if name not in (*used, *OWN)]
  told = {_meaning(name, arrays[name]) for name in used if name in arrays}
  if "group" in told:
    told.add("patient")
  for name in unused:
    for meant, pattern in _LIKE.items():
      if meant not in told and pattern.fullmatch(_plain(name)):
        _check_harmless(path, arrays, name, meant, count)
  return (_line(path, arrays, unused, count),) if unused else ()


def is_of_items(name: str) -> bool:
  """Whether such an array says something of each item, by its name."""
  plain = _plain(name)
  likes = any(pattern.fullmatch(plain) for pattern in _LIKE.values())
  return likes or _SURE.get(plain) in _ITEMS


def _plain(name):
  return re.sub(r"[\W_]", "", name.casefold())


def _meaning(name, array):
  """What an array is for certain; None: nothing that is read."""
  plain = _plain(name)
  if not array.ndim or not array.size:
    return None
  if _PARTS.fullmatch(plain) and array.dtype.kind in "US":
    words = {text.casefold() for text in _texts(np.unique(array))}
    return "split" if words <= set(PARTS) else None
  return _SURE.get(plain)


def _is_same(arrays, name, other):
  return _texts(arrays[name]) == _texts(arrays[other])


def _texts(array):
  return [text_of(value) for value in array.ravel()]


def _check_harmless(path, arrays, name, meant, count):
  """Raises DataError unless the array parts no items, or every item."""
  array = arrays[name]
  of_items = array.shape in ((count,), (count, 1))
  is_list = array.ndim == 1 and array.size and _LIST.match(_plain(name))
  if not of_items and not is_list:
    return
  different = len(np.unique(array))
  if of_items and (different in (1, count) or _is_fraction(array)):
    return
  value = text_of(array.ravel()[0])
  cure = f"call it {meant} if it is that, else leave it out"
  if of_items:
    cure += f"; where={name}={value} would choose by it"
  wanted = {
    "patient": "the patient of each item in an array patient",
    "split": "the part of each item, train, val or test, in an array split",
  }[meant]
  found = f"an array {name} of {different} different values ({cure})"
  raise bad_input(path, wanted, found)


def _is_fraction(array):
  return array.dtype.kind == "f" and bool((array % 1 != 0).any())


def _line(path, arrays, unused, count):
  texts = [name + _meant(name) for name in unused[:_MOST_TOLD]]
  more = len(unused) - len(texts)
  line = f"{path}: arrays not used: {', '.join(texts)}"
  line += f" and {more} more" if more else ""
  fields = [n for n in unused if arrays[n].shape in ((count,), (count, 1))]
  return (
    line + f"; where={fields[0]}=... would choose by them" if fields else line
  )


def _meant(name):
  found = [m for m, p in _MEANT.items() if p.fullmatch(_plain(name))]
  return f" ({found[0]} is read)" if found else ""
