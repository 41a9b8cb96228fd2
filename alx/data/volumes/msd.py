"""Reads a folder laid out as the Decathlon or nnU-Net v2 lay it out."""

import pathlib
from collections.abc import Sequence

import numpy as np

from alx.data import intensity, partly
from alx.data.dataset import (
  Dataset,
  bad_input,
  no_progress,
  read_each,
)
from alx.data.label_values import (
  check_classes,
  default_names,
  note_of_partly,
  split_values,
  to_classes,
)
from alx.data.split import with_test_part
from alx.data.volumes import cases
from alx.data.volumes.cases import Case, find_cases, nothing_of
from alx.data.volumes.description import Description, read_description
from alx.data.volumes.grids import Item, read_files
from alx.data.volumes.volumes import Outline, common_of, keep_commonest
from alx.label_maps import UNLABELLED

_MOST_CHANNELS = 4  # that are no frames in time, by the look of it


def is_folder(path: pathlib.Path) -> bool:
  """Whether the folder holds imagesTr and labelsTr."""
  return (path / "imagesTr").is_dir() and (path / "labelsTr").is_dir()


def load_folder(
  path: pathlib.Path,
  *,
  strict: bool = False,
  spacing_from: str = "pixdim",
  progress=no_progress,
  keep_unlabelled: bool = False,
) -> Dataset:
  """Reads imagesTr and labelsTr; dataset.json is used when it is there.

  An image is `case.nii.gz`, with channels on its fourth axis if it has any, or
  `case_0000.nii.gz`, `case_0001.nii.gz` ..., one file per channel. imagesTs
  and labelsTs are the test part where both are there (see `cases`). There is
  no patient in this layout.

  Args:
    path: the folder.
    strict: stop at the first case that cannot be used.
    spacing_from: "pixdim" or "affine", what to believe where they disagree.
    progress: progress(iterable, total=, description=) -> iterable.
    keep_unlabelled: cases of imagesTr stay that nobody has labelled.

  Raises:
    DataError: dataset.json is bad, or not one case can be used; with `strict`
      the first bad case.
  """
  description = read_description(path)
  found = find_cases(path, description.listed)
  keep = keep_unlabelled
  items, read, left_out = read_each(
    found,
    lambda case: read_case(case, path, description, keep),
    strict,
    progress,
  )
  check_any(path, read, left_out)
  files = [case.images[0] for case in read]
  outlines = list(map(outline_of, items))
  kept, lines = keep_commonest(outlines, files, strict=strict)
  maps = [item.values for item in items]
  kept, more = keep_labelled(
    path, kept, maps, read, description, strict=strict, keep=keep
  )
  items, read = [items[i] for i in kept], [read[i] for i in kept]
  left_out += lines + more
  dataset = make_dataset(path, description, items, left_out, spacing_from)
  return with_parts(dataset, path, read, description, items[0].image.shape[-1])


def check_any(path: pathlib.Path, cases: Sequence[Case], left_out) -> None:
  """Raises DataError unless there is a case that may be asked for."""
  if any(case.part == "Tr" for case in cases):
    return
  found = left_out[0] if left_out else nothing_of(path)
  raise bad_input(path, "at least one image with its label", found)


def with_parts(
  dataset: Dataset,
  path: pathlib.Path,
  read: Sequence[Case],
  description: Description,
  channels: int,
) -> Dataset:
  """The data set with the split of its cases, and lines about the folder.

  Args:
    dataset: N items.
    path: the folder.
    read: the N cases.
    description: of the folder.
    channels: of each image.
  """
  notes = (
    *dataset.notes,
    *cases.notes_of(path, read),
    *_beside(path, read, description, channels),
  )
  dataset = dataset._replace(split=cases.split_of(read), notes=notes)
  return with_test_part(dataset, path)


def _beside(path, read, description, channels):
  """Lines about what dataset.json does not say of cases and channels."""
  ids, listed = [c.id for c in read if c.part == "Tr"], description.listed
  others = [name for name in ids if name not in set(listed)]
  if listed and others:
    yield (
      f"{path / 'dataset.json'}: training names but {len(ids) - len(others)} "
      f"of {len(ids)} cases; the others are read too, the first {others[0]}"
    )
  is_told = description.channels or len(read[0].images) > 1
  if channels > _MOST_CHANNELS and not is_told:
    yield (
      f"{path}: a fourth axis of {channels} is read as {channels} channels of "
      "one image (channel_names of dataset.json can name them); frames in time "
      "have to be cases of their own"
    )


def channel_names(path: pathlib.Path) -> tuple[str, ...]:
  """What dataset.json calls the channels; () where it does not."""
  return read_description(path).channels


