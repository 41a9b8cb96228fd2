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

from absl import flags

from experiments import collect, command, configs, rows
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
  console = command.begin()
  with command.ends(2, ValueError), command.ends(1, Diverged, Lost):
    if argv[1:] or not _WORKDIR.value:
      raise ValueError(f"wanted --workdir=DIR and flags, found {argv[1:]}")
    workdir = pathlib.Path(_WORKDIR.value)
    table = study_from_flags(workdir)
    if _ROW.value is not None and not 0 <= _ROW.value < len(table):
      raise ValueError(f"row: wanted 0..{len(table) - 1}, found {_ROW.value}")
    _do(workdir, table, console)


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
  command.tell_report(console, page)


if __name__ == "__main__":
  command.start(main)
