"""Reads a folder of BraTS cases: a folder each, with a file per channel."""

import collections
import pathlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from alx.data import intensity
from alx.data.dataset import (
  Dataset,
  bad_input,
  no_progress,
  read_each,
)
from alx.data.files import visible
from alx.data.label_values import default_names
from alx.data.volumes import msd, nifti
from alx.data.volumes.cases import other_files
from alx.data.volumes.description import Description
from alx.data.volumes.grids import Item, read_files

_CHANNELS = ("t1", "t1ce", "t2", "flair", "t1n", "t1c", "t2w", "t2f")
_LABEL = "seg"

# BraTS-GLI-00005-100: the patient, and the number of the examination.
_NUMBERED = re.compile(r"(BraTS-.*-\d+)-\d{3}")
_UNNUMBERED = re.compile(r"BraTS(20)?\d\d_.*", re.IGNORECASE)

# Values of the classes, for the ids and the values that they go with.
_UNTIL_2021 = {0: "background", 1: "necrotic core", 2: "edema", 4: "enhancing"}
_FROM_2023 = {
  0: "background",
  1: "necrotic core",
  2: "edema",
  3: "enhancing",
  4: "resection cavity",
}
_PEDIATRIC = {  # from 2024 on; in 2023 the values 1 to 3 meant other things
  0: "background",
  1: "enhancing",
  2: "non-enhancing",
  3: "cyst",
  4: "edema",
}
_TABLES = (  # ids, values of which one must be there, names
  (_UNNUMBERED, {4}, _UNTIL_2021),
  (re.compile(r"BraTS-(GLI|SSA|MET|MEN)-\d+-\d{3}"), {3, 4}, _FROM_2023),
  (re.compile(r"BraTS-PED-\d+-\d{3}"), {4}, _PEDIATRIC),
)


class Case(NamedTuple):
  """The folder of one case."""

  folder: pathlib.Path
  files: dict[str, pathlib.Path]  # by channel, and "seg"
  others: dict[str, pathlib.Path]  # second files of the same


def is_folder(path: pathlib.Path) -> bool:
  """Whether a folder in it holds a file such as CASE_t1ce or CASE-t1c."""
  return any(case.files for case in _cases(path))


def find_cases(path: pathlib.Path) -> list[Case]:
  """The cases with the files that each has."""
  return [case for case in _cases(path) if case.files]


def check_once(case: Case, names: Sequence[str]) -> None:
  """Raises DataError for two files of one of the channels, or labels."""
  twice = next((name for name in names if name in case.others), None)
  if twice is not None:
    found = f"{case.files[twice].name} and {case.others[twice].name}"
    raise bad_input(case.folder, "one file of each channel and label", found)


def channel_names(path: pathlib.Path) -> tuple[str, ...]:
  """The channels that most cases have: t1, t1ce, t2, flair, or t1n, t1c ..."""
  return _channels(find_cases(path))


def load_folder(
  path: pathlib.Path,
  *,
  strict: bool = False,
  spacing_from: str = "pixdim",
  progress=no_progress,
  keep_unlabelled: bool = False,
) -> Dataset:
  """Reads CASE/CASE_{t1,t1ce,t2,flair,seg}, or CASE/CASE-{t1n,t1c,t2w,t2f,seg}.

  The files are .nii.gz or .nii, of BraTS 2017 to 2021 or from 2023 on. The
  channels keep that order, and are those that most cases have. Cases of the
  second kind end with the number of an examination, and what is before it is
  the patient; of the first kind no patient is known. Classes are named where
  the values tell which they are.

  Args:
    path: the folder.
    strict: stop at the first case that cannot be used.
    spacing_from: "pixdim" or "affine", what to believe where they disagree.
    progress: progress(iterable, total=, description=) -> iterable.
    keep_unlabelled: cases without a label stay.

  Raises:
    DataError: not one case can be used; with `strict` the first bad case.
  """
  folders = list(_cases(path))
  cases = [case for case in folders if case.files]
  channels = _channels(cases)
  items, _, left_out = read_each(
    cases,
    lambda case: _read(case, channels, keep_unlabelled),
    strict,
    progress,
  )
  if not any(item.values for item in items):
    found = left_out[0] if left_out else "none"
    raise bad_input(path, "at least one case with its label", found)
  description = _describe(path, items)
  dataset = msd.make_dataset(path, description, items, left_out, spacing_from)
  notes = (*dataset.notes, *_passed_over(path, folders))
  return dataset._replace(groups=_patients(dataset.ids), notes=notes)


def _cases(path):
  """Every folder, with the files that are named after it and a channel."""
  for folder in (p for p in visible(path) if p.is_dir()):
    files, others = {}, {}
    for file in visible(folder):
      stem = nifti.stem(file) or ""
      name = stem.removeprefix(nifti.composed(folder.name))
      if name[:1] in ("_", "-") and name[1:] in (*_CHANNELS, _LABEL):
        place = others if name[1:] in files else files
        place[name[1:]] = file
    yield Case(folder, files, others)


def _passed_over(path, cases):
  """A line for folders without a case, and one for files of other kinds."""
  others = [case.folder.name for case in cases if not case.files]
  files = [p for c in cases if c.files for p in visible(c.folder)]
  named = {
    file
    for case in cases
    for file in (*case.files.values(), *case.others.values())
  }
  notes = []
  if others:
    wanted = f"they hold no CASE_{_CHANNELS[1]}.nii.gz or CASE-{_CHANNELS[5]}"
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    names = f"{', '.join(others[:3])}{more}"
    notes.append(f"{path}: folders passed over, {wanted}: {names}")
  found = other_files(files)
  if found:
    notes.append(f"{path}: {found} in folders of cases passed over")
  unnamed = [p for p in files if nifti.stem(p) and p not in named]
  if unnamed:
    count = f"{len(unnamed)} NIfTI files"
    notes.append(
      f"{path}: {count} passed over that are named for no channel, the first "
      f"{unnamed[0].relative_to(path)}"
    )
  return notes


def _channels(cases):
  kinds = [tuple(n for n in _CHANNELS if n in case.files) for case in cases]
  counted = collections.Counter(filter(None, kinds)).most_common(1)
  return counted[0][0] if counted else _CHANNELS[:4]


def _read(case, channels, keep=False):
  check_once(case, (*channels, _LABEL))
  missing = [n for n in (*channels, _LABEL) if n not in case.files]
  if missing and not (keep and missing == [_LABEL]):
    wanted = f"files of {', '.join((*channels, _LABEL))}"
    raise bad_input(case.folder, wanted, f"no {', '.join(missing)}")
  images = [case.files[name] for name in channels]
  name = nifti.composed(case.folder.name)
  item = read_files(name, images, case.files.get(_LABEL))
  return item._replace(image=intensity.normalise(item.image))


def _describe(path: pathlib.Path, items: Sequence[Item]) -> Description:
  values = tuple(sorted({0}.union(*(item.values for item in items))))
  names = _meanings([item.id for item in items], values)
  return Description(path.resolve().name, values, names)


def _meanings(ids, values):
  """Names of the classes, where ids and values tell which year they are of.

  Values that people have merged, such as 0 and 1, may mean anything.
  """
  for pattern, telling, table in _TABLES:
    fits = telling & set(values) and set(values) <= set(table)
    if fits and all(map(pattern.fullmatch, ids)):
      return tuple(table[value] for value in values)
  return default_names(values, background=True)


def _patients(ids):
  """The ids without the examination; None where they tell of none."""
  found = [_NUMBERED.fullmatch(name) for name in ids]
  return tuple(match[1] for match in found) if all(found) else None
