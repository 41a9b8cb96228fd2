"""Sets up a cold-start study and does its rows."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from rich.console import Console

from alx.runs import compare, progress
from alx.runs.compare import Comparison
from alx.runs.disk import stops, store
from alx.runs.problem import problem, reading
from alx.runs.problem.headline import PUBLISHED
from alx.runs.settings.config import Config, absolute, override
from experiments.cold.features import Features
from experiments.cold.plan import Plan, Row, expand, make_plan, recorded
from experiments.cold.rows import read_row, run_row


class Study(NamedTuple):
  """A study that was found to make sense, ready to run."""

  ready: Comparison
  plan: Plan
  rows: list[Row]


def prepare(
  config: Config,
  workdir: pathlib.Path,
  console: Console,
  *,
  size: str,
  asked: Mapping,
  assignments: Sequence[str] = (),
) -> Study:
  """Loads and checks everything, and opens the directory.

  Args:
    config: data, preset; what the size says is put over it.
    workdir: of the study.
    console: for progress and lines about left-out cases.
    size: a key of `plan.SIZES`.
    asked: what the user wants of the plan, see `plan.make_plan`.
    assignments: "field=value" of Config, over everything else.

  Raises:
    ValueError: bad data, a plan that does not fit it, or a directory that
      holds another study.
  """
  config = dataclasses.replace(config, acquisition=(), full=True)
  config = absolute(override(config, assignments))
  dataset = reading.load_dataset(config, compare.loading(console))
  compare.tell_reading(dataset, console)
  dims = dataset.images[0].ndim - 1
  plan = make_plan(size, dataset.task, dims, **asked)
  config = dataclasses.replace(config, **plan.fields)
  config = absolute(override(config, assignments))
  config = problem.resolve(config, dataset, False)
  made = problem.make_problem(config, dataset)
  rows = expand(plan, len(made.split.pool))
  metric = PUBLISHED[dataset.task]
  about, ids = compare.describe_data(made, *metric)
  store.open_run(workdir, config, about | recorded(plan), ids)
  compare.announce(made, console, *metric)
  return Study(Comparison(config, made, workdir), plan, rows)


def run_all(
  study: Study, console: Console, check: Callable | None = None
) -> Features:
  """Does the rows that are not finished; returns the features they needed.

  Args:
    study: what to do.
    console: where progress goes.
    check: called before every row; may raise to stop.

  Raises:
    ValueError: for damaged files, or features that cannot be made.
  """
  features = Features(study.ready, study.plan)
  with progress.progress_bars(console) as bars:
    overall = bars.add_task("all rows", total=len(study.rows))
    learning = bars.add_task("", total=None, visible=False)
    for number, row in enumerate(study.rows):
      if check:
        check()
      stops.note(f"at {row.name}; {number} of {len(study.rows)} rows are kept")
      if read_row(study.ready.workdir, row) is None:
        bars.update(overall, description=row.name)
        bars.update(learning, description=f"learning {row.encoder}")
        run_row(study.ready, row, features, partial(_show, bars, learning))
      bars.advance(overall)
  return features


def _show(bars, bar, done, total):
  bars.update(bar, completed=done, total=total, visible=done < total)
