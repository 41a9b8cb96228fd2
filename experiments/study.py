"""A study as a table of runs, any of which may be done anywhere.

  python -m experiments.study --config=acdc --data=slices.npz --workdir=DIR
  python -m experiments.study --workdir=DIR --row=7
  python -m experiments.study --workdir=DIR --collect

The first call writes the table: data x model x budget x acquisition x seed.
Without --row all rows are run here, one after the other; with it that one,
which is all that a job of a SLURM array, Ray or Kubernetes has to call. What
is finished is not run again, what was interrupted goes on, and of two workers
at one row the second steps aside. --collect makes the joint page.
"""

import dataclasses
import pathlib
import sys

from absl import app, flags, logging
from rich.console import Console

from experiments import collect, configs, rows
from experiments.claim import Lost
from experiments.config import Config, override
from experiments.records import Diverged
from experiments.worker import Worker

_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Where the study is, or will be; nothing else is written."
)
_CONFIG = flags.DEFINE_string(
  "config", None, "A preset of experiments/configs, for a new study."
)
_DATA = flags.DEFINE_list("data", None, "Folders or .npz files.")
_MODELS = flags.DEFINE_list(
  "models", None, "Networks: auto, unet, cnn, mlp; default the preset's."
)
_BUDGETS = flags.DEFINE_list(
  "budgets",
  None,
  "START+ROUNDSxQUERY, such as 10+5x10: 10 labels, then 5 rounds of 10.",
)
_ACQUISITION = flags.DEFINE_list(
  "acquisition",
  None,
  "Methods; random is added, and `full` is a run on all labels.",
)
_SEEDS = flags.DEFINE_integer("seeds", None, "Paired repeats of every method.")
_SET = flags.DEFINE_multi_string(
  "set", [], "field=value, any field of experiments.config.Config; repeatable."
)
_ROW = flags.DEFINE_integer("row", None, "Run this row only, from 0.")
_LIST = flags.DEFINE_bool("list", False, "Print the rows and end.")
_COLLECT = flags.DEFINE_bool("collect", False, "Make the joint page and end.")


def study_from_flags(workdir: pathlib.Path) -> list[rows.Row]:
  """The rows of a study that is there, made or made larger by the flags."""
  if _CONFIG.value is None and _DATA.value is None:
    return rows.expand(*rows.read(workdir))
  config = configs.load(_CONFIG.value) if _CONFIG.value else Config()
  config = override(config, _SET.value)
  asked = _ACQUISITION.value or config.acquisition
  axes = rows.Axes(
    data=tuple(_DATA.value or (config.data,)),
    model=tuple(_MODELS.value or (config.model,)),
    budget=tuple(_BUDGETS.value or (rows.budget_of(config),)),
    acquisition=tuple(dict.fromkeys(("random", *asked))),
    seeds=_SEEDS.value or config.seeds,
  )
  table = rows.expand(dataclasses.replace(config, acquisition=()), axes)
  rows.write(workdir, dataclasses.replace(config, acquisition=()), axes)
  return table


def main(argv: list[str]) -> None:
  """Runs rows; a wrong input is one line and exit code 2."""
  console = Console()
  logging.set_verbosity(logging.WARNING)  # orbax tells a lot
  try:
    if argv[1:] or not _WORKDIR.value:
      raise ValueError(f"wanted --workdir=DIR and flags, found {argv[1:]}")
    workdir = pathlib.Path(_WORKDIR.value)
    table = study_from_flags(workdir)
    if _ROW.value is not None and not 0 <= _ROW.value < len(table):
      raise ValueError(f"row: wanted 0..{len(table) - 1}, found {_ROW.value}")
    _do(workdir, table, console)
  except ValueError as error:
    sys.exit(_complain(error, 2))
  except (Diverged, Lost) as error:
    sys.exit(_complain(error, 1))


def _do(workdir, table, console):
  """What the flags ask for."""
  if _LIST.value:
    for row in table:
      console.print(f"{row.number} {row.name}", markup=False, soft_wrap=True)
    return
  if not _COLLECT.value:
    worker = Worker(workdir, console)
    if _ROW.value is not None:
      worker.run(table[_ROW.value])
      return
    left = worker.run_all(table)
    if left:
      console.print(f"{len(left)} rows are with other workers")
  page = collect.collect(workdir, table, console)
  console.print(f"report: {page.resolve()}", soft_wrap=True, markup=False)


def _complain(error: Exception, code: int) -> int:
  print(f"error: {error}", file=sys.stderr)
  return code


def _parse(argv: list[str]) -> list[str]:
  """absl's parser, with one line and exit code 2 for a wrong flag."""
  try:
    return flags.FLAGS(argv)
  except flags.Error as error:
    sys.exit(_complain(error, 2))


if __name__ == "__main__":
  app.run(main, flags_parser=_parse)
