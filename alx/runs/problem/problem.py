"""From a Config and a Dataset to arrays on the device and compiled code."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import data
from alx.data import patches
from alx.data.partly import unlabelled_items
from alx.data.patches import Images
from alx.devices.mesh import over_devices
from alx.label_maps import UNLABELLED
from alx.loop import check_budget
from alx.runs.problem import learning, patients
from alx.runs.settings import idle, recipes, stopping
from alx.runs.settings.arms import needs_of
from alx.runs.settings.config import Config, with_baselines
from alx.runs.settings.recipes import UNETS
from alx.runs.settings.starting import LABELLED
from alx.runs.units import pool as units_of_pool
from alx.runs.units import wanted
from alx.training import evaluation
from alx.training.learner import Learner


class Problem(NamedTuple):
  """One dataset, split and put on the device, with its learner."""

  dataset: data.Dataset
  split: data.Split
  images: Images  # of the N pool items
  labels: jax.Array  # [N, *sp] uint8 or [N] int32: hidden until asked for
  test_images: Images
  test_labels: jax.Array
  learner: Learner  # its `fit` is compiled once for all runs
  fit_all: Callable | None  # of all labels, which may take longer; None: `fit`
  predict_test: Callable  # see alx.training.evaluation
  predict_few: Callable  # for pictures: (key, params, images, items, samples)
  units: units_of_pool.PoolUnits | None = (
    None  # what one label is; None: an item
  )
  memo: dict | None = None  # see `job.once`


def resolve(config: Config, dataset: data.Dataset, baselines: bool) -> Config:
  """Fills in what the recipe and the data decide, and checks the rest."""
  dims = dataset.images[0].ndim - 1
  recipe = recipes.recipe_of(config.recipe, dataset.task, dims)
  if config.model not in ("auto", recipe.model):
    if (config.model in UNETS) != (dataset.task == "segmentation"):
      raise ValueError(f"model {config.model} cannot do {dataset.task}")
    if config.model in ("cnn", "resnet") and dims != 2:
      raise ValueError(f"model {config.model} wants images of 2 axes")
  names = config.acquisition
  if baselines and names:
    names = with_baselines(names, dataset.task)
  for name in names:
    if "space" in needs_of([name]) and dataset.task != "segmentation":
      raise ValueError(f"acquisition {name} wants a segmentation task")
    wanted.check_acquisition(config, name)
  patients.check_known(config, dataset)
  config = dataclasses.replace(
    recipes.fill(config, recipe),
    acquisition=names,
    evidential=config.evidential or want_evidence(names),
  )
  if config.ensemble:
    config = dataclasses.replace(config, samples=config.members)
  if not dims:  # features: nothing to draw, nothing to distort
    config = dataclasses.replace(
      config,
      pictures=0,
      flips=False,
      flips_by_labels=False,
      flip_axes=(),
      turns=False,
      intensity=0.0,
      rotation=0.0,
      scaling=0.0,
      shift=0.0,
      tilt=0.0,
      gamma=0.0,
      distort="",
    )
  patch = _patch(config, dataset, dims, recipe.patch_share)
  config = dataclasses.replace(config, patch=patch)
  idle.check_patch(config)
  idle.check_network(config)
  idle.check_batch(config)
  return dataclasses.replace(config, rounds=stopping.rounds_of(config))


def want_evidence(names):
  """If one method reads evidence, all are trained alike: only items differ."""
  return bool({"evidence", "beta"} & needs_of(names))


def _patch(config, dataset, dims, share):
  """The user's patch, checked; or that of the recipe."""
  multiple = 2 ** (len(config.widths) - 1) if config.model in UNETS else 1
  extents = np.array([x.shape[:-1] for x in dataset.images])
  if dataset.task == "classification":  # a class is of the whole image
    if config.patch not in ((), tuple(extents.max(0))):
      raise ValueError("patch is for segmentation only")
    return tuple(int(n) for n in extents.max(0))
  if config.patch:
    if len(config.patch) != dims or any(p % multiple for p in config.patch):
      raise ValueError(
        f"patch wants {dims} multiples of {multiple}, found {config.patch}"
      )
    return config.patch
  return recipes.patch_for(extents, share, multiple)


