"""Settings that would do nothing: each is an error where it is changed."""

import collections
import dataclasses
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from alx import data
from alx.acquisition.grammar import names_in
from alx.data import kinds
from alx.models.unet import check_bottleneck, groups_of
from alx.runs.settings import arms, starting, stopping
from alx.runs.settings.config import ENSEMBLES, MADE, Config
from alx.runs.settings.recipes import CLASSIC, UNETS
from alx.units.budget import COST
from alx.units.spec import parse_unit


def _augments(config):
  names = "turns intensity rotation scaling shift tilt gamma"
  others = any(getattr(config, name) for name in names.split())
  return others or config.flips is not False


def _largest(groups):
  """How many items the group with the most has; none: they are not known."""
  return max(collections.Counter(groups).values()) if groups else np.inf


def _converges(config):
  """Whether any fit ends by itself."""
  if config.schedule == "converged":
    return True
  if not config.full_steps:  # as the recipe says
    return config.full and config.recipe != CLASSIC
  return config.full and config.full_steps != config.steps


_DEFAULT = {f.name: f.default for f in dataclasses.fields(Config)}
PHANTOM, SCREENING = MADE


class Rule(NamedTuple):
  """When some fields do nothing, and why."""

  fields: str  # names, separated by blanks
  holds: Callable[..., Any]  # (config) or (config, dataset) -> bool
  why: str  # behind "does nothing"


