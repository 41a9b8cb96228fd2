"""Key slices: which slices are labelled first, once, before any label."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx import label_free
from alx.acquisition.shares import halving_order
from alx.data.dataset import DataError
from alx.data.sources.part import Part
from alx.runs.problem.job import once
from alx.runs.settings import starting
from alx.runs.settings.config import Config
from alx.runs.units.choose import choice_of


def chooses_slices(config: Config) -> bool:
  """Whether the starting set is more than a draw of slices by chance."""
  return config.start_with != starting.RANDOM or config.start_per_item > 0


def key_slices(problem: Any, config: Config, key: jax.Array) -> jax.Array:
  """[start] int32 slices that stand for the others.

  By features of the slices alone (Zheng et al. 2019), or evenly spaced. Of
  slices across every axis as many of each (Zheng et al. 2020), in turn. With
  `start_per_item` in each volume apart, in a random order of the volumes.

  Of a budget `start` is only room, which is more than it buys: the slices are
  in an order that may be cut anywhere, and U stands behind the last.

  Args:
    problem: with slices for units.
    config: resolved.
    key: of the draws.

  Raises:
    DataError: if a method chooses fewer than are wanted.
  """
  choose, rows = choice_of(problem, config), None
  if starting.reads_features(config.start_with):
    rows = _features(problem, config)
  pick = _in_each if config.start_per_item else _in_all
  found = pick(choose, rows, problem.units, config, key)[: config.start]
  _check_number(config, len(found))
  room = (0, config.start - len(found))
  found = np.pad(found, room, constant_values=problem.units.set.count)
  return jnp.asarray(found, jnp.int32)


def _check_number(config, number):
  """Raises DataError for too few slices; for a budget one will do."""
  if number >= (1 if config.budget else config.start):
    return
  told = f"start_with={config.start_with}"
  if config.budget:
    raise DataError(
      f"{told}: wanted slices for budget={config.budget} with "
      f"start_per_item={config.start_per_item}, it chose none"
    )
  raise DataError(
    f"{told}: wanted {config.start} slices, it chose {number}; give a smaller "
    "start"
  )


def _in_all(choose, rows, units, config, key):
  """[<= start] slices across all axes, of any volume."""
  axis_of, axes = _axes(units)
  shares, found = _shares(config.start, len(axes)), []
  for axis, k in zip(axes, shares, strict=True):
    among = np.flatnonzero(axis_of == axis)
    own = jax.random.fold_in(key, int(axis))
    picks = choose(own, rows, among, len(among), k)
    found.append(_to_be_cut(picks, config))
  return _in_turn(found)


def _in_each(choose, rows, units, config, key):
  """Slices of one volume after the other; of those that have any."""
  axis_of, axes = _axes(units)
  item, items = units.item, np.arange(units.set.num_items)
  order = jax.random.permutation(jax.random.fold_in(key, 3), items)
  shares, found = _shares(config.start_per_item, len(axes)), np.zeros(0, int)
  room = [np.bincount(item[axis_of == a]).max() for a in axes]
  for one in np.asarray(order).tolist():
    if len(found) >= config.start:
      break
    picks = []
    for axis, k, most in zip(axes, shares, room, strict=True):
      among = np.flatnonzero((axis_of == axis) & (item == one))
      own = jax.random.fold_in(jax.random.fold_in(key, one), int(axis))
      if len(among):
        picks.append(_to_be_cut(choose(own, rows, among, most, k), config))
    found = np.append(found, _in_turn(picks))
  return found


def _to_be_cut(picks, config):
  """Every n-th slice in an order that a budget may cut anywhere."""
  if config.budget and config.start_with == starting.EVENLY:
    return picks[halving_order(len(picks))]
  return picks


def _in_turn(lists):
  """[n] int: the first of each list, then the second of each, and so on."""
  turns = itertools.zip_longest(*(picks.tolist() for picks in lists))
  found = itertools.chain.from_iterable(turns)
  return np.array([unit for unit in found if unit is not None], int)


def _axes(units):
  """([U] the axis that each slice is across, all that there are)."""
  found = units.axes()
  return found, np.unique(found).tolist()


def _shares(total, parts):
  """Whole numbers that add to a total, the first ones larger by one."""
  return [total // parts + (part < total % parts) for part in range(parts)]


def _features(problem, config):
  """[U, D] features of all slices, made once for a problem."""
  source = config.start_features
  name = "pca" if source == "auto" else source
  return once(problem, ("slices", name), lambda: _made(problem, name))


def _made(problem, name):
  units, pool = problem.units, problem.split.pool
  images = Part(problem.dataset.images, pool)
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
