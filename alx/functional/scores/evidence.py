"""Scores of evidence, the parameters of a Dirichlet or of Betas -> [N].

With alpha_c > 0 and S0 = sum_c alpha_c; of a network alpha = evidence + 1.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.acquisition.scores.predictive import Reduce
from alx.functional.arrays import of_evidence
from alx.functional.choosing import describe


def vacuity(
  evidence: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Lack of evidence for any class, C / S0 (Sensoy et al. 2018).

  Args:
    evidence: [N, *sp, C] Dirichlet parameters above 0, C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 > 0; 1 where every alpha is 1.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["vacuity"], of_evidence(evidence, mask), reduce=reduce
  )


def dissonance(
  evidence: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Evidence for several classes at once (Josang et al. 2018).

  Args:
    evidence: [N, *sp, C] Dirichlet parameters above 0, C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, 1].

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["dissonance"], of_evidence(evidence, mask), reduce=reduce
  )


def evidential_total(
  evidence: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the mean class probabilities (Malinin & Gales 2018).

  Args:
    evidence: [N, *sp, C] Dirichlet parameters above 0, C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, log C] nats.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["evidential_total"], of_evidence(evidence, mask), reduce=reduce
  )


def evidential_aleatoric(
  evidence: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Expected entropy of the class (Malinin & Gales 2018).

  Args:
    evidence: [N, *sp, C] Dirichlet parameters above 0, C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32 in [0, log C] nats.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["evidential_aleatoric"], of_evidence(evidence, mask), reduce=reduce
  )


def evidential_epistemic(
  evidence: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Mutual information of class and probabilities (Malinin & Gales 2018).

  Args:
    evidence: [N, *sp, C] Dirichlet parameters above 0, C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32, at least 0, nats; about (C - 1) / (2 S0) for large alpha.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["evidential_epistemic"], of_evidence(evidence, mask), reduce=reduce
  )


def evidential_entropy(
  evidence: ArrayLike, mask: ArrayLike | None = None, *, reduce: Reduce = "mean"
) -> jax.Array:
  """Entropy of the Dirichlet density (Malinin & Gales 2018).

  Args:
    evidence: [N, *sp, C] Dirichlet parameters above 0, C >= 2.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    reduce: over space, see `confidence`.

  Returns:
    [N] float32, nats, of any sign; highest where every alpha is 1. An item
    without a voxel to look at has -33.5 (C - 1), that of alpha (1e15, 1, ...
    1); "sum" is that of what voxels have above it.

  Raises:
    ValueError: for a wrong shape, or a reduction that is not known.
  """
  return describe(
    BY_NAME["evidential_entropy"], of_evidence(evidence, mask), reduce=reduce
  )


def beta_entropy(
  evidence: ArrayLike,
  mask: ArrayLike | None = None,
  *,
  over: str = "sum",
  reduce: Reduce = "mean",
) -> jax.Array:
  """Expected entropy of each label being on or off (Balaram et al. 2022).

  For several labels at once, each with a Beta distribution of its own.

  Args:
    evidence: [N, *sp, L, 2] parameters above 0, for and against each of L
      labels.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    over: "sum", "mean" or "max" over the labels.
    reduce: over space, see `confidence`; a voxel is foreground where a label is
      likelier on than off.

  Returns:
    [N] float32, at least 0, nats.

  Raises:
    ValueError: for a wrong shape, `over`, or a reduction that is not known.
  """
  prediction = of_evidence(evidence, mask, wanted="[N, *sp, L, 2]", last=2)
  return describe(BY_NAME["beta_entropy"], prediction, over=over, reduce=reduce)
