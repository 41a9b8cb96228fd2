"""What one run is about."""

import pathlib
from collections.abc import Callable
from typing import NamedTuple

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
