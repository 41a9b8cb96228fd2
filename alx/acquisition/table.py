"""The methods by name: one literal dict."""

from alx.acquisition import batch_bald, cover, evidential, scores, select
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
  "margin_ratio": Acquisition(
    scores.margin_ratio, select.top_k, ("probs",), "Cai et al. 2021"
  ),
  "gini": Acquisition(
    scores.gini, select.top_k, ("probs",), "Gini 1912; Gal et al. 2017"
  ),
  "mean_std": Acquisition(
    scores.mean_std, select.top_k, ("samples",), "Gal et al. 2017"
  ),
  "variation_ratio": Acquisition(
    scores.variation_ratio, select.top_k, ("samples",), "Gal et al. 2017"
  ),
  "vote_entropy": Acquisition(
    scores.vote_entropy,
    select.top_k,
    ("samples",),
    "Seung et al. 1992; Mackowiak et al. 2018",
  ),
  "pairwise_kl": Acquisition(
    scores.pairwise_kl, select.top_k, ("samples",), "Tang et al. 2023"
  ),
  "mask_disagreement": Acquisition(
    scores.mask_disagreement,
    select.top_k,
    ("samples", "space"),
    "Bai et al. 2022",
  ),
  "mc_iou": Acquisition(
    scores.mc_iou, select.top_k, ("samples", "space"), "Shen et al. 2020"
  ),
  # Evidential scores
  "vacuity": Acquisition(
    evidential.vacuity, select.top_k, ("evidence",), "Sensoy et al. 2018"
  ),
  "dissonance": Acquisition(
    evidential.dissonance, select.top_k, ("evidence",), "Josang et al. 2018"
  ),
  "evidential_total": Acquisition(
    evidential.total, select.top_k, ("evidence",), "Malinin & Gales 2018"
  ),
  "evidential_aleatoric": Acquisition(
    evidential.aleatoric, select.top_k, ("evidence",), "Malinin & Gales 2018"
  ),
  "evidential_epistemic": Acquisition(
    evidential.epistemic, select.top_k, ("evidence",), "Malinin & Gales 2018"
  ),
  "evidential_entropy": Acquisition(
    evidential.differential_entropy,
    select.top_k,
    ("evidence",),
    "Malinin & Gales 2018",
  ),
  "beta_entropy": Acquisition(
    evidential.beta_entropy, select.top_k, ("evidence",), "Balaram et al. 2022"
  ),
  # Randomised and stratified choices
  # Cover
  "k_center": Acquisition(
    cover.features, cover.k_center, ("features",), "Sener & Savarese 2018"
  ),
  # Submodular sets, kernels and determinants
  # Clusters and density
  # Gradients and Fisher information
  # Joint information
  "batch_bald": Acquisition(
    batch_bald.class_shares,
    batch_bald.batch_bald,
    ("samples",),
    "Kirsch et al. 2019",
  ),
}
