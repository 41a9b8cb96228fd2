"""All runs of one command, with progress, and the table at the end."""

import pathlib
from collections.abc import Callable

import numpy as np
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Table

from alx import report
from experiments import problem as problems
from experiments import rounds, store
from experiments.config import Config
from experiments.job import Job

_TITLES = {"dice": "Dice", "auc": "AUC"}


def run_study(
  config: Config, workdir: pathlib.Path, console: Console, baselines: bool
) -> pathlib.Path:
  """Loads, runs every acquisition and seed, reports.

  The same command again goes on where the last one stopped.

  Args:
    config: as the user gave it.
    workdir: the only place that is written to.
    console: where progress and the table go.
    baselines: add the random arms to the acquisitions.

  Returns:
    Where report.html is.

  Raises:
    ValueError: bad data, or a protocol that does not fit it (nothing has been
      trained then).
  """
  dataset = problems.load_dataset(config, _loading(console))
  for line in dataset.left_out:
    console.print(f"left out: {line}", style="yellow", markup=False)
  config = problems.resolve(config, dataset, baselines)
  problem = problems.make_problem(config, dataset)
  store.open_run(workdir, config)
  _describe_data(problem, workdir)
  _announce(problem, console)
  with _bars(console) as bars:
    _run_all(problem, config, workdir, bars)
  print_scores(config, workdir, problem, console)
  return report.write_report(workdir)


def _loading(console: Console) -> Callable:
  """A progress bar around the files of a folder."""

  def wrap(iterable, total=None, description="loading"):
    return rich_progress.track(
      iterable, description, total, console=console, transient=True
    )

  return wrap


def _describe_data(problem: problems.Problem, workdir: pathlib.Path) -> None:
  """dataset.json and split.json."""
  dataset, split = problem.dataset, problem.split
  known = all(s is not None for s in dataset.spacing_mm)
  segments = dataset.task == "segmentation"
  unit = ("mm" if known else "voxels") if segments else None
  store.write_json(
    workdir / "dataset.json",
    {
      "name": dataset.name,
      "task": dataset.task,
      "class_names": list(dataset.class_names),
      "metric": "dice" if segments else "auc",
      "distance_unit": unit,
      "num_pool": len(split.pool),
      "num_test": len(split.test),
      "split_by": split.by,
      "left_out": list(dataset.left_out),
    },
  )
  ids = {
    part: [dataset.ids[i] for i in getattr(split, part)]
    for part in ("pool", "test", "unused")
  }
  store.write_json(workdir / "split.json", ids)


def _announce(problem: problems.Problem, console: Console) -> None:
  dataset, split = problem.dataset, problem.split
  shape = "x".join(map(str, problem.images.values.shape[1:]))
  console.print(
    f"{dataset.name}: {dataset.task}, {len(split.pool)} pool items and "
    f"{len(split.test)} test items (split by {split.by}), largest {shape}",
    markup=False,
  )


def _bars(console: Console) -> rich_progress.Progress:
  return rich_progress.Progress(
    rich_progress.TextColumn("{task.description:<44}"),
    rich_progress.BarColumn(),
    rich_progress.MofNCompleteColumn(),
    rich_progress.TimeElapsedColumn(),
    rich_progress.TimeRemainingColumn(),
    console=console,
  )


def _run_all(problem, config, workdir, bars):
  """Seeds outermost, so that a stopped study holds whole comparisons."""
  names = (*config.acquisition, *(("full",) if config.full else ()))
  per_run = config.rounds + 1
  total = config.seeds * (len(config.acquisition) * per_run + config.full)
  overall = bars.add_task("all rounds", total=total)
  finished, first = 0, {}
  for seed in range(config.first_seed, config.first_seed + config.seeds):
    for name in names:
      length = 1 if name == "full" else per_run
      bar = bars.add_task(f"{name} seed {seed}", total=length)

      def show(number, stage, bar=bar, name=name, seed=seed, base=finished):
        text = f"{name} seed {seed}: round {number}, {stage}"
        bars.update(bar, description=text, completed=number)
        bars.update(overall, completed=base + number)

      folder = workdir / "runs" / f"{name}-seed{seed}"
      job = Job(problem, config, name, seed, folder, show)
      if name == "full":
        rounds.run_full(job)
      else:
        rounds.run_rounds(job, first)
      finished += length
      bars.update(overall, completed=finished)
      bars.remove_task(bar)


def print_scores(
  config: Config, workdir: pathlib.Path, problem: problems.Problem, console
) -> None:
  """Mean and spread of the main metric, per acquisition and round."""
  metric = "dice" if problem.dataset.task == "segmentation" else "auc"
  seeds = range(config.first_seed, config.first_seed + config.seeds)
  columns = {
    name: _scores(workdir, name, seeds, metric, config.rounds + 1)
    for name in config.acquisition
  }
  if columns:
    title = f"test {_TITLES[metric]}, mean ± sd, seeds: {config.seeds}"
    console.print(_curve_table(title, columns, config))
  if config.full:
    full = _cell(_scores(workdir, "full", seeds, metric, 1)[:, 0])
    num_items = problem.labels.shape[0]
    console.print(f"all {num_items} pool labels: {_TITLES[metric]} {full}")


def _curve_table(title, columns, config):
  """One row per round, one column per acquisition."""
  table = Table(title=title)
  for name in ("round", "labels", *columns):
    table.add_column(name, justify="right")
  for number in range(config.rounds + 1):
    labels = config.start + number * config.query
    cells = [_cell(values[:, number]) for values in columns.values()]
    table.add_row(str(number), str(labels), *cells)
  return table


def _scores(workdir, name, seeds, metric, length):
  """[seeds, length] of the metric, round by round."""
  folders = [workdir / "runs" / f"{name}-seed{seed}" for seed in seeds]
  rows = [store.read_rows(f / "curve.csv")[:length] for f in folders]
  return np.array([[float(row[metric]) for row in r] for r in rows])


def _cell(values):
  if len(values) < 2:
    return f"{values[0]:.3f}"
  return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"
