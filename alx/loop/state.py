"""What a loop is, and what it knows between two questions."""

from collections.abc import Callable
from typing import NamedTuple

import jax

from alx.data.patches import Images
from alx.pool import PoolState


class LoopState(NamedTuple):
  """Everything a run knows between two questions.

  With units that are parts of items the pool is one of U units.
  """

  key: jax.Array  # [] key of the whole run, never changed
  round: jax.Array  # [] int32, how often labels have been told
  pool: PoolState
  images: Images  # of the N pool items
  labels: jax.Array  # [N, *sp] uint8 or [N] int32; zeros until told, or
  #                    UNLABELLED where units are parts of items
  params: dict  # of the model fitted last
  scores: jax.Array  # [k] of the items asked for last; NaN: has no score
  steps: jax.Array  # [] int32, of the last fit


class Loop(NamedTuple):
  """An active-learning loop whose reader is outside of it.

  Attributes:
    init: (key, images, label_like) -> LoopState with nothing labelled;
      label_like is the shape and dtype of one label.
    ask: state -> (items [k] int32, state). Empty slots hold N.
    tell: (state, items [j] int32, labels [j, ...]) -> state. Marks the items,
      keeps their labels and fits the model on all labelled ones. Items equal
      to N are padding: tell always the same j and nothing recompiles.
  """

  init: Callable
  ask: Callable
  tell: Callable
