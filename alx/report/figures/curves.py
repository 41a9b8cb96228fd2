"""The learning curves as one figure."""

import io
import textwrap
import warnings

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from alx.report import words
from alx.report.arms import Arm
from alx.report.figures import plan
from alx.report.figures.plan import INK
from alx.stats import Interval

_DPI = 170


def learning_curves(
  arms: list[Arm], full: Interval | None, num_pool: int | None, metric: str
) -> bytes:
  """A PNG: the metric against the labels, names at the lines' ends.

  Above `plan.MOST_TOGETHER` methods a plot for each, beside random.
  """
  found = plan.plots(arms)
  if len(found) > 1:
    return _multiples(found, arms, full, metric)
  figure = Figure(figsize=(6.9, 4.2))
  axes = figure.add_axes((0.1, 0.125, 0.585, 0.85))
  ends = [_draw_curve(axes, curve) for curve in found[0].curves]
  if full is not None and np.isfinite(full.mean):
    ends.append(_draw_full(axes, full, num_pool))
  axes.set_xlabel("labels", fontsize=10.5, color=INK)
  name = words.column(metric)
  axes.set_ylabel(
    f"{name} on the test items", fontsize=10.5, color=INK, parse_math=False
  )
  _tidy(axes, arms)
  axes.set_ylim(*plan.frame(found, full))
  _name_lines(axes, ends)
  return to_png(draw(figure, _DPI))


def _multiples(found, arms, full, metric):
  """A PNG of small plots with one frame."""
  columns = 3
  rows = -(-len(found) // columns)
  figure = Figure(figsize=(6.9, 1.75 * rows + 0.4), layout="constrained")
  grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
  for axes in grid.ravel()[len(found) :]:
    axes.set_axis_off()
  for axes, plot in zip(grid.ravel(), found, strict=False):
    for curve in plot.curves:
      _draw_curve(axes, curve, 3)
    if full is not None and np.isfinite(full.mean):
      axes.axhline(full.mean, lw=0.9, color=INK, linestyle=(0, (6, 2, 1, 2)))
    name = words.shorten(words.plain(plot.title), 30)
    axes.set_title(name, fontsize=9.5, color=INK, loc="left", parse_math=False)
    _tidy(axes, arms, 4)
  grid[0, 0].set_ylim(*plan.frame(found, full))
  dashed = "; dashed: random" if any(a.name == "random" for a in arms) else ""
  figure.supxlabel(f"labels{dashed}", fontsize=9.5, color=INK)
  name = words.column(metric)
  figure.supylabel(name, fontsize=9.5, color=INK, parse_math=False)
  return to_png(draw(figure, _DPI))


def _draw_curve(axes, curve, size=5):
  """Its seeds or its band, its mean; (last mean, name, style)."""
  labels, style = curve.arm.labels, curve.style
  order = 2 if curve.arm.is_baseline else 3
  if curve.ends is not None:
    axes.fill_between(
      labels, *curve.ends, color=style["color"], alpha=0.15, lw=0
    )
  thin = {"color": style["color"], "linestyle": style["linestyle"]}
  for row in curve.seeds:
    axes.plot(labels, row, **thin, lw=0.6, alpha=0.5, zorder=order - 1)
  axes.plot(
    labels,
    curve.mean,
    **style,
    lw=1.7,
    ms=size,
    mew=1.4,
    zorder=order,
    mfc="white",
  )
  return curve.mean[-1], words.plain(curve.arm.name), style


def _draw_full(axes, full, num_pool):
  style = {"color": INK, "linestyle": (0, (6, 2, 1, 2)), "marker": None}
  axes.axhline(full.mean, lw=1.1, **style)
  if np.isfinite(full.low):
    axes.axhspan(full.low, full.high, color=INK, alpha=0.07, lw=0)
  text = f"all {num_pool} labels" if num_pool else "all labels"
  return full.mean, text, style


def _tidy(axes, arms, most=9):
  ticks = plan.ticks(arms, most)
  axes.set_xticks(ticks, [f"{x:g}" for x in ticks])
  plain(axes)
  axes.margins(x=0.025)


def plain(axes: Axes) -> None:
  """Thin horizontal lines behind what is drawn, no box around it."""
  axes.tick_params(labelsize=9.5, colors=INK, length=3)
  axes.grid(axis="y", color="#e6e6e6", lw=0.7)
  axes.set_axisbelow(True)
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