def make_problem(
  config: Config, dataset: data.Dataset, learner: Learner | None = None
) -> Problem:
  """Splits the data, builds the model. `config` must be resolved.

  Args:
    config: settings.
    dataset: what they are for.
    learner: of another network or training than the settings name.

  Raises:
    ValueError: if the protocol asks for more items than the pool holds.
  """
  split = split_of(config, dataset)
  _check_test(dataset, split.test)
  held = _held_by(config, learner)
  images, labels = held(_stack(dataset, split.pool, config.patch))
  test_images, test_labels = held(_stack(dataset, split.test, config.patch))
  pool_units = units_of(config, dataset, split, labels.shape[1:])
  if pool_units:
    regions = pool_units.regions
    regions = None if regions is None else jnp.asarray(regions)
    images = images._replace(regions=regions)
  parts = dataset, split, images, labels, test_images, test_labels
  if learner:
    programs = _programs(learner, dataset, config.block)
    return Problem(*parts, *programs, pool_units, {})
  learner = learning.make_learner(config, dataset)
  fit = learning.compiled_fit(learner.fit, config, dataset)
  programs = _programs(learner, dataset, config.block, fit)
  problem = Problem(*parts, *programs, pool_units, {})
  return problem._replace(fit_all=learning.make_fit_of_all(config, dataset))


def _held_by(config, learner):
  """Where the arrays of items lie: on one device, or shared among several.

  Raises:
    ValueError: if there are not so many devices, or a learner that is given
      would not know of them.
  """
  spread = over_devices(config.fit_devices)
  if spread is None:
    return lambda arrays: jax.tree.map(jnp.asarray, arrays)
  if learner:
    raise ValueError(
      f"fit_devices={config.fit_devices} does nothing here, where the network "
      "is not that of the settings"
    )
  return spread.held


def with_learner(
  problem: Problem, learner: Learner, block: int, fit: Callable | None = None
) -> Problem:
  """The same items for another learner; `fit` is its own, compiled."""
  programs = _programs(learner, problem.dataset, block, fit)
  names = ("learner", "fit_all", "predict_test", "predict_few")
  return problem._replace(**dict(zip(names, programs, strict=True)))


def _programs(learner, dataset, block, fit=None):
  return (
    learner._replace(fit=fit or jax.jit(learner.fit)),
    None,
    _make_predict_test(learner, dataset, block),
    jax.jit(learner.predict, static_argnums=4),
  )


def split_of(config: Config, dataset: data.Dataset) -> data.Split:
  """The parts, checked.

  Raises:
    ValueError: if the protocol asks for more items than the pool holds.
  """
  share = max(1, round(config.test_share * len(dataset.ids)))
  bare = None
  if config.start_with == LABELLED:
    bare = unlabelled_items(dataset)
    share = max(1, round(config.test_share * (~bare).sum()))
  split = data.split(
    dataset,
    seed=config.split_seed,
    test_items=config.test_items or share,
    pool_only=bare,
  )
  check_protocol(config, split)
  return split


def units_of(
  config: Config,
  dataset: data.Dataset,
  split: data.Split,
  extent: Sequence[int],
  in_memory: bool = True,
) -> units_of_pool.PoolUnits | None:
  """What one label is in the pool, see `units.pool.make`.

  Raises:
    ValueError: if the items have no such units, or fewer than are asked for.
  """
  found = units_of_pool.make(
    config, dataset, split.pool, extent, in_memory=in_memory
  )
  if found and _is_drawn(config) and not config.budget:
    count = found.set.count
    check_budget(count, config.start, config.query, config.rounds)
  return found


def _is_drawn(config):
  """Whether the settings say how many labels there are first."""
  return config.acquisition and config.start_with != LABELLED


def check_protocol(config: Config, split: data.Split) -> None:
  """Raises ValueError if the protocol asks for more than the pool holds.

  That of units is looked at once they are known.
  """
  if _is_drawn(config) and config.unit == "whole" and not config.budget:
    check_budget(len(split.pool), config.start, config.query, config.rounds)


def _check_test(dataset, test):
  """Raises ValueError where no score could be computed."""
  seen = set().union(*(np.unique(dataset.labels[i]).tolist() for i in test))
  if dataset.task == "segmentation":
    seen -= {UNLABELLED}
  if dataset.task == "classification" and len(seen) < 2:
    raise ValueError(
      f"the {len(test)} test items are all of class {seen.pop()}; wanted 2 or "
      "more classes: raise test_items or change split_seed"
    )
  if dataset.task == "segmentation" and seen <= {0}:
    raise ValueError(f"none of the {len(test)} test items has foreground")


def _make_predict_test(learner, dataset, block):
  if dataset.task == "classification":
    return evaluation.make_predict_probs(learner, block)
  num_classes = len(dataset.class_names)
  return evaluation.make_predict_masks(learner, num_classes, block)


def _stack(dataset, items, patch):
  """The items as one `Images` and one array of labels, on the device."""
  images = patches.stack_images([dataset.images[i] for i in items], patch)
  labels = [dataset.labels[i] for i in items]
  if dataset.task == "segmentation":
    labels = patches.stack_labels(labels, patch)
  return images, np.stack(labels)
