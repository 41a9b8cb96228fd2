"""What the unit gives and what the score gives: volumes, slices, boxes.

  python -m experiments.units --data=Task04_Hippocampus --workdir=runs/units
  python -m experiments.units --data=... --workdir=... --only=slices:2 --seeds=1
  python -m experiments.units --workdir=runs/units --tables
  python -m experiments.units --data=acdc_volumes --units=whole,slices:2 \\
    --budget=slices:30 --set=test_items=0 --workdir=runs/acdc

For each unit a study as of `alx study`, in a folder of its own: acquisitions x
paired seeds under one budget of voxels. Rows that are finished are not run
again and what was killed goes on, so that the work may be done in pieces and by
several at once; --tables reads what there is. Volumes take a third round of the
budget as slices do: what is equal is what a reader has to colour. With `full`
among --methods a model of all labels is trained too: foreground efficiency is
measured up to it.

Defaults are 5 seeds and 3 rounds after the start of 190 000 voxels each, about
105 slices or 3 volumes of the hippocampus, with 400 steps a fit.
"""

import dataclasses
import pathlib

import numpy as np
from absl import app, flags
from rich.console import Console

from alx.commands import command
from alx.data import files
from alx.report.costs.used import POOL
from alx.runs.disk import store
from alx.runs.disk.records import Diverged
from alx.runs.settings import presets
from alx.runs.settings.config import Config, absolute, absolute_path, override
from alx.stats import (
  foreground_efficiencies,
  paired,
  summarize,
  t_interval,
)
from alx.studies import rows
from alx.studies.worker import Left, Worker, tell_left

UNITS = "whole", "slices:2", "boxes:16"
METHODS = "random", "foreground_random", "entropy", "bald", "clasp_pe"
CONTROL = "foreground_random"
_DROPOUT = 0.1  # of all methods alike: bald reads passes

_FOREGROUND = "foreground_voxels"
_COLUMNS = {
  "curve.csv": ("dice", "hd95_penalised"),
  "spent.csv": ("items", "slices", _FOREGROUND, "boundary_mm"),
}


def define_flags() -> None:
  """Of this command only: another one in the same process has its own."""
  flags.DEFINE_string("data", None, "Folder of volumes.")
  flags.DEFINE_string("workdir", None, "A folder for the studies.")
  flags.DEFINE_list("only", None, "Some of the units, for work in pieces.")
  flags.DEFINE_list("units", list(UNITS), "Those that are compared.")
  flags.DEFINE_list("methods", list(METHODS), f"With {CONTROL} among them.")
  flags.DEFINE_integer("seeds", 5, "Paired repeats.", 1)
  flags.DEFINE_integer("rounds", 3, "After the start.", 1)
  flags.DEFINE_string("budget", "voxels:190000", "Of each round.")
  flags.DEFINE_integer("steps", 400, "Of a fit.", 1)
  flags.DEFINE_bool("tables", False, "Read what is finished and end.")
  flags.DEFINE_multi_string("set", [], "field=value of a Config.")
  flags.mark_flags_as_required(["workdir"])


def study_of(
  data: str,
  unit: str,
  *,
  seeds: int,
  rounds: int,
  budget: str,
  steps: int,
  methods: list[str] | tuple[str, ...] = METHODS,
  changes: list[str] | tuple[str, ...] = (),
) -> tuple[Config, rows.Axes]:
  """The study of one unit: what its rows have in common, and what varies."""
  base = presets.load("hippocampus")
  base = override(
    base,
    [f"data={data}", f"unit={unit}", f"steps={steps}", f"dropout={_DROPOUT}"],
  )
  unset = Config()
  base = override(
    base,
    [
      *(f"start={unset.start}", f"query={unset.query}", "pictures=0"),
      *changes,
    ],
  )
  axes = rows.Axes(
    data=(data,),
    model=(base.model,),
    budget=(f"{rounds}x{budget}",),
    acquisition=tuple(methods),
    seeds=seeds,
  )
  return dataclasses.replace(absolute(base), acquisition=()), axes


def main(argv: list[str]) -> None:
  """Runs what is not finished, then prints the tables; exit codes of a study.

  Rows that are not finished are named at the end, with exit code 1.
  """
  del argv
  given, left = flags.FLAGS, {}
  root = command.path_of(given.workdir)
  if CONTROL not in given.methods:
    raise app.UsageError(f"--methods: wanted {CONTROL} among them, to compare")
  with command.session() as console, command.wrong_input(ValueError):
    for unit in () if given.tables else given.only or given.units:
      settings = {
        "seeds": given.seeds,
        "rounds": given.rounds,
        "budget": given.budget,
        "steps": given.steps,
        "methods": given.methods,
        "changes": given.set,
      }
      place = root / folder_of(unit)
      left[unit] = run_unit(place, given.data, unit, settings, console)
    for line in tables(root, given.units):
      console.print(line, markup=False, soft_wrap=True, highlight=False)
    _tell_left(left, console)


