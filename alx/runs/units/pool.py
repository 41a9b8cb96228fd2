"""What one label is in a run: the units of its pool, their names and costs."""

import dataclasses
import functools
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import data
from alx.data.sources.part import Part, shapes_of
from alx.label_maps import UNLABELLED
from alx.runs.settings.config import Config
from alx.runs.settings.starting import LABELLED
from alx.runs.units import priced
from alx.runs.units.kept_regions import segmenter
from alx.runs.units.partly import answerable
from alx.units import Planes, Slices, UnitSet, region_mask
from alx.units.budget import AFTERWARDS, COST, parse_budget
from alx.units.costs import traced_mm
from alx.units.make import Made, make_units, unit_name
from alx.units.partition import plane_of
from alx.units.spec import parse_unit
from alx.units.table import Along


class Told(NamedTuple):
  """What the answer of one unit is."""

  foreground: int  # voxels
  traced_mm: float
  labelled: int  # voxels
  commonest: int  # voxels of the class that most have


class PoolUnits:
  """The units of a pool with what is told of them."""

  def __init__(
    self, made: Made, dataset: data.Dataset, pool: Sequence[int], extent: tuple
  ):
    """Takes the units of the items `pool` of a data set."""
    self.set: UnitSet = made.units
    self.regions = made.regions
    self.voxels = made.voxels
    self.dataset = self._dataset = dataset
    self._pool, self._extent = list(pool), extent
    self._extents = shapes_of(dataset.labels, self._pool)
    self._last = -1, None  # (item, its label map), read last
    self.cases = [dataset.ids[i] for i in pool]
    self.others = {*dataset.ids} - {*self.cases}  # items that are held out
    self.unanswered = 0  # units that nobody has labelled, left out
    self.item = np.asarray(made.units.units.item)
    self.region = np.asarray(made.units.units.region)
    self.priced: priced.Priced | None = None  # by the user's table
    self._told: dict[int, Told] = {}

  def axis_of(self, unit: int) -> int:
    """The axis whose slices are traced."""
    return self.place_of(unit)[0]

  def axes(self) -> np.ndarray:
    """[U] the axis of each."""
    if isinstance(self.set.partition, Planes):
      return np.array([self.axis_of(u) for u in range(self.set.count)])
    return np.full(self.set.count, self.axis_of(0))

  def place_of(self, unit: int) -> tuple[int, int]:
    """(axis, index) of a slice; of another unit the index means nothing."""
    partition, region = self.set.partition, int(self.region[unit])
    if isinstance(partition, Planes):
      return plane_of(self._extent, region)
    axis = partition.axis if isinstance(partition, Slices) else -1
    return axis, region

  def along(self, spacing: Sequence) -> Along:
    """Where the units are, if they are slices.

    Args:
      spacing: of the items, mm.
    """
    places = [self.place_of(unit) for unit in range(self.set.count)]
    axis, index = np.array(places).T
    line = np.unique(self.item * 3 + axis, return_inverse=True)[1].reshape(-1)
    mm = np.asarray(spacing)[self.item, axis] * index
    return Along(jnp.asarray(line, jnp.int32), jnp.asarray(mm, jnp.float32))

  def name(self, unit: int) -> str:
    """What a unit is called in tables."""
    item, region = self.item[unit], self.region[unit]
    case = self._dataset.ids[self._pool[item]]
    return unit_name(case, self.set.partition, int(region), self._extent)

  def mask(self, unit: int) -> np.ndarray:
    """[*sp] bool, the voxels of a unit in its item as it is."""
    cut = tuple(slice(n) for n in self._extents[self.item[unit]])
    if self.regions is not None:
      return self.regions[self.item[unit]][cut] == self.region[unit]
    region = jnp.int32(self.region[unit])
    mask = _region_mask(self.set.partition, self._extent, region)
    return np.asarray(mask)[cut]

  def within(self, unit: int, label: np.ndarray) -> np.ndarray:
    """The voxels of a unit in the label map of its item."""
    if isinstance(self.set.partition, Slices | Planes):
      axis, at = self.place_of(unit)
      return label.take(at, axis)
    return label[self.mask(unit)]

  def slices(self) -> np.ndarray:
    """[U] float64, slices across the axis that would hold as many voxels."""
    if isinstance(self.set.partition, Planes):
      return np.ones(self.set.count)
    a_slice = np.array([np.prod(e) / self._slices_in(e) for e in self._extents])
    return self.voxels / a_slice[self.item]

  def whole_pool(self) -> dict[str, int | None]:
    """What all labels of the pool come to; foreground: None if some is untold.

    Each voxel once, whatever the units.
    """
    voxels = sum(int(np.prod(extent)) for extent in self._extents)
    known, foreground = self._labelled.sum(0).tolist()
    return {
      "items": len(self._extents),
      "slices": sum(self._slices_in(extent) for extent in self._extents),
      "voxels": voxels,
      "foreground_voxels": foreground if known == voxels else None,
    }

  def _slices_in(self, shape):
    """Slices of an item, across every axis where those are asked for."""
    if isinstance(self.set.partition, Planes):
      return sum(shape)
    return shape[self.axis_of(0)] if len(shape) == 3 else 1

  def shares(self) -> np.ndarray:
    """[U] float64, the share of its item's voxels that each has."""
    sizes = np.array([np.prod(extent) for extent in self._extents])
    return self.voxels / sizes[self.item]

  def known_costs(self, kind: str) -> np.ndarray:
    """[U] costs that do not depend on labels."""
    if kind == "slices":
      return self.slices()
    if kind == "voxels":
      return self.voxels.astype(np.float64)
    if kind == COST:
      return self.priced.costs
    return np.ones(self.set.count)

  def costs(
    self, kind: str, config: Config, some: np.ndarray | None = None
  ) -> np.ndarray:
    """Costs of some units, or of all; without what opening an item takes."""
    some = np.arange(self.set.count) if some is None else some
    if kind not in AFTERWARDS:
      return self.known_costs(kind)[some]
    traced = np.array([self.told(int(u)).traced_mm for u in some])
    if kind == "boundary_mm":
      return traced
    _, of_unit, of_mm = config.seconds
    return of_unit + of_mm * traced

  def opening(
    self, config: Config, asked: np.ndarray, opened: np.ndarray
  ) -> np.ndarray:
    """[k] seconds to open the item of each unit, where it was not before."""
    seen, found = set(self.item[opened].tolist()), []
    for item in self.item[asked].tolist():
      found.append(0.0 if item in seen else config.seconds[0])
      seen.add(item)
    return np.array(found)

  def told(self, unit: int) -> Told:
    """What the answer of a unit is, counted once."""
    if unit not in self._told:
      self._told[unit] = self._count(unit)
    return self._told[unit]

  def told_voxels(self) -> np.ndarray:
    """[U] int64, voxels of each unit that have a label."""
    found = self.voxels.copy()
    for item in range(len(self._pool)):
      label = self._label(item)
      if not (label == UNLABELLED).any():
        continue
      for unit in np.flatnonzero(self.item == item):
        found[unit] = (label[self.mask(int(unit))] != UNLABELLED).sum()
    return found

  def begun(self) -> list[int]:
    """Numbers of the items of which a voxel is labelled."""
    return np.flatnonzero(self._labelled[:, 0]).tolist()

  @functools.cached_property
  def _labelled(self):
    """[N, 2] int64, voxels of each item that have a label; those of foreground.

    Each map is read once, and let go.
    """
    labels = (self._label(n) for n in range(len(self._pool)))
    known = (label[label != UNLABELLED] for label in labels)
    return np.array([(x.size, (x > 0).sum()) for x in known], np.int64)

  def restrict(self, keep: np.ndarray) -> None:
    """Only some of the units [U] bool are there from now on."""
    at, made = np.flatnonzero(keep), self.set
    self.unanswered = len(keep) - len(at)
    parents = made.parents
    if parents is not None:
      number = np.unique(np.asarray(parents)[at], return_inverse=True)[1]
      parents = jnp.asarray(number.reshape(-1), jnp.int32)
    self.set = dataclasses.replace(
      made,
      units=jax.tree.map(lambda x: x[at], made.units),
      start=None if made.start is None else made.start[at],
      parents=parents,
    )
    self.voxels = self.voxels[at]
    if self.priced:
      self.priced = self.priced.of(at)
    self.item, self.region = self.item[at], self.region[at]

  def covered(self, units: np.ndarray) -> tuple[int, int]:
    """(voxels, those of foreground) that some units hold, each voxel once.

    Of labels that arrived all that are there, in units or not.
    """
    if self.set.begun is not None:
      voxels, foreground = self._labelled.sum(0).tolist()
      return voxels, foreground
    if not isinstance(self.set.partition, Planes):
      foreground = sum(self.told(int(u)).foreground for u in units)
      return int(self.voxels[units].sum()), foreground
    voxels = foreground = 0
    for item in np.unique(self.item[units]):
      mine = units[self.item[units] == item]
      inside = np.any([self.mask(int(u)) for u in mine], axis=0)
      found = self._label(int(item))[inside]
      voxels += found.size
      foreground += int(((found > 0) & (found != UNLABELLED)).sum())
    return voxels, foreground

  def _label(self, number):
    """The label map of an item of the pool; those on disk are read one by one.

    The units of an item are asked about one after the other.
    """
    last, found = self._last
    if last != number:
      found = self._dataset.labels[self._pool[number]]
      self._last = number, found
    return found

  def _count(self, unit):
    number = int(self.item[unit])
    item = self._pool[number]
    inside, labels = self.mask(unit), self._label(number)
    inside = inside & (labels != UNLABELLED)
    found = labels[inside]
    if not found.size:
      return Told(0, 0.0, 0, 0)
    kept = np.where(inside, labels, 0)
    box = tuple(
      slice(int(at.min()), int(at.max()) + 1) for at in np.nonzero(inside)
    )
    axis = self.axis_of(unit) % labels.ndim
    length = 0.0  # of a unit whose class is told with a click
    if not self.set.dominant:
      length = traced_mm(kept[box], axis, self._dataset.spacing_mm[item])
    commonest = int(np.bincount(found).max())
    return Told(int((found > 0).sum()), length, len(found), commonest)


