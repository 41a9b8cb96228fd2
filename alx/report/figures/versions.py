"""Scores of a model's versions as one figure."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from alx.report.figures import curves


def version_curve(
  places: Sequence[float],
  scores: Sequence[tuple[float, float, float]],
  served: Sequence[bool],
  axis: str,
  score: str,
) -> bytes:
  """A PNG: the score of each version, filled where it was let serve.

  Args:
    places: R, such as labels or hours.
    scores: R of (mean, low, high); NaN ends: no interval.
    served: R.
    axis: what the places are.
    score: what the scores are.
  """
  figure = Figure(figsize=(6.9, 3.2))
  axes = figure.add_axes((0.1, 0.17, 0.86, 0.79))
  mean, low, high = np.array(scores, float).reshape(-1, 3).T
  known = np.isfinite(low) & np.isfinite(high)
  places, served = np.array(places, float), np.array(served, bool)
  axes.vlines(places[known], low[known], high[known], color="#0072b2", lw=1.2)
  axes.plot(places, mean, color="#0072b2", lw=1.4, zorder=2)
  for mask, face in ((served, "#0072b2"), (~served, "white")):
    axes.plot(
      *(places[mask], mean[mask]),
      *("o",),
      **{"color": "#0072b2", "mfc": face, "ms": 6, "zorder": 3},
    )
  if (places % 1 == 0).all():
    axes.xaxis.get_major_locator().set_params(integer=True)
  axes.set_xlabel(axis, fontsize=10.5, color=curves.INK)
  axes.set_ylabel(score, fontsize=10.5, color=curves.INK, parse_math=False)
  curves.plain(axes)
  return curves.to_png(curves.draw(figure, 170))
