"""Sets up a grid, does its rows, keeps what they found."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console

from alx.data.dataset import bad_input
from alx.effort import edit_of, totals_of
from alx.runs import compare
from alx.runs.compare import Comparison
from alx.runs.disk import stops, store
from alx.runs.disk.claim import FOLDER, Claim
from alx.runs.disk.places import stem_of
from alx.runs.problem import problem, reading
from alx.runs.settings import presets
from alx.runs.settings.config import MADE, Config, absolute, override
from experiments import finished
from experiments.nocode.desk import Desk, memory_desk
from experiments.nocode.plan import (
  FOREGROUND,
  RANDOM,
  Plan,
  Row,
  expand,
  fields_of,
)
from experiments.nocode.play import Player
from experiments.nocode.rows import read_row


class Source(NamedTuple):
  """A data set of the grid."""

  name: str
  preset: str  # a name of `alx.runs.settings.presets`, or ""
  path: str  # or "phantom"


class Study(NamedTuple):
  """A grid, not yet begun."""

  workdir: pathlib.Path
  plan: Plan
  sources: dict[str, Source]
  size: str
  acquisition: str  # what "active" stands for
  plane: int | str | None
  assignments: tuple[str, ...]


def source_of(text: str) -> Source:
  """PRESET=PATH, a preset that makes its data, or PATH.

  Raises:
    ValueError: for a preset that is not there.
  """
  preset, equals, path = text.partition("=")
  if not equals:
    made = text in MADE
    return Source(stem_of(text), text if made else "", text)
  presets.load(preset)
  return Source(preset, preset, path)


def open_study(study: Study) -> None:
  """Keeps what a grid is, or checks that it goes on.

  Data that are new to it are read first: nothing is begun on wrong ones.

  Raises:
    ValueError: if the directory holds a grid that was made otherwise, or for
      data that cannot be used.
  """
  now = {
    "size": study.size,
    "acquisition": study.acquisition,
    "plane": study.plane,
    "assignments": list(study.assignments),
  }
  path = study.workdir / "study.json"
  store.check_same(path, now, {"plan"})
  for name in study.plan.data:
    if not (study.workdir / name / "labels.json").exists():
      load(study, name, Console(quiet=True))
  store.write_json(path, now | {"plan": study.plan._asdict()})


def prepare(study: Study, name: str, console: Console) -> Comparison:
  """Loads one data set of the grid, and keeps what tables need of it.

  Raises:
    ValueError: as `load`, or if the folder holds another data set.
  """
  config, made = load(study, name, console)
  folder = study.workdir / name
  about, ids = compare.describe_data(made)
  store.open_run(folder, config, about, ids)
  compare.announce(made, console)
  store.write_json(folder / "labels.json", _described(made, study.plane))
  return Comparison(config, made, folder)


def load(
  study: Study, name: str, console: Console
) -> tuple[Config, problem.Problem]:
  """Reads and checks one data set; nothing is written.

  Raises:
    ValueError: for data that cannot be read, or no segmentation.
  """
  source = study.sources[name]
  config = presets.load(source.preset) if source.preset else Config()
  fields = {"data": source.path, **fields_of(study.size, source.preset)}
  config = dataclasses.replace(
    config,
    **fields,
    acquisition=(RANDOM, FOREGROUND, study.acquisition),
    full=False,
    pictures=0,
  )
  config = absolute(override(config, study.assignments))
  dataset = reading.load_dataset(config, compare.loading(console))
  if dataset.task != "segmentation":
    raise bad_input(source.path, "label maps to draft and edit", dataset.task)
  compare.tell_reading(dataset, console)
  if study.plane and len(study.sources) == 1 and dataset.images[0].ndim < 4:
    raise bad_input("--plane", "volumes to draw it in", "pictures")
  config = problem.resolve(config, dataset, False)
  return config, problem.make_problem(config, dataset)


def _described(made, plane):
  """What tables need beside rows: structures, and the frozen test labels."""
  dataset, split = made.dataset, made.split
  num_classes = len(dataset.class_names)
  shown = np.array(
    [
      [(dataset.labels[i] == c).sum() for c in range(1, num_classes)]
      for i in split.pool
    ]
  )
  return {
    "structures": list(dataset.class_names[1:]),
    "pool_cases": (shown > 0).sum(0).tolist(),
    "pool_voxels": shown.sum(0).tolist(),
    "pool": len(split.pool),
    "test_labels": [
      totals_of(
        edit_of(
          None,
          dataset.labels[i],
          num_classes,
          spacing_mm=dataset.spacing_mm[i],
          plane=plane if dataset.labels[i].ndim == 3 else None,
        )
      )._asdict()
      for i in split.test
    ],
  }


def run_all(
  study: Study,
  console: Console,
  make_desk: Callable[..., Desk] = memory_desk,
) -> list[Row]:
  """Plays the rows that are not finished.

  Args:
    study: what to do.
    console: where progress goes.
    make_desk: (row, its data set, plane) -> the desk of a row.

  Returns:
    Rows that other processes hold.

  Raises:
    ValueError: for bad data.
  """
  held, player = [], None
  rows = expand(study.plan)
  for number, row in enumerate(rows):
    stops.note(f"at {row.name}; {number} of {len(rows)} rows are kept")
    if read_row(study.workdir, row) is not None:
      continue
    claim = Claim(study.workdir / FOLDER, row.name)
    if not claim.take():
      held.append(row)
      continue
    with claim:
      if read_row(study.workdir, row) is not None:
        continue
      if player is None or player[0] != row.data:
        ready = prepare(study, row.data, console)
        player = row.data, ready, Player(ready, study.acquisition)
      _play(study, row, player, make_desk, claim.check)
    console.print(
      f"{number + 1} of {len(rows)}: {row.name}", markup=False, soft_wrap=True
    )
  return held


def _play(study, row, player, make_desk, check):
  _, ready, player = player
  desk = make_desk(row, ready, study.plane)
  found = player.play(row, desk, check)
  store.write_json(finished.path_of(study.workdir, row), found)


def sources_of(texts: Sequence[str]) -> dict[str, Source]:
  """The data sets by name, in the order given.

  Raises:
    ValueError: for none, or two of one name.
  """
  found = [source_of(text) for text in texts]
  names = [source.name for source in found]
  if not found or len(set(names)) < len(names):
    raise ValueError(
      f"data: wanted data sets of different names, found {', '.join(names)}"
    )
  return {source.name: source for source in found}
