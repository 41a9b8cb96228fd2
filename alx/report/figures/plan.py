"""What a figure of curves shows: which lines, which bands, which frame."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from alx.report.arms import Arm, band, last_gain
from alx.stats import Interval

INK = "#222222"
MOST_TOGETHER = 5  # methods in one plot; more have one each, beside random
LEAST_SEEDS = 5  # of a band; of fewer each has a thin line
# Also apart in grey print, darkest first.
COLOURS = ("#0b3c6f", "#a3195b", "#c8620f", "#35a373", "#86b6e8")
_MARKERS = "os^Dvph*XP<>d"
_BASELINES = {
  "random": {"color": "#555555", "linestyle": "--", "marker": "x"},
  "foreground_random": {"color": "#8a8a8a", "linestyle": ":", "marker": "+"},
}


class Curve(NamedTuple):
  """One acquisition in a plot."""

  arm: Arm
  style: dict  # color, linestyle and marker as matplotlib has them
  mean: np.ndarray  # [R]
  ends: tuple[np.ndarray, np.ndarray] | None  # of its band
  seeds: np.ndarray  # [S, R] to be drawn one by one; [0, R] for none


class Plot(NamedTuple):
  """Axes with their curves."""

  title: str  # "" of the only one
  curves: tuple[Curve, ...]


def plots(arms: Sequence[Arm]) -> list[Plot]:
  """One, or above `MOST_TOGETHER` methods one for each arm beside random.

  A seed has a thin line each as long as they are few; bands are drawn of two
  acquisitions at most: of random and of the method that ends best.
  """
  if not are_apart(arms):
    return [_plot("", arms, line_styles(list(arms)))]
  base = [arm for arm in arms if arm.name == "random"]
  found = []
  for arm in arms:
    if arm.name == "random":
      continue
    styles = line_styles([arm])  # one colour: names tell them apart
    found.append(_plot(arm.name, [*base, arm], styles))
  return found


def together(arms: Sequence[Arm], styles: dict[str, dict]) -> Plot:
  """One plot of some arms, in the styles that they have elsewhere."""
  return _plot("", arms, styles)


def are_apart(arms: Sequence[Arm]) -> bool:
  """Whether `plots` gives each method its own."""
  return len(_methods(arms)) > MOST_TOGETHER


def _methods(arms):
  return [arm for arm in arms if not arm.is_baseline]


def line_styles(arms: Sequence[Arm]) -> dict[str, dict]:
  """Colour, dashes and marker of each acquisition; no colour twice."""
  others = [arm.name for arm in arms if not arm.is_baseline]
  colours = _colours(len(others))
  styles = {
    name: {
      "color": colours[i],
      "linestyle": "-",
      "marker": _MARKERS[i % len(_MARKERS)],
    }
    for i, name in enumerate(others)
  }
  return _BASELINES | styles


def _colours(count):
  if count <= len(COLOURS):
    return COLOURS
  places = np.linspace(0.0, 0.88, count)
  return [to_hex(colour) for colour in colormaps["viridis"](places)]


def _plot(title, arms, styles):
  banded = _banded(arms)
  return Plot(
    title,
    tuple(_curve(arm, styles[arm.name], arm.name in banded) for arm in arms),
  )


def _banded(arms):
  """Random and the one that ends best, where there are seeds enough."""
  known = [a for a in arms if len(a.scores) >= LEAST_SEEDS]
  if len(known) <= 2:
    return {arm.name for arm in known}
  bases = [arm for arm in known if arm.name == "random"]
  others = [arm for arm in known if not arm.is_baseline] or known
  best = max(others, key=last_gain)
  return {arm.name for arm in [*bases, best]}


def _curve(arm, style, banded):
  found = band(arm.scores, arm.metric)
  few = 1 < len(arm.scores) < LEAST_SEEDS
  return Curve(
    arm,
    style,
    found.mean,
    (found.low, found.high) if banded else None,
    arm.scores if few else arm.scores[:0],
  )


def frame(found: Sequence[Plot], full: Interval | None) -> tuple[float, float]:
  """Vertical limits around what is drawn, inside of what a score can be."""
  drawn = [curve for plot in found for curve in plot.curves]
  parts = [c.mean for c in drawn] + [c.seeds.ravel() for c in drawn]
  parts += [end for c in drawn if c.ends is not None for end in c.ends]
  if full is not None:
    parts.append(np.array([full.mean]))
  values = np.concatenate(parts) if parts else np.zeros(0)
  values = values[np.isfinite(values)]
  if not len(values):
    return 0.0, 1.0
  low, high = values.min(), values.max()
  room = max(0.02 if high <= 1 else 0.0, 0.08 * (high - low), 1e-9)
  floor = 0.0 if low >= 0 else -np.inf
  top = 1.0 if high <= 1 else np.inf
  return float(max(floor, low - room)), float(min(top, high + room))


def ticks(arms: Sequence[Arm], most: int = 9) -> list[float]:
  """Numbers of labels to be written below the axis."""
  found = sorted({float(x) for arm in arms for x in arm.labels})
  if len(found) <= most:
    return found
  step = -(-len(found) // most)
  return found[::step]