def read_case(case, path, description, keep: bool = False) -> Item:
  """Reads and checks one case.

  Args:
    case: its id and files.
    path: of the folder, for what is told.
    description: of the folder.
    keep: a case to ask for needs no label.

  Raises:
    DataError: files missing, damaged, or that do not fit together.
  """
  cases.check_files(case, path, keep)
  label = case.labels[0] if case.labels else None
  item = read_files(case.id, case.images, label)
  check_channels(case, item.image.shape, description)
  check_labels(case, item.values, description, keep)
  return item._replace(image=intensity.normalise(item.image))


def check_labels(case, found, description, keep: bool = False) -> None:
  """Raises DataError for values that are no classes, or of nothing labelled.

  Args:
    case: of which the error names the file.
    found: the values of its label map.
    description: of the folder.
    keep: a case to ask for may have nothing labelled.
  """
  values, ignore = description.values, description.ignore
  if values and found:
    to_classes(np.array(found, np.uint16), values, case.labels[0], ignore)
  if set(found) == {ignore} and not cases.may_be_bare(case, keep):
    raise _nothing_labelled(case, ignore)


def _nothing_labelled(case, ignore):
  found = f"only {ignore}, which is no class"
  return bad_input(case.labels[0], partly.NOTHING, found)


def keep_labelled(
  path: pathlib.Path,
  places: Sequence[int],
  maps: Sequence[Sequence[int]],
  read: Sequence[Case],
  description: Description,
  *,
  strict: bool,
  keep: bool = False,
) -> tuple[list[int], list[str]]:
  """(places, lines): those of which a voxel is labelled, or need not be.

  Args:
    path: of the folder.
    places: of N cases.
    maps: the values of all label maps.
    read: all cases.
    description: of the folder.
    strict: stop at the first without a labelled voxel.
    keep: those to ask for stay without one.

  Raises:
    DataError: with `strict`, for values that are no classes, or where nothing
      is labelled at all.
  """
  ignore = description.ignore
  if not description.values:
    ignore = split_values([maps[i] for i in places], path)[1]
  told = {i for i in places if set(maps[i]) - {ignore}}
  if not told:
    raise bad_input(path, partly.NOTHING, "none in any case")
  kept = [i for i in places if i in told or cases.may_be_bare(read[i], keep)]
  known = {*kept}
  odd = [_nothing_labelled(read[i], ignore) for i in places if i not in known]
  if strict and odd:
    raise odd[0]
  return kept, list(map(str, odd))


def classes_of(path, description, maps):
  """(values, names, value of unlabelled voxels or None, lines about them).

  Args:
    path: of the folder.
    description: of it.
    maps: the values of each label map.
  """
  values, names, ignore = description.values, description.names, None
  if values:
    ignore = description.ignore
  else:
    values, ignore = split_values(maps, path)
    names = default_names(values, background=True)
  check_classes(values, path)
  count = sum(ignore in found for found in maps)
  lines = [note_of_partly(path, count, len(maps), ignore)] if count else []
  return values, names, ignore, lines


def check_channels(case, shape, description) -> None:
  """Raises DataError if the channels are not those of dataset.json."""
  found, wanted = shape[-1], len(description.channels)
  if wanted and wanted != found:
    wanted = f"{wanted} channels as dataset.json says"
    raise bad_input(case.images[0], wanted, found)


def make_dataset(
  path: pathlib.Path,
  description: Description,
  items: Sequence[Item],
  left_out: Sequence[str],
  spacing_from: str,
) -> Dataset:
  """The items as one data set, with classes as described or as found."""
  maps = [item.values for item in items]
  values, names, ignore, lines = classes_of(path, description, maps)
  common = common_of(path, list(map(outline_of, items)), spacing_from)
  pairs = list(zip(items, common.dropped, strict=True))
  labels = (_classes(item, values, ignore) for item in items)
  return Dataset(
    name=description.name,
    task="segmentation",
    ids=tuple(item.id for item in items),
    images=tuple(_without(item.image, axis) for item, axis in pairs),
    labels=tuple(map(_without, labels, common.dropped)),
    class_names=names,
    spacing_mm=common.spacing_mm,
    groups=None,
    split=None,
    left_out=tuple(left_out),
    notes=(*common.notes, *lines),
    directions=common.directions,
  )


def _classes(item, values, ignore):
  if not item.values:
    return np.full_like(item.label, UNLABELLED)
  return to_classes(item.label, values, item.id, ignore)


def outline_of(item: Item) -> Outline:
  """An item without its voxels."""
  return Outline(item.id, item.image.shape, item.header)


def _without(array, axis):
  return array if axis is None else array.squeeze(axis)
