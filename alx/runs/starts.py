"""The starting set: by chance, by features without labels, or by strata."""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np

from alx import data, label_free
from alx.data.arrays.features import with_features
from alx.loop import draw_start, draw_strata
from alx.runs.problem.cases import held_classes
from alx.runs.problem.job import once
from alx.runs.problem.patients import groups_asked
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED, RANDOM, STRATA
from alx.runs.units.arrived import labelled_whole
from alx.runs.units.asked import first_units, num_asked
from alx.runs.units.begin import chooses_slices, key_slices
from alx.runs.units.choose import choice_of


def first_items(problem: Problem, config: Config, key: jax.Array) -> jax.Array:
  """[start] int32 items of the starting set of a seed, the same for all arms.

  Chosen once for a problem.

  Args:
    problem: of the run.
    config: resolved.
    key: of the seed, see `rounds.start_key`.

  Raises:
    DataError: for features that cannot be read or made, or a method that
      cannot begin.
  """
  what = "start", repr(config), jax.random.key_data(key).tobytes()
  return once(problem, what, lambda: _choose(problem, config, key))


def _choose(problem, config, key):
  if config.start_with == LABELLED:
    found = np.flatnonzero(labelled_whole(problem))[: config.start]
    return jnp.asarray(found, jnp.int32)
  groups = None
  if config.max_per_group:
    groups = groups_asked(problem)
  cap, num_items = config.max_per_group, num_asked(problem)
  if problem.units is not None and chooses_slices(config):
    return key_slices(problem, config, key)
  if problem.units is not None:
    order = draw_start(key, num_items, num_items, groups, cap)
    return first_units(problem, order, config.start)
  if config.start_with == RANDOM:
    return draw_start(key, num_items, config.start, groups, cap)
  if config.start_with in STRATA:
    strata = strata_of(problem.dataset, problem.split)
    even = config.start_with == "balanced"
    return draw_strata(key, strata, config.start, even, groups, cap)
  return _chosen(problem, config, key)


def strata_of(dataset: data.Dataset, split: data.Split) -> np.ndarray:
  """[N] int, equal for pool items of one class, or with the same structures."""
  held = held_classes(dataset, split)
  return np.unique(held, axis=0, return_inverse=True)[1].reshape(-1)


def _chosen(problem, config, key):
  """What a method of features alone chooses while nothing is labelled."""
  rows, choose = _features(problem, config), choice_of(problem, config)
  found = choose(key, rows, np.arange(len(rows)), len(rows), config.start)
  count = len(np.unique(found))
  if count < config.start:
    raise data.DataError(
      f"start_with={config.start_with}: wanted {config.start} items, it chose "
      f"{count}; a method that begins without a label is typiclust, or random"
    )
  return jnp.asarray(found, jnp.int32)


def _features(problem, config):
  """[N, D] features of the pool items."""
  dataset, pool = problem.dataset, problem.split.pool
  source = config.start_features
  if source == "auto":
    source = "pca" if dataset.images[0].ndim > 1 else ""
  if source in label_free.NAMES:
    what = "features", source
    return once(problem, what, lambda: _encoded(problem, source))
  if source:
    dataset = with_features(dataset, pathlib.Path(source))
  return np.stack([dataset.images[i] for i in pool])


def _encoded(problem, name):
  """Features without labels."""
  dataset, pool = problem.dataset, problem.split.pool
  encoding = label_free.encoding_for(dataset.images[0].ndim - 1)
  groups = label_free.group_numbers(dataset.groups, len(dataset.ids))
  rows = label_free.make_features(
    name,
    jax.random.key(0),
    label_free.shrink(dataset, encoding),
    pool,
    groups,
    encoding,
  )
  return rows[pool]
