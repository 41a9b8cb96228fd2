"""Everything that decides a run of the study: presets and sizes."""

import dataclasses

from alx.augment import Augment
from alx.epochs import Epochs
from alx.restarts import Restarts
from alx.settings import Training
from experiments.config import Config

EXPERIMENTS = {
  1: (
    "random",
    "bootstrapping",
    "margins",
    "dropout_train_test",
    "dropout_test_only",
  ),
  2: (
    "random",
    "dropout_train_test",
    "redundancy_representative",
    "redundancy_nonsimilar",
  ),
}
ARMS = tuple(dict.fromkeys((*EXPERIMENTS[1], *EXPERIMENTS[2])))


@dataclasses.dataclass(frozen=True)
class Kim:
  """The protocol of Kim et al. 2024; the defaults are the paper at its size.

  What the paper leaves open is marked so; `PRESETS` names what its code does
  otherwise, `SIZES` what a smaller run changes.
  """

  # Data
  data: str = ""
  merge: bool = True  # all foreground is one class
  target: tuple[str, ...] = ()  # classes that are foreground; (): all
  phantom_items: int = 24
  test_share: float = 0.2
  split_seed: int = 0
  # Protocol
  acquisition: tuple[str, ...] = EXPERIMENTS[1]  # the arms
  seeds: int = 1
  first_seed: int = 0
  start: int = 40
  query: int = 50
  rounds: int = 6
  # Network
  widths: tuple[int, ...] = (32, 64, 128, 256, 512)
  blocks_down: tuple[int, ...] = (2, 2, 2, 2, 2)  # open
  blocks_up: tuple[int, ...] = (2, 2, 2, 2)  # open
  group_width: int = 16
  upsampling: str = "half_pixel"
  foreground_prior: float = 0.01
  # Training
  patch: tuple[int, ...] = (128, 128, 128)
  batch: int = 1
  epochs: int = 500
  patience: int = 50
  patches: int = 2  # of each image in an epoch
  least_steps: int = 1  # of an epoch
  held_out: float = 0.2  # of the labelled, drawn anew in every round
  monitor: str = "loss"
  foreground_centres: float = 0.5  # open
  foreground_weight: float = 1.0  # in the cross-entropy; open
  flips: bool = True
  stretch: tuple[float, ...] = (0.7, 1.4)  # open
  degrees: float = 20.0  # open
  chance: float = 0.3  # open
  learning_rate: float = 1e-3
  cycle: int = 80  # epochs; open
  warmup: int = 3  # epochs; open
  momentum: float = 0.9  # open
  nesterov: bool = False
  weight_decay: float = 2e-5
  decay: str = "coupled"
  clip: float = 0.0
  # Scores
  dropout: float = 0.5  # open
  drop: str = "voxel"  # open
  passes: int = 20  # open
  dropout_evaluation: str = "deterministic"  # or "mc_mean"; open
  members: int = 4
  bootstrap_reduce: str = "mean"
  bootstrap_resample: str = "train"
  margin_scale: float = 0.5
  shortlist: float = 1.0  # of q, from which experiment 1 draws q by chance
  keep: float = 2.0  # of q, among which experiment 2 chooses
  cover_start: str = "empty"
  unlike_start: str = "least_similar"
  unlike_aggregate: str = "max"
  # Prediction
  overlap: float = 0.75
  block: int = 1

  def __post_init__(self):
    """Raises ValueError with the field, what was wanted, what was found."""
    for arm in self.acquisition:
      _among("arms", arm, ARMS)
    _among("cover_start", self.cover_start, ("empty", "random"))
    _among("unlike_start", self.unlike_start, ("least_similar", "random"))
    _among("bootstrap_reduce", self.bootstrap_reduce, ("mean", "top_fraction"))
    _among(
      "dropout_evaluation",
      self.dropout_evaluation,
      ("deterministic", "mc_mean"),
    )
    for name in ("seeds", "start", "query", "members", "passes", "batch"):
      if getattr(self, name) < 1:
        raise ValueError(
          f"{name} must be at least 1, found {getattr(self, name)}"
        )


def _among(field, value, known):
  if value not in known:
    raise ValueError(f"{field}: {value!r} is not one of {', '.join(known)}")


# What the public code does otherwise; all else is the paper.
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
    "overlap": 0.25,
  },
  "paper": {},
}


def make_settings(preset: str, size: str, **changes) -> Kim:
  """The settings of a preset and a size, with changes.

  Raises:
    ValueError: for a preset or size that there is not, or a bad value.
  """
  _among("preset", preset, PRESETS)
  _among("size", size, SIZES)
  fields = PRESETS[preset] | SIZES[size] | changes
  levels = len(fields.get("widths", Kim.widths))
  for name, length in (("blocks_down", levels), ("blocks_up", levels - 1)):
    fields.setdefault(name, getattr(Kim, name))
    fields[name] = tuple(fields[name][:length])
  return Kim(**fields)


def config_of(kim: Kim) -> Config:
  """What the machinery of all runs needs to know of them."""
  return Config(
    data=kim.data,
    phantom_items=kim.phantom_items,
    split_seed=kim.split_seed,
    acquisition=(),
    seeds=kim.seeds,
    first_seed=kim.first_seed,
    start=kim.start,
    query=kim.query,
    rounds=kim.rounds,
    patch=kim.patch,
    block=kim.block,
    pictures=0,
  )


def training_of(kim: Kim) -> Training:
  """How items are cut, and models asked."""
  return Training(
    patch=kim.patch,
    batch=kim.batch,
    overlap=kim.overlap,
    augment=Augment(kim.flips, False, 0.0),
  )


def epochs_of(kim: Kim, dropout: bool, resample: str = "") -> Epochs:
  """How a model is fitted, with or without dropout."""
  return Epochs(
    most=kim.epochs,
    patience=kim.patience,
    patches=kim.patches,
    least_steps=kim.least_steps,
    held_out=kim.held_out,
    monitor=kim.monitor,
    resample=resample,
    foreground_centres=kim.foreground_centres,
    foreground_weight=kim.foreground_weight,
    stretch=kim.stretch,
    degrees=kim.degrees,
    chance=kim.chance,
    dropout=dropout,
    descent=Restarts(
      peak=kim.learning_rate,
      warmup=kim.warmup,
      cycle=kim.cycle,
      momentum=kim.momentum,
      nesterov=kim.nesterov,
      weight_decay=kim.weight_decay,
      decay=kim.decay,
      clip=kim.clip,
    ),
  )
