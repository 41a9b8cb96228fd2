"""All runs of one command, with progress, and the table at the end."""

import dataclasses
import pathlib
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from rich import progress as rich_progress
from rich.console import Console

from alx import data, report
from alx.data.dataset import no_progress
from alx.data.sources import digest
from alx.data.split import ids_of
from alx.devices import distributed
from alx.report import read, words
from alx.report.costs import used
from alx.runs import batch, cautions, rounds, screen, summary, together, whole
from alx.runs.disk import distances, scores, store
from alx.runs.disk.names import run_folder
from alx.runs.memory import room
from alx.runs.problem import cases, headline, learning, reading
from alx.runs.problem import problem as problems
from alx.runs.problem.images import described
from alx.runs.problem.job import Job, once
from alx.runs.problem.loops import loop_for
from alx.runs.progress import Runs, Shower, hint_of, progress_bars
from alx.runs.settings import arms
from alx.runs.settings.config import Config
from alx.runs.together import Fits
from alx.runs.units import arrived, priced
from alx.runs.units.asked import num_asked
from alx.runs.units.budgets import sized
from alx.runs.units.partly import NEXT

_MOST_LINES = 20
KEPT = "dataset.json"  # that open_run writes


class Comparison(NamedTuple):
  """A command that was found to make sense, ready to run."""

  config: Config  # resolved
  problem: problems.Problem
  workdir: pathlib.Path  # the only place that is written to


def prepare(
  config: Config, workdir: pathlib.Path, console: Console, baselines: bool
) -> Comparison:
  """Loads and checks everything; nothing has been trained when it returns.

  Args:
    config: as the user gave it.
    workdir: where the run is, or will be.
    console: where progress and lines about left-out cases go.
    baselines: add the random arms to the acquisitions.

  Raises:
    ValueError: bad data, a protocol that does not fit it, or a work directory
      that holds another run.
  """
  dataset = reading.load_dataset(config, loading(console))
  tell_reading(dataset, console, KEPT)
  _check_shared(dataset)
  config = problems.resolve(config, dataset, baselines)
  problem = problems.make_problem(config, dataset)
  config, why = with_metric(config, problem, workdir)
  config = sized(config, problem)
  warned = cautions.lines(config, problem)
  described = describe_data(problem, config.metric, why)
  store.open_run(workdir, config, *with_notes(described, warned))
  if dataset.task == "segmentation":
    cases.check_begun(workdir, dataset, problem.split.test)
  announce(problem, console, config.metric, why)
  tell("warning", warned, console, KEPT)
  tell_arms(config, problem, console)
  return Comparison(config, problem, workdir)


def _check_shared(dataset) -> None:
  """Raises DataError where several processes have read other data."""
  if not distributed.is_shared():
    return
  content = digest.of_dataset(dataset).encode()
  try:
    distributed.assert_same("data", np.frombuffer(content, np.uint8))
  except RuntimeError as error:
    raise data.DataError(f"{error}; give all the same files") from None


def restrict(comparison: Comparison, config: Config) -> Comparison:
  """The same data and programs for other acquisitions or seeds.

  Those that make passes are others where the settings have others.

  Raises:
    ValueError: if they do not fit the data.
  """
  problem = comparison.problem
  config = problems.resolve(config, problem.dataset, baselines=False)
  config = dataclasses.replace(config, metric=comparison.config.metric)
  problems.check_protocol(config, problem.split)
  config = sized(config, problem)
  how = _passes(config)
  if how != _passes(comparison.config):
    made = once(problem, ("passes", how), lambda: _programs(problem, config))
    problem = problem._replace(**made)
  return comparison._replace(config=config, problem=problem)


def _passes(config):
  """What of the settings decides how a learner makes passes."""
  return learning.spreads_passes(config), learning.makes_pieces(config)


def _programs(problem, config):
  """What of a problem makes passes, by name; no pass is made in a fit."""
  learner = learning.make_learner(config, problem.dataset)
  fit = problem.learner.fit
  made = problems.with_learner(problem, learner, config.block, fit)
  return {name: getattr(made, name) for name in ("learner", "predict_few")}


def run(comparison: Comparison, console: Console) -> pathlib.Path:
  """Runs every acquisition and seed; returns where report.html is.

  What is finished is not run again, what was interrupted goes on.

  Raises:
    records.Diverged: if a model gives no numbers any more.
  """
  train(comparison, console)
  return finish(comparison, console)


