"""Curves as SVG inside of a page: small, sharp in print, made at once."""

from collections.abc import Sequence
from html import escape

import numpy as np

from alx.report import words
from alx.report.arms import Arm, last_gain
from alx.report.figures import plan
from alx.report.figures.plan import Plot
from alx.stats import Interval

_DASHES = {"-": "", "--": "6 4", ":": "2 3"}
_SHAPES = {
  "o": "M-3 0A3 3 0 1 0 3 0A3 3 0 1 0 -3 0Z",
  "s": "M-3 -3H3V3H-3Z",
  "^": "M0 -4L3.5 3H-3.5Z",
  "D": "M0 -4L4 0L0 4L-4 0Z",
  "v": "M0 4L3.5 -3H-3.5Z",
  "x": "M-3 -3L3 3M-3 3L3 -3",
  "+": "M-4 0H4M0 -4V4",
}


def curves(
  arms: Sequence[Arm], full: Interval | None, metric: str, unit: str | None
) -> str:
  """SVG elements, one for each plot, of a figure without its legend.

  Args:
    arms: of one metric.
    full: the score of all labels, or None.
    metric: its column.
    unit: of distances.
  """
  found = plan.plots(arms)
  low, high = plan.frame(found, full)
  name = words.column(metric, unit)
  size = (480, 290) if len(found) == 1 else (230, 170)
  return "".join(
    _Axes(size, arms, (low, high)).draw(plot, full, name) for plot in found
  )


def against(
  plot: Plot, full: Interval | None, metric: str, unit: str | None, below: str
) -> str:
  """One small SVG of a score against something else than labels.

  Args:
    plot: of arms whose `labels` are that, see `alx.report.costs`.
    full: the score of all labels, or None.
    metric: its column.
    unit: of distances.
    below: what stands below the axis.
  """
  arms = [curve.arm for curve in plot.curves]
  axes = _Axes((230, 186), arms, plan.frame([plot], full), below)
  return axes.draw(plot, full, words.column(metric, unit))


def legend(arms: Sequence[Arm], full: bool) -> list[tuple[str, str]]:
  """(SVG of a sample, name) of each line, the best end first."""
  styles = plan.line_styles(arms)
  if plan.are_apart(arms):
    first = next(arm for arm in arms if not arm.is_baseline)
    there = {arm.name for arm in arms} & {"random"}
    kept = {name: styles[name] for name in there}
    kept["the method"] = plan.line_styles([first])[first.name]
    found = [(_sample(s), n) for n, s in kept.items()]
  else:
    order = sorted(arms, key=last_gain, reverse=True)
    found = [(_sample(styles[a.name]), words.plain(a.name)) for a in order]
  return found + [(_sample(_FULL), "all labels")] * full


_FULL = {"color": plan.INK, "linestyle": "-.", "marker": None}


def _sample(style):
  line = f'<path d="M0 6H34" {_stroke(style)} stroke-width="1.8"/>'
  return f'<svg width="34" height="12" aria-hidden="true">{line}' + (
    f"{_marker(style, 17, 6)}</svg>"
  )


def _stroke(style):
  dashes = _DASHES.get(style["linestyle"], "8 3 2 3")
  dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
  return f'fill="none" stroke="{style["color"]}"{dashed}'


def _marker(style, x, y):
  shape = _SHAPES.get(style["marker"])
  if shape is None:
    return ""
  return (
    f'<path d="{shape}" transform="translate({x:.1f} {y:.1f})" fill="#fff" '
    f'stroke="{style["color"]}" stroke-width="1.3"/>'
  )


