"""How simulated readers are: names for settings."""

import dataclasses

from alx.metrics import inputs


@dataclasses.dataclass(frozen=True)
class Habits:
  """What a simulated reader does with an image and a draft.

  Distances are in mm, or in voxels where the spacing is unknown.

  Attributes:
    tolerance: what nobody would correct: outlines that are so near each other
      stay as they are, in surface Dice, in paths and in what is mended.
    content: surface Dice, mean over the classes, from which a draft is good
      enough: it is accepted, and editing stops there. 1: all that is farther
      off than the tolerance is mended.
    fixes: share of the wrong voxels farther off than the tolerance that is
      corrected at least, large parts first; below 1 the reader is anchored by
      the draft.
    redraws_above: path to correct, as a share of the contour from scratch,
      above which a draft is thrown away; 0: it is edited whatever it costs.
    part: path that touching one more part of the error is worth to the reader.
    warp: sd of how far this reader's outlines are from the truth; on a grid of
      voxels less than half of one shows nothing.
    grows: how far outlines are outside of it; below 0: inside. In whole voxels
      of the finest axis, more or fewer by chance, so that it is the mean over
      keys.
    misses: chance that an object is not seen.
    invents: chance that a case gets an object that is not there, apart from
      all that are; none where there is no room for it.
    pace: seconds as a multiple of the price list's.
    spread: sd of the logarithm of the seconds of a case, with mean 1.
  """

  tolerance: float = 0.0
  content: float = 1.0
  fixes: float = 1.0
  redraws_above: float = 1.0
  part: float = 10.0
  warp: float = 0.0
  grows: float = 0.0
  misses: float = 0.0
  invents: float = 0.0
  pace: float = 1.0
  spread: float = 0.0

  def __post_init__(self):
    """Raises ValueError for a setting out of range."""
    for name in ("content", "fixes", "misses", "invents"):
      inputs.number_of(name, getattr(self, name), 0, 1)
    for name in ("tolerance", "redraws_above", "part", "warp", "spread"):
      inputs.number_of(name, getattr(self, name), 0)
    inputs.number_of("grows", self.grows, -1e6)
    if not inputs.number_of("pace", self.pace, 0):
      raise ValueError("pace: wanted a number above 0, found 0")


_CASES = 0.25  # spread of the seconds from case to case
# The oracle is an upper bound: nobody draws the truth.
BY_NAME = {
  "oracle": Habits(),
  "tolerant": Habits(tolerance=1.0, content=0.95, spread=_CASES),
  "anchored": Habits(
    tolerance=1.0, content=0.95, fixes=0.6, redraws_above=0.0, spread=_CASES
  ),
  "warped": Habits(tolerance=1.0, content=0.95, warp=1.0, spread=_CASES),
  "slow": Habits(tolerance=1.0, content=0.95, pace=2.0, spread=_CASES),
  "fast": Habits(tolerance=1.0, content=0.9, pace=0.5, spread=_CASES),
  "senior": Habits(
    tolerance=1.0, content=0.95, warp=0.4, pace=0.8, spread=_CASES
  ),
  "junior": Habits(
    tolerance=1.0,
    content=0.9,
    fixes=0.8,
    warp=1.0,
    grows=0.5,
    misses=0.05,
    invents=0.05,
    pace=1.4,
    spread=_CASES,
  ),
}


def habits_of(name: str) -> Habits:
  """Habits by name.

  Raises:
    ValueError: for another name.
  """
  if name not in BY_NAME:
    raise ValueError(
      f"reader: wanted one of {', '.join(BY_NAME)}, found {name!r}"
    )
  return BY_NAME[name]
