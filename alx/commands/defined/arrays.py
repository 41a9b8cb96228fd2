"""Arrays in files as what `alx query` has flags for, by the names of flags."""

import pathlib
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from alx.data.arrays import fields, npz_names
from alx.data.arrays.fields import text_of
from alx.data.dataset import bad_input
from alx.data.tables.classes import read_classes
from alx.front.axes import SAMPLES
from alx.front.words import nearest
from alx.groups import as_text

Arrays = dict[str, np.ndarray]

_SPELLINGS = {"labeled": "labelled"}
_TEXTS = ("ids", "groups")  # may be lines of a text


class Found(NamedTuple):
  """What a file of several arrays says."""

  arrays: Arrays  # those that have flags
  class_names: np.ndarray | None = None  # [C] texts
  patients: np.ndarray | None = None  # [N] names, as a data set calls them
  split: np.ndarray | None = None  # [N] parts, numbers or names


def of_file(path: pathlib.Path, known: Collection[str]) -> Found:
  """The arrays of an .npz, as `alx features` and data sets call them too.

  Args:
    path: of the .npz, or of an .npy that is called as its array.
    known: names of flags.

  Raises:
    DataError: a file that is none, or an array that says nothing here.
  """
  loaded = _load(path)
  if isinstance(loaded, np.ndarray):
    loaded = {path.stem: loaded}
  meant = npz_names.known_names(path, loaded)
  meant |= {_flag_of(n): n for n in loaded if _flag_of(n) in known}
  _check_known(path, loaded, {*meant.values(), *npz_names.OWN}, known)
  arrays = {flag: loaded[n] for flag, n in meant.items() if flag in known}
  if not arrays:
    raise bad_input(path, f"arrays of the names {', '.join(known)}", "none")
  of_patients = meant.get("patient", meant.get("group"))
  others = meant.get("class_names"), of_patients, meant.get("split")
  return Found(arrays, *map(loaded.get, others))


def of_flag(
  path: pathlib.Path, name: str, known: Collection[str]
) -> np.ndarray:
  """The array that a flag names: of an .npy, or of that name in an .npz.

  Args:
    path: of the file; a .txt of one name a line for ids and groups.
    name: of the flag.
    known: names of all flags. An .npz of one array may call it otherwise, but
      not as another flag.

  Raises:
    DataError: a file that is none, or without that array.
  """
  if path.suffix == ".txt" and name in _TEXTS:
    return np.array(path.read_text(encoding="utf-8").splitlines())
  loaded = _load(path)
  if isinstance(loaded, np.ndarray):
    return loaded
  flags = {_flag_of(n): array for n, array in loaded.items()}
  if name not in flags and (len(flags) != 1 or {*flags} & {*known}):
    raise bad_input(path, f"an array {name}", ", ".join(loaded) or "none")
  return flags[name] if name in flags else next(iter(flags.values()))


def _load(path):
  """The arrays of an .npz by name, or the one of an .npy."""
  try:
    with open(path, "rb") as file:
      found = np.load(file, allow_pickle=False)
      if isinstance(found, np.ndarray):
        return found
      return {name: found[name] for name in found.files}
  except Exception as error:  # a damaged archive breaks in many ways
    raise bad_input(path, "an .npy or .npz of plain arrays", error) from error


def _flag_of(name):
  return _SPELLINGS.get(name, name)


def _check_known(path, loaded, used, known):
  """Raises DataError for arrays that nothing reads."""
  unknown = [name for name in loaded if name not in used]
  if unknown:
    near = nearest(unknown[0], known)
    unknown[0] += f" (did you mean {near}?)" if near else ""
    wanted = f"arrays of the names {', '.join(known)}, or of a data set"
    raise bad_input(path, wanted, ", ".join(unknown[:9]))


