"""What NIfTI cases have in common, told without looking at their voxels."""

import collections
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.data.volumes import flat, header
from alx.data.volumes.header import Header


class Outline(NamedTuple):
  """One case, without its voxels."""

  id: str
  shape: tuple[int, ...]  # [*sp, channels]
  header: Header


class Common(NamedTuple):
  """What a data set says of N cases."""

  dropped: list[int | None]  # the axis of each that is not kept
  spacing_mm: tuple[tuple[float, ...] | None, ...]
  notes: tuple[str, ...]
  directions: bool  # whether all files tell where their axes run to


def keep_commonest(
  cases: Sequence[Outline], files: Sequence[pathlib.Path], *, strict: bool
) -> tuple[list[int], list[str]]:
  """(places, lines): those with the axes and channels that most of them have.

  Args:
    cases: at least one.
    files: that they are from.
    strict: stop at the first that is unlike most.

  Raises:
    DataError: with `strict`.
  """
  axes = flat.flat_axes([case.shape[:-1] for case in cases])
  kinds = [
    (len(case.shape) - (axis is not None), case.shape[-1])
    for case, axis in zip(cases, axes, strict=True)
  ]
  wanted = collections.Counter(kinds).most_common(1)[0][0]
  like = f"axes and channels as in {cases[kinds.index(wanted)].id}"
  odd = [
    bad_input(file, like, case.shape)
    for case, file, kind in zip(cases, files, kinds, strict=True)
    if kind != wanted
  ]
  if strict and odd:
    raise odd[0]
  kept = [place for place, kind in enumerate(kinds) if kind == wanted]
  return kept, list(map(str, odd))


def common_of(
  name: object, cases: Sequence[Outline], spacing_from: str
) -> Common:
  """The axes, voxel sizes and notes of cases of one kind.

  Args:
    name: of the data, for the notes.
    cases: of as many axes and channels.
    spacing_from: see `header.spacing_of`.

  Raises:
    DataError: another spacing_from.
  """
  header.check_spacing_from(spacing_from)
  headers = [case.header for case in cases]
  dropped = flat.flat_axes([case.shape[:-1] for case in cases])
  spacings = header.spacings_of(headers, spacing_from)
  spacing_mm = tuple(
    mm and flat.without(mm, axis)
    for mm, axis in zip(spacings, dropped, strict=True)
  )
  notes = header.notes_of(name, headers, spacing_from)
  notes = *notes, *flat.notes_of(name, dropped)
  return Common(dropped, spacing_mm, notes, all(h.letters for h in headers))
