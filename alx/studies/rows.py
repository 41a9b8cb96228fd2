"""The table of a study: dataset x model x budget x acquisition x seed."""

import dataclasses
import itertools
import pathlib
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from alx.data.dataset import bad_input
from alx.runs.disk import store
from alx.runs.disk.checkpoint import newest_step
from alx.runs.disk.names import run_folder, run_name
from alx.runs.disk.places import stem_of
from alx.runs.problem import problem, reading
from alx.runs.settings import arms, stopping
from alx.runs.settings.checks import distinct
from alx.runs.settings.config import Config, absolute, absolute_path
from alx.runs.settings.kept import as_tuples
from alx.runs.settings.recipes import CLASSIC
from alx.runs.units.budgets import sized

FULL = arms.FULL  # the row that trains on every label of the pool
_REMEDY = (
  "begin a study with --data or --config, and delete a file that is damaged: "
  "finished rows stay"
)
_BUDGET = re.compile(r"(\d+)\+(\d+)x(\d+)")
_OF_COST = re.compile(r"(\d+)x(\w+:.+)")


class Axes(NamedTuple):
  """What a study varies."""

  data: tuple[str, ...]  # paths, or "phantom"
  model: tuple[str, ...]
  # Such as 10+5x10: 10, then 5 rounds of 10 labels; or 5xslices:40
  budget: tuple[str, ...]
  acquisition: tuple[str, ...]  # `FULL` among them for all labels
  seeds: int
  names: tuple[str, ...] = ()  # of the data, for folders; (): as `stem_of` says


class Row(NamedTuple):
  """One run."""

  number: int  # its place in the table
  group: str  # rows of one group are compared: their folder
  acquisition: str  # a canonical text, or `FULL`
  seed: int
  config: Config

  @property
  def name(self) -> str:
    """Stable, and usable as the name of a file."""
    return f"{self.group}.{run_name(self.acquisition, self.seed)}"

  @property
  def title(self) -> str:
    """The same to be read: with the acquisition as a text."""
    return f"{self.group}.{self.acquisition}-seed{self.seed}"

  @property
  def label(self) -> str:
    """What lines about it begin with."""
    return f"row {self.number}, {self.title}"


def expand(base: Config, axes: Axes) -> list[Row]:
  """All rows; those of one seed follow each other, seeds inside a group.

  Raises:
    ValueError: a budget that is none, or two data sets of one name.
  """
  stems = axes.names or tuple(map(stem_of, axes.data))
  if len(set(stems)) < len(stems):
    raise ValueError(f"data: two of one name: {', '.join(axes.data)}")
  stopping.refuse(base)
  if base.first_seed:
    raise ValueError(
      f"first_seed={base.first_seed} does nothing in a study, whose rows have "
      f"the seeds 0 to {axes.seeds - 1}: ask for more seeds"
    )
  for field in ("model", "budget"):
    distinct(field, getattr(axes, field))
  names = arms.canonical(axes.acquisition, (FULL,))
  named = dict(zip(axes.data, stems, strict=True))
  asking = tuple(name for name in names if name != FULL)
  rows = []
  for data, model, budget in itertools.product(
    axes.data, axes.model, axes.budget
  ):
    config = dataclasses.replace(
      base,
      data=data,
      model=model,
      **_parse_budget(budget),
      seeds=1,
      evidential=base.evidential or problem.want_evidence(asking),
    )
    group = f"{named[data]}-{model}-{budget.replace(':', '')}"
    for seed, name in itertools.product(range(axes.seeds), names):
      rows.append(_row(len(rows), group, name, seed, config))
  return rows


def _row(number, group, name, seed, config):
  acquisition = () if name == FULL else (name,)
  config = dataclasses.replace(
    config, acquisition=acquisition, full=name == FULL, first_seed=seed
  )
  return Row(number, group, name, seed, config)


def _parse_budget(text):
  """The settings that a budget of a study is."""
  match = _BUDGET.fullmatch(text)
  if match:
    names = "start", "rounds", "query"
    return dict(zip(names, map(int, match.groups()), strict=True))
  match = _OF_COST.fullmatch(text)
  if not match:
    raise ValueError(
      "budgets: wanted START+ROUNDSxQUERY such as 10+5x10, or ROUNDSxBUDGET "
      f"such as 5xslices:40, found {text!r}"
    )
  return {"rounds": int(match[1]), "budget": match[2]}


def check(table: Sequence[Row], progress: Callable | None = None) -> None:
  """Reads the data of all rows; nothing is written.

  Args:
    table: rows, those of one data set behind each other.
    progress: see `alx.data.load`.

  Raises:
    ValueError: for data that cannot be read, or do not fit a row.
  """
  for _, same in itertools.groupby(table, lambda row: row.config.data):
    same = tuple(same)
    dataset = reading.load_dataset(same[0].config, progress)
    for _, group in itertools.groupby(same, lambda row: row.group):
      _check_group([row.config for row in group], dataset)


