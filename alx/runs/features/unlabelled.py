"""Images that nobody has labelled, as the settings of a run name them."""

import dataclasses
import pathlib
from collections.abc import Callable

from alx import data
from alx.data.groups import group_by_pattern
from alx.data.unlabelled.dataset import load_unlabelled
from alx.runs.settings.config import Config

_KNOWN = ("data", "where", "image_size", "group_pattern", "strict")


def load(config: Config, progress: Callable | None) -> data.Dataset:
  """The images without labels, patients by `group_pattern` if it is given.

  Args:
    config: settings, of which those about images are read.
    progress: progress(iterable, total=, description=) -> iterable.

  Raises:
    ValueError: images that cannot be used, fewer than two, or a setting that
      says nothing about images alone.
  """
  _check(config)
  path = pathlib.Path(config.data)
  dataset = load_unlabelled(
    path, config.where, config.image_size, config.strict, progress
  )
  if len(dataset.ids) < 2:
    raise data.DataError(f"{path}: wanted 2 images or more, found 1")
  if config.group_pattern:
    dataset = group_by_pattern(dataset, config.group_pattern)
  return dataset


def _check(config):
  plain = Config(acquisition=())
  for field in dataclasses.fields(config):
    name = field.name
    if name in _KNOWN or getattr(config, name) == getattr(plain, name):
      continue
    known = ", ".join(_KNOWN[1:])
    raise ValueError(
      f"{name}: it says nothing about images without labels, of which "
      f"{known} may be set"
    )
