"""Where a label comes from, and what it weighs in the loss of a fit."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

SOURCES = ("expert", "edited", "accepted", "pseudo", "synthetic")
_OF_DECISION = {
  "scratch": "expert",
  "redraw": "expert",
  "edit": "edited",
  "accept": "accepted",
}


@dataclasses.dataclass(frozen=True)
class SourceWeights:
  """What a label weighs, in [0, 1], by where it comes from.

  Attributes:
    expert: drawn by a person without a draft, or instead of it.
    edited: a draft that a person corrected.
    accepted: a draft that a person left as it was.
    pseudo: a model's, that nobody has looked at.
    synthetic: of a made image.
  """

  expert: float = 1.0
  edited: float = 1.0
  accepted: float = 1.0
  pseudo: float = 0.0
  synthetic: float = 0.0

  def __post_init__(self):
    """Raises ValueError for a weight out of range, or none above 0."""
    found = dataclasses.asdict(self)
    for name, value in found.items():
      is_number = isinstance(value, int | float) and not isinstance(value, bool)
      if not is_number or not 0 <= value <= 1:
        raise ValueError(f"{name}: wanted a weight in [0, 1], found {value!r}")
    if not any(found.values()):
      raise ValueError("weights: wanted one above 0, found none")


def only(sources: Sequence[str]) -> SourceWeights:
  """Weight 1 for these sources and 0 for all others.

  Raises:
    ValueError: for none, or another name.
  """
  for name in sources:
    _refuse_other(name)
  return SourceWeights(**{name: float(name in sources) for name in SOURCES})


def source_of(decision: str) -> str:
  """The source of a label by what its reader decided.

  Args:
    decision: "scratch", "redraw", "edit" or "accept".

  Raises:
    ValueError: for a decision that gives no label, such as "reject".
  """
  if decision not in _OF_DECISION:
    wanted = ", ".join(_OF_DECISION)
    raise ValueError(
      f"decision: wanted one that gives a label ({wanted}), found {decision!r}"
    )
  return _OF_DECISION[decision]


def weights_of(
  sources: Sequence[str],
  weights: SourceWeights,
  confidence: Sequence[float] | None = None,
) -> np.ndarray:
  """[n] float32 in [0, 1]: of each label its source's weight times confidence.

  Labels of weight 0 are to be left out of the fit: they would be drawn for
  nothing.

  Args:
    sources: n of `SOURCES`.
    weights: of each source.
    confidence: n in [0, 1], such as the consensus of readers or the probability
      of a pseudo-label; None: 1.

  Raises:
    ValueError: for another source, or a confidence out of range.
  """
  for name in sources:
    _refuse_other(name)
  found = np.array([getattr(weights, name) for name in sources], np.float64)
  if confidence is not None:
    sure = np.asarray(confidence, np.float64)
    if sure.shape != found.shape or not ((sure >= 0) & (sure <= 1)).all():
      raise ValueError(
        f"confidence: wanted {len(found)} numbers in [0, 1], found {confidence}"
      )
    found = found * sure
  return found.astype(np.float32)


def ramp(done: float) -> float:
  """exp(-5 (1 - t)^2): how much a weight counts that grows with the rounds.

  Laine and Aila 2017, section 3.2.

  Args:
    done: t, share of the rounds in which it grows; 1 and above: all of it.
  """
  return math.exp(-5.0 * (1.0 - min(max(done, 0.0), 1.0)) ** 2)


def _refuse_other(name):
  if name not in SOURCES:
    wanted = ", ".join(SOURCES)
    raise ValueError(f"source: wanted one of {wanted}, found {name!r}")
