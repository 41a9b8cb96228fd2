"""Runs the budgets of a benchmark, then writes its tables and its page."""

import pathlib
from collections.abc import Callable

from rich.console import Console

from alx import data, report
from alx.commands import command
from alx.runs import compare
from alx.runs.disk import owned, store
from alx.runs.disk.records import Diverged
from alx.runs.problem import problem, reading
from alx.runs.problem.headline import PUBLISHED
from alx.runs.settings.config import Config
from experiments.survey import page, results, tables
from experiments.survey.plan import Plan


def run(
  plan: Plan,
  workdir: pathlib.Path,
  console: Console,
  check: Callable | None = None,
) -> pathlib.Path:
  """Runs what is not finished; returns where report.html is.

  Args:
    plan: what to run.
    workdir: a run directory per budget is made in it.
    console: where progress and tables go.
    check: called before every stage of every round; may raise to stop.

  Raises:
    ValueError: bad data, a protocol that does not fit it, or a work directory
      of another plan.
    Diverged: if a model gives no numbers any more; the other budgets, the
      tables and the page come first.
  """
  first = next(iter(plan.configs.values()))
  dataset = reading.load_any(first, compare.loading(console))
  compare.tell_reading(dataset, console)
  configs, too_large = affordable(plan, dataset)
  for line in too_large:
    console.print(line, style="yellow", markup=False, soft_wrap=True)
  _open(plan, workdir)
  found = []
  for budget, config in configs.items():
    folder = workdir / budget
    stopped = _run_budget(config, dataset, folder, console, check)
    found.append(results.read(plan, budget, folder, stopped))
  with owned.page_of(workdir):
    for outcome in found:
      tables.save(outcome, workdir)
      tables.show(outcome, console)
    path = page.write(plan, found, too_large, workdir)
  command.tell_report(console, path)
  lines = [outcome.stopped for outcome in found if outcome.stopped]
  if lines:
    raise Diverged("; ".join(lines))
  return path


def affordable(plan, dataset):
  """Settings of the budgets that the pool can pay for; a line for the others.

  Raises:
    ValueError: if there is none, or one that was asked for is too large.
  """
  configs, lines = {}, []
  for budget, config in plan.configs.items():
    try:
      problem.split_of(config, dataset)
    except ValueError as error:
      if isinstance(error, data.DataError) or not plan.optional:
        raise
      lines.append(f"budget {budget} is passed over: {error}")
    else:
      configs[budget] = config
  if not configs:
    raise ValueError(lines[0])
  return configs, lines


def _open(plan, workdir):
  """Keeps in survey.json what the settings of the runs do not say."""
  about = {
    "benchmark": plan.name,
    "size": plan.size,
    "deviations": list(plan.deviations),
  }
  store.check_same(workdir / "survey.json", about, set())
  store.write_json(workdir / "survey.json", about)


def _run_budget(
  config: Config,
  dataset: data.Dataset,
  folder: pathlib.Path,
  console: Console,
  check: Callable | None,
) -> str:
  """One run directory, with its own report; why it ended early, or ""."""
  config = problem.resolve(config, dataset, baselines=False)
  made = problem.make_problem(config, dataset)
  metric = PUBLISHED[dataset.task]
  store.open_run(folder, config, *compare.describe_data(made, *metric))
  compare.announce(made, console, *metric)
  stopped = ""
  try:
    compare.train(compare.Comparison(config, made, folder), console, check)
  except Diverged as error:
    stopped = str(error)
    console.print(stopped, style="red", markup=False, soft_wrap=True)
  report.write_report(folder)
  return stopped
