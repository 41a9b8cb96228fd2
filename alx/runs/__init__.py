"""A run on disk: settings, the problem, rounds, records, pages.

result = alx.runs.run(alx.runs.Config(data="slices.npz", seeds=3))
"""

from typing import TYPE_CHECKING

from alx.lazy import lazily

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

__getattr__, __dir__ = lazily(__name__, _HOMES)
