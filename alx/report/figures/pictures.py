"""The items of one round as one small PNG: what a reader would look at."""

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from PIL import Image

from alx.label_maps import UNLABELLED
from alx.report import words
from alx.report.figures.curves import INK, draw, to_png
from alx.report.figures.views import View

# One for each class but the background; light, they lie on grey images.
CLASS_COLOURS = (
  "#ff9f1c",
  "#2ec4ff",
  "#f15bb5",
  "#a7e34b",
  "#b79cff",
  "#ffe74c",
)
_WIDTH = 7.0  # inches, as all lengths here
_PANEL = 2.06
_LEFT, _GAP = 0.22, 0.05
_DPI, _LEAST_DPI = 140, 60


def round_png(
  views: list[View], class_names: list[str], top: float, limit: int
) -> tuple[bytes, float]:
  """The items below each other, at most `limit` bytes if that can be.

  Returns:
    The PNG, and its width in inches.
  """
  if views[0].predicted is None:
    figure = _maps_figure(views, top)
  else:
    figure = _images_figure(views, class_names)
  return _within(figure, limit), figure.get_figwidth()


def _within(figure, limit):
  """Drawn with fewer dots until it is small enough."""
  dpi = _DPI
  while True:
    content = to_png(_with_palette(draw(figure, dpi)))
    if len(content) <= limit or dpi <= _LEAST_DPI:
      return content
    dpi = max(_LEAST_DPI, 0.93 * dpi * (limit / len(content)) ** 0.5)


def _with_palette(image):
  """256 colours: the image's own, and all of the uncertainty's and classes'."""
  own = image.quantize(180, dither=0).getpalette()[: 180 * 3]
  heat = colormaps["inferno"](np.linspace(0, 1, 64))
  plain = [to_rgba(c) for c in ("white", "black", INK, *CLASS_COLOURS)]
  fixed = np.concatenate([heat, plain])[:, :3]
  palette = Image.new("P", (1, 1))
  palette.putpalette(own + (fixed * 255).round().astype(int).ravel().tolist())
  return image.quantize(palette=palette, dither=0)


def _maps_figure(views, top):
  wide, tall = _panel_size(views)
  step = wide + _GAP
  lefts = [_LEFT + j * step for j in range(3)]
  height = sum(tall) + _GAP * (len(tall) - 1) + 0.3
  figure = Figure(figsize=(lefts[2] + step + 0.6, height))
  for x, title in zip(lefts, ("image", "outlines", "uncertainty"), strict=True):
    _label(figure, x, height - 0.2, title)
  _colour_bar(figure, lefts[2] + step + 0.05, height, top)
  y = height - 0.27
  for i, (view, row) in enumerate(zip(views, tall, strict=True)):
    y -= row
    _label(figure, 0.03, y + row, words.letter(i), weight="bold", va="top")
    _draw_maps([_axes(figure, x, y, wide, row) for x in lefts], view, top)
    y -= _GAP
  return figure


def _panel_size(views):
  """Inches: one width for all, a height for each."""
  ratios = [v.image.shape[0] * v.aspect / v.image.shape[1] for v in views]
  wide = max(min(_PANEL, _PANEL / ratio) for ratio in ratios)
  return wide, [max(0.5, min(_PANEL, wide * ratio)) for ratio in ratios]


def _axes(figure, x, y, width, height):
  """Axes placed in inches from the lower left."""
  wide, high = figure.get_size_inches()
  box = (x / wide, y / high, width / wide, height / high)
  axes = figure.add_axes(box)
  axes.set_axis_off()
  return axes


def _label(figure, x, y, text, **more):
  wide, high = figure.get_size_inches()
  figure.text(x / wide, y / high, text, fontsize=9.5, color=INK, **more)


def _draw_maps(axes, view, top):
  for panel in axes:
    show_image(panel, view)
  for draft, which in ((True, view.draft), (False, view.truth)):
    if which is not None:
      _outline(axes[1], which, draft)
  if view.uncertainty is None:
    return
  heat = np.nan_to_num(view.uncertainty)
  axes[2].imshow(
    heat,
    cmap="inferno",
    vmin=0,
    vmax=top,
    alpha=np.clip(heat / top * 4, 0, 1) * 0.8,
    aspect=view.aspect,
    interpolation="nearest",
  )


