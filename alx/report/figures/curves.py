"""The learning curves as one figure."""

import io
import textwrap
import warnings

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from alx.report import words
from alx.report.arms import Arm, band
from alx.stats import Interval

INK = "#222222"
# Okabe and Ito's colours that keep apart in print, darkest first.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MARKERS = "os^Dvph*X"
_BASELINES = {
  "random": {"color": "#555555", "linestyle": "--", "marker": "x"},
  "foreground_random": {"color": "#8a8a8a", "linestyle": ":", "marker": "+"},
}
_DPI = 170


def line_styles(arms: list[Arm]) -> dict[str, dict]:
  """Colour, dashes and marker of each acquisition."""
  others = [arm.name for arm in arms if not arm.is_baseline]
  styles = {
    name: {
      "color": _COLOURS[i % len(_COLOURS)],
      "linestyle": "-",
      "marker": _MARKERS[i % len(_MARKERS)],
    }
    for i, name in enumerate(others)
  }
  return _BASELINES | styles


def learning_curves(
  arms: list[Arm], full: Interval | None, num_pool: int | None, metric: str
) -> bytes:
  """A PNG: the metric against the labelled items, names at the lines' ends."""
  figure = Figure(figsize=(6.9, 4.2))
  axes = figure.add_axes((0.1, 0.125, 0.585, 0.85))
  ends = [_draw_arm(axes, arm, style) for arm, style in _styled(arms)]
  if full is not None and np.isfinite(full.mean):
    ends.append(_draw_full(axes, full, num_pool))
  axes.set_xlabel("labelled items", fontsize=10.5, color=INK)
  name = words.LABELS.get(metric, metric)
  axes.set_ylabel(
    f"{name} on the test items", fontsize=10.5, color=INK, parse_math=False
  )
  _tidy(axes, arms)
  axes.set_ylim(*_frame(arms, full))
  _name_lines(axes, ends)
  return to_png(draw(figure, _DPI))


def _styled(arms):
  styles = line_styles(arms)
  return [(arm, styles[arm.name]) for arm in arms]


def _draw_arm(axes, arm, style):
  mean, low, high, _ = band(arm.scores)
  order = 2 if arm.is_baseline else 3
  axes.fill_between(
    arm.labels, low, high, color=style["color"], alpha=0.13, lw=0
  )
  axes.plot(
    arm.labels, mean, **style, lw=1.7, ms=5, mew=1.4, zorder=order, mfc="white"
  )
  return mean[-1], words.plain(arm.name), style


def _draw_full(axes, full, num_pool):
  style = {"color": INK, "linestyle": (0, (6, 2, 1, 2)), "marker": None}
  axes.axhline(full.mean, lw=1.1, **style)
  if np.isfinite(full.low):
    axes.axhspan(full.low, full.high, color=INK, alpha=0.07, lw=0)
  text = f"all {num_pool} labels" if num_pool else "all labels"
  return full.mean, text, style


def _frame(arms, full):
  """Vertical limits around the means, inside [0, 1].

  The interval of two seeds can be wider than the metric's whole range: it is
  cut off at the frame, so that the curves can be seen.
  """
  means = np.concatenate([band(arm.scores)[0] for arm in arms] or [[0.0, 1.0]])
  if full is not None:
    means = np.append(means, full.mean)
  means = means[np.isfinite(means)]
  if not len(means):
    return 0.0, 1.0
  room = max(0.02, 0.5 * np.ptp(means))
  return max(0.0, means.min() - room), min(1.0, means.max() + room)


def _tidy(axes, arms):
  ticks = sorted({float(x) for arm in arms for x in arm.labels})
  if 0 < len(ticks) <= 9:
    axes.set_xticks(ticks, [f"{x:g}" for x in ticks])
  axes.tick_params(labelsize=9.5, colors=INK, length=3)
  axes.grid(axis="y", color="#e6e6e6", lw=0.7)
  axes.set_axisbelow(True)
  axes.margins(x=0.025)
  for side in ("top", "right"):
    axes.spines[side].set_visible(False)


def _name_lines(axes, ends):
  """Names right of the axes, as near the lines' ends as they fit."""
  ends = sorted((end for end in ends if np.isfinite(end[0])), key=_height)
  low, high = axes.get_ylim()
  wanted = [(end[0] - low) / (high - low) for end in ends]
  for (_, name, style), y, at in zip(
    ends, _spread(wanted, 0.062), wanted, strict=True
  ):
    faint = {"color": style["color"], "clip_on": False, "lw": 0.6}
    axes.plot([0.985, 1.045], [at, y], transform=axes.transAxes, **faint)
    sample = style | {"lw": 1.7, "mfc": "white", "mew": 1.4, "ms": 5}
    axes.plot(
      [1.05, 1.09, 1.13],
      [y] * 3,
      transform=axes.transAxes,
      clip_on=False,
      markevery=[1],
      **sample,
    )
    text, size = _fitted(name)
    axes.text(
      1.15,
      y,
      text,
      transform=axes.transAxes,
      va="center_baseline",
      parse_math=False,
      fontsize=size,
      color=INK,
    )


def _fitted(name):
  """(text, size in points) of a name beside the axes: two lines at most."""
  if len(name) <= 20:
    return name, 10.5
  lines = textwrap.wrap(name, 26, max_lines=2, placeholder=" …")
  return "\n".join(lines), 7


def _height(end):
  return end[0]


def _spread(wanted, gap):
  """Ascending heights at least `gap` apart, near the wanted ones, below 1."""
  placed = list(wanted)
  for _ in range(200):
    for i in range(1, len(placed)):
      short = gap - (placed[i] - placed[i - 1])
      if short > 0:
        placed[i - 1] -= short / 2
        placed[i] += short / 2
  over = max(0.0, placed[-1] - 1.0) if placed else 0.0
  return [y - over for y in placed]


def draw(figure: Figure, dpi: float) -> Image.Image:
  """The figure drawn by Agg; no pyplot, so any thread may.

  Letters that the font does not have are boxes; the page has them as text.
  """
  figure.set_dpi(dpi)
  canvas = FigureCanvasAgg(figure)
  with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Glyph .* missing from")
    canvas.draw()
  pixels = np.asarray(canvas.buffer_rgba())
  return Image.fromarray(pixels).convert("RGB")


def to_png(image: Image.Image) -> bytes:
  """Encoded."""
  content = io.BytesIO()
  image.save(content, "PNG", optimize=True)
  return content.getvalue()
