"""Key slices: which slices are labelled first, once, before any label."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx import label_free
from alx.acquisition import BY_NAME, Acquisition, Candidates
from alx.acquisition.combinations.combine import capped_per_group
from alx.data.dataset import DataError
from alx.prediction import Prediction
from alx.runs.problem.job import once
from alx.runs.problem.learning import arm_of
from alx.runs.problem.patients import groups_asked
from alx.runs.settings import starting
from alx.runs.settings.config import Config


def chooses_slices(config: Config) -> bool:
  """Whether the starting set is more than a draw of slices by chance."""
  return config.start_with != starting.RANDOM or config.start_per_item > 0


def key_slices(problem: Any, config: Config, key: jax.Array) -> jax.Array:
  """[start] int32 slices that stand for the others.

  By features of the slices alone (Zheng et al. 2019), or evenly spaced. Of
  slices across every axis as many of each (Zheng et al. 2020). With
  `start_per_item` in each volume apart, in a random order of the volumes.

  Args:
    problem: with slices for units.
    config: resolved.
    key: of the draws.

  Raises:
    DataError: if a method chooses fewer than are wanted.
  """
  choose = _Choice(problem, config)
  pick = _in_each if config.start_per_item else _in_all
  found = np.concatenate(pick(choose, config, key))[: config.start]
  if len(found) < config.start:
    raise DataError(
      f"start_with={config.start_with}: wanted {config.start} slices, it chose "
      f"{len(found)}; give a smaller start"
    )
  return jnp.asarray(found, jnp.int32)


def _in_all(choose, config, key):
  """Slices across one axis after the other, of any volume."""
  shares, found = _shares(config.start, len(choose.axes)), []
  for axis, k in zip(choose.axes, shares, strict=True):
    among = np.flatnonzero(choose.axis == axis)
    own = jax.random.fold_in(key, int(axis))
    found.append(choose(own, among, len(among), k))
  return found


def _in_each(choose, config, key):
  """Slices of one volume after the other."""
  item = choose.units.item
  items = np.arange(choose.units.set.num_items)
  order = jax.random.permutation(jax.random.fold_in(key, 3), items)
  number = -(-config.start // config.start_per_item)
  shares, found = _shares(config.start_per_item, len(choose.axes)), []
  room = [np.bincount(item[choose.axis == a]).max() for a in choose.axes]
  for one in np.asarray(order)[:number].tolist():
    for axis, k, most in zip(choose.axes, shares, room, strict=True):
      among = np.flatnonzero((choose.axis == axis) & (item == one))
      own = jax.random.fold_in(jax.random.fold_in(key, one), int(axis))
      found.append(choose(own, among, most, k))
  return found


def _shares(total, parts):
  """Whole numbers that add to a total, the first ones larger by one."""
  return [total // parts + (part < total % parts) for part in range(parts)]


class _Choice:
  """At most k of some slices, by the method of the settings."""

  def __init__(self, problem, config):
    self.units = problem.units
    self.axis = problem.units.axes()
    self.axes = np.unique(self.axis).tolist()
    self._method = _method(problem, config)
    self._select = jax.jit(self._method.select, static_argnums=3)
    self._rows = self._groups = None
    if self._method.describe:
      self._rows = _features(problem, config)
    if config.max_per_group:
      self._groups = np.asarray(groups_asked(problem), np.int32)

  def __call__(self, key, among, room, k):
    """Picks among units, in arrays with room for so many."""
    at = np.resize(among, room)
    there = jnp.arange(room) < len(among)
    description = None
    if self._rows is not None:
      rows = jnp.asarray(self._rows[at])
      seen = Prediction(None, rows, there, rows)
      description = self._method.describe(jax.random.split(key, room), seen)
    groups = None if self._groups is None else jnp.asarray(self._groups[at])
    candidates = Candidates(there, jnp.zeros_like(there), None, groups)
    own = jax.random.fold_in(key, 2)
    picks = np.asarray(self._select(own, description, candidates, k))
    return at[picks[picks < len(among)]]


def _method(problem, config) -> Acquisition:
  text = config.start_with
  if text in (starting.RANDOM, starting.EVENLY):
    return BY_NAME[text]
  found = arm_of(text, config, problem.dataset).stages[0].acquisition
  cap = config.max_per_group
  return capped_per_group(found, cap) if cap else found


def _features(problem, config):
  """[U, D] features of all slices, made once for a problem."""
  source = config.start_features
  name = "pca" if source == "auto" else source
  return once(problem, ("slices", name), lambda: _made(problem, name))


def _made(problem, name):
  units, pool = problem.units, problem.split.pool
  images = [problem.dataset.images[i] for i in pool]
  groups = problem.dataset.groups
  groups = None if groups is None else [groups[i] for i in pool]
  patients = label_free.group_numbers(groups, len(pool))
  by_axis = {
    axis: label_free.features_of_slices(
      images, axis % 3, name, jax.random.key(0), patients
    )
    for axis in np.unique(units.axes()).tolist()
  }
  width = max(rows[0].shape[1] for rows in by_axis.values())
  found = np.zeros((units.set.count, width), np.float32)
  for unit, row in enumerate(found):
    axis, at = units.place_of(unit)
    told = by_axis[axis][units.item[unit]][at]
    row[: len(told)] = told
  return found