def finish(comparison: Comparison, console: Console) -> pathlib.Path:
  """Writes the report of what has been run, answers, and prints the table."""
  workdir = comparison.workdir
  config, problem = comparison.config, comparison.problem
  study = read.read_study(workdir)
  page = report.write_report(workdir, study)
  console.print()
  tell_answer(report.read_answer(workdir), console)
  _tell_wrapped(report.read_warnings(workdir), console)
  summary.show(problem, workdir, console, study)
  distances.show(config, problem.dataset, workdir, console)
  scores.tell_full(config, problem, workdir, console)
  _tell_wrapped(report.budget_lines(workdir, study), console)
  for place in sorted(workdir.glob(f"runs/*/{NEXT}")):
    told = f"what to label next: {place}"
    console.print(told, soft_wrap=True, markup=False, highlight=False)
  return page


def _tell_wrapped(lines, console):
  for line in lines:
    for part in textwrap.wrap(line, summary.WIDTH, break_on_hyphens=False):
      console.print(part, markup=False, highlight=False, soft_wrap=True)


def tell_answer(sentences: Sequence[str], console: Console) -> None:
  """What came out, in three lines at most."""
  for line in report.console_lines(sentences):
    console.print(line, markup=False, soft_wrap=True)


def train(
  comparison: Comparison, console: Console, check: Callable | None = None
) -> None:
  """Runs without the table and the report.

  Args:
    comparison: what to run.
    console: where progress goes.
    check: called before every stage of every round; may raise to stop.
  """
  with progress_bars(console) as bars, room.telling(console):
    _run_all(comparison, bars, console, check)


def tell_reading(
  dataset: data.Dataset, console: Console, file: str = ""
) -> None:
  """The lines about what was read; the first, where a file has all of them."""
  tell("left out", dataset.left_out, console, file)
  tell("note", dataset.notes, console, file)


def tell_arms(config: Config, problem: problems.Problem, console: Console):
  """Lines about compositions of which a part does nothing here."""
  tell("note", arrived.lines(config, problem), console)
  left = num_asked(problem) - config.start
  told = arms.notes(config.acquisition, left, config.query)
  tell("note", [*told, *priced.lines(problem)], console)


def tell(
  word: str, lines: Sequence[str], console: Console, file: str = ""
) -> None:
  """Lines that begin with a word; if there are many, the first of them.

  Args:
    word: such as "note".
    lines: what is told.
    console: where it goes.
    file: that holds all of them; "": none does, and all are told.
  """
  most = _MOST_LINES if file else len(lines)
  for line in lines[:most]:
    text = f"{word}: {line}"
    console.print(text, style="yellow", markup=False, soft_wrap=True)
  if lines[most:]:
    more = len(lines) - most
    console.print(f"{word}: {more} more, see {file}", style="yellow")


def loading(console: Console) -> Callable:
  """A progress bar around the files of a folder, gone when all are read."""
  if console.is_jupyter:
    return screen.followed
  if not console.is_terminal:
    return no_progress

  def wrap(iterable, total=None, description="loading"):
    return rich_progress.track(
      iterable, description, total, console=console, transient=True
    )

  return wrap


def with_metric(
  config: Config, problem: problems.Problem, workdir: pathlib.Path | None = None
) -> tuple[Config, str]:
  """The settings with the number that is compared, and why that one."""
  metric, why = headline.metric_of(
    problem.dataset, problem.split, config.metric, workdir
  )
  return dataclasses.replace(config, metric=metric), why


def describe_data(
  problem: problems.Problem, metric: str = headline.AUTO, why: str = ""
) -> tuple[dict, dict]:
  """The contents of dataset.json and split.json.

  Args:
    problem: with the data.
    metric: a column of curve.csv, or `headline.AUTO`.
    why: that one; "" with AUTO.
  """
  if metric == headline.AUTO:
    metric, why = headline.metric_of(problem.dataset, problem.split)
  dataset, split = problem.dataset, problem.split
  known = all(s is not None for s in dataset.spacing_mm)
  segments = dataset.task == "segmentation"
  unit = ("mm" if known else "voxels") if segments else None
  about = {
    "name": dataset.name,
    "task": dataset.task,
    "class_names": list(dataset.class_names),
    "metric": metric,
    "metric_why": why,
    "distance_unit": unit,
    "classes": None if segments else counts_of_classes(dataset, split),
    "num_pool": len(split.pool),
    "num_test": len(split.test),
    "split_by": split.by,
    "scored": cases.scored(dataset, split.test),
    "images": described(dataset),
    "left_out": list(dataset.left_out),
    "notes": list(dataset.notes),
    "digest": digest.of_dataset(dataset),
    **digest.further_of_dataset(dataset),
  }
  if problem.units is not None:
    about[used.POOL] = problem.units.whole_pool()
  if problem.units and problem.units.priced:
    about["costs"] = problem.units.priced.digest
  return about, ids_of(dataset, split)


