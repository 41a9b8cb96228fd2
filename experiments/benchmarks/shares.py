"""Where the seconds of a run go, stage by stage."""

import collections
import contextlib
import dataclasses
import functools
import io
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator
from unittest import mock

import jax
from rich.console import Console
from rich.table import Table

from alx import report
from alx.acquisition import BY_NAME
from alx.loop.asking import candidates_of, describe_pool
from alx.runs import compare, rounds
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.problem import loops
from alx.runs.problem.job import Job
from alx.runs.settings import presets as configs
from alx.runs.settings.config import Config
from alx.training.settings import Asking

MOST = 0.1  # of a run, for all but training and scoring
_REST = "tables, the rest"
_STAGES = {  # as a round shows them -> what they are called here
  "asking": _REST,
  "drawing pictures": "pictures",
  "training": "training",
  "testing": "testing",
  "saving": _REST,
}


class Stopwatch:
  """Seconds by name; what is done in a span counts there alone."""

  def __init__(self, name: str):
    """Begins with `name`."""
    self.seconds = collections.Counter()
    self._names, self._last = [name], time.perf_counter()

  def stop(self) -> None:
    """Counts what has passed so far."""
    now = time.perf_counter()
    self.seconds[self._names[-1]] += now - self._last
    self._last = now

  def goes_on_with(self, name: str) -> None:
    """What comes now, outside of spans."""
    self.stop()
    self._names[0] = name

  @contextlib.contextmanager
  def span(self, name: str) -> Iterator[None]:
    """What is done inside."""
    self.stop()
    self._names.append(name)
    try:
      yield
    finally:
      self.stop()
      self._names.pop()

  def timed(self, name: str, function: Callable) -> Callable:
    """The function, each call a span until its arrays are there."""

    @functools.wraps(function)
    def call(*args):
      with self.span(name):
        return jax.block_until_ready(function(*args))

    return call


def config_for(path: str) -> Config:
  """BALD with one seed on the data, or on the phantom if there is no path."""
  if path:
    config = Config(data=path, rounds=5, query=20, start=20)
  else:
    config = configs.load("phantom")
  return dataclasses.replace(config, acquisition=("bald",), seeds=1, full=False)


def seconds_of(config: Config) -> dict[str, float]:
  """Seconds by stage of a run whose programs have been compiled before.

  Loading is timed at its second time: a program makes the phantom. Scoring and
  selecting are two programs, where a run has one of both.

  Args:
    config: of one method that has a score for each item, and of one seed.
  """
  console = Console(file=io.StringIO())
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    ready = compare.prepare(config, folder / "run", console, baselines=False)
    begun = time.perf_counter()
    compare.prepare(config, folder / "again", console, baselines=False)
    loaded = time.perf_counter()
    programs = _programs(ready)
    _run(ready, folder / "warm", programs, num_rounds=1)
    seconds = _run(ready, folder / "run", programs, ready.config.rounds)
    ran = time.perf_counter()
    report.write_report(folder / "run")
    reported = time.perf_counter()
  once = {"loading, once": loaded - begun, "report, once": reported - ran}
  return seconds | once


def _programs(ready):
  """What `Loop.ask` does, in two parts."""
  config, learner = ready.config, ready.problem.learner
  method = BY_NAME[config.acquisition[0]]
  asking = Asking(config.query, config.block, config.samples)

  @jax.jit
  def score(key, state):
    return describe_pool(key, state, learner, method, asking)

  @jax.jit
  def select(key, state, description):
    candidates = candidates_of(state)
    items = method.select(key, description, candidates, config.query)
    return items, description[items]

  return score, select


def _run(ready, workdir, programs, num_rounds):
  """Seconds by stage."""
  config = dataclasses.replace(ready.config, rounds=num_rounds)
  name, seed = config.acquisition[0], config.first_seed
  watch = Stopwatch(_REST)
  score = watch.timed("scoring", programs[0])
  select = watch.timed("selecting", programs[1])

  def ask(state):
    key = jax.random.fold_in(state.key, state.round)
    items, scores = select(key, state, score(key, state))
    return items, state._replace(scores=scores)

  def show(_, stage):
    watch.goes_on_with(_STAGES[stage])

  folder = workdir / "runs" / f"{name}-seed{seed}"
  job = Job(ready.problem, config, name, seed, folder, show)
  loop = loops.loop_for(ready.problem, config, name)._replace(ask=ask)
  save = watch.timed("saving", Checkpoints.save)
  with mock.patch.object(Checkpoints, "save", save):
    rounds.run_rounds(job, loop, None)
  watch.stop()
  return dict(watch.seconds.most_common())


def table(seconds: dict[str, float]) -> Table:
  """The stages for a terminal."""
  made, whole = Table("stage", "seconds", "share"), sum(seconds.values())
  for stage, value in seconds.items():
    made.add_row(stage, f"{value:.2f}", f"{value / whole:.1%}")
  return made


def verdict(seconds: dict[str, float]) -> str:
  """What is not training or scoring, against what it may be."""
  work = seconds["training"] + seconds["scoring"]
  other = 1 - work / sum(seconds.values())
  met = "yes" if other <= MOST else "no"
  return (
    f"all but training and scoring: {other:.1%}, wanted at most {MOST:.0%}: "
    f"{met}"
  )
