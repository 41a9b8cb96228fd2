"""The table of a study: dataset x model x budget x acquisition x seed."""

import dataclasses
import itertools
import json
import pathlib
import re
from typing import NamedTuple

from experiments import store
from experiments.config import Config
from experiments.problem import want_evidence

FULL = "full"  # the row that trains on every label of the pool
_BUDGET = re.compile(r"(\d+)\+(\d+)x(\d+)")


class Axes(NamedTuple):
  """What a study varies."""

  data: tuple[str, ...]  # paths, or "phantom"
  model: tuple[str, ...]
  budget: tuple[str, ...]  # such as 10+5x10: 10, then 5 rounds of 10 labels
  acquisition: tuple[str, ...]  # `FULL` among them for all labels
  seeds: int


class Row(NamedTuple):
  """One run."""

  number: int  # its place in the table
  group: str  # rows of one group are compared: their folder
  acquisition: str
  seed: int
  config: Config

  @property
  def name(self) -> str:
    """Stable, and usable as the name of a file."""
    return f"{self.group}.{self.acquisition}-seed{self.seed}"


def expand(base: Config, axes: Axes) -> list[Row]:
  """All rows; those of one seed follow each other, seeds inside a group.

  Raises:
    ValueError: a budget that is none, or two data sets of one name.
  """
  stems = [pathlib.Path(path).name.split(".")[0] for path in axes.data]
  if len(set(stems)) < len(stems):
    raise ValueError(f"data: two of one name: {', '.join(axes.data)}")
  named = dict(zip(axes.data, stems, strict=True))
  asking = tuple(name for name in axes.acquisition if name != FULL)
  rows = []
  for data, model, budget in itertools.product(
    axes.data, axes.model, axes.budget
  ):
    start, rounds, query = _parse_budget(budget)
    config = dataclasses.replace(
      base,
      data=data,
      model=model,
      start=start,
      rounds=rounds,
      query=query,
      seeds=1,
      evidential=base.evidential or want_evidence(asking),
    )
    group = f"{named[data]}-{model}-{budget}"
    for seed, name in itertools.product(range(axes.seeds), axes.acquisition):
      rows.append(_row(len(rows), group, name, seed, config))
  return rows


def _row(number, group, name, seed, config):
  acquisition = () if name == FULL else (name,)
  config = dataclasses.replace(
    config, acquisition=acquisition, full=name == FULL, first_seed=seed
  )
  return Row(number, group, name, seed, config)


def _parse_budget(text):
  match = _BUDGET.fullmatch(text)
  if not match:
    raise ValueError(
      f"budgets: wanted START+ROUNDSxQUERY such as 10+5x10, found {text!r}"
    )
  return tuple(map(int, match.groups()))


def budget_of(config: Config) -> str:
  """The budget of a preset, as a study writes it."""
  return f"{config.start}+{config.rounds}x{config.query}"


def folder(workdir: pathlib.Path, row: Row) -> pathlib.Path:
  """Where everything of the row is written."""
  return workdir / row.group / "runs" / f"{row.acquisition}-seed{row.seed}"


def finished_rounds(workdir: pathlib.Path, row: Row) -> int:
  """How many rounds of the row are in its curve."""
  return len(store.read_rows(folder(workdir, row) / "curve.csv"))


def wanted_rounds(row: Row) -> int:
  """How many rounds its curve has in the end."""
  return 1 if row.acquisition == FULL else row.config.rounds + 1


def write(workdir: pathlib.Path, base: Config, axes: Axes) -> None:
  """Keeps the study in study.json, or checks that it is the one there.

  Raises:
    ValueError: if another study is there. More data, models, budgets,
      acquisitions or seeds at the end are no other study.
  """
  path = workdir / "study.json"
  now = {"axes": axes._asdict(), "base": dataclasses.asdict(base)}
  now = json.loads(json.dumps(now))
  if path.exists():
    before = json.loads(path.read_text())
    _check_base(path, before["base"], now["base"])
    for name, values in before["axes"].items():
      _check_grows(path, name, values, now["axes"][name])
  store.write_json(path, now)


def _check_base(path, before, now):
  for field, value in before.items():
    if now.get(field) != value:
      raise ValueError(
        f"{path}: this study has {field} = {value}, now it would be "
        f"{now.get(field)}; name another --workdir"
      )


def _check_grows(path, name, before, now):
  grown = now >= before if name == "seeds" else set(now) >= set(before)
  if not grown:
    raise ValueError(
      f"{path}: this study has {name} = {before}, now it would be {now}; "
      "name another --workdir"
    )


def read(workdir: pathlib.Path) -> tuple[Config, Axes]:
  """The study of study.json.

  Raises:
    ValueError: if there is none that can be read.
  """
  path = workdir / "study.json"
  try:
    known = json.loads(path.read_text())
    axes = {k: _tuple(v) for k, v in known["axes"].items()}
    base = {k: _tuple(v) for k, v in known["base"].items()}
    return Config(**base), Axes(**axes)
  except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
    raise ValueError(f"{path}: wanted a study, found {error}") from error


def _tuple(value):
  return tuple(value) if isinstance(value, list) else value
