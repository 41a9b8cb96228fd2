"""How long a model is fitted by epochs, and on what."""

import dataclasses

from alx.training.by_epochs.restarts import Restarts

MONITORS = ("loss", "dice")
RESAMPLES = ("", "train", "both")


@dataclasses.dataclass(frozen=True)
class Epochs:
  """How long a model is fitted, and on what.

  Attributes:
    most: epochs at most.
    patience: epochs without improvement, after which the fit ends.
    patches: of each training item in an epoch.
    least_steps: an epoch has so many steps at least.
    held_out: share of the labelled items that is drawn, anew for each fit, to
      validate on; at least one item, and none of a single one.
    monitor: what must improve on the items held out: "loss", or "dice", the
      overlap of the likeliest classes, ties by the loss.
    resample: "": items as they are; "train": training items are drawn with
      replacement (Breiman 1996); "both": those held out are too.
    foreground_centres: share of the patches that a class of the foreground is
      drawn for, all as likely, to be around a voxel of it; where the item has
      none of it, and for the others, they are anywhere in the item.
    foreground_weight: see `losses.weighted_segmentation_loss`.
    stretch: range of the factors that a patch's axes are stretched by.
    degrees: largest angle that a patch is turned by in each plane.
    chance: of stretching, and of turning.
    dropout: whether dropout is on in training.
    whole: extents that items held out are grown to and validated on as a whole
      (see `whole.grow`); (): on patches drawn as in training.
    descent: the optimiser and its rate.
  """

  most: int = 500
  patience: int = 50
  patches: int = 2
  least_steps: int = 1
  held_out: float = 0.2
  monitor: str = "loss"
  resample: str = ""
  foreground_centres: float = 0.5
  foreground_weight: float = 1.0
  stretch: tuple[float, float] = (1.0, 1.0)
  degrees: float = 0.0
  chance: float = 0.3
  dropout: bool = True
  whole: tuple[int, ...] = ()
  descent: Restarts = Restarts()  # noqa: RUF009, frozen

  def __post_init__(self):
    """Raises ValueError for a name that is not known."""
    if self.monitor not in MONITORS or self.resample not in RESAMPLES:
      raise ValueError(
        f"wanted monitor in {MONITORS} and resample in {RESAMPLES}, found "
        f"{self.monitor!r} and {self.resample!r}"
      )
