"""The items of one round as one small PNG: what a reader would look at."""

import io
import pathlib
from typing import NamedTuple

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from PIL import Image

from alx.report import words
from alx.report.curves import INK, to_png

# One for each class but the background; light, they lie on grey images.
CLASS_COLOURS = (
  "#ff9f1c",
  "#2ec4ff",
  "#f15bb5",
  "#a7e34b",
  "#b79cff",
  "#ffe74c",
)
_WIDTH = 7.0  # inches
_DPIS = (150, 125, 100, 80, 64)


class View(NamedTuple):
  """One item; maps are of the item's own extent."""

  id: str
  where: str
  score: float
  dice: float
  image: np.ndarray  # [H, W] float
  aspect: float  # height of a pixel over its width
  draft: np.ndarray | None  # [H, W] class numbers
  truth: np.ndarray | None
  uncertainty: np.ndarray | None  # [H, W] nats
  predicted: np.ndarray | None  # [C]
  truth_class: int | None


def read_views(path: pathlib.Path) -> list[View]:
  """The items of a pictures file.

  Raises:
    ValueError: the file is no such file.
  """
  try:
    with np.load(path, allow_pickle=False) as content:
      arrays = {name: content[name] for name in content.files}
    return [_view(arrays, i) for i in range(len(arrays["images"]))]
  except Exception as error:  # a torn zip fails in many ways
    raise ValueError(f"{type(error).__name__}: {error}") from error


def _view(arrays, i):
  def field(name, default=None):
    return arrays[name][i] if name in arrays else default

  image = np.asarray(arrays["images"][i], np.float32)
  inside = np.isfinite(image)
  rows, columns = inside.any(1), inside.any(0)

  def crop(x):
    return None if x is None else x[rows][:, columns]

  spacing = np.asarray(field("spacing", (1.0, 1.0)), float)
  truth_class = field("truth_class")
  return View(
    id=str(field("ids", "?")),
    where=str(field("where", "")),
    score=float(field("scores", np.nan)),
    dice=float(field("dice", np.nan)),
    image=crop(image),
    aspect=float(spacing[0] / spacing[1]) if (spacing > 0).all() else 1.0,
    draft=crop(field("draft")),
    truth=crop(field("truth")),
    uncertainty=crop(field("uncertainty")),
    predicted=field("predicted"),
    truth_class=None if truth_class is None else int(truth_class),
  )


def top_uncertainty(views: list[View]) -> float:
  """The largest of the maps, for a scale that rounds share."""
  maps = [v.uncertainty for v in views if v.uncertainty is not None]
  tops = [float(np.nanmax(m)) for m in maps if np.isfinite(m).any()]
  return max([1e-3, *tops])


def round_png(
  views: list[View], class_names: list[str], top: float, limit: int
) -> bytes:
  """The items below each other, at most `limit` bytes if that can be."""
  if views[0].predicted is None:
    figure = _maps_figure(views, top)
  else:
    figure = _images_figure(views, class_names)
  for dpi in _DPIS:
    content = _with_palette(to_png(figure, dpi))
    if len(content) <= limit:
      break
  return content


def _with_palette(png):
  """256 colours are enough for grey images and a few lines."""
  image = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=0)
  content = io.BytesIO()
  image.save(content, "PNG", optimize=True)
  return content.getvalue()


def _maps_figure(views, top):
  panel, left, gap = 2.06, 0.22, 0.05
  tall = [_panel_height(view, panel) for view in views]
  titles = ("image", "draft and true outline", "uncertainty")
  height = sum(tall) + gap * (len(tall) - 1) + 0.3
  figure = Figure(figsize=(_WIDTH, height))
  y = height - 0.27
  for i, (view, row) in enumerate(zip(views, tall, strict=True)):
    y -= row
    lefts = [left + j * (panel + gap) for j in range(3)]
    axes = [_axes(figure, x, y, panel, row) for x in lefts]
    _draw_maps(axes, view, top)
    _label(figure, 0.03, y + row, words.letter(i), weight="bold", va="top")
    y -= gap
  for j, title in enumerate(titles):
    _label(figure, left + j * (panel + gap), height - 0.2, title)
  _colour_bar(figure, left + 3 * (panel + gap) + 0.05, height, top)
  return figure


def _panel_height(view, panel):
  rows, columns = view.image.shape
  return float(np.clip(panel * rows * view.aspect / columns, 0.7, 1.5 * panel))


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
  """Grey, from the 1st to the 99th percentile, rows downwards."""
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
  for value in np.unique(labels[labels > 0]):
    colour = CLASS_COLOURS[(int(value) - 1) % len(CLASS_COLOURS)]
    mask = (padded == value).astype(float)
    lines = [(colour, "solid", 1.5)]
    if not draft:
      lines = [("#000000", "solid", 1.3), ("#ffffff", (0, (3, 2)), 1.0)]
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
  _label(figure, x - 0.02, height - 0.2, "nats")


def _images_figure(views, class_names):
  row, gap = 1.45, 0.12
  height = len(views) * (row + gap) + 0.15
  figure = Figure(figsize=(_WIDTH, height))
  y = height - 0.02
  for i, view in enumerate(views):
    y -= row
    show_image(_axes(figure, 0.22, y, row, row), view)
    _label(figure, 0.03, y + row, words.letter(i), weight="bold", va="top")
    axes = _axes(figure, 3.4, y + 0.05, _WIDTH - 3.9, row - 0.1)
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
    f"{words.shorten(n, 26)} (true)"
    if i == view.truth_class
    else words.shorten(n, 32)
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
