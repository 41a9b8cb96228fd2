"""What a run was asked for, kept beside it: its directory alone goes on."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import NamedTuple

from alx.data import files
from alx.data.dataset import bad_input
from alx.runs.settings.config import Config

FILE = "settings.json"
_OTHERS = {  # what else a directory may be, by a file in it
  "study.json": "a study: alx study --workdir={}",
  "predict.json": "predictions of new images",
  "config.json": "a run that did not keep what it was asked for: give the "
  "flags that it was begun with",
}


class Kept(NamedTuple):
  """What the flags of a run said, before recipe and data decided the rest."""

  config: Config
  baselines: bool
  streamed: bool


def content_of(kept: Kept) -> dict:
  """For `FILE`, as JSON."""
  return {
    "command": "stream" if kept.streamed else "run",
    "baselines": kept.baselines,
    "settings": dataclasses.asdict(kept.config),
  }


def read(workdir: pathlib.Path, streamed: bool = False) -> Kept | None:
  """What the run of a directory was asked for; None where nothing is.

  Args:
    workdir: where it may be.
    streamed: whether its pool is to stay on disk.

  Raises:
    DataError: if something else is there, or the file is damaged.
  """
  if not (workdir / FILE).exists():
    for name, what in _OTHERS.items():
      if (workdir / name).exists():
        found = what.format(workdir)
        raise bad_input(workdir, "a run to go on with, or --data", found)
    return None
  content = files.read_json(workdir / FILE) or {}
  try:
    command, baselines = content["command"], content["baselines"]
    config = Config(**as_tuples(content["settings"]))
  except (KeyError, TypeError, ValueError) as error:
    raise bad_input(
      workdir / FILE,
      "what the run was asked for as JSON",
      f"{error}; give the flags that it was begun with",
    ) from error
  wanted = "stream" if streamed else "run"
  if command != wanted:
    found = f"one of alx {command}: alx {command} --workdir={workdir}"
    raise bad_input(workdir, f"a run of alx {wanted}", found)
  return Kept(config, bool(baselines), streamed)


def as_tuples(settings: Mapping) -> dict:
  """Settings that were read from JSON, which has lists for tuples."""
  return {
    name: tuple(value) if isinstance(value, list) else value
    for name, value in settings.items()
  }