def _tell_left(left, console):
  """The rows that each unit has left; raises Diverged for those that failed."""
  failed = []
  for unit, found in left.items():
    try:
      tell_left(found, console)
    except Diverged as error:
      failed.append(f"{unit} {error}")
  if failed:
    raise Diverged("; ".join(failed))


def folder_of(unit: str) -> str:
  """The name of its folder."""
  return unit.replace(":", "-").replace(",", "x").replace("/", "s")


def run_unit(
  place: pathlib.Path, data: str, unit: str, settings: dict, console: Console
) -> Left:
  """Does the rows of a study that are not done; those that it has left."""
  if not data:
    raise app.UsageError("--data is what to run on; --tables reads only")
  base, axes = study_of(absolute_path(data), unit, **settings)
  axes = rows.named_as(place, axes)
  rows.added(place, base, axes)
  place.mkdir(parents=True, exist_ok=True)
  rows.write(place, base, axes)
  return Worker(place, console).run_all(rows.expand(base, axes))


def read(root: pathlib.Path, unit: str) -> dict[str, dict]:
  """By method: [seeds, rounds] of each column that tables show; finished rows.

  Returns:
    {method: {"dice", "hd95_penalised", "items", "slices", "foreground_voxels",
    "boundary_mm"}}, the seeds that all methods have.
  """
  place = root / folder_of(unit)
  if not (place / "study.json").exists():
    return {}
  table = rows.expand(*rows.read(place))
  asking = [row for row in table if row.acquisition != rows.FULL]
  methods = list(dict.fromkeys(row.acquisition for row in asking))
  done = [row for row in asking if rows.is_finished(place, row)]
  seeds = [
    {row.seed for row in done if row.acquisition == name} for name in methods
  ]
  shared = sorted(set.intersection(*seeds))
  found = {}
  for name in methods if shared else ():
    mine = [r for r in done if r.acquisition == name and r.seed in shared]
    found[name] = _columns(place, sorted(mine, key=lambda row: row.seed))
  return found


def efficiencies(
  root: pathlib.Path, unit: str, methods: dict[str, dict]
) -> dict[str, float]:
  """Foreground efficiency by method; {} where no model of all labels is there.

  Args:
    root: of the studies.
    unit: of one of them.
    methods: what `read` gives.
  """
  place = root / folder_of(unit)
  if not methods:
    return {}
  table = rows.expand(*rows.read(place))
  full = [
    float(store.read_rows(rows.folder(place, row) / "curve.csv")[-1]["dice"])
    for row in table
    if row.acquisition == rows.FULL and rows.is_finished(place, row)
  ]
  whole = (_about(place / table[0].group).get(POOL) or {}).get(_FOREGROUND)
  if not full or not whole:
    return {}
  points = {
    name: np.stack([found[_FOREGROUND] / whole, found["dice"]]).reshape(2, -1)
    for name, found in methods.items()
  }
  return foreground_efficiencies(points, float(np.mean(full)))


def _about(group):
  return files.read_json(group / "dataset.json") or {}


def _columns(place, mine):
  columns = {}
  for file, names in _COLUMNS.items():
    read = [store.read_rows(rows.folder(place, row) / file) for row in mine]
    for name in names:
      columns[name] = np.array([[float(r[name]) for r in one] for one in read])
  return columns


def tables(root: pathlib.Path, units: list[str]) -> list[str]:
  """Lines in Markdown of what is finished: the unit, then the score."""
  found = {unit: read(root, unit) for unit in units}
  lines = [
    "| unit | method | seeds | Dice, last round | HD95 | over its "
    f"{CONTROL} (95%) | items opened | slices | mm traced | "
    "foreground efficiency |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ]
  for unit, methods in found.items():
    rates = efficiencies(root, unit, methods)
    for name, columns in methods.items():
      rate = f"{rates[name]:.3g}" if name in rates else "–"
      lines.append(_line(unit, name, columns, methods[CONTROL]) + f" {rate} |")
  missing = [unit for unit in units if not found[unit]]
  if missing:
    lines.append(f"not finished by all methods: {', '.join(missing)}")
  return lines


def _line(unit, name, columns, control):
  dice = columns["dice"][:, -1]
  told = summarize(dice)
  last = {key: values[:, -1].mean() for key, values in columns.items()}
  return (
    f"| {unit} | {name} | {len(dice)} | {told.mean:.3f} ± {told.sd:.3f} | "
    f"{last['hd95_penalised']:.2f} | {_over(dice, control['dice'][:, -1])} | "
    f"{last['items']:.0f} | {last['slices']:.0f} | {last['boundary_mm']:.0f} |"
  )


def _over(dice, control):
  """The paired difference with its interval; itself and one seed have none."""
  if len(dice) < 2 or (dice == control).all():
    return "–"
  found = paired(dice, control)
  low, high = t_interval(found)
  return f"{found.value:+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
  define_flags()
  app.run(main)
