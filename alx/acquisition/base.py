"""The two functions that make an acquisition."""

from collections.abc import Callable
from typing import NamedTuple


class Acquisition(NamedTuple):
  """What to label next: `describe` each item, then `select` among them.

  Attributes:
    describe: (keys [B], Prediction of B items) -> pytree of [B, ...]. Runs
      block by block while the predictions are alive and keeps only what
      `select` needs; a key belongs to its item, whatever the block. None: the
      choice needs no prediction, and none is made.
    select: (key, description of N items, available [N] bool, k) -> items [k]
      int32, distinct and available, best first; an empty slot holds N.
    stochastic: whether `describe` wants posterior samples (MC dropout, an
      ensemble); if not it is given S = 1 deterministic prediction.
    spatial: whether the method has a meaning only for segmentation.
  """

  describe: Callable | None
  select: Callable
  stochastic: bool = False
  spatial: bool = False
