"""Which models a run directory has, and the one that is asked for."""

import pathlib
import re
from typing import NamedTuple

from alx.acquisition.grammar import folder_of
from alx.data.dataset import DataError, bad_input
from alx.data.files import read_json
from alx.report.read import ARM
from alx.runs.disk import store
from alx.runs.disk.checkpoint import steps_in
from alx.runs.disk.names import CHECKPOINTS, MODEL, run_name
from alx.runs.settings.arms import FULL, canonical
from alx.runs.settings.config import Config
from alx.stats import BASELINES

_RUN = re.compile(r"(?P<name>.+)-seed(?P<seed>\d+)")
_BATCH = re.compile(r"(?P<name>.+)-seeds(?P<first>\d+)-(?P<last>\d+)")


class Stored(NamedTuple):
  """The states that are kept of one acquisition and seed."""

  folder: pathlib.Path  # of the steps
  place: int | None  # in a batch of seeds; None: by itself
  rounds: tuple[int, ...]  # that can be read, ascending


class Choice(NamedTuple):
  """One model of a run directory."""

  workdir: pathlib.Path
  arm: str  # an acquisition, or "full"
  seed: int
  round: int
  labels: int  # that it was trained on
  stored: Stored

  @property
  def step(self) -> int:
    """The number of its checkpoint."""
    return self.round + 1

  def told(self) -> str:
    """One line about it."""
    return (
      f"model: {self.arm}, seed {self.seed}, round {self.round}, trained on "
      f"{self.labels} labels (--arm, --seed and --round choose another)"
    )


def workdir_of(path: pathlib.Path) -> tuple[pathlib.Path, str]:
  """(run directory, folder of one of its runs or ""), of either.

  Raises:
    DataError: if the path is none.
  """
  if (path / "config.json").is_file():
    return path, ""
  above = path.parent.parent
  if path.parent.name == "runs" and (above / "config.json").is_file():
    return above, path.name
  raise bad_input(
    path, "a run directory, with config.json and runs/", _found(path)
  )


def _found(path):
  if not path.is_dir():
    return "a file" if path.exists() else "nothing"
  names = sorted(p.parent.name for p in path.glob("*/config.json"))
  if names:
    return f"a folder of run directories: {', '.join(names[:6])}"
  return "a folder without them"


def choose(
  path: pathlib.Path,
  config: Config,
  arm: str = "",
  seed: int | None = None,
  number: int | None = None,
) -> Choice:
  """The model asked for; no test score is looked at.

  Without `arm` the first acquisition that was asked for and is no baseline,
  else a baseline, else the fit to all labels; without `seed` the lowest;
  without `number` the last round.

  Args:
    path: a run directory, or runs/NAME-seedS in it.
    config: its settings.
    arm: an acquisition, or "full".
    seed: of a run.
    number: of a round.

  Raises:
    DataError: if there is no such model.
  """
  workdir, only = workdir_of(path)
  known = stored_in(workdir)
  if only:
    known = {k: v for k, v in known.items() if run_name(k[0], k[1]) == only}
  if not known:
    raise bad_input(
      path,
      "a model",
      "none: nothing was finished, or all labels by an earlier "
      "version (without runs/full-seedS that is done again)",
    )
  arm = _arm(path, config, arm, known)
  seeds = sorted(s for name, s in known if name == arm)
  seed = seeds[0] if seed is None else seed
  if seed not in seeds:
    raise bad_input(path, f"a model of {arm}, seed {seed}", _of(seeds, "seeds"))
  stored = known[arm, seed]
  number = stored.rounds[-1] if number is None else number
  if number not in stored.rounds:
    found = _of(stored.rounds, "the rounds kept,")
    raise bad_input(path, f"a model of {arm}, round {number}", found)
  labels = _labels(workdir / "runs" / run_name(arm, seed), number)
  return Choice(workdir, arm, seed, number, labels, stored)


def _of(numbers, what):
  return f"{what} {', '.join(map(str, numbers))}"


def _arm(path, config, arm, known):
  names = sorted({name for name, _ in known})
  if arm:
    try:
      (wanted,) = canonical((arm,), (FULL,))
    except ValueError as error:
      raise DataError(str(error)) from error
    if wanted not in names:
      why = ""
      runs = workdir_of(path)[0] / "runs"
      if wanted == FULL and any(runs.glob("full-seed*")):
        why = "; one of an earlier version is not kept"
      raise bad_input(path, f"a model of {arm}", _of(names, "those of") + why)
    return wanted
  asked = [name for name in config.acquisition if name in names]
  others = [n for n in asked if n not in BASELINES]
  return (others + asked + [n for n in names if n != FULL] + [FULL])[0]


def stored_in(workdir: pathlib.Path) -> dict[tuple[str, int], Stored]:
  """What is kept of each (acquisition, seed)."""
  found = {}
  for folder in _folders(workdir / "batches"):
    match = _BATCH.fullmatch(folder.name)
    if match:
      first, last = int(match["first"]), int(match["last"])
      for seed in range(first, last + 1):
        _add(found, workdir, match["name"], seed, folder, seed - first)
  for folder in _folders(workdir / "runs"):
    match = _RUN.fullmatch(folder.name)
    if match:
      part = MODEL if match["name"] == FULL else CHECKPOINTS
      name, seed = match["name"], int(match["seed"])
      _add(found, workdir, name, seed, folder / part, None)
  return found


def _folders(path):
  if not path.is_dir():
    return []
  return sorted(p for p in path.iterdir() if p.is_dir())


def _add(found, workdir, name, seed, folder, place):
  steps = steps_in(folder)
  if steps:
    arm = _text(workdir, name, seed)
    rounds = tuple(step - 1 for step in steps)
    found[arm, seed] = Stored(folder, place, rounds)


def _text(workdir, name, seed):
  """The acquisition of a folder, which may have but a short name for it."""
  path = workdir / "runs" / f"{name}-seed{seed}" / ARM
  text = (read_json(path) or {}).get("acquisition")
  return text if isinstance(text, str) and folder_of(text) == name else name


def _labels(folder, number):
  """How many labels a finished round had, by its curve.csv."""
  path = folder / "curve.csv"
  for row in store.read_rows(path):
    if row.get("round") == str(number) and row.get("labels", "").isdecimal():
      return int(row["labels"])
  raise bad_input(path, f"a row of round {number}", "none")
