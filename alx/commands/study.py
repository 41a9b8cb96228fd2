"""A study as a table of runs, any of which may be done anywhere.

  python -m experiments.study --config=acdc --data=slices.npz --workdir=DIR
  python -m experiments.study --workdir=DIR --row=7
  python -m experiments.study --workdir=DIR --collect

The first call reads the data and writes the table: data x model x budget x
acquisition x seed. Without --row all rows are run here, one after the other;
with it that one, which is all that a job of a SLURM array, Ray or Kubernetes
has to call. What is finished is not run again, what was interrupted or killed
goes on, and of two workers at one row the second steps aside. A row whose
worker was killed is free at once on the same machine, elsewhere after ten
minutes; SIGTERM frees it. --collect makes the joint page.

--engine=local, ray, dask or submitit does the rows side by side, each in a new
process that calls --row, on this machine or on a cluster: those of dead workers
are taken up again, those that others have are waited for, and logs/ has what
each of them said.

With neither, rows of other workers are passed over and named at the end (exit
code 0), and so are those that end without numbers, or whose checkpoints cannot
be read (1); 3 says that another worker has the row of --row. --list writes
nothing, --collect no row.
"""

import contextlib
import dataclasses
import pathlib

import jax
from absl import flags
from rich.console import Console

from alx.commands import command
from alx.commands.defined import acquisitions, engines, explained, units
from alx.runs import compare
from alx.runs.disk import owned
from alx.runs.settings import arms
from alx.runs.settings import presets as configs
from alx.runs.settings.config import Config, absolute, absolute_path, override
from alx.studies import collect, rows
from alx.studies.engines import drive, lifeline
from alx.studies.engines import table as engines_table
from alx.studies.worker import Left, Worker, tell_left

_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Where the study is, or will be; nothing else is written."
)
_CONFIG = flags.DEFINE_string("config", None, "A preset, for a new study.")
_DATA = flags.DEFINE_list("data", None, "Folders or .npz files.")
_MODELS = flags.DEFINE_list(
  "models",
  None,
  "Networks: auto, unet, light_unet, cnn, resnet, mlp; default the preset's.",
)
_BUDGETS = flags.DEFINE_list(
  "budgets",
  None,
  "START+ROUNDSxQUERY, such as 10+5x10: 10 labels, then 5 rounds of 10; or "
  "ROUNDSxBUDGET, such as 5xslices:40: the start and 5 rounds of 40 slices.",
)
_ACQUISITION = acquisitions.define(
  "acquisition",
  "What is compared; random is added, and `full` is a run on all labels.",
)
_MAX_PER_GROUP = acquisitions.define_cap()
_UNIT = units.define_unit()
_SEEDS = flags.DEFINE_integer(
  "seeds", None, "Paired repeats of every method.", 1
)
_SET = flags.DEFINE_multi_string(
  "set",
  [],
  "field=value, any of the settings that --help_settings lists; repeatable.",
)
explained.define_list_methods()
explained.define_help_settings()
_ROW = flags.DEFINE_integer("row", None, "Run this row only, from 0.")
_LIST = flags.DEFINE_bool("list", False, "Print the rows and end.")
_COLLECT = flags.DEFINE_bool("collect", False, "Make the joint page and end.")
_ENGINE = engines.define()


def main(argv: list[str]) -> None:
  """Runs rows; for the exit codes see --help."""
  with (
    command.session() as console,
    command.ends(1, drive.Unfinished),
    command.wrong_input(ValueError),
  ):
    with command.wrong_input():
      if argv[1:] or not _WORKDIR.value:
        raise ValueError(f"wanted --workdir=DIR and flags, found {argv[1:]}")
      workdir = command.path_of(_WORKDIR.value)
      hand_out = _engine_from_flags(workdir, console)
      table = table_from_flags(workdir, console)
    _do(workdir, table, console, hand_out)


