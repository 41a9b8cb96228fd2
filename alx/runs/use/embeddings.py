"""How the embeddings were scaled that a model was trained on."""

import pathlib

import numpy as np

from alx.data.arrays.features import (
  Scaling,
  read_features,
  scaling_of,
  standardise,
)
from alx.data.arrays.npz import ids_in
from alx.data.dataset import DataError, bad_input
from alx.data.sources.digest import of_dataset
from alx.runs.problem import reading
from alx.runs.use.trained import Trained


def scaling(trained: Trained) -> Scaling:
  """Of the run's own embeddings, which are read again.

  Raises:
    DataError: if they are gone, or are others.
  """
  config = trained.config
  path = pathlib.Path(config.features or config.data)
  wanted = "the embeddings of the run, to scale others alike"
  try:
    dataset = reading.load_any(config, None)
    rows = _rows(path, dataset, config)
  except DataError as error:
    raise bad_input(path, wanted, error) from error
  same = of_dataset(dataset) == trained.about.get("digest")
  if not same or not np.array_equal(
    standardise(rows), np.stack(dataset.images)
  ):
    raise bad_input(path, wanted, "others")
  return scaling_of(rows)


def _rows(path, dataset, config):
  """[N, D] as in the file, in the order of the items."""
  rows, ids = read_features(path)
  if ids is None and not config.features:  # not all of them may be items
    ids = ids_in(path)
  if ids is None:
    return rows
  places = {name: i for i, name in enumerate(ids)}
  return rows[[places[name] for name in dataset.ids if name in places]]