def _check_group(configs, dataset):
  made = None
  for config in configs:
    config = problem.resolve(config, dataset, baselines=False)
    made = made or problem.make_problem(config, dataset)
    problem.check_protocol(config, made.split)
    sized(config, made)


def budget_of(config: Config) -> str:
  """The budget of a preset, as a study writes it."""
  if config.budget:
    return f"{config.rounds}x{config.budget}"
  return f"{config.start}+{config.rounds}x{config.query}"


def folder(workdir: pathlib.Path, row: Row) -> pathlib.Path:
  """Where everything of the row is written."""
  return run_folder(workdir / row.group, row.acquisition, row.seed)


def is_finished(workdir: pathlib.Path, row: Row) -> bool:
  """Whether all rounds are there, with all that is written of a round."""
  return finished_rounds(workdir, row) >= wanted_rounds(row)


def finished_rounds(workdir: pathlib.Path, row: Row) -> int:
  """How many rounds of the row are whole.

  A round writes its tables, the curve last, and then its checkpoint; training
  on all labels writes no checkpoint.
  """
  place = folder(workdir, row)
  lines = len(store.read_rows(place / "curve.csv"))
  if row.acquisition == FULL:
    return lines
  return min(lines, newest_step(place / "checkpoints"))


def wanted_rounds(row: Row) -> int:
  """How many rounds its curve has in the end."""
  return 1 if row.acquisition == FULL else row.config.rounds + 1


def write(workdir: pathlib.Path, base: Config, axes: Axes) -> None:
  """Keeps the study in study.json, of what `added` has found no fault with."""
  now = {"axes": axes._asdict(), "base": dataclasses.asdict(base)}
  store.write_json(workdir / "study.json", now)


def added(workdir: pathlib.Path, base: Config, axes: Axes) -> list[Row]:
  """The rows that the study in study.json has not; all if there is none.

  Raises:
    ValueError: if another study is there. More data, models, budgets,
      acquisitions or seeds are no other study.
  """
  table, path = expand(base, axes), workdir / "study.json"
  if not path.exists():
    return table
  before = read(workdir)
  _check_goes_on(path, before, (base, axes))
  known = {row.name for row in expand(*before)}
  return [row for row in table if row.name not in known]


def _check_goes_on(path, before, now):
  """Raises ValueError unless the second (base, axes) is the first or more."""
  (base, axes), (new_base, new_axes) = map(_absolute, (before, now))
  for field, value in dataclasses.asdict(base).items():
    if getattr(new_base, field) != value:
      _refuse(path, field, value, getattr(new_base, field))
  for (name, old), new in zip(axes._asdict().items(), new_axes, strict=True):
    grown = new >= old if name == "seeds" else set(new) >= set(old)
    if not grown:
      _refuse(path, name, old, new)


def _absolute(study):
  """The study with paths from the root on, and names for its data."""
  base, axes = study
  names = axes.names or tuple(map(stem_of, axes.data))
  data = tuple(map(absolute_path, axes.data))
  return absolute(base), axes._replace(data=data, names=names)


def _refuse(path, name, before, now):
  raise ValueError(
    f"{path}: this study has {name} = {before}, now it would be {now}; name "
    "another --workdir"
  )


def read(workdir: pathlib.Path) -> tuple[Config, Axes]:
  """The study of study.json.

  Raises:
    ValueError: if there is none that can be read.
  """
  path = workdir / "study.json"
  known = store.read_object(path, "a study", _REMEDY)
  try:
    axes = as_tuples(known["axes"])
    axes.setdefault("names", tuple(map(_first, axes["data"])))
    base = as_tuples(known["base"])
    base.setdefault("recipe", CLASSIC)
    return Config(**base), Axes(**axes)
  except (ValueError, KeyError, TypeError, AttributeError) as error:
    raise bad_input(path, "a study", f"{error}; {_REMEDY}") from error


def _first(path):
  """How data were named in studies that do not say it."""
  return pathlib.Path(path).name.split(".")[0]


def named_as(workdir: pathlib.Path, axes: Axes) -> Axes:
  """The axes with names for the data: those of the study that is there."""
  known = {}
  if (workdir / "study.json").exists():
    before = read(workdir)[1]
    paths = map(absolute_path, before.data)
    known = dict(zip(paths, before.names, strict=True))
  names = (known.get(path) or stem_of(path) for path in axes.data)
  return axes._replace(names=tuple(names))
