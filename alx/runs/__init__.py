"""A run on disk: settings, the problem, rounds, records, pages.

result = alx.runs.run(alx.runs.Config(data="slices.npz", seeds=3))
alx.runs.predict(result.page.parent, data="new.npz", out="new")
"""

from typing import TYPE_CHECKING

from alx.lazy import lazily

if TYPE_CHECKING:
  from alx.runs.experiment import Result, run
  from alx.runs.settings.config import Config
  from alx.runs.use.export import export
  from alx.runs.use.predict import Predicted, predict

__all__ = ["Config", "Predicted", "Result", "export", "predict", "run"]

# Looked up when first used: a command that only reads a run, or prints its
# flags, does not wait for all of JAX.
_HOMES = {
  "Config": "alx.runs.settings.config",
  "Predicted": "alx.runs.use.predict",
  "Result": "alx.runs.experiment",
  "export": "alx.runs.use.export",
  "predict": "alx.runs.use.predict",
  "run": "alx.runs.experiment",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
