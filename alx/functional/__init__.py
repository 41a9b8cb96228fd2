"""The methods as pure functions of plain arrays, for other JAX programs.

    scores = bald(samples)                      # [S, N, C] -> [N]
    items = top_k(scores, available, k=10)      # -> [10] int32
    items = badge(key, probs, features, available, k=10)
    labelled = labelled.at[items].set(True, mode="drop")

They run under `jax.jit` (k and the options are static), under `jax.vmap` over
pools, in `jax.lax.scan` over rounds and on sharded arrays. `alx.query` is the
same behind checks of values, on the host: with its key the picks are the same.

Scores are one float32 number per item, higher = label first, nats where it is
an information; `top_k` and the draws of `draws` make items of them. Choices
give items [k] int32, distinct and available, best first; an empty slot, once
nothing is available, holds N, and `mode="drop"` leaves it out.

Arrays: floats of 16, 32 or 64 bits, all arithmetic is float32. `available` [N]
bool says which items may be picked, `labelled` [N] bool which have their label;
an item that is both is not picked, one that is neither is treated as if it were
not there. Spatial axes (`*sp`) come before the last one, and `mask` [N, *sp] is
True on real voxels: the others never matter. `key` is a jax key or a seed.

Shapes are checked while a program is traced (ValueError: what was wanted, what
was found); values are not. An item with a score or a feature that is not finite
is never picked. Methods whose kernels branch and loop as their data want take
the pools of a `jax.vmap` one after the other, which is faster; they say so.

On several devices the items of a pool may be sharded, over automatic or
explicit mesh axes. Whole pools on each device, all at work at once, are
`jax.shard_map(jax.vmap(choose), ..., check_vma=False)`.
"""

from alx.functional.choices.balances import (
  alfa_mix,
  class_balanced,
  influence,
  mean_discrepancy,
  ranked_batch,
)
from alx.functional.choices.clusters import (
  k_means,
  k_means_pp,
  lsh,
  typiclust,
  usl,
)
from alx.functional.choices.covers import (
  facility_location,
  k_center,
  k_center_cosine,
  max_cover,
  optimal_transport,
  prob_cover,
)
from alx.functional.choices.determinants import (
  dpp,
  k_dpp,
  log_det,
)
from alx.functional.choices.draws import (
  best_random_batch,
  power_sampling,
  random,
  softmax_sampling,
  softrank_sampling,
  top_k,
  uniform,
)
from alx.functional.choices.hierarchies import (
  cluster_margin,
  representative,
)
from alx.functional.choices.joint import (
  badge,
  bait,
  batch_bald,
  fisher,
)
from alx.functional.choices.random_batches import (
  foreground_random,
  power_bald,
  softmax_bald,
  softrank_bald,
  stochastic_batches,
)
from alx.functional.choices.sets import (
  contextual_diversity,
  graph_cut,
  mmd,
  mutual_information,
  non_similar,
)
from alx.functional.choices.strata import clasp_pe
from alx.functional.scores.disagreement import (
  bald,
  dbal,
  mask_disagreement,
  mc_iou,
  mean_std,
  pairwise_kl,
  variance,
  variation_ratio,
  vote_entropy,
)
from alx.functional.scores.evidence import (
  beta_entropy,
  dissonance,
  evidential_aleatoric,
  evidential_entropy,
  evidential_epistemic,
  evidential_total,
  vacuity,
)
from alx.functional.scores.gradients import (
  FisherFactors,
  GradientFactors,
  egl,
  entropy_gradient,
  fisher_factors,
  gradient_embedding,
  gradient_factors,
)
from alx.functional.scores.regions import inconsistency, ripu
from alx.functional.scores.uncertainty import (
  confidence,
  entropy,
  gini,
  margin,
  margin_ratio,
)

__all__ = [
  "FisherFactors",
  "GradientFactors",
  "alfa_mix",
  "badge",
  "bait",
  "bald",
  "batch_bald",
  "best_random_batch",
  "beta_entropy",
  "clasp_pe",
  "class_balanced",
  "cluster_margin",
  "confidence",
  "contextual_diversity",
  "dbal",
  "dissonance",
  "dpp",
  "egl",
  "entropy",
  "entropy_gradient",
  "evidential_aleatoric",
  "evidential_entropy",
  "evidential_epistemic",
  "evidential_total",
  "facility_location",
  "fisher",
  "fisher_factors",
  "foreground_random",
  "gini",
  "gradient_embedding",
  "gradient_factors",
  "graph_cut",
  "inconsistency",
  "influence",
  "k_center",
  "k_center_cosine",
  "k_dpp",
  "k_means",
  "k_means_pp",
  "log_det",
  "lsh",
  "margin",
  "margin_ratio",
  "mask_disagreement",
  "max_cover",
  "mc_iou",
  "mean_discrepancy",
  "mean_std",
  "mmd",
  "mutual_information",
  "non_similar",
  "optimal_transport",
  "pairwise_kl",
  "power_bald",
  "power_sampling",
  "prob_cover",
  "random",
  "ranked_batch",
  "representative",
  "ripu",
  "softmax_bald",
  "softmax_sampling",
  "softrank_bald",
  "softrank_sampling",
  "stochastic_batches",
  "top_k",
  "typiclust",
  "uniform",
  "usl",
  "vacuity",
  "variance",
  "variation_ratio",
  "vote_entropy",
]