# What the settings tell by themselves.
_OF_SETTINGS = (
  Rule(
    "where cache image_size columns group_pattern features strict spacing_from",
    lambda c: c.data in MADE,
    "on the phantom, which is made and not read",
  ),
  Rule(
    "phantom_items",
    lambda c: c.data not in MADE,
    "on data that are read: it is for data=phantom or screening",
  ),
  Rule(
    "test_share",
    lambda c: c.test_items,
    "beside test_items, which says how many items are tested on",
  ),
  Rule(
    "image_size",
    lambda c: c.features,
    "with features, which take the place of the pictures",
  ),
  Rule(
    "members",
    lambda c: not c.ensemble,
    f"without an ensemble ({', '.join(filter(None, ENSEMBLES))})",
  ),
  Rule(
    "samples",
    lambda c: c.ensemble and c.samples != c.members,
    "with an ensemble, whose members are the samples",
  ),
  Rule(
    "coupled_decay", lambda c: not c.weight_decay, "while weight_decay is 0"
  ),
  Rule("truncated_labels", lambda c: not c.rotation, "while rotation is 0"),
  Rule("stop", lambda c: not c.acquisition, "without an acquisition"),
  Rule("stop_mode", lambda c: not c.acquisition, "without an acquisition"),
  Rule(
    "flips_by_labels flip_axes",
    lambda c: c.flips is False,
    "with flips=False",
  ),
  Rule("passes", lambda c: c.ensemble, "with an ensemble, which makes none"),
  Rule(
    "passes",
    lambda c: c.seeds > 1,
    "with several seeds: the passes of one go over devices, seeds=1",
  ),
  Rule(
    "passes",
    lambda c: jax.local_device_count() == 1,
    "on a single device: it is over several that passes are spread",
  ),
  Rule(
    "start query",
    lambda c: c.budget,
    "beside budget, which says how much each round holds, the first one too",
  ),
  Rule("seconds", lambda c: not c.budget, "without a budget"),
  Rule(
    "costs",
    lambda c: not c.budget.startswith(f"{COST}:"),
    f"without a budget in it, such as budget={COST}:120",
  ),
  Rule(
    "max_per_item answer",
    lambda c: c.unit == "whole",
    "with unit=whole: it is of units that are parts of items",
  ),
  Rule(
    "max_per_group",
    lambda c: c.split_by_item,
    "with split_by_item, which forgets the patients",
  ),
  Rule(
    "answer",
    lambda c: c.start_with == starting.LABELLED,
    f"with start_with={starting.LABELLED}: labels are as they arrived",
  ),
  Rule(
    "start_features",
    lambda c: not starting.reads_features(c.start_with),
    "where start_with looks at no features",
  ),
)
# What only the data tell.
_OF_DATA = (
  Rule(
    "test_items test_share split_seed split_by_item",
    lambda c, d: d.split is not None and len(np.unique(d.split)) > 1,
    "on data that come with a split, which is kept",
  ),
  Rule(
    "split_by_item",
    lambda c, d: d.groups is None,
    "on data without patients, which are split by item anyway",
  ),
  Rule(
    "dice overlap truncated_labels flips_by_labels",
    lambda c, d: d.task == "classification",
    "in a classification",
  ),
  Rule(
    "up_convolutions down_convolutions skips norm deep_supervision remat",
    lambda c, d: d.task == "classification",
    "in a classification: it is of U-Nets",
  ),
  Rule(
    "max_per_group",
    lambda c, d: c.unit == "whole" and c.max_per_group >= _largest(d.groups),
    "on data with no more items of a patient",
  ),
  Rule(
    "coarsen intensity rotation turns distort pictures scaling shift tilt "
    "gamma flip_axes",
    lambda c, d: d.task == "classification" and d.images[0].ndim == 1,
    "on features, which have no space",
  ),
  Rule(
    "flips",
    lambda c, d: c.flips and d.images[0].ndim == 1,
    "on features, which have no space",
  ),
)
# What a whole comparison tells, by its fits and by its methods.
_OF_FITS = (
  Rule("full_steps", lambda c: not c.full, "with full=False"),
  Rule(
    "tolerance",
    lambda c: not _converges(c),
    "where no fit ends when it has converged",
  ),
)
_OF_METHODS = (
  Rule(
    "greedy_seeding",
    lambda c: not any("badge" in names_in(a) for a in c.acquisition),
    "as no acquisition here is badge",
  ),
  Rule(
    "samples passes",
    lambda c: "samples" not in arms.needs_of(c.acquisition),
    "as no acquisition here wants samples",
  ),
  Rule(
    "samples passes",
    lambda c: c.dropout == 0 and not c.ensemble,
    "without dropout, all samples are one",
  ),
  Rule(
    "distort",
    lambda c: not arms.compare_features(c.acquisition),
    "as no acquisition here compares features alone",
  ),
  Rule(
    "max_per_item",
    lambda c: not c.budget and c.max_per_item >= c.query,
    "as no more units are asked for at a time",
  ),
  Rule(
    "max_per_group",
    lambda c: not c.budget and c.max_per_group >= max(c.start, c.query),
    "as no more items are asked for at a time",
  ),
  Rule(
    "distort",
    lambda c: not _augments(c),
    "while nothing is augmented",
  ),
)
_WITHOUT_METHODS = (
  Rule(
    "unit max_per_item answer budget seconds costs",
    lambda c: True,
    "without an acquisition: all labels are whole items",
  ),
)  # what all methods share is kept, for those that are added there later
# Values that are what would be done anyway, beside the defaults; the overlap is
# what directories say that are older than recipes with one of their own.
_ALSO_FINE = {
  "intensity": 0.0,
  "pictures": 0,
  "flips_by_labels": False,
  "overlap": 0.25,
}


def give_way(config: Config, told: Collection[str]) -> Config:
  """The settings without what nobody told and would do nothing.

  What a preset says beside full=False, as `full_steps`, is no wish of the
  user's: it goes back to its default.

  Args:
    config: of a preset, changed by flags.
    told: fields that the flags name; they stay, to be refused.
  """
  rules = _OF_SETTINGS + _of_comparison(config)
  idle = {field for field, _ in _broken(rules, config)} - {*told}
  return dataclasses.replace(config, **{name: _DEFAULT[name] for name in idle})