def show_image(axes, view: View) -> None:
  """Rows downwards; grey from the 1st to the 99th percentile, or coloured."""
  if view.colours is not None:
    axes.imshow(view.colours, aspect=view.aspect, interpolation="antialiased")
    return
  low, high = np.nanpercentile(view.image, (1, 99))
  high = high if high > low else low + 1
  small = max(view.image.shape) < 300
  axes.imshow(
    view.image,
    cmap="gray",
    vmin=low,
    vmax=high,
    aspect=view.aspect,
    interpolation="bilinear" if small else "antialiased",
  )


def _outline(axes, labels, draft):
  """Outlines of the classes: of the draft solid, of the truth dashed white."""
  padded = np.pad(labels, 1)
  rows = np.arange(-1, labels.shape[0] + 1)
  columns = np.arange(-1, labels.shape[1] + 1)
  for value in np.unique(labels[(labels > 0) & (labels != UNLABELLED)]):
    colour = CLASS_COLOURS[(int(value) - 1) % len(CLASS_COLOURS)]
    mask = (padded == value).astype(float)
    lines = [(colour, "solid", 1.5)]
    if not draft:
      lines = [("#000000", "solid", 1.1), ("#ffffff", (0, (4, 2.5)), 1.1)]
    for line, dashes, width in lines:
      axes.contour(
        columns,
        rows,
        mask,
        [0.5],
        colors=[line],
        linestyles=[dashes],
        linewidths=[width],
        alpha=0.5 if line == "#000000" else 1.0,
      )
  axes.set_xlim(-0.5, labels.shape[1] - 0.5)
  axes.set_ylim(labels.shape[0] - 0.5, -0.5)


def _colour_bar(figure, x, height, top):
  tall = min(1.7, height - 0.45)
  axes = _axes(figure, x, height - 0.27 - tall, 0.11, tall)
  axes.set_axis_on()
  scale = ScalarMappable(Normalize(0, top), "inferno")
  bar = figure.colorbar(scale, cax=axes)
  bar.set_ticks(
    [0, top / 2, top], labels=[f"{top * f:.2g}" for f in (0, 0.5, 1)]
  )
  bar.ax.tick_params(labelsize=8.5, colors=INK, length=2)
  bar.outline.set_visible(False)
  _label(figure, x - 0.02, height - 0.16, "nats")


def _images_figure(views, class_names):
  row, gap = 1.45, 0.12
  height = len(views) * (row + gap) + 0.15
  figure = Figure(figsize=(_WIDTH, height))
  y = height - 0.02
  for i, view in enumerate(views):
    y -= row
    show_image(_axes(figure, 0.22, y, row, row), view)
    _label(figure, 0.03, y + row, words.letter(i), weight="bold", va="top")
    axes = _axes(figure, 4.15, y + 0.05, _WIDTH - 4.6, row - 0.1)
    _bars(axes, view, class_names)
    y -= gap
  return figure


def _bars(axes, view, class_names):
  """Probabilities of the likeliest classes and the true one."""
  likely = set(np.argsort(-view.predicted)[:5].tolist()) | {view.truth_class}
  shown = sorted(i for i in likely if i is not None)
  heights = [float(view.predicted[i]) for i in shown]
  colours = ["#0072b2" if i == view.truth_class else "#b5b5b5" for i in shown]
  axes.set_axis_on()
  axes.barh(range(len(shown)), heights, color=colours, height=0.62)
  names = [words.class_name(class_names, i) for i in shown]
  names = [
    f"{words.shorten(n, 24)} (true)"
    if i == view.truth_class
    else words.shorten(n, 30)
    for i, n in zip(shown, names, strict=True)
  ]
  axes.set_yticks(range(len(shown)), names, parse_math=False)
  axes.set_ylim(max(len(shown), 3) - 0.5, -0.5)
  axes.set_xlim(0, 1)
  axes.set_xticks([])
  axes.tick_params(labelsize=9, colors=INK, length=0)
  for at, value in enumerate(heights):
    axes.text(value + 0.015, at, f"{value:.2f}", va="center", fontsize=8.5)
  for side in ("top", "right", "bottom"):
    axes.spines[side].set_visible(False)
