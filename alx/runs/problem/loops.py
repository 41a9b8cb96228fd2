"""The loop of an acquisition, as the settings of a run say."""

import functools
from collections.abc import Callable
from typing import Any

from alx.acquisition import Acquisition
from alx.data.dataset import Dataset
from alx.devices.mesh import over_devices
from alx.devices.parallel import replicate
from alx.loop import (
  make_loop,
  take_turns,
)
from alx.runs.problem.learning import (
  arm_of,
  augment_of,
  makes_pieces,
  spreads_passes,
)
from alx.runs.problem.patients import groups_asked
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.runs.units.asked import (
  set_of,
)
from alx.training.settings import Asking
from alx.units.budget import parse_budget


def loop_for(
  problem: Problem, config: Config, name: str, make: Callable = make_loop
) -> Any:
  """The loop of one acquisition; its `ask` is compiled once for all seeds.

  One whose rounds take turns has an `ask` for each turn.

  Args:
    problem: with the learner.
    config: how it asks.
    name: of the acquisition, a text as in `alx.acquisition.grammar`.
    make: (learner, acquisition, Asking, groups) -> the loop, with an `init`.
  """
  arm = arm_of(name, config, problem.dataset)
  groups, units = None, set_of(problem)
  if config.max_per_group or "groups" in arm.needs:
    groups = groups_asked(problem)
  loops = [
    _loop_for(
      *(make, problem.learner, stage.acquisition),
      asking_of(config, stage.acquisition, problem.dataset),
      groups,
      *([] if units is None else [units]),
    )
    for stage in arm.stages
  ]
  loop = take_turns(tuple(loops), arm.stage_of)
  if config.fit_devices > 1:
    return _on_devices(loop, over_devices(config.fit_devices))
  return _on_all_devices(loop) if spreads_passes(config) else loop


@functools.lru_cache(maxsize=64)
def _loop_for(make, learner, acquisition, asking, groups, *units):
  return make(learner, acquisition, asking, groups, *units)


def asking_of(
  config: Config, acquisition: Acquisition, dataset: Dataset | None = None
) -> Asking:
  """How an acquisition asks; only what compares features alone distorts."""
  distorts = config.distort and acquisition.needs == ("features",)
  return Asking(
    config.query,
    config.block,
    config.samples,
    config.warm,
    distort=augment_of(config, dataset) if distorts else None,
    distort_all=config.distort == "all",
    in_pieces=makes_pieces(config),
    max_per_group=config.max_per_group,
    max_per_item=0 if config.unit == "whole" else config.max_per_item,
    budget=parse_budget(config.budget).amount if config.budget else 0.0,
    seconds=_predicted(config) if "costs" in acquisition.needs else (),
  )


def _predicted(config):
  """What a unit costs by the outlines in it, where that is not known before.

  A mm costs 1 of a budget in mm.
  """
  budget = parse_budget(config.budget)
  if not budget or budget.is_known_before:
    return ()
  return config.seconds if budget.kind == "seconds" else (0.0, 0.0, 1.0)


def _on_all_devices(loop):
  """The loop with its state there, and a restored one with it."""

  def init(*args):
    return replicate(loop.init(*args))

  return loop._replace(init=init)


def _on_devices(loop, spread):
  """The loop whose state is shared by the devices of a fit, always alike."""

  def placed(state):
    alike = spread.whole(state._replace(images=None, labels=None))
    images, labels = spread.held((state.images, state.labels))
    return alike._replace(images=images, labels=labels)

  def init(*args):
    return placed(loop.init(*args))

  def ask(state):
    items, state = loop.ask(placed(state))
    return spread.whole(items), placed(state)

  def tell(*args):
    return placed(loop.tell(*args))

  return loop._replace(init=init, ask=ask, tell=tell)
