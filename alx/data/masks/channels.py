"""Pictures whose channels are files of their own: CASE_0000, CASE_0001 ..."""

import collections
import pathlib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from alx.data import intensity
from alx.data.dataset import DataError, bad_input
from alx.data.pictures import pictures

Files = Sequence[pathlib.Path]
_FOLDER = re.compile("images(Tr|Va|Val|Ts)")  # nnU-Net's


def case_of(image: pathlib.Path) -> str:
  """The name of a file of nnU-Net without the number of its channel."""
  return re.sub(r"_\d{4}$", "", image.stem)


def grouped(
  images: Files, masks: Files
) -> tuple[dict[pathlib.Path, tuple[pathlib.Path, ...]], list[DataError]]:
  """({first file: all files} of each case, errors of cases with gaps).

  Of folders that are called as nnU-Net calls them; elsewhere a case has one
  file. A picture whose mask has all of its name is alone.

  Args:
    images: of one folder.
    masks: to them.
  """
  stems, shown = ({file.stem for file in files} for files in (masks, images))
  cases, errors = {}, []
  for image in images:
    alone = image.stem in stems and f"{image.stem}_0000" not in shown
    whole = alone or not _FOLDER.fullmatch(image.parent.name)
    name = image if whole else case_of(image)
    cases.setdefault(name, []).append(image)
  found = {}
  for name, files in cases.items():
    files = sorted(files)
    wanted = [f"{name}_{number:04d}" for number in range(len(files))]
    if len(files) > 1 and [file.stem for file in files] != wanted:
      told = [file.name for file in files]
      errors.append(bad_input(files[0], f"images {wanted}", told))
      continue
    found[files[0]] = tuple(files)
  return found, errors


def read(files: Files, size: int) -> pictures.Sized:
  """As `stacked`; of several files each channel is normalised by itself."""
  found = stacked(files, size)
  if len(files) == 1:
    return found
  return found._replace(pixels=intensity.normalise(found.pixels))


def stacked(files: Files, size: int) -> pictures.Sized:
  """One picture, or float32 [H, W, channels] of files of one channel each.

  Args:
    files: of a case.
    size: as of `pictures.read_picture`.

  Raises:
    DataError: files that cannot be read, of colours, or of another extent.
  """
  first, *others = (pictures.read_sized(f, size, deep=True) for f in files)
  if not others:
    return first
  for file, one in zip(files, (first, *others), strict=True):
    if (one.pixels != one.pixels[..., :1]).any():
      raise bad_input(file, "one channel per file", "colours")
    if one[1:] != first[1:]:
      wanted = f"extent and orientation of {files[0].name}, {first[1:]}"
      raise bad_input(file, wanted, one[1:])
  channels = [one.pixels[..., 0] for one in (first, *others)]
  return first._replace(pixels=np.stack(channels, -1).astype(np.float32))


def of_as_many(
  found: Mapping[int, tuple],
  files: Sequence[Files],
  names: Sequence[str],
  strict: bool,
) -> tuple[dict[int, tuple], list[str]]:
  """(what was read, lines): of as many files as most cases, or as are named.

  Args:
    found: what was read of cases, by their number.
    files: of each case.
    names: of the channels, in dataset.json; () if it does not say.
    strict: stop at the first of another number.

  Raises:
    DataError: with `strict`, or where none is left.
  """
  counts = {i: len(files[i]) for i in found}
  if set(counts.values()) == {1}:
    return dict(found), []
  most = collections.Counter(counts.values()).most_common(1)[0][0]
  wanted = f"{most} channels as most cases have"
  if names:
    most, wanted = len(names), f"{len(names)} channels as dataset.json says"
  odd = [
    bad_input(files[i][0], wanted, n) for i, n in counts.items() if n != most
  ]
  if odd and (strict or len(odd) == len(found)):
    raise odd[0]
  kept = {i: x for i, x in found.items() if counts[i] == most}
  return kept, list(map(str, odd))
