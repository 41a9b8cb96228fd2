"""Which cases a Decathlon or nnU-Net folder holds, and what is passed over."""

import pathlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from alx.data.dataset import bad_input
from alx.data.files import visible
from alx.data.pictures import stacks
from alx.data.volumes import nifti

_TRAIN = "Tr"
_READ = ".nii.gz, .nii, .nrrd, .mha and stacked .tif"
_PARTS = {_TRAIN: 0, "Va": 1, "Val": 1, "Ts": 2}  # as Dataset.split


def stem_of(path: pathlib.Path) -> str | None:
  """The name of a volume without its ending; None for other files."""
  return nifti.stem(path) or stacks.stem(path)


class Case(NamedTuple):
  """The files of one item."""

  id: str
  images: tuple[pathlib.Path, ...]  # one file, or one per channel
  labels: tuple[pathlib.Path, ...]  # one, when all is well
  part: str = _TRAIN  # what its folders are called: imagesTr, labelsTr


def find_cases(
  path: pathlib.Path, listed: tuple[str, ...] = ()
) -> tuple[Case, ...]:
  """Pairs images with labels by name, sorted; what lacks a half is there too.

  Cases of imagesTr come first, then those of imagesVa or imagesVal, then those
  of imagesTs, of the parts that have labels.

  Args:
    path: the folder that holds imagesTr and labelsTr.
    listed: ids that ought to exist, as dataset.json names them.

  Raises:
    DataError: a name in two parts.
  """
  found = {}
  for part in _labelled_parts(path):
    for case in _pair(path, part, listed if part == _TRAIN else ()):
      other = found.setdefault(case.id, case)
      if other is not case:
        wanted = f"other names in images{part} than in images{other.part}"
        raise bad_input(path, wanted, f"{case.id} in both (rename one)")
  return tuple(found.values())


def may_be_bare(case: Case, keep: bool) -> bool:
  """Whether a case stays that nobody has labelled: none to test on."""
  return keep and case.part == _TRAIN


def split_of(cases: Sequence[Case]) -> np.ndarray | None:
  """[N] int8: the part of each case; None if there is but imagesTr."""
  split = np.array([_PARTS[case.part] for case in cases], np.int8)
  return split if split.any() else None


def notes_of(path: pathlib.Path, cases: Sequence[Case]) -> list[str]:
  """Lines for what is passed over in the folder, and how it is split.

  Args:
    path: the folder.
    cases: that are used.
  """
  lines, labelled = [], _labelled_parts(path)
  for folder in _image_folders(path):
    part = folder.name.removeprefix("images")
    if part not in labelled:
      count = len(_by_stem(folder))
      lines.append(
        f"{folder}: {count} images are passed over, there are no labels in "
        f"labels{part}"
        if part in _PARTS
        else f"{folder}: passed over, {part} is none of {', '.join(_PARTS)}"
      )
  used = {case.part for case in cases}
  for part in labelled:
    if part not in used:
      lines.append(
        f"{path}: not one case of images{part} can be used, test items are "
        "drawn from the others"
      )
  for part in labelled:
    for half in ("images", "labels"):
      folder = path / f"{half}{part}"
      lines += _passed_over(folder)
  return lines


def _passed_over(folder):
  files = visible(folder) if folder.is_dir() else []
  told = {stacks.sidecar(file) for file in files if stacks.is_known(file)}
  line = other_files(file for file in files if file not in told)
  return [f"{folder}: {line} passed over, {_READ} are read"] if line else []


def other_files(paths: Iterable[pathlib.Path]) -> str:
  """How many files are no NIfTI, by how they end, such as "3 .mha, 1 .png"."""
  endings = Counter(
    "folder" if p.is_dir() else p.suffix.lower() or "file without ending"
    for p in paths
    if stem_of(p) is None
  )
  return ", ".join(f"{n} {ending}" for ending, n in sorted(endings.items()))


def nothing_of(path: pathlib.Path) -> str:
  """What is said of a folder without a single NIfTI file in its parts."""
  halves = [path / "imagesTr", path / "labelsTr"]
  others = other_files(file for folder in halves for file in visible(folder))
  return f"no NIfTI files{others and f' but {others}'}"


def _image_folders(path):
  return [
    p for p in visible(path) if p.name.startswith("images") and p.is_dir()
  ]


def _labelled_parts(path):
  """Parts with label maps, Tr first; that one in any case."""
  labels = {part: path / f"labels{part}" for part in _PARTS}
  return [
    part
    for part, folder in labels.items()
    if part == _TRAIN or (folder.is_dir() and _by_stem(folder))
  ]


def _pair(path, part, listed):
  images = _by_stem(path / f"images{part}")
  labels = _by_stem(path / f"labels{part}")
  if any(f"{name}_0000" in images for name in labels):
    images = _by_case(images)
  names = sorted({*images, *labels, *listed})
  return [
    Case(n, tuple(images.get(n, ())), tuple(labels.get(n, ())), part)
    for n in names
  ]


def _by_stem(folder):
  files = {}
  for file in visible(folder) if folder.is_dir() else ():
    name = stem_of(file)
    if name:
      files.setdefault(name, []).append(file)
  return files


def _by_case(images):
  cases = {}
  for name, files in images.items():
    case = re.sub(r"_\d{4}$", "", name)
    cases.setdefault(case, []).extend(files)
  return cases


def check_files(case: Case, path: pathlib.Path, keep: bool = False) -> None:
  """Raises DataError unless a case has its label and all of its images.

  With `keep` a case of imagesTr needs no label.
  """
  images, labels = f"images{case.part}", f"labels{case.part}"
  if not case.images:
    file = case.labels[0] if case.labels else path / labels / case.id
    raise bad_input(file, f"an image {images}/{case.id}.nii.gz", "none")
  if not case.labels and not may_be_bare(case, keep):
    wanted = f"a label {labels}/{case.id}.nii.gz"
    raise bad_input(case.images[0], wanted, "none")
  if len(case.labels) > 1:
    found = [file.name for file in case.labels]
    raise bad_input(case.labels[0], "one label for the case", found)
  if len(case.images) > 1 or stem_of(case.images[0]) != case.id:
    wanted = [f"{case.id}_{i:04d}" for i in range(len(case.images))]
    found = [stem_of(file) for file in case.images]
    if len(set(found)) < len(found):
      twice = [file.name for file in case.images]
      raise bad_input(case.images[0], "one file for each image", twice)
    if found != wanted:
      names = [file.name for file in case.images]
      raise bad_input(case.images[0], f"images {wanted}", names)
