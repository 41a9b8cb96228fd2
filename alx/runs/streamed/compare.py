"""All runs of one command whose pool stays in its cache."""

import pathlib
from collections.abc import Callable
from functools import partial

import jax
import numpy as np
from rich.console import Console

from alx.data.files import read_json
from alx.data.sources.digest import of_dataset, of_texts
from alx.data.sources.source import digest_of
from alx.loop import loops_of
from alx.runs import cautions, compare
from alx.runs.compare import Comparison
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.memory import room
from alx.runs.problem import cases, reading
from alx.runs.problem import problem as problems
from alx.runs.problem.images import described
from alx.runs.problem.job import Job
from alx.runs.progress import Runs, Shower, hint_of, progress_bars
from alx.runs.settings.config import MADE, Config
from alx.runs.streamed.pool import RowSource, make_problem, outline
from alx.runs.streamed.rounds import loop_for, run_rounds
from alx.runs.units.budgets import sized

_NOT_STREAMED = {
  "features": "",
  "coarsen": 1,
  "full": False,
}


def prepare(
  config: Config, workdir: pathlib.Path, console: Console, baselines: bool
) -> Comparison:
  """As `compare.prepare`, of a NIfTI folder that is read by way of its cache.

  Raises:
    ValueError: as there, or a setting or an acquisition that needs all images
      at once.
  """
  check(config)
  dataset = reading.load_dataset(config, compare.loading(console))
  compare.tell_reading(dataset, console, compare.KEPT)
  config = problems.resolve(config, outline(dataset), baselines)
  problem = make_problem(config, dataset)
  config = sized(config, problem)
  kept = {name: _kept(problem, config, name) for name in config.acquisition}
  known = _known(dataset, workdir, compare.loading(console))
  config, why = compare.with_metric(config, problem, workdir)
  warned = cautions.lines(config, problem)
  described = _describe_data(problem, known["digest"], config.metric, why)
  store.open_run(workdir, config, *compare.with_notes(described, warned))
  store.write_json(workdir / "files.json", known)
  compare.announce(problem, console, config.metric, why)
  compare.tell("warning", warned, console, compare.KEPT)
  compare.tell_arms(config, problem, console)
  text = ", ".join(f"{count:,} for {name}" for name, count in kept.items())
  console.print(f"bytes kept of an item: {text}", soft_wrap=True, markup=False)
  return Comparison(config, problem, workdir)


def train(
  comparison: Comparison, console: Console, check: Callable | None = None
) -> None:
  """As `compare.train`, one seed and acquisition after the other.

  Raises:
    records.Diverged: if a model gives no numbers any more.
  """
  with progress_bars(console) as bars, room.telling(console):
    _run_all(comparison, bars, console, check)


def _run_all(comparison, bars, console, check):
  """Seeds outermost, so that what is stopped holds whole comparisons."""
  config, problem, workdir = comparison
  names = config.acquisition
  loops = {name: loop_for(problem, config, name) for name in names}
  total = config.seeds * len(loops) * (config.rounds + 1)
  hint = hint_of(config, problem, coarsens=False)  # as `check` has it
  show = Shower(bars, total, console, check, hint)
  scan = bars.add_task("items described", total=len(problem.split.pool))
  for seed in range(config.first_seed, config.first_seed + config.seeds):
    first = None
    for name, loop in loops.items():
      folder = run_folder(workdir, name, seed)
      stage = partial(show.stage, Runs(f"{name}, seed {seed}", (folder,)))
      job = Job(problem, config, name, seed, folder, stage)
      first = run_rounds(
        job, loop, first, lambda done, _: bars.update(scan, completed=done)
      )
      show.finish(config.rounds + 1)


def check(config: Config) -> None:
  """Raises ValueError for what wants the whole data set in memory."""
  if config.data in ("", *MADE):
    raise ValueError(f"wanted --data=FOLDER of volumes, found {config.data!r}")
  if not config.cache:
    raise ValueError("wanted --cache=DIR, where converted volumes are kept")
  for field, wanted in _NOT_STREAMED.items():
    found = getattr(config, field)
    if found != wanted:
      told = f"a pool that is not in memory wants {field}={wanted!r}"
      raise ValueError(
        f"{told}, found {found!r}; alx run has it, with the pool in memory"
      )


def _kept(problem, config, name):
  """Bytes that the choice wants of each item.

  Raises:
    ValueError: for an acquisition that does not describe items one by one.
  """
  loops = loops_of(loop_for(problem, config, name))
  return max(_kept_by(problem, loop, name) for loop in loops)


def _kept_by(problem, loop, name):
  describe, count = loop.describe, 3
  if describe is None:
    return 0
  images, items = jax.tree.map(
    lambda x: jax.ShapeDtypeStruct((count, *x.shape[1:]), x.dtype),
    (RowSource(problem.images).rows(0, 1), np.zeros(1, np.int32)),
  )
  labelled = np.zeros(len(problem.split.pool), bool)
  told = jax.eval_shape(
    lambda key: (key, problem.learner.init(key), labelled, None),
    jax.random.key(0),
  )
  leaves = jax.tree.leaves(jax.eval_shape(describe, told, items, images))
  shapes = [leaf.shape for leaf in leaves]
  if not leaves or any(shape[:1] != (count,) for shape in shapes):
    raise ValueError(
      f"acquisition {name} does not describe items one by one: wanted arrays "
      f"[{count}, ...] of {count} items, found {shapes}"
    )
  return sum(leaf.size * leaf.dtype.itemsize for leaf in leaves) // count


def _known(dataset, workdir, loading):
  """The content of files.json: all is read once for the digest of the data."""
  parts = [digest_of(dataset.images), digest_of(dataset.labels)]
  files = of_texts([*parts, *dataset.class_names])
  known = read_json(workdir / "files.json") or {}
  if known.get("files") == files and "digest" in known:
    return known
  ids = loading(dataset.ids, len(dataset.ids), "reading")
  return {
    "files": files,
    "digest": of_dataset(dataset._replace(ids=ids)),
  }


def _describe_data(problem, digest, metric, why):
  """As `compare.describe_data`, without reading anything."""
  nothing = [np.zeros(0)] * len(problem.dataset.ids)
  dataset = problem.dataset._replace(images=nothing, labels=nothing)
  told = problem._replace(dataset=dataset)
  data, split = compare.describe_data(told, metric, why)
  about = cases.scored(problem.dataset, problem.split.test)
  known = {"digest": digest, "scored": about}
  return data | known | {"images": described(problem.dataset)}, split
