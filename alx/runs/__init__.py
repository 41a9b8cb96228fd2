"""A run on disk: settings, the problem, rounds, records, pages.

result = alx.runs.run(alx.runs.Config(data="slices.npz", seeds=3))
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
  from alx.runs.experiment import Result, run
  from alx.runs.settings.config import Config

__all__ = ["Config", "Result", "run"]

# Looked up when first used: a command that only reads a run, or prints its
# flags, does not wait for all of JAX.
_HOMES = {
  "Config": "alx.runs.settings.config",
  "Result": "alx.runs.experiment",
  "run": "alx.runs.experiment",
}


def __getattr__(name: str):
  if name not in _HOMES:
    raise AttributeError(f"module 'alx.runs' has no attribute {name!r}")
  value = getattr(importlib.import_module(_HOMES[name]), name)
  globals()[name] = value
  return value


def __dir__():
  return sorted({*globals(), *__all__})
