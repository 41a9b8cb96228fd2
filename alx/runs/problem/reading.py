"""The data that the settings of a run name."""

import pathlib
from collections.abc import Callable

import jax

from alx import data
from alx.data.arrays.features import with_features
from alx.data.cache.cache import load_cached
from alx.data.groups import group_by_pattern
from alx.data.phantom import phantom, screening
from alx.data.resize import coarsen
from alx.runs.settings import idle
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED


def load_dataset(config: Config, progress: Callable | None) -> data.Dataset:
  """The user's data, or the phantom.

  Raises:
    ValueError: bad data, or a setting that does nothing on them.
  """
  idle.check_settings(config)
  dataset = _read(config, progress)
  idle.check_data(config, dataset)
  return _changed(config, dataset)


def load_any(config: Config, progress: Callable | None) -> data.Dataset:
  """The same with settings that were made for other data too."""
  return _changed(config, _read(config, progress))


def _read(config, progress):
  if not config.data:
    raise ValueError("this preset wants --data=PATH")
  if config.data == idle.PHANTOM:
    return phantom.make_phantom(
      jax.random.key(0),
      num_items=config.phantom_items,
      shape=(16, 24, 24),
      size=1.5,
      contrast=0.7,
      hard=0.1,
    )
  how = {
    "spacing_from": config.spacing_from,
    "strict": config.strict,
    "progress": progress,
    "keep_unlabelled": config.start_with == LABELLED,
  }
  if config.data == idle.SCREENING:
    made = screening.make_screening(
      jax.random.key(0), num_items=config.phantom_items
    )
    return made.dataset
  if config.cache and idle.caches_volumes(config):
    dataset = load_cached(config.data, config.cache, **how)
    if config.group_pattern:
      dataset = group_by_pattern(dataset, config.group_pattern)
  else:
    dataset = data.load(
      config.data,
      where=config.where,
      image_size=config.image_size,
      columns=config.columns,
      group_pattern=config.group_pattern,
      **how,
    )
  if config.features:
    dataset = with_features(dataset, pathlib.Path(config.features))
  return dataset


def _changed(config, dataset):
  """What the settings change of the data: extents, groups, classes."""
  spare = [f"spare {i + 1}" for i in range(config.spare_classes)]
  dataset = coarsen(dataset, config.coarsen)
  return dataset._replace(
    groups=None if config.split_by_item else dataset.groups,
    class_names=(*dataset.class_names, *spare),
  )
