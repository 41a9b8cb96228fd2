"""Comparisons on one problem, whose programs are traced and compiled once."""

import dataclasses
import functools
import io
import pathlib
import tempfile

from rich.console import Console

from alx.runs import compare
from alx.runs.disk import store
from alx.runs.settings.config import Config

CONSOLE = Console(file=io.StringIO(), width=200)


def prepare(config: Config, workdir: pathlib.Path) -> compare.Comparison:
  """As `compare.prepare`, of arms that all want the same training."""
  alike = dataclasses.replace(
    config, acquisition=("random",), seeds=1, rounds=1, max_per_group=0
  )
  ready = compare.restrict(_first(alike)._replace(workdir=workdir), config)
  store.open_run(workdir, ready.config, *compare.describe_data(ready.problem))
  return ready


@functools.cache
def _first(config):
  with tempfile.TemporaryDirectory() as folder:
    return compare.prepare(config, pathlib.Path(folder), CONSOLE, False)
