"""Scores of S posterior samples per item: samples [S, N, *sp, C] -> [N].

Samples are passes of MC dropout, members of an ensemble or views, the same S
for every item, at least two.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.acquisition.scores.predictive import Reduce
from alx.functional.arrays import of_samples
from alx.functional.choosing import describe


def bald(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Mutual information of label and weights, BALD.

  H(mean_s p_s) - mean_s H(p_s) (Houlsby et al. 2011; Gal et al. 2017), computed
  as mean_s KL(p_s || mean p), which does not cancel.

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, min(log C, log S)] nats; 0 where all samples are equal.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["bald"], of_samples(samples, mask), reduce=reduce)


def dbal(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the mean of the samples (Gal et al. 2017).

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, log C] nats.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["dbal"], of_samples(samples, mask), reduce=reduce)


def variance(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Variance over samples, mean over classes (Gal et al. 2017; Kim 2024).

  mean_c Var_s(p_sc), divided by S.

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 0.25].

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["variance"], of_samples(samples, mask), reduce=reduce)


def mean_std(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Standard deviation over samples, mean over classes (Gal et al. 2017).

  mean_c sqrt(Var_s(p_sc)), divided by S.

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 0.5].

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(BY_NAME["mean_std"], of_samples(samples, mask), reduce=reduce)


def variation_ratio(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """1 - the share of samples that vote for the winner (Gal et al. 2017).

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 1 - 1/C], in steps of 1/S: ties are many.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["variation_ratio"], of_samples(samples, mask), reduce=reduce
  )


def vote_entropy(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the votes of the samples.

  Query by committee (Seung et al. 1992; Mackowiak et al. 2018).

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, min(log C, log S)] nats; ties are many.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["vote_entropy"], of_samples(samples, mask), reduce=reduce
  )


def pairwise_kl(
  samples: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Mean KL divergence between two different samples (Tang et al. 2023).

  A probability below 1.2e-38, an exact zero too, counts as that in the
  logarithm.

  Args:
    samples: [S, N, *sp, C] probabilities, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 87.4] nats.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["pairwise_kl"], of_samples(samples, mask), reduce=reduce
  )


def mask_disagreement(
  samples: ArrayLike, mask: ArrayLike | None = None
) -> jax.Array:
  """1 - Dice between the masks of two samples (Bai et al. 2022).

  Mean over all pairs of samples and over foreground classes (1 ... C - 1); a
  class that both lack has Dice 1. Time O(C S^2 V) for V voxels, memory O(S V).

  Args:
    samples: [S, N, *sp, C] probabilities with space, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    [N] float32 in [0, 1].

  Raises:
    ValueError: for a wrong shape.
  """
  return describe(
    BY_NAME["mask_disagreement"], of_samples(samples, mask, rank=4)
  )


def mc_iou(samples: ArrayLike, mask: ArrayLike | None = None) -> jax.Array:
  """1 - intersection over union of the masks of all samples.

  Mean over foreground classes (1 ... C - 1) of what all samples agree on over
  what any of them claims (Shen et al. 2020); a class nobody claims has IoU 1.
  Time O(C S V) for V voxels, memory O(S V).

  Args:
    samples: [S, N, *sp, C] probabilities with space, S >= 2 and C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.

  Returns:
    [N] float32 in [0, 1]; it grows with S.

  Raises:
    ValueError: for a wrong shape.
  """
  return describe(BY_NAME["mc_iou"], of_samples(samples, mask, rank=4))