def with_notes(
  described: tuple[dict, dict], lines: Sequence[str]
) -> tuple[dict, dict]:
  """What `describe_data` gives, with more notes for the page."""
  about, ids = described
  return about | {"notes": [*about["notes"], *lines]}, ids


def counts_of_classes(dataset: data.Dataset, split: data.Split) -> dict:
  """{part: {class: items}} of a classification."""
  parts = {"pool": split.pool, "test": split.test}
  labels = {p: [int(dataset.labels[i]) for i in x] for p, x in parts.items()}
  return {
    part: {str(n): found.count(c) for c, n in enumerate(dataset.class_names)}
    for part, found in labels.items()
  }


def announce(
  problem: problems.Problem,
  console: Console,
  metric: str = headline.AUTO,
  why: str = "",
) -> None:
  """A line about the data and its split, and one about what is scored.

  Args:
    problem: with the data.
    console: where the lines go.
    metric, why: see `describe_data`.
  """
  if metric == headline.AUTO:
    metric, why = headline.metric_of(problem.dataset, problem.split)
  dataset, split = problem.dataset, problem.split
  shape = "x".join(map(str, problem.images.values.shape[1:]))
  console.print(
    f"{dataset.name}: {dataset.task}, {len(split.pool)} pool items and "
    f"{len(split.test)} test items (split by {split.by}{_patients(problem)}), "
    f"largest {shape}",
    markup=False,
    soft_wrap=True,
  )
  about = cases.scored(dataset, split.test)
  text = f"{words.scored(about, metric)} ({why})"
  console.print(text, markup=False, soft_wrap=True)


def _patients(problem):
  """': 12 patients and 4', on the two sides."""
  split = problem.split
  pool, test = cautions.sides(problem.dataset, (split.pool, split.test))
  if not pool or not test:
    return ""
  return f": {words.counted(len(pool), 'patient')} and {len(test)}"


def _run_all(comparison, bars, console, check) -> None:
  """Batches of seeds, and the other seeds one by one.

  Seeds outermost, so that what is stopped holds whole comparisons.
  """
  config, problem = comparison.config, comparison.problem
  loops = {n: loop_for(problem, config, n) for n in config.acquisition}
  total = config.seeds * (len(loops) * (config.rounds + 1) + config.full)
  hint = hint_of(config, problem)
  show = Shower(bars, total, console, check, hint)
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  alone = _run_batches(comparison, loops, seeds, show)
  for seed in seeds:
    first, fits = None, Fits(loops)
    for name, loop in loops.items():
      if seed in alone[name]:
        job = _job(comparison, name, seed, show)
        first = rounds.run_rounds(job, loop, first, fits)
        show.finish(config.rounds + 1)
    if config.full:
      whole.run_full(_job(comparison, "full", seed, show))
      show.finish(1)


def _run_batches(comparison, loops, seeds, show) -> dict[str, list[int]]:
  """Runs what goes together; the seeds of each acquisition that do not."""
  firsts, alone, programs = {}, {}, None
  config, problem = comparison.config, comparison.problem
  new = config.fit_devices == 1 and batch.pays_off(problem, config.seeds)
  for name, loop in loops.items():
    job = _job(comparison, name, seeds[0], show)
    batches, alone[name] = together.plan(job, seeds, new)
    if batches:
      programs = batch.programs_of(problem, loop, programs, config)
    for some in batches:
      text = f"{name}, seeds {some.start} to {some.stop - 1}"
      jobs = [_job(comparison, name, seed, show) for seed in some]
      runs = Runs(text, tuple(job.folder for job in jobs))
      jobs = [job._replace(show=partial(show.stage, runs)) for job in jobs]
      first = firsts.get(some)
      firsts[some] = batch.run_batch(jobs, loop, programs, first) or first
      show.finish(len(some) * (config.rounds + 1))
  return alone


def _job(comparison: Comparison, name: str, seed: int, show: Shower) -> Job:
  folder = run_folder(comparison.workdir, name, seed)
  runs = Runs(f"{name}, seed {seed}", (folder,))
  return Job(
    comparison.problem,
    comparison.config,
    name,
    seed,
    folder,
    partial(show.stage, runs),
  )
