"""Kim studies that really run, as small as they go."""

import numpy as np
from rich.console import Console

from experiments.kim import presets

CONSOLE = Console(quiet=True)
ARMS = ("random", "margins")  # of one training: one compile


def write_squares(folder, count=10):
  """An .npz of bright squares on noise, 8 x 8; the last shows none."""
  rng = np.random.default_rng(0)
  labels = np.zeros((count, 8, 8), np.uint8)
  for label in labels[:-1]:
    row, column = rng.integers(0, 5, 2)
    label[row : row + 4, column : column + 4] = 1
  images = labels + 0.3 * rng.standard_normal(labels.shape)
  path = folder / "squares.npz"
  np.savez(path, images=images.astype(np.float32), labels=labels)
  return str(path)


def tiny(data, preset="paper", **changes):
  """Settings of a study of one level: what is tested is around the network."""
  small = {
    "data": data,
    "acquisition": ARMS,
    "start": 2,
    "query": 1,
    "rounds": 1,
    "widths": (4,),
    "blocks_down": (1,),
    "group_width": 2,
    "degrees": 0.0,
    "stretch": (1.0, 1.0),
    "patch": (8, 8),
    "epochs": 2,
    "least_steps": 2,
    "passes": 2,
  }
  return presets.make_settings(preset, "smoke", **small | changes)
