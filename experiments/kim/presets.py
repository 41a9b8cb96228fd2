"""The paper's text and its public code, at three sizes."""

from alx.runs.settings.checks import among
from experiments.kim.settings import Kim

# What the public code is known to do otherwise than the text.
PRESETS = {
  "paper": {},
  "code": {
    "blocks_down": (2, 1, 1, 1, 1),
    "upsampling": "box",
    "patience": 100,
    "monitor": "dice",
    "foreground_centres": 0.05,
    "foreground_weight": 4.0,
    "decay": "decoupled",
    "bootstrap_reduce": "top_fraction",
    "bootstrap_resample": "both",
    "margin_scale": 1.0,
    "shortlist": 2.0,
    "cover_start": "random",
    "unlike_start": "random",
    "unlike_aggregate": "mean",
    "prediction": "whole",
  },
}

# A higher rate, and clipped gradients, for a hundredth of the steps.
_FAST = {
  "learning_rate": 3e-2,
  "warmup": 2,
  "nesterov": True,
  "clip": 1.0,
  "degrees": 10.0,
  "stretch": (0.85, 1.2),
}
# A size has the last word: of patience, and of levels.
SIZES = {
  "smoke": {
    **_FAST,
    "start": 3,
    "query": 2,
    "rounds": 2,
    "widths": (4, 8),
    "group_width": 4,
    "patch": (16, 16, 16),
    "batch": 2,
    "epochs": 6,
    "patience": 3,
    "least_steps": 6,
    "cycle": 6,
    "passes": 4,
    "members": 2,
    "prediction": "windows",
    "overlap": 0.0,
  },
  "cpu": {
    **_FAST,
    "seeds": 3,
    "start": 8,
    "query": 10,
    "rounds": 4,
    "widths": (8, 16, 32),
    "group_width": 4,
    "patch": (24, 40, 24),
    "batch": 2,
    "epochs": 20,
    "patience": 9,
    "least_steps": 30,
    "cycle": 9,
    "passes": 10,
    "members": 3,
    "prediction": "windows",
    "overlap": 0.25,
  },
  "paper": {},
}


def make_settings(preset: str, size: str, **changes) -> Kim:
  """The settings of a preset and a size, with changes.

  Raises:
    ValueError: for a preset or size that there is not, or a bad value.
  """
  among("preset", preset, PRESETS)
  among("size", size, SIZES)
  fields = PRESETS[preset] | SIZES[size] | changes
  levels = len(fields.get("widths", Kim.widths))
  for name, length in (("blocks_down", levels), ("blocks_up", levels - 1)):
    fields.setdefault(name, getattr(Kim, name))
    fields[name] = tuple(fields[name][:length])
  return Kim(**fields)


def overridden(preset: str, size: str) -> tuple[str, ...]:
  """Fields of the preset that the size decides otherwise."""
  wanted, fields = PRESETS[preset], SIZES[size]
  return tuple(n for n in wanted if fields.get(n, wanted[n]) != wanted[n])