def check_settings(config: Config) -> None:
  """Raises ValueError for a changed field that does nothing on any data."""
  if config.cache and config.data not in MADE and caches_volumes(config):
    _check_cached(config)
  _refuse(_found(_OF_SETTINGS, config))


def check_data(config: Config, dataset: data.Dataset) -> None:
  """Raises ValueError for a changed field that does nothing on these data."""
  _refuse(_found(_OF_DATA, config, dataset))
  stopping.check_task(config, dataset.task)


def check_methods(config: Config) -> None:
  """Raises ValueError for a changed field that no acquisition looks at.

  For a comparison as a whole; the rows of a study have one acquisition each.
  """
  _refuse(_found(_of_comparison(config), config))
  if config.acquisition:
    stopping.check(config)
    arms.check_turns(config.acquisition, stopping.rounds_of(config))


def _of_comparison(config):
  """Rules of a comparison as a whole."""
  return _OF_FITS + (_OF_METHODS if config.acquisition else _WITHOUT_METHODS)


def check_network(config: Config) -> None:
  """Raises ValueError for levels that are not there or have nothing to say.

  Coarser ones to train, and a bottleneck that its norm makes 0.

  Args:
    config: with the widths of the network and the extents of a patch.
  """
  if config.deep_supervision and len(config.widths) < 3:
    raise ValueError(
      f"deep_supervision=True does nothing with widths={config.widths}: wanted "
      "three or more, as the bottleneck has no loss of its own"
    )
  if config.model in UNETS and config.patch:
    groups = groups_of(config.norm or "group")
    check_bottleneck(config.patch, config.widths, groups)


def check_batch(config: Config) -> None:
  """Raises ValueError for a batch that cannot be shared or cut as asked.

  Args:
    config: with the size of a batch.
  """
  parts = config.accumulate * config.fit_devices
  if config.batch % parts:
    raise ValueError(
      f"batch: wanted a multiple of accumulate x fit_devices = {parts}, found "
      f"{config.batch}"
    )
  taken = config.ensemble, config.deep_supervision
  if config.fit_devices > 1 and any(taken):
    raise ValueError(
      f"fit_devices={config.fit_devices}: wanted one network without "
      "deep_supervision, found "
      + (f"ensemble={config.ensemble}" if config.ensemble else "it")
    )


def check_patch(config: Config) -> None:
  """Raises ValueError for mirrors and turns that a patch has no axes for.

  Args:
    config: with the extents of a patch.
  """
  if config.turns and len(set(config.patch)) == len(config.patch):
    raise ValueError(
      f"turns=True does nothing on patches of {config.patch}: no two extents "
      "are alike"
    )
  if config.flip_axes and max(config.flip_axes) >= len(config.patch):
    raise ValueError(
      f"flip_axes: wanted axes of a patch, 0 to {len(config.patch) - 1}, found "
      f"{max(config.flip_axes)}"
    )


def caches_volumes(config: Config) -> bool:
  """Whether a cache is of the data, not of their superpixels alone.

  Those are kept for data of every kind.
  """
  superpixels = parse_unit(config.unit).kind == "superpixels"
  return not superpixels or kinds.is_cacheable(config.data)


def _check_cached(config):
  """The errors that reading without the cache would give."""
  names = "where", "image_size", "columns"
  given = {name: getattr(config, name) for name in names}
  kinds.check_settings(config.data, kinds.VOLUMES, (), given)


def _found(rules, config, *about) -> Iterable[str]:
  for field, why in _broken(rules, config, *about):
    yield f"{field}={getattr(config, field)} does nothing {why}"


def _broken(rules, config, *about) -> Iterable[tuple[str, str]]:
  for rule in rules:
    for field in rule.fields.split():
      value = getattr(config, field)
      fine = (_DEFAULT[field], _ALSO_FINE.get(field, _DEFAULT[field]))
      if value not in fine and rule.holds(config, *about):
        yield field, rule.why


def _refuse(lines):
  for line in lines:
    raise ValueError(line)
