"""The methods by name: one literal dict."""

from alx.acquisition import cover, scores, select
from alx.acquisition.base import Acquisition

BY_NAME = {
  # Baselines
  "random": Acquisition(None, select.uniform),
  "foreground_random": Acquisition(
    scores.holds_foreground,
    select.uniform_among_highest,
    needs=("probs", "space"),
  ),
  # Scores of one item
  "confidence": Acquisition(
    scores.confidence, select.top_k, ("probs",), "Lewis & Catlett 1994"
  ),
  "margin": Acquisition(
    scores.margin, select.top_k, ("probs",), "Roth & Small 2006"
  ),
  "entropy": Acquisition(
    scores.entropy, select.top_k, ("probs",), "Joshi et al. 2009"
  ),
  "variance": Acquisition(
    scores.variance, select.top_k, ("samples",), "Gal et al. 2017; Kim 2024"
  ),
  "bald": Acquisition(
    scores.bald, select.top_k, ("samples",), "Houlsby et al. 2011"
  ),
  # Evidential scores
  # Randomised and stratified choices
  # Cover
  "k_center": Acquisition(
    cover.features, cover.k_center, ("features",), "Sener & Savarese 2018"
  ),
  # Submodular sets, kernels and determinants
  # Clusters and density
  # Gradients and Fisher information
  # Joint information
}
