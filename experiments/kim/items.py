"""The volumes of the study: channels chosen, patients named, classes merged."""

import pathlib
import re
from collections.abc import Callable, Sequence

from alx.data import Dataset
from alx.data.dataset import bad_input
from alx.data.merge import merge_classes
from alx.data.volumes import brats, msd
from alx.runs.problem.reading import load_dataset
from alx.runs.settings.idle import PHANTOM
from experiments.kim.parts import config_of
from experiments.kim.settings import Kim


def load_items(kim: Kim, progress: Callable | None = None) -> Dataset:
  """The data as the settings want it.

  Args:
    kim: what to read, and what to make of it.
    progress: see `alx.data.load`.

  Raises:
    ValueError: for bad data, no segmentation, or names that are not in it.
  """
  if kim.data != PHANTOM and kim.phantom_items != Kim.phantom_items:
    raise ValueError(
      f"phantom_items={kim.phantom_items} does nothing on data that are read"
    )
  dataset = load_dataset(config_of(kim), progress)
  if dataset.task != "segmentation":
    raise bad_input(dataset.name, "a segmentation", f"a {dataset.task}")
  if kim.channels:
    dataset = choose_channels(dataset, kim.channels, names_of(kim.data))
  if kim.patient:
    dataset = name_patients(dataset, kim.patient)
  return merge_classes(dataset, kim.target) if kim.merge else dataset


def names_of(path: str) -> tuple[str, ...]:
  """Names of the channels, where the folder tells them."""
  folder = pathlib.Path(path)
  for kind in (msd, brats):
    if folder.is_dir() and kind.is_folder(folder):
      return kind.channel_names(folder)
  return ()


def choose_channels(
  dataset: Dataset, wanted: Sequence[str], names: Sequence[str]
) -> Dataset:
  """Some channels of every image, in the order they are wanted in.

  Args:
    dataset: N items.
    wanted: names, or numbers from 0 on.
    names: of the channels; (): not known.

  Raises:
    DataError: for a channel that there is not, or that is named twice.
  """
  count = dataset.images[0].shape[-1]
  places = {name: i for i, name in enumerate(names)}
  places |= {str(i): i for i in range(count)}
  known = f"different channels of {', '.join(names) or f'0 to {count - 1}'}"
  found = [places.get(name) for name in wanted]
  if None in found or len(set(found)) < len(found):
    raise bad_input(dataset.name, known, ", ".join(wanted))
  images = tuple(image[..., found] for image in dataset.images)
  return dataset._replace(images=images)


def name_patients(dataset: Dataset, pattern: str) -> Dataset:
  """The data set whose items of one patient are on one side of the split.

  Args:
    dataset: N items.
    pattern: regular expression that is looked for in every id; what its first
      group matches, or else all of it, is the patient.

  Raises:
    DataError: for an expression that is none, or that an id does not match.
  """
  try:
    found = [re.search(pattern, name) for name in dataset.ids]
  except re.error as error:
    raise bad_input("patient", "a regular expression", error) from error
  if not all(found):
    name = dataset.ids[found.index(None)]
    raise bad_input(dataset.name, f"ids that match {pattern}", name)
  groups = tuple(match[min(1, match.re.groups)] for match in found)
  return dataset._replace(groups=groups)
