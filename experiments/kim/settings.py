"""Everything that decides a run of the study, checked when it is made."""

import dataclasses

from alx.models.upsampling import KINDS as UPSAMPLINGS
from alx.runs.settings.checks import all_among, among, at_least, within
from alx.training.by_epochs.epoch_settings import MONITORS, RESAMPLES
from alx.training.by_epochs.restarts import DECAYS

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
_OF_PASSES = ARMS[3:]  # scored by the variance of passes with dropout


@dataclasses.dataclass(frozen=True)
class Kim:
  """The protocol of Kim et al. 2024; the defaults are the paper at its size.

  What the paper leaves open is in `deviations.OPEN`, what its code does
  otherwise in `presets.PRESETS`, what a smaller run changes in `presets.SIZES`,
  and what neither follows in `deviations.NOT_DONE`.
  """

  # Data
  data: str = ""
  channels: tuple[str, ...] = ()  # names or numbers, in this order; (): all
  patient: str = ""  # regular expression: the part of an id that is the patient
  coarsen: int = 1  # voxels of a side that become one
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
  max_per_group: int = 0  # volumes of one patient in a round; 0: any number
  rounds: int = 6
  # Network
  widths: tuple[int, ...] = (32, 64, 128, 256, 512)
  blocks_down: tuple[int, ...] = (2, 2, 2, 2, 2)
  blocks_up: tuple[int, ...] = (2, 2, 2, 2)
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
  foreground_centres: float = 0.5
  foreground_weight: float = 1.0  # in the cross-entropy
  flips: bool = True
  stretch: tuple[float, ...] = (0.7, 1.4)
  degrees: float = 20.0
  chance: float = 0.3
  learning_rate: float = 1e-3
  cycle: int = 80  # epochs
  warmup: int = 3  # epochs
  momentum: float = 0.9
  nesterov: bool = False
  weight_decay: float = 2e-5
  decay: str = "coupled"
  clip: float = 0.0
  # Scores
  dropout: float = 0.5
  drop: str = "voxel"
  passes: int = 20
  dropout_evaluation: str = "deterministic"  # or "mc_mean"
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
  prediction: str = "windows"  # or "whole": volumes of one extent, in one pass
  overlap: float = 0.75  # of windows
  block: int = 1
  empty: str = (
    "nan"  # Dice where neither truth nor prediction has any: or "one"
  )

  def __post_init__(self):
    """Raises ValueError with the field, what was wanted, what was found."""
    all_among("arms", self.acquisition, ARMS)
    for names, low in _LEAST:
      for name in names.split():
        at_least(name, getattr(self, name), low)
    for name, known in _CHOICES.items():
      among(name, getattr(self, name), known)
    for name, closed in _SHARES.items():
      ends = {"open_start": closed == "none", "open_end": closed != "both"}
      within(name, getattr(self, name), 0, 1, **ends)
    _check_together(self)


_LEAST = (
  ("seeds start query batch epochs patience patches cycle members passes", 1),
  ("block group_width coarsen shortlist keep", 1),
  ("rounds least_steps warmup weight_decay clip degrees split_seed", 0),
  ("first_seed foreground_weight max_per_group", 0),
  ("phantom_items", 8),
  ("learning_rate margin_scale", 1e-8),
)
_CHOICES = {
  "upsampling": UPSAMPLINGS,
  "monitor": MONITORS,
  "decay": DECAYS,
  "drop": ("voxel", "channel"),
  "dropout_evaluation": ("deterministic", "mc_mean"),
  "bootstrap_reduce": ("mean", "top_fraction"),
  "bootstrap_resample": RESAMPLES,
  "cover_start": ("empty", "random"),
  "unlike_start": ("least_similar", "random"),
  "unlike_aggregate": ("max", "mean"),
  "prediction": ("windows", "whole"),
  "empty": ("nan", "one"),
}
_SHARES = {  # which ends of [0, 1] a share may be: "none", the "low", or "both"
  "test_share": "none",
  "held_out": "none",
  "foreground_prior": "none",
  "overlap": "low",
  "dropout": "low",
  "momentum": "low",
  "foreground_centres": "both",
  "chance": "both",
}


def _check_together(kim):
  """Raises ValueError for settings that do not fit one another."""
  if kim.target and not kim.merge:
    found = ", ".join(kim.target)
    raise ValueError(f"target: wanted none without merge, found {found}")
  stretch = kim.stretch
  if len(stretch) != 2 or not 0 < stretch[0] <= stretch[1]:
    raise ValueError(
      f"stretch: wanted a smallest and a largest factor, found {stretch}"
    )
  if "bootstrapping" in kim.acquisition and kim.members < 2:
    raise ValueError("members must be at least 2 for bootstrapping, found 1")
  arms = [name for name in _OF_PASSES if name in kim.acquisition]
  if arms and kim.passes < 2:
    raise ValueError(f"passes must be at least 2 for {arms[0]}, found 1")
