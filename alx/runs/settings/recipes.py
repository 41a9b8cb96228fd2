"""Ways to train, by name: what a run takes where its settings say nothing."""

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

PATCH_CAP = {2: 256, 3: 64}  # voxels of a side
UNETS = "unet", "light_unet"
_WIDTHS = {  # of networks that are chosen by name
  "cnn": (16, 32, 64),
  "resnet": (64, 128, 256, 512),
  "mlp": (256, 256),
}


class Recipe(NamedTuple):
  """Values for the fields of a Config that are 0, (), None or "auto"."""

  model: str
  widths: tuple[int, ...]
  batch: int
  block: int
  optimizer: str = "adam"
  learning_rate: float = 4e-3
  steps: int = 300
  dropout: float = 0.2
  flips: bool = True
  flips_by_labels: bool = False
  scaling: float = 0.0
  shift: float = 0.0
  tilt: float = 0.0
  gamma: float = 0.0
  patch_share: float = 0.0  # of the median extent; 0: what 90% of items fit in
  schedule: str = "warmup_cosine"  # of the rate
  overlap: float = 0.25  # of the windows of a segmentation
  full_times: float = 1  # steps with all labels, till it converges, by those


# Task and spatial axes. What "classic" says is what runs took before there were
# recipes: numbers that were published stay within reach.
_CLASSIC = {
  ("segmentation", 3): Recipe("unet", (8, 16, 32), 4, 1),
  ("segmentation", 2): Recipe("unet", (16, 32, 64, 128), 8, 16),
  ("classification", 2): Recipe("cnn", (16, 32, 64), 32, 128),
  ("classification", 3): Recipe("cnn", (8, 16, 32), 8, 16),
  ("classification", 0): Recipe("mlp", (), 32, 4096),  # a linear head
}
# Muon, larger steps, one convolution a level on the way up, skips that are
# added, small batches and patches, nothing mirrored; of volumes a rate that
# falls from the first step on: measured in experiments/README.md.
_LIGHT = {
  "model": "light_unet",
  "batch": 2,
  "optimizer": "muon",
  "learning_rate": 5e-2,
  "dropout": 0.1,
  "steps": 500,
  "flips": False,
  "full_times": 8,
}
_DISTORTED = {"scaling": 0.15, "shift": 0.06, "tilt": 20.0, "gamma": 0.3}
# Nothing tells which mirror images of a picture are of its class.
_UNMIRRORED = {
  kind: recipe._replace(flips=False, full_times=10)
  for kind, recipe in _CLASSIC.items()
  if kind[0] == "classification"
}
RECIPES = {
  "classic": _CLASSIC,
  "light": _UNMIRRORED
  | {
    ("segmentation", 3): _CLASSIC["segmentation", 3]._replace(
      **_LIGHT, schedule="polynomial", overlap=0.5, patch_share=2 / 3
    ),
    ("segmentation", 2): _CLASSIC["segmentation", 2]._replace(
      **_LIGHT | {"steps": 2000, "full_times": 5.25},
      **_DISTORTED,
      patch_share=2 / 3,
    ),
  },
}
DEFAULT, CLASSIC = "light", "classic"


def recipe_of(name: str, task: str, dims: int) -> Recipe:
  """The recipe for a task on images of so many axes.

  Raises:
    ValueError: if nothing is known of such data.
  """
  if (task, dims) not in RECIPES[name]:
    raise ValueError(f"{task} of {dims}-D images is not supported")
  return RECIPES[name][task, dims]


def fill(config: Any, recipe: Recipe) -> Any:
  """The settings with the recipe's values where they are what Config has.

  Args:
    config: a Config; its `patch` stays as it is.
    recipe: for its data.
  """
  model = recipe.model if config.model == "auto" else config.model
  known = model == recipe.model or model in UNETS
  values = recipe._asdict() | {
    "model": model,
    "widths": recipe.widths if known else _WIDTHS[model],
  }
  del values["patch_share"], values["full_times"]
  unset = {f.name: f.default for f in dataclasses.fields(config)}
  changes = {f: v for f, v in values.items() if getattr(config, f) == unset[f]}
  if config.flip_axes:  # somebody has decided
    changes |= {"flips": True, "flips_by_labels": False}
  if config.flips_by_labels and config.flips is None:
    changes["flips"] = True
  if not changes.get("flips", config.flips):
    changes["flips_by_labels"] = False
  if config.rotation:
    changes["tilt"] = 0.0  # one of them turns
  steps = config.steps or recipe.steps
  changes["full_steps"] = config.full_steps or _full_steps(
    config, recipe, steps
  )
  return dataclasses.replace(config, **changes)


def _full_steps(config, recipe, steps):
  """Those of a round, where every fit ends by itself."""
  times = 1 if config.schedule == "converged" else recipe.full_times
  return round(times * steps)


def patch_for(
  extents: Sequence[Sequence[int]], share: float, multiple: int
) -> tuple[int, ...]:
  """Extents of a training patch, capped.

  Args:
    extents: [N, d] of the items, voxels.
    share: see `Recipe.patch_share`.
    multiple: that every extent is one of.
  """
  if share:
    usual = share * np.median(extents, axis=0)
  else:
    usual = np.quantile(extents, 0.9, axis=0)
  usual = np.minimum(usual, PATCH_CAP[usual.size])
  return tuple(int(-(-n // multiple) * multiple) for n in usual)