def pool_of(path: object, split: np.ndarray) -> np.ndarray:
  """[N] bool, the items that are to train on.

  Args:
    path: what the error names.
    split: [N] of 0, 1, 2 or train, val, test, in the words of readers.

  Raises:
    DataError: for other values.
  """
  parts = np.ravel(split)
  return fields.given_split(path, {"images": parts, "split": parts}) == 0


def classes_of(
  path: object, labels: np.ndarray, class_names: np.ndarray | None
) -> np.ndarray | None:
  """[N] whole numbers, -1 where a text or a float is none; None: of voxels.

  Integers stay what they are. Texts are names of classes, as a data set has
  them: in the order of `class_names`, or else of the alphabet.

  Args:
    path: what the error names.
    labels: [N] or [N, 1] of numbers or texts, or anything.
    class_names: [C] texts; None: there are none.

  Raises:
    DataError: for what is no class.
  """
  if labels.ndim == 2 and labels.shape[1] == 1:
    labels = labels[:, 0]
  if labels.ndim != 1:
    return None
  if labels.dtype.kind in "biu":
    return labels
  cells = [(f"{path}, label {i}", text_of(x)) for i, x in enumerate(labels)]
  found, _ = read_classes(cells, "label", strict=False)
  places = np.arange(found.count)
  if found.names and class_names is not None:
    places = _places(path, found.names, class_names)
  classes = np.full(labels.shape, -1)
  classes[list(found.items)] = places[list(found.labels)]
  return classes


def _places(path, names, class_names):
  """[C'] int, where in the class names each of the names is."""
  given = [text_of(name) for name in np.ravel(class_names)]
  unknown = [name for name in names if name not in given]
  if unknown:
    raise bad_input(
      f"{path}, labels", f"labels that are class_names, {given}", unknown[:5]
    )
  return np.array([given.index(name) for name in names])


def texts(names: np.ndarray) -> list:
  """[N] ids as they are, but bytes as texts in UTF-8.

  Raises:
    ValueError: for bytes that are none.
  """
  try:
    return [as_text(name) for name in np.ravel(names).tolist()]
  except ValueError as error:
    raise ValueError(f"ids: {error}") from None


def as_mask(found: Mapping[str, np.ndarray], told: int | None) -> np.ndarray:
  """The array `labelled`; of numbers of items it is made a mask of N.

  Args:
    found: the arrays of a call.
    told: N; None: as the other arrays have it.

  Raises:
    ValueError: for integers that are neither.
  """
  value = found["labelled"]
  count = _num_items(found) if told is None else told
  numbers = value.ndim == 1 and (value.dtype.kind in "iu" or not value.size)
  if not numbers or count is None or _is_mask(value, count):
    return value
  mask = np.zeros(count, bool)
  beyond = value[(value < 0) | (value >= count)]
  if len(beyond) or len(np.unique(value)) < len(value):
    found = beyond[0] if len(beyond) else "one of them twice"
    raise ValueError(
      f"labelled: wanted a bool mask [{count}], or numbers of items from 0 to "
      f"{count - 1}, found {found}"
    )
  mask[value.astype(np.int64)] = True
  return mask


def _is_mask(value, count):
  """Whether integers may be 0 and 1 of every item."""
  return len(value) == count and bool(((value == 0) | (value == 1)).all())


def _num_items(found):
  """N as the array of the fewest axes has it; None: there is none."""
  shapes = {n: x.shape for n, x in found.items() if n != "labelled" and x.ndim}
  if not shapes:
    return None
  name = min(shapes, key=lambda other: len(shapes[other]))
  return shapes[name][name in SAMPLES and len(shapes[name]) > 1]


def check_ids(names: Collection, found: Mapping[str, np.ndarray]) -> None:
  """Raises ValueError for ids that are not as many as the items of arrays."""
  for name, array in found.items():
    if len(names) not in array.shape[:2]:
      raise ValueError(
        f"ids: wanted one for each item, found {len(names)} beside {name} "
        f"{array.shape}"
      )