class _Axes:
  """A rectangle of an SVG with its scales."""

  def __init__(self, size, arms, limits, below=""):
    self.width, self.height = size
    self.small, self.below = self.width < 300, below
    self.left, self.bottom = (34, 22) if self.small else (46, 36)
    self.bottom = 36 if below else self.bottom
    self.top = 18 if self.small else 16
    labels = np.concatenate([arm.labels for arm in arms])
    self.x0, self.x1 = float(labels.min()), float(labels.max())
    self.y0, self.y1 = limits
    self.ticks = plan.ticks(arms, 4 if self.small else 9)
    if below:
      self.ticks = _round_numbers(self.x0, self.x1, 4)

  def x(self, value):
    """Pixels of a number of labels."""
    share = (value - self.x0) / ((self.x1 - self.x0) or 1)
    return self.left + 6 + share * (self.width - self.left - 16)

  def y(self, value):
    """Pixels of a score."""
    share = (value - self.y0) / ((self.y1 - self.y0) or 1)
    return (
      self.height - self.bottom - share * (self.height - self.bottom - self.top)
    )

  def draw(self, plot, full, name):
    """The text of the SVG."""
    parts = [*self._grid(), *self._full(full)]
    parts += [self._band(c) for c in plot.curves if c.ends is not None]
    for curve in plot.curves:
      thin = f'{_stroke(curve.style)} stroke-width=".7" opacity=".55"'
      parts += [
        f'<path d="{self._path(curve.arm.labels, row)}" {thin}/>'
        for row in curve.seeds
      ]
    for curve in plot.curves:
      path = self._path(curve.arm.labels, curve.mean)
      parts.append(
        f'<path d="{path}" {_stroke(curve.style)} stroke-width="1.8"/>'
      )
      parts += self._markers(curve)
    title = words.plain(plot.title) if plot.title else name
    head = words.shorten(title, 34 if self.small else 70)
    parts.append(self._text(self.left, 10, head, "start"))
    if self.below or not self.small:
      at, text = (self.left + self.width) / 2, self.below or "labels"
      parts.append(self._text(at, self.height - 4, text, "middle"))
    box = f'viewBox="0 0 {self.width} {self.height}"'
    told = escape(f"{title}: {self._told(plot)}")
    return (
      f'<svg class="{"small" if self.small else "plot"}" {box} role="img" '
      f'aria-label="{told}">{"".join(parts)}</svg>'
    )

  def _told(self, plot):
    """The figure for those who do not see it."""
    of = self.below or "labels"
    return "; ".join(
      f"{words.plain(c.arm.name)} from {words.number(float(c.mean[0]))} with "
      f"{self._amount(c.arm.labels[0])} {of} to "
      f"{words.number(float(c.mean[-1]))} with {self._amount(c.arm.labels[-1])}"
      for c in plot.curves
    )

  def _amount(self, value):
    return words.amount(value) if self.below else f"{value:g}"

  def _text(self, x, y, text, anchor):
    return (
      f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
      f"{escape(text)}</text>"
    )

  def _grid(self):
    for value in _round_numbers(self.y0, self.y1, 3 if self.small else 5):
      y = self.y(value)
      yield (
        f'<path d="M{self.left} {y:.1f}H{self.width - 4}" stroke="#e3e3e3" '
        'stroke-width=".7"/>'
      )
      yield self._text(self.left - 4, y + 3.5, f"{value:.4g}", "end")
    base = self.height - self.bottom
    yield f'<path d="M{self.left} {base}H{self.width - 4}" stroke="#444"/>'
    last = -np.inf
    for value in self.ticks:
      x, text = self.x(value), self._amount(value)
      if x - last < (7 * len(text) if self.below else 22):
        continue
      last = x
      yield f'<path d="M{x:.1f} {base}v3" stroke="#444"/>'
      beside = self.below and x > self.width - 24  # the text would be cut off
      anchor, at = ("end", self.width - 1) if beside else ("middle", x)
      yield self._text(at, base + 14, text, anchor)

  def _full(self, full):
    if full is None or not np.isfinite(full.mean):
      return
    y = self.y(float(full.mean))
    yield (
      f'<path d="M{self.left} {y:.1f}H{self.width - 4}" {_stroke(_FULL)} '
      'stroke-width="1"/>'
    )

  def _band(self, curve):
    low, high = curve.ends
    known = np.isfinite(low + high)
    x, low, high = curve.arm.labels[known], low[known], high[known]
    there = self._path(x, high)
    back = self._path(x[::-1], low[::-1]).replace("M", "L", 1)
    if not there:
      return ""
    colour = curve.style["color"]
    return f'<path d="{there}{back}Z" fill="{colour}" opacity=".16"/>'

  def _path(self, x, y):
    parts, pen = [], "M"
    for a, b in zip(x, y, strict=True):
      if not np.isfinite(b):
        pen = "M"
        continue
      parts.append(f"{pen}{self.x(a):.1f} {self.y(b):.1f}")
      pen = "L"
    return "".join(parts)

  def _markers(self, curve):
    if self.small:
      return []
    points = zip(curve.arm.labels, curve.mean, strict=True)
    return [
      _marker(curve.style, self.x(a), self.y(b))
      for a, b in points
      if np.isfinite(b)
    ]


def _round_numbers(low, high, count):
  """Ticks at 1, 2 or 5 times a power of ten."""
  raw = (high - low) / count
  if not raw > 0:
    return [low]
  scale = 10 ** np.floor(np.log10(raw))
  step = next(s * scale for s in (1, 2, 5, 10) if s * scale >= raw * 0.999)
  first = np.ceil(low / step - 1e-9)
  found = np.arange(first, high / step + 1e-9) * step
  return [float(f"{v:.10g}") + 0.0 for v in found]  # no -0
