"""What the folders of runs are called."""

import pathlib

from alx.acquisition.grammar import folder_of

CHECKPOINTS = "checkpoints"  # in the folder of a run: the last states
MODEL = "model"  # in that of a fit to all labels


def run_name(acquisition: str, seed: int) -> str:
  """ARM-seedN of an acquisition as a text, or of another arm by its name."""
  return f"{folder_of(acquisition)}-seed{seed}"


def run_folder(
  workdir: pathlib.Path, acquisition: str, seed: int
) -> pathlib.Path:
  """Where everything of one acquisition and seed is written."""
  return workdir / "runs" / run_name(acquisition, seed)
