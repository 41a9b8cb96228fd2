"""Runs the budgets of a benchmark, then writes its tables and its page."""

import pathlib

from rich.console import Console

from alx import data, report
from experiments import compare, problem, store
from experiments.config import Config
from experiments.survey import page, results, tables
from experiments.survey.plan import Plan


def run(plan: Plan, workdir: pathlib.Path, console: Console) -> pathlib.Path:
  """Runs what is not finished; returns where report.html is.

  Args:
    plan: what to run.
    workdir: a run directory per budget is made in it.
    console: where progress and tables go.

  Raises:
    ValueError: bad data, a protocol that does not fit it, or a work directory
      of another plan.
    records.Diverged: if a model gives no numbers any more.
  """
  first = next(iter(plan.configs.values()))
  dataset = problem.load_dataset(first, compare.loading(console))
  compare.tell_left_out(dataset.left_out, console)
  configs, too_large = affordable(plan, dataset)
  for line in too_large:
    console.print(line, style="yellow", markup=False, soft_wrap=True)
  _open(plan, workdir)
  for budget, config in configs.items():
    _run_budget(config, dataset, workdir / budget, console)
  found = [results.read(plan, b, workdir / b) for b in configs]
  for outcome in found:
    tables.save(outcome, workdir)
    tables.show(outcome, console)
  return page.write(plan, found, too_large, workdir)


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
  config: Config, dataset: data.Dataset, folder: pathlib.Path, console: Console
) -> None:
  """One run directory, with its own report."""
  config = problem.resolve(config, dataset, baselines=False)
  made = problem.make_problem(config, dataset)
  store.open_run(folder, config, *compare.describe_data(made))
  compare.announce(made, console)
  compare.train(compare.Comparison(config, made, folder), console)
  report.write_report(folder)
