"""Loops that take turns: another acquisition in another round."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Turns(NamedTuple):
  """Several loops of one learner as one; states are those of any of them.

  Attributes:
    init, tell: of the first, which are those of all.
    ask: (state, ...) -> as the loop whose turn it is, by the round of the
      state; the state is no tracer, each loop has a program of its own.
    loops: of the stages.
    stage_of: question 1, 2, ... -> place in `loops`.
  """

  init: Callable
  ask: Callable
  tell: Callable
  loops: tuple
  stage_of: Callable


def take_turns(loops: tuple, stage_of: Callable[[int], int]) -> Any:
  """The loops as one; a single one is itself."""
  if len(loops) == 1:
    return loops[0]

  def ask(state, *args, **options):
    return turn_of(turns, state.round).ask(state, *args, **options)

  turns = Turns(loops[0].init, ask, loops[0].tell, tuple(loops), stage_of)
  return turns


def turn_of(loop: Any, question: Any) -> Any:
  """The loop that asks; a loop without turns is itself.

  Args:
    loop: of `take_turns`.
    question: 1, 2, ...; [] or, of seeds that are in one round, [R].
  """
  if isinstance(loop, Turns):
    return loop.loops[loop.stage_of(int(np.ravel(question)[0]))]
  return loop


def loops_of(loop: Any) -> tuple:
  """What takes turns in a loop; itself if nothing does."""
  return loop.loops if isinstance(loop, Turns) else (loop,)
