"""What a comparison of one acquisition with its peers consists of."""

from collections.abc import Callable
from typing import NamedTuple


class Case(NamedTuple):
  """One kernel at one size, and the peers that do the same.

  A baseline imports its library when it is called, so that one that is not
  installed is a row of the table and no more.

  Attributes:
    kernel: name in `BY_NAME`.
    size: what is in the inputs, as the table shows it.
    bars: how many times faster than a baseline it should be.
    make: seed -> inputs, of ours and of the baselines.
    ours: inputs -> picks or scores.
    baselines: name -> (inputs -> picks or scores).
    agree: (ours, theirs) -> share of the answers that agree, in [0, 1].
    slow: baselines that run only once.
  """

  kernel: str
  size: str
  bars: dict[str, float]
  make: Callable
  ours: Callable
  baselines: dict[str, Callable]
  agree: Callable
  slow: frozenset[str] = frozenset()
