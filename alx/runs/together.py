"""What several runs share: seeds that go together, fits of the same items."""

import pathlib
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from alx.acquisition.grammar import folder_of
from alx.pool import PoolState
from alx.runs.disk import names
from alx.runs.problem.job import Job
from alx.runs.problem.problem import Problem
from alx.runs.units.asked import known_of
from alx.stats import BASELINES

_FOLDER = re.compile(r"(?P<name>.+)-seeds(?P<first>\d+)-(?P<last>\d+)")


def plan(
  job: Job, seeds: Sequence[int], new: bool = True
) -> tuple[list[range], list[int]]:
  """Which seeds go together, and which by themselves.

  Batches that were begun go on as they are, since rounding depends on the
  company; so do seeds that were begun alone.

  Args:
    job: of any seed.
    seeds: R of them, ascending.
    new: whether the others go together.

  Returns:
    (batches, seeds by themselves).
  """
  root = job.folder.parent.parent
  begun = [b for name, b in _begun(root) if name == folder_of(job.name)]
  batches = sorted(
    (b for b in begun if set(b) & set(seeds)), key=lambda b: b.start
  )
  left = sorted(set(seeds).difference(*batches))
  if not new:
    return batches, left
  alone = [
    seed
    for seed in left
    if (names.run_folder(root, job.name, seed) / "checkpoints").exists()
  ]
  return batches + stretches(sorted({*left} - {*alone})), alone


def with_companions(root: pathlib.Path, parts: Sequence[str]) -> list[str]:
  """Runs by folder, and those that are in batches with them already.

  Args:
    root: the run directory.
    parts: names of folders of runs.
  """
  found = dict.fromkeys(parts)
  for name, seeds in _begun(root):
    batch = [f"{name}-seed{seed}" for seed in seeds]
    if not found.keys().isdisjoint(batch):
      found |= dict.fromkeys(batch)
  return list(found)


def _begun(root):
  """(folder name of the acquisition, seeds) of each batch on disk."""
  for path in sorted((root / "batches").glob("*")):
    if match := _FOLDER.fullmatch(path.name):
      yield match["name"], range(int(match["first"]), int(match["last"]) + 1)


def stretches(numbers: Sequence[int]) -> list[range]:
  """Ascending numbers as ranges without gaps."""
  stretches = []
  for number in numbers:
    if stretches and stretches[-1].stop == number:
      stretches[-1] = range(stretches[-1].start, number + 1)
    else:
      stretches.append(range(number, number + 1))
  return stretches


class Fit(NamedTuple):
  """What a state is after a fit, but for what is looked up again."""

  pool: PoolState
  params: Any
  round: jax.Array  # [] int32
  steps: jax.Array  # [] int32


class Fits:
  """Those of random of one seed, by all that was asked for, in order.

  A baseline that asks for the same items has the same key, the same draws and
  so the same model: it is not trained again.
  """

  def __init__(self, names: Sequence[str]):
    """Takes the acquisitions; nothing is kept where no other baseline is."""
    self._others = set(names) & set(BASELINES[1:])
    self._fits: dict[tuple[bytes, ...], Fit] = {}

  def keep(self, name: str, asked: Sequence[Any], state: Any) -> None:
    """Keeps a fit of random.

    Args:
      name: of the acquisition.
      asked: items of each round so far, the last one too.
      state: of its loop, after the fit.
    """
    if name == BASELINES[0] and self._others:
      fields = (getattr(state, field) for field in Fit._fields)
      self._fits[_key(asked)] = Fit(*fields)

  def after(
    self, name: str, asked: Sequence[Any], state: Any, problem: Problem
  ) -> Any | None:
    """The state after the fit, if random has made it; None: it has not.

    Args:
      name: of the acquisition.
      asked: items of each round so far, the last one too.
      state: of its loop, before the fit.
      problem: with the labels.
    """
    found = self._fits.get(_key(asked)) if name in self._others else None
    if found is None:
      return None
    labels = known_of(problem, found.pool)
    return state._replace(labels=labels, **found._asdict())


def _key(asked):
  return tuple(np.asarray(items).tobytes() for items in asked)
