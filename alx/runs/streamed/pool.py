"""A pool that stays in the cache of a NIfTI folder, as a `Problem`."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import numpy as np

from alx import data
from alx.data.patches import Images
from alx.data.sources import digest
from alx.data.sources.source import Source, digest_of, stack_into
from alx.label_maps import UNLABELLED
from alx.loop.pool_scan import describe_pool
from alx.runs.problem import learning
from alx.runs.problem import problem as problems
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.training.learner import Learner
from alx.units.maps import in_one


class Rows:
  """An array [n, *extent, ...] of some items, each read when asked for."""

  def __init__(
    self,
    source: Source,
    numbers: np.ndarray,
    patch: Sequence[int],
    extent: Sequence[int],
  ):
    """Reads nothing yet.

    Args:
      source: of images [*sp, channels] or label maps [*sp], with `shapes`.
      numbers: [n] int, the items in the source.
      patch: voxels, see `alx.data.patches.stack_images`.
      extent: of the largest item, voxels.
    """
    self._source, self._numbers = source, numbers
    self._patch, self._extent = patch, extent
    tail = source.shapes[0][len(extent) :]
    self.shape = (len(numbers), *np.maximum(extent, patch).tolist(), *tail)
    self.ids = tuple(source.ids[i] for i in numbers)

  def __getitem__(self, rows) -> np.ndarray:
    """[k, *extent, ...] of k rows; a row beyond the last is the last."""
    rows = np.minimum(rows, len(self._numbers) - 1)
    items = [self._source[i] for i in self._numbers[rows]]
    if items[0].ndim > len(self._extent):
      return stack_into(items, self._patch, self._extent).values
    maps = [item[..., None] for item in items]
    return stack_into(maps, self._patch, self._extent).values[..., 0]

  @property
  def digest(self) -> str:
    """Of all items of the source, and which of them these are."""
    return digest.of_tree([digest_of(self._source), self._numbers])


class RegionRows:
  """Region maps [n, *extent] of some items, each made when asked for."""

  def __init__(self, maps: Sequence[np.ndarray], extent: Sequence[int]):
    """Makes nothing yet.

    Args:
      maps: n of them, [*sp] int32.
      extent: of the array that holds an item.
    """
    self._maps, self.shape = maps, (len(maps), *extent)

  def __getitem__(self, rows) -> np.ndarray:
    """[k, *extent] of k rows; a row beyond the last is the last."""
    rows = np.minimum(rows, len(self._maps) - 1).tolist()
    return in_one([self._maps[i] for i in rows], self.shape[1:])


class RowSource:
  """A pytree of `Rows` and arrays [n, ...] as a `Source`."""

  def __init__(self, tree: Any):
    """Reads nothing yet. The names of the items are those of the first leaf."""
    self._tree, self._first = tree, jax.tree.leaves(tree)[0]
    self.ids = self._first.ids

  def __len__(self):
    return len(self.ids)

  def __getitem__(self, i: int):
    return jax.tree.map(lambda x: x[0], self.rows(i, i + 1))

  def rows(self, start: int, stop: int):
    """Rows start..stop-1 of every leaf."""
    return jax.tree.map(lambda x: x[np.arange(start, stop)], self._tree)

  @property
  def digest(self) -> str:
    """Of the items of the first leaf."""
    return self._first.digest


def outline(dataset: data.Dataset) -> data.Dataset:
  """The same with images of the right shapes that take no memory."""
  zero = np.float32(0)
  shapes = dataset.images.shapes
  return dataset._replace(images=[np.broadcast_to(zero, s) for s in shapes])


def make_problem(
  config: Config, dataset: data.Dataset, learner: Learner | None = None
) -> Problem:
  """As `problem.make_problem`, of a data set from `data.cache.load_cached`.

  Images and labels, of the pool and the test items, are `Rows`, and the test
  items are predicted block by block.

  Args:
    config: resolved settings.
    dataset: whose images and labels have `shapes`.
    learner: of another network or training than the settings name.

  Raises:
    ValueError: if the protocol does not fit the data.
  """
  if config.fit_devices > 1:
    raise ValueError(
      f"fit_devices={config.fit_devices}: a pool that is streamed is fitted on "
      "one device; alx run holds a pool on several"
    )
  split = problems.split_of(config, dataset)
  if not any(_shows_any(dataset.labels[i]) for i in split.test):
    raise ValueError(f"none of the {len(split.test)} test items has foreground")
  pool = _part(dataset, split.pool, config.patch)
  test = _part(dataset, split.test, config.patch)
  fit = None
  if learner is None:
    about = outline(dataset)
    learner = learning.make_learner(config, about)
    fit = learning.compiled_fit(learner.fit, config, about)
  images, labels = pool
  units = problems.units_of(
    config, dataset, split, labels.shape[1:], in_memory=False
  )
  if units and units.regions is not None:
    regions = RegionRows(units.regions, labels.shape[1:])
    images = images._replace(regions=regions)
  parts = dataset, split, images, labels, *test, learner, *[None] * 3
  problem = Problem(*parts, units, memo={})
  problem = problems.with_learner(problem, learner, config.block, fit)
  predict_test = partial(_predict_test, problem.predict_test, config.block)
  return problem._replace(predict_test=predict_test)


def _shows_any(label):
  return ((label > 0) & (label != UNLABELLED)).any()


def _part(dataset, numbers, patch):
  """(Images, labels) of some items."""
  shapes = dataset.images.shapes
  real = np.array([shapes[i][:-1] for i in numbers], np.int32)
  size = np.maximum(real, np.array(patch, np.int32)[None])
  images, labels = (
    Rows(source, numbers, patch, real.max(0))
    for source in (dataset.images, dataset.labels)
  )
  return Images(images, size, real), labels


def _predict_test(predict, block, params, images, labels):
  """`predict` of all test items, of which a few are in memory."""

  def describe(params, items, rows):
    del items
    return predict(params, *rows)

  source = RowSource((images, labels))
  return describe_pool(describe, params, source, block=block)
