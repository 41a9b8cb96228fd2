"""The starting set: by chance, by features without labels, or by strata."""

import functools
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

from alx import data, label_free
from alx.acquisition import Candidates
from alx.acquisition.combinations.combine import capped_per_group
from alx.data.arrays.features import with_features
from alx.loop import draw_start, draw_strata
from alx.prediction import Prediction
from alx.runs.problem.cases import held_classes
from alx.runs.problem.job import once
from alx.runs.problem.learning import arm_of
from alx.runs.problem.patients import groups_asked
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED, RANDOM, STRATA
from alx.runs.units.asked import first_units, num_asked
from alx.runs.units.begin import chooses_slices, key_slices
from alx.runs.units.partly import labelled_whole


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
  rows = _features(problem.dataset, problem.split, config.start_features)
  return _chosen(problem, config, key, rows, groups)


def strata_of(dataset: data.Dataset, split: data.Split) -> np.ndarray:
  """[N] int, equal for pool items of one class, or with the same structures."""
  held = held_classes(dataset, split)
  return np.unique(held, axis=0, return_inverse=True)[1].reshape(-1)


def _chosen(problem, config, key, rows, groups):
  """What a method of features alone chooses while nothing is labelled."""
  text, num_items = config.start_with, len(rows)
  arm = arm_of(text, config, problem.dataset).stages[0].acquisition
  if config.max_per_group:
    arm = capped_per_group(arm, config.max_per_group)
  rows = jnp.asarray(rows, jnp.float32)
  every = jnp.ones(num_items, bool)
  keys = jax.random.split(key, num_items)
  described = arm.describe(keys, Prediction(None, rows, every, rows))
  numbers = None if groups is None else jnp.asarray(groups, jnp.int32)
  candidates = Candidates(every, ~every, None, numbers)
  select = jax.jit(arm.select, static_argnums=3)
  items = select(
    jax.random.fold_in(key, 2), described, candidates, config.start
  )
  found = np.unique(np.asarray(items))
  found = found[found < num_items]
  if len(found) < config.start:
    raise data.DataError(
      f"start_with={text}: wanted {config.start} items, it chose {len(found)}; "
      "a method that begins without a label is typiclust, or random"
    )
  return items


def _features(dataset, split, source):
  """[N, D] features of the pool items."""
  if source == "auto":
    source = "pca" if dataset.images[0].ndim > 1 else ""
  if source in label_free.NAMES:
    return _encoded(_Once(dataset, split, source))
  if source:
    dataset = with_features(dataset, pathlib.Path(source))
  return np.stack([dataset.images[i] for i in split.pool])


class _Once:
  """Data that features are made of, the same while they are the same object."""

  def __init__(self, dataset, split, name):
    self.dataset, self.split, self.name = dataset, split, name

  def __eq__(self, other):
    return (
      self.dataset is other.dataset
      and self.name == other.name
      and np.array_equal(self.split.pool, other.split.pool)
    )

  def __hash__(self):
    return hash((id(self.dataset), self.name))


@functools.lru_cache(maxsize=1)
def _encoded(what: _Once) -> np.ndarray:
  """Features without labels, made once for all seeds of a command."""
  dataset, split = what.dataset, what.split
  encoding = label_free.encoding_for(dataset.images[0].ndim - 1)
  groups = label_free.group_numbers(dataset.groups, len(dataset.ids))
  rows = label_free.make_features(
    what.name,
    jax.random.key(0),
    label_free.shrink(dataset, encoding),
    split.pool,
    groups,
    encoding,
  )
  return rows[split.pool]
