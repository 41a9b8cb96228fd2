"""A method of features alone at work while nothing is labelled."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import BY_NAME, Acquisition, Candidates
from alx.acquisition.combinations.combine import capped_per_group
from alx.prediction import Prediction
from alx.runs.problem.job import once
from alx.runs.problem.learning import arm_of
from alx.runs.problem.patients import groups_asked
from alx.runs.settings import starting
from alx.runs.settings.config import Config


class Choice:
  """At most k of some items, by a method."""

  def __init__(self, method: Acquisition, groups: Sequence[int] | None):
    """
    Args:
      method: of features alone.
      groups: [N] numbers of groups, for a method with a cap; or None.
    """
    self._method = method
    self._select = jax.jit(method.select, static_argnums=3)
    self._groups = None if groups is None else np.asarray(groups, np.int32)

  def __call__(
    self,
    key: jax.Array,
    rows: np.ndarray | None,
    among: np.ndarray,
    room: int,
    k: int,
  ) -> np.ndarray:
    """[<= k] items, the first choice first.

    Args:
      key: of the draws.
      rows: [N, D] features; None: the method reads none.
      among: [n] items.
      room: for so many, n or more: equal ones compile once.
      k: how many.
    """
    at = np.resize(among, room)
    there = jnp.arange(room) < len(among)
    description = None
    if rows is not None:
      rows = jnp.asarray(rows[at], jnp.float32)
      seen = Prediction(None, rows, there, rows)
      description = self._method.describe(jax.random.split(key, room), seen)
    groups = None if self._groups is None else jnp.asarray(self._groups[at])
    candidates = Candidates(there, jnp.zeros_like(there), None, groups)
    own = jax.random.fold_in(key, 2)
    picks = np.asarray(self._select(own, description, candidates, k))
    return at[picks[picks < len(among)]]


def choice_of(problem: Any, config: Config) -> Choice:
  """By what `start_with` names, made once for a problem."""
  what = "choice", repr(config)
  return once(problem, what, lambda: _choice_of(problem, config))


def _choice_of(problem, config):
  groups = groups_asked(problem) if config.max_per_group else None
  return Choice(_method_of(problem, config), groups)


def _method_of(problem, config):
  text = config.start_with
  if text in (starting.RANDOM, starting.EVENLY):
    return BY_NAME[text]
  found = arm_of(text, config, problem.dataset).stages[0].acquisition
  cap = config.max_per_group
  return capped_per_group(found, cap) if cap else found