_region_mask = jax.jit(region_mask, static_argnums=(0, 1))


def make(
  config: Config,
  dataset: data.Dataset,
  pool: Sequence[int],
  extent: Sequence[int],
  simulated: bool = True,
  in_memory: bool = True,
) -> PoolUnits | None:
  """The units that the settings name; None: whole items.

  Args:
    config: resolved.
    dataset: with the items.
    pool: which of them are in the pool.
    extent: of the array that holds them.
    simulated: the labels that the items have are all answers there will be:
      units without one are left out, see `answerable`.
    in_memory: keep the maps of regions, as the images are.

  Raises:
    ValueError: if the items have no such units.
  """
  spec, budget = parse_unit(config.unit), parse_budget(config.budget)
  arrives = config.start_with == LABELLED
  if spec.kind == "whole" and budget is None and not arrives:
    return None
  if dataset.task != "segmentation":
    what = f"unit {config.unit}"
    if spec.kind == "whole":
      what = f"budget={config.budget}"
    raise ValueError(
      f"{what} wants a segmentation: a class is of a whole image"
    )
  images = Part(dataset.images, pool)
  spacings = [dataset.spacing_mm[i] for i in pool]
  segment = segmenter(config.cache)
  how = tuple(extent), segment, in_memory, dataset.directions
  made = make_units(spec, images, spacings, *how)
  units = PoolUnits(made, dataset, pool, tuple(extent))
  if config.costs:
    units.priced = priced.read(pathlib.Path(config.costs), units)
  keep = answerable(config, units) if simulated else None
  if keep is not None:
    units.restrict(keep)
  if units.priced:
    priced.check(units)
  made = units.set
  classes = len(dataset.class_names) if config.answer == "dominant" else 0
  table = made.units
  if budget and budget.is_known_before:
    cost = jnp.asarray(units.known_costs(budget.kind), jnp.float32)
    table = table._replace(cost=cost)
  begun = jnp.asarray(units.begun(), jnp.int32) if arrives else None
  spacing = [s or (1.0,) * len(extent) for s in spacings]
  units.set = dataclasses.replace(
    made,
    units=table,
    dominant=classes,
    spacing_mm=jnp.asarray(spacing, jnp.float32),
    along=units.along(spacing) if spec.kind == "slices" else None,
    begun=begun,
  )
  return units
