"""What one run is about, and what is worked out once for many."""

import pathlib
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config

STAGES = ("asking", "drawing pictures", "training", "testing", "saving")


class Job(NamedTuple):
  """One run to do."""

  problem: Problem
  config: Config  # resolved
  name: str  # an acquisition as a canonical text, or "full"
  seed: int  # of the start, the weights, the batches and the dropout
  folder: pathlib.Path  # for curve.csv, picks.csv, pictures, checkpoints
  show: Callable  # called with (round, one of STAGES)


def once(problem: Problem, what: Hashable, make: Callable[[], Any]) -> Any:
  """What `make` gives, the first time; of a problem without a memo, always.

  Args:
    problem: of whose data, split and units it is.
    what: its name, with all else that it depends on.
    make: () -> it.
  """
  if problem.memo is None:
    return make()
  about = problem.dataset, problem.split, problem.units
  kept = problem.memo.get(what)
  # Those of a problem may have been replaced.
  if kept is None or any(
    a is not b for a, b in zip(kept[0], about, strict=True)
  ):
    kept = problem.memo[what] = about, make()
  return kept[1]