def table_from_flags(workdir: pathlib.Path, console: Console) -> list[rows.Row]:
  """The rows of a study that is there, made or made larger by the flags.

  Nothing is written before the flags and the data of new rows were checked,
  and nothing at all by --list and --collect, not even a cache.
  """
  is_there = _CONFIG.value is None and _DATA.value is None
  for flag in (
    *(_MODELS, _BUDGETS, _ACQUISITION, _SEEDS, _MAX_PER_GROUP, _UNIT, _SET),
  ):
    if is_there and flag.value:
      raise ValueError(f"--{flag.name} goes with --data or --config")
  looks = _LIST.value or _COLLECT.value
  if is_there or _COLLECT.value:
    rows.read(workdir)  # or there is nothing to collect
  base, axes = rows.read(workdir) if is_there else study_from_flags()
  if not is_there:
    axes = rows.named_as(workdir, axes)
  table = rows.expand(base, axes)
  if _ROW.value is not None and not 0 <= _ROW.value < len(table):
    raise ValueError(f"row: wanted 0..{len(table) - 1}, found {_ROW.value}")
  if not looks:
    owned.check_writable("--workdir", workdir)
  if not is_there:
    new = rows.added(workdir, base, axes)
    if not (looks and base.cache):  # reading would fill the cache
      rows.check(new, compare.loading(console))
    if not looks:
      rows.write(workdir, base, axes)
  return table


def study_from_flags() -> tuple[Config, rows.Axes]:
  """What the rows have in common, and what varies."""
  config = configs.load(_CONFIG.value) if _CONFIG.value else Config()
  given = {"max_per_group": _MAX_PER_GROUP.value, "unit": _UNIT.value}
  given = {name: value for name, value in given.items() if value is not None}
  config = dataclasses.replace(config, **given)
  config = absolute(override(config, _SET.value, _told()))
  asked = _ACQUISITION.value or config.acquisition
  asked = arms.canonical(asked, (rows.FULL,))
  axes = rows.Axes(
    data=tuple(map(absolute_path, _DATA.value or (config.data,))),
    model=tuple(_MODELS.value or (config.model,)),
    budget=tuple(_BUDGETS.value or (rows.budget_of(config),)),
    acquisition=tuple(dict.fromkeys(("random", *asked))),
    seeds=config.seeds if _SEEDS.value is None else _SEEDS.value,
  )
  return dataclasses.replace(config, acquisition=()), axes


def _told():
  """Settings that other flags tell, with their names."""
  fields = (
    (_MODELS, ("model",)),
    (_BUDGETS, ("start", "rounds", "query", "budget")),
    (_SEEDS, ("seeds",)),
    (_ACQUISITION, ("acquisition",)),
    (_MAX_PER_GROUP, ("max_per_group",)),
    (_UNIT, ("unit",)),
    (_DATA, ("data",)),
  )
  return {
    name: flag.name
    for flag, names in fields
    for name in names
    if flag.value is not None
  }


def _engine_from_flags(workdir, console):
  """table -> rows that were given up, by an engine; None without one."""
  plan = engines.plan_from(_ENGINE)
  if plan is None:
    return None
  if _ROW.value is not None or _LIST.value or _COLLECT.value:
    raise ValueError("--engine goes without --row, --list and --collect")
  open_engine = engines_table.opener(plan)
  jax.config.update("jax_platforms", "cpu")  # other devices are for the rows

  def hand_out(table):
    if all(rows.is_finished(workdir, row) for row in table):
      return []
    with contextlib.closing(open_engine(plan, workdir)) as engine:
      return drive.Driver(workdir, plan, engine, console).run(table)

  return hand_out


def _do(workdir, table, console, hand_out):
  """What the flags ask for."""
  if _LIST.value:
    for row in table:
      console.print(f"{row.number} {row.title}", markup=False, soft_wrap=True)
    return
  left, given_up = Left([], []), []
  if hand_out:
    given_up = hand_out(table)
  elif not _COLLECT.value:
    worker = Worker(workdir, console)
    if _ROW.value is not None:
      lifeline.follow()
      worker.run(table[_ROW.value])
      return
    left = worker.run_all(table)
  with owned.page_of(workdir):
    page = collect.collect(workdir, table, console)
  command.tell_report(console, page)
  tell_left(left, console)
  drive.check_all(given_up, workdir)


if __name__ == "__main__":
  command.start(main)
