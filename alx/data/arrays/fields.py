"""What an .npz says about its items beside images and labels.

All functions take `arrays`, the arrays of the file by name; N is the length of
`arrays["images"]`.
"""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from alx.data.dataset import bad_input
from alx.data.pictures.parts import PARTS

SPLITS = ("train", "val", "test")

_GROUPS = ("patient", "group")
_ID_PARTS = (*_GROUPS, "frame", "slice")
_LONGEST_ID = 150
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')

Arrays = Mapping[str, np.ndarray]


def names_where(where: str) -> list[str]:
  """The names that "name=value,name=value" asks for."""
  return [part.partition("=")[0].strip() for part in where.split(",")]


def rows_where(path: object, arrays: Arrays, where: str) -> list[int]:
  """Items, ascending, whose fields have the values that `where` asks for.

  Args:
    path: what the error names.
    arrays: the arrays of the file.
    where: "name=value,name=value"; "" is all items.

  Raises:
    DataError: a name that is no field of the items, or no such item.
  """
  known = _per_item(arrays)
  keep = np.ones(len(arrays["images"]), bool)
  for part in where.split(",") if where.strip() else ():
    name, equals, value = (text.strip() for text in part.partition("="))
    if not equals or name not in known:
      wanted = f"where with name=value and one of the names {sorted(known)}"
      raise bad_input(path, wanted, repr(where))
    keep &= np.array([_is_value(v, value) for v in known[name]])
    if not keep.any():
      found = sorted({text_of(v) for v in known[name]})[:20]
      raise bad_input(path, f"items where {where}", f"{name} in {found}")
  return np.flatnonzero(keep).tolist()


def item_ids(path: object, arrays: Arrays) -> tuple[str, ...]:
  """N ids: those given, else composed of patient, frame, slice, else numbers.

  Numbers are places in the file, so that they do not move when items are left
  out.

  Raises:
    DataError: given ids that repeat, or that cannot be file names.
  """
  count = len(arrays["images"])
  if "ids" in arrays:
    ids = tuple(text_of(v) for v in arrays["ids"].ravel())
    _check_ids(path, ids, count)
    return ids
  numbers = tuple(f"item_{i:05d}" for i in range(count))
  return composed_ids(arrays) or numbers


def composed_ids(arrays: Arrays) -> tuple[str, ...]:
  """N ids of patient, frame and slice; () where those tell no item apart."""
  known = _per_item(arrays)
  parts = [_padded(name, known[name]) for name in _ID_PARTS if name in known]
  composed = tuple("_".join(part) for part in zip(*parts, strict=True))
  is_one = len(set(composed)) == len(arrays["images"])
  return composed if is_one and all(map(_is_name, composed)) else ()


def item_groups(path: object, arrays: Arrays) -> tuple[str, ...] | None:
  """The patient, or else the group, of each item; None if there is none.

  Raises:
    DataError: not one per item.
  """
  known = _per_item(arrays)
  for name in _GROUPS:
    if name in known:
      return tuple(text_of(v) for v in known[name])
    if name in arrays:
      wanted = f"{name} of each of the {len(arrays['images'])} items"
      raise bad_input(path, wanted, f"an array {arrays[name].shape}")
  return None


def given_split(path: object, arrays: Arrays) -> np.ndarray | None:
  """[N] int8, 0 train, 1 val, 2 test; None if the file has no `split`.

  Training, valid, validation and testing say the same, in any case.

  Raises:
    DataError: other values, or not one per item.
  """
  if "split" not in arrays:
    return None
  texts = [text_of(v) for v in arrays["split"].ravel()]
  known = {"0": 0, "1": 1, "2": 2, **PARTS}
  unknown = sorted({text for text in texts if text.casefold() not in known})
  if unknown or len(texts) != len(arrays["images"]):
    wanted = f"split of 0, 1, 2 or {', '.join(SPLITS)} for each item"
    found = unknown[:5] if unknown else f"{len(texts)} values"
    raise bad_input(path, wanted, found)
  return np.array([known[text.casefold()] for text in texts], np.int8)


def item_spacing(
  path: object, arrays: Arrays, axes: int
) -> tuple[tuple[float, ...] | None, ...]:
  """Spacing of each item in mm, one per spatial axis; None if unknown.

  Args:
    path: what the error names.
    arrays: the arrays of the file.
    axes: d, how many spatial axes there are.

  Raises:
    DataError: `spacing_mm` is not [d] or [N, d] of numbers above 0.
  """
  count = len(arrays["images"])
  if "spacing_mm" not in arrays:
    return (None,) * count
  spacing = arrays["spacing_mm"]
  fits = spacing.dtype.kind in "uif"
  fits = fits and spacing.shape in ((axes,), (count, axes))
  if not fits or not (np.isfinite(spacing) & (spacing > 0)).all():
    wanted = f"spacing_mm above 0 of shape [{axes}] or [{count}, {axes}]"
    found = f"{spacing.dtype} {spacing.shape} {spacing.ravel()[:3].tolist()}"
    raise bad_input(path, wanted, found)
  rows = np.broadcast_to(spacing.astype(np.float64), (count, axes)).tolist()
  return tuple(tuple(row) for row in rows)


def _per_item(arrays):
  count = len(arrays["images"])
  shapes = ((count,), (count, 1))
  return {n: a.ravel() for n, a in arrays.items() if a.shape in shapes}


def _is_value(value, text):
  if isinstance(value, np.number):
    try:
      return float(value) == float(text)
    except ValueError:
      return False
  return text_of(value) == text


def text_of(value: object, width: int = 0) -> str:
  """A value as text, without blanks around; whole numbers without a point.

  Args:
    value: of any array that is not pickled.
    width: digits of a whole number at least.
  """
  if isinstance(value, np.floating) and value.is_integer():
    value = int(value)
  if isinstance(value, int | np.integer):
    return f"{int(value):0{width}d}"
  if isinstance(value, bytes):
    value = value.decode("utf-8", "replace")
  return str(value).strip()


def _padded(name, values):
  width = max(len(text_of(v)) for v in values)
  return [name + text_of(v, width) for v in values]


def _check_ids(path, ids, count):
  if len(ids) != count or len(set(ids)) < count:
    found = f"{len(ids)} ids, {len(set(ids))} different ones"
    raise bad_input(path, f"{count} different ids", found)
  alike = _alike(ids, lambda name: unicodedata.normalize("NFC", name))
  if alike:
    wanted = "ids that differ by more than how Unicode composes their letters"
    raise bad_input(path, wanted, " and ".join(map(ascii, alike)))
  for name in ids:
    if not _is_name(name):
      wanted = "ids that can be file names"
      raise bad_input(path, wanted, repr(name[:_LONGEST_ID]))


def _alike(ids, form):
  """The first two ids that one form makes the same; () if there are none."""
  first = {}
  for name in ids:
    other = first.setdefault(form(name), name)
    if other is not name:
      return other, name
  return ()


def note_of_ids(path: object, ids: Sequence[str]) -> list[str]:
  """A line about ids that differ in their case alone."""
  alike = _alike(ids, str.casefold)
  if not alike:
    return []
  return [
    f"{path}: ids differ in case alone, such as {alike[0]} and {alike[1]}; "
    "files named for them are one file where case does not count"
  ]


def _is_name(text):
  if not 0 < len(text) <= _LONGEST_ID or not text.isprintable():
    return False
  return text[0] != "." and not _NOT_IN_NAMES & set(text)
