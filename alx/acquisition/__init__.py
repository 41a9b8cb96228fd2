"""What to label next. Arrays in, arrays out; knows no model.

A method is a pair of functions, `Acquisition(describe, select)`, and one row
of `BY_NAME`. To add one, write the pair and the row: the contract test and the
command line find it there.
"""

from alx.acquisition import cover, scores, select
from alx.acquisition.base import Acquisition

BY_NAME = {
  "random": Acquisition(None, select.uniform),
  "foreground_random": Acquisition(
    scores.holds_foreground, select.uniform_among_highest, spatial=True
  ),
  "confidence": Acquisition(scores.confidence, select.top_k),
  "margin": Acquisition(scores.margin, select.top_k),
  "entropy": Acquisition(scores.entropy, select.top_k),
  "variance": Acquisition(scores.variance, select.top_k, stochastic=True),
  "bald": Acquisition(scores.bald, select.top_k, stochastic=True),
  "k_center": Acquisition(cover.features, cover.k_center),
}

__all__ = ["BY_NAME", "Acquisition", "cover", "scores", "select"]
