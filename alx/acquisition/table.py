"""The methods by name: one literal dict."""

from alx.acquisition.base import Acquisition
from alx.acquisition.clusters import (
  density,
  hashing,
  hierarchy,
  key_slices,
  kmeans,
  kmeans_pp,
  seeding,
)
from alx.acquisition.combinations import balance
from alx.acquisition.comparisons import kernels
from alx.acquisition.joint import (
  bait,
  balls,
  batch_bald,
  contextual,
  cover,
  determinant,
  facility,
  fisher,
  interpolation,
  submodular,
  targeted,
)
from alx.acquisition.scores import (
  embeddings,
  evidential,
  fisher_rows,
  gradients,
  predictive,
  regions,
  select,
  stochastic,
)

BY_NAME = {
  # Baselines
  "random": Acquisition(None, select.uniform),
  "uniform": Acquisition(None, select.evenly_spaced),
  "foreground_random": Acquisition(
    predictive.holds_foreground,
    select.uniform_among_highest,
    needs=("probs", "space"),
  ),
  # Scores of one item
  "confidence": Acquisition(
    predictive.confidence, select.top_k, ("probs",), "Lewis & Catlett 1994"
  ),
  "margin": Acquisition(
    predictive.margin, select.top_k, ("probs",), "Roth & Small 2006"
  ),
  "entropy": Acquisition(
    predictive.entropy, select.top_k, ("probs",), "Joshi et al. 2009"
  ),
  "variance": Acquisition(
    predictive.variance, select.top_k, ("samples",), "Gal et al. 2017; Kim 2024"
  ),
  "bald": Acquisition(
    predictive.bald, select.top_k, ("samples",), "Houlsby et al. 2011"
  ),
  "dbal": Acquisition(
    predictive.entropy, select.top_k, ("samples",), "Gal et al. 2017"
  ),
  "margin_ratio": Acquisition(
    predictive.margin_ratio, select.top_k, ("probs",), "Cai et al. 2021"
  ),
  "gini": Acquisition(
    predictive.gini, select.top_k, ("probs",), "Gini 1912; Gal et al. 2017"
  ),
  "mean_std": Acquisition(
    predictive.mean_std, select.top_k, ("samples",), "Gal et al. 2017"
  ),
  "variation_ratio": Acquisition(
    predictive.variation_ratio, select.top_k, ("samples",), "Gal et al. 2017"
  ),
  "vote_entropy": Acquisition(
    predictive.vote_entropy,
    select.top_k,
    ("samples",),
    "Seung et al. 1992; Mackowiak et al. 2018",
  ),
  "pairwise_kl": Acquisition(
    predictive.pairwise_kl, select.top_k, ("samples",), "Tang et al. 2023"
  ),
  "mask_disagreement": Acquisition(
    predictive.mask_disagreement,
    select.top_k,
    ("samples", "space"),
    "Bai et al. 2022",
  ),
  "mc_iou": Acquisition(
    predictive.mc_iou, select.top_k, ("samples", "space"), "Shen et al. 2020"
  ),
  # Scores of regions
  "inconsistency": Acquisition(
    regions.inconsistency, select.top_k, ("probs", "space"), "Li et al. 2023"
  ),
  "ripu": Acquisition(
    regions.ripu, select.top_k, ("probs", "space"), "Xie et al. 2022"
  ),
  "clasp_pe": Acquisition(
    regions.class_entropies,
    regions.class_stratified,
    ("probs", "space"),
    "Lueth et al. 2026",
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
    evidential.beta_entropy, select.top_k, ("beta",), "Balaram et al. 2022"
  ),
  # Randomised and stratified choices
  "power_bald": Acquisition(
    predictive.bald, stochastic.power, ("samples",), "Kirsch et al. 2023"
  ),
  "softmax_bald": Acquisition(
    predictive.bald, stochastic.softmax, ("samples",), "Kirsch et al. 2023"
  ),
  "softrank_bald": Acquisition(
    predictive.bald, stochastic.softrank, ("samples",), "Kirsch et al. 2023"
  ),
  "stochastic_batches": Acquisition(
    predictive.entropy,
    stochastic.stochastic_batch,
    ("probs",),
    "Gaillochet et al. 2023",
  ),
  "class_balanced": Acquisition(
    balance.probs_and_entropy,
    balance.class_balanced,
    ("probs",),
    "Bengar et al. 2022",
  ),
  "ranked_batch": Acquisition(
    balance.features_and_confidence,
    balance.ranked_batch,
    ("probs", "features"),
    "Cardoso et al. 2017",
  ),
  "mean_discrepancy": Acquisition(
    cover.features, balance.mean_discrepancy, ("features",), "Li & Yin 2020"
  ),
  # Cover
  "k_center": Acquisition(
    cover.features, cover.k_center, ("features",), "Sener & Savarese 2018"
  ),
  "k_center_cosine": Acquisition(
    cover.features,
    cover.k_center_cosine,
    ("features",),
    "Sener & Savarese 2018",
  ),
  "facility_location": Acquisition(
    cover.features, facility.facility_location, ("features",), "Wei et al. 2015"
  ),
  "max_cover": Acquisition(
    cover.features,
    facility.max_cover,
    ("features",),
    "Yang et al. 2017; Kim et al. 2024",
  ),
  "optimal_transport": Acquisition(
    cover.features,
    facility.optimal_transport,
    ("features",),
    "Mahmood et al. 2022",
  ),
  "prob_cover": Acquisition(
    cover.features, balls.prob_cover, ("features",), "Yehuda et al. 2022"
  ),
  # Submodular sets, kernels and determinants
  "non_similar": Acquisition(
    cover.features, submodular.non_similar, ("features",), "Kim et al. 2024"
  ),
  "graph_cut": Acquisition(
    cover.features, submodular.graph_cut, ("features",), "Wei et al. 2015"
  ),
  "mutual_information": Acquisition(
    cover.features,
    targeted.mutual_information,
    ("features",),
    "Kothawade et al. 2021",
  ),
  "log_det": Acquisition(
    cover.features, determinant.log_det, ("features",), "Wei et al. 2015"
  ),
  "dpp": Acquisition(
    determinant.quality,
    determinant.dpp,
    ("probs", "features"),
    "Chen et al. 2018; Biyik et al. 2019",
  ),
  "k_dpp": Acquisition(
    determinant.quality,
    determinant.k_dpp,
    ("probs", "features"),
    "Kulesza & Taskar 2011; Biyik et al. 2019",
  ),
  "mmd": Acquisition(
    cover.features,
    kernels.mmd,
    ("features",),
    "Gretton et al. 2012; Hwang et al. 2022",
  ),
  "contextual_diversity": Acquisition(
    contextual.confusion,
    contextual.contextual_diversity,
    ("probs",),
    "Agarwal et al. 2020",
  ),
  # Clusters and density
  "k_means": Acquisition(
    cover.features, kmeans.k_means, ("features",), "Pourahmadi et al. 2021"
  ),
  "k_means_pp": Acquisition(
    cover.features,
    kmeans_pp.k_means_pp,
    ("features",),
    "Arthur & Vassilvitskii 2007",
  ),
  "key_slices": Acquisition(
    key_slices.features_and_variance,
    key_slices.key_slices,
    ("samples", "features"),
    "Hiasa et al. 2020",
  ),
  "typiclust": Acquisition(
    cover.features, density.typiclust, ("features",), "Hacohen et al. 2022"
  ),
  "usl": Acquisition(
    cover.features, density.usl, ("features",), "Wang X. et al. 2022"
  ),
  "cluster_margin": Acquisition(
    hierarchy.features_and_margin,
    hierarchy.cluster_margin,
    ("probs", "features"),
    "Citovsky et al. 2021",
  ),
  "representative": Acquisition(
    cover.features, hierarchy.representative, ("features",), "Zheng et al. 2019"
  ),
  "lsh": Acquisition(
    cover.features, hashing.lsh, ("features",), "Shi et al. 2019"
  ),
  # Gradients and Fisher information
  "egl": Acquisition(
    gradients.egl,
    select.top_k,
    ("probs", "features"),
    "Settles et al. 2007",
  ),
  "entropy_gradient": Acquisition(
    gradients.entropy_gradient,
    select.top_k,
    ("probs", "features"),
    "Wang et al. 2022",
  ),
  "badge": Acquisition(
    embeddings.gradient_factors,
    seeding.d2_sampling,
    ("probs", "features"),
    "Ash et al. 2020",
  ),
  "bait": Acquisition(
    fisher_rows.fisher_rows, bait.bait, ("probs", "features"), "Ash et al. 2021"
  ),
  "fisher": Acquisition(
    fisher.layer_information,
    fisher.fisher,
    ("probs", "features"),
    "Sourati et al. 2019",
  ),
  "influence": Acquisition(
    gradients.influence_factors,
    gradients.influence,
    ("probs", "features"),
    "Koh & Liang 2017; Liu et al. 2021",
  ),
  "alfa_mix": Acquisition(
    interpolation.classified,
    interpolation.alfa_mix,
    ("probs", "features"),
    "Parvaneh et al. 2022",
  ),
  # Joint information
  "batch_bald": Acquisition(
    batch_bald.class_shares,
    batch_bald.batch_bald,
    ("samples",),
    "Kirsch et al. 2019",
  ),
}
