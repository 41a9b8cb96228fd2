"""Choices of slices, boxes and images by class: probs [N, *sp, C] -> items [k].

`available` is [N] bool, the items that may be picked.
"""

import jax
from jax.typing import ArrayLike

from alx.acquisition import BY_NAME
from alx.functional.arrays import candidates, of_probs
from alx.functional.choosing import choose


def clasp_pe(
  key: jax.Array | int,
  probs: ArrayLike,
  available: ArrayLike,
  k: int,
  labelled: ArrayLike | None = None,
  mask: ArrayLike | None = None,
  *,
  share: float = 0.66,
  beta: float = 1.0,
  growth: float = 2.0,
) -> jax.Array:
  """A share of the batch by class, with noise that decays (Lueth et al. 2026).

  Args:
    key: of the noise and of the turns.
    probs: [N, *sp, C] probabilities with space, class 0 is background.
    available: [N] bool, may be picked.
    k: how many, a static integer >= 0.
    labelled: [N] bool; so many batches of k there were. None: none.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    share: in [0, 1], of the picks that are spread evenly over the classes but
      background.
    beta: >= 0, by which the logarithm of a score is multiplied beside the
      noise, after one batch.
    growth: >= 1, by which beta grows with each batch.

  Returns:
    items [k] int32; empty slots hold N.

  Raises:
    ValueError: for a wrong shape, k or option.
  """
  prediction = of_probs(probs, mask, rank=3, available=available)
  free = candidates(prediction.mask.shape[0], available, labelled)
  options = {"share": share, "beta": beta, "growth": growth}
  return choose(BY_NAME["clasp_pe"], key, prediction, free, k, **options)
