"""The arrays of a call as what a method of `alx.acquisition` is given."""

from typing import Any

import jax
import jax.numpy as jnp

from alx.acquisition import Candidates
from alx.functional import checks
from alx.prediction import Prediction

Shape = tuple[int, ...]


def of_probs(
  probs: Any, mask: Any = None, *, rank: int = 2, available: Any = None
) -> Prediction:
  """Of probabilities [N, *sp, C].

  Args:
    probs: one prediction for each item.
    mask: [N, *sp] bool, True on real voxels; None: on all.
    rank: axes of `probs`, at least.
    available: what tells N, if it is given.

  Raises:
    ValueError: for a wrong shape, or one that may be read in two ways.
  """
  wanted = "[N, *sp, C]" + (" with space" if rank > 2 else "")
  probs = _probabilities("probs", probs, wanted, rank)
  if mask is None and available is None:
    _check_passes("probs", probs.shape, ", or a score of samples")
  return _prediction(probs[None], mask)


def _check_passes(name, shape, more=""):
  """Refuses [a, b, C], of voxels or of passes, where nothing tells N."""
  if len(shape) != 3:
    return
  items, voxels, _ = shape
  raise ValueError(
    f"{name}: {shape} is [N, voxels, C] of {items} items, or [S, N, C] of "
    f"{items} passes of {voxels} items: give mask= of ones [{items}, {voxels}] "
    f"for the first; for the second the mean of the passes{more}"
  )


def _check_channels(name, shape):
  """Refuses fewer numbers on the first axis of space than classes."""
  *rest, last = shape
  if len(shape) < 4 or shape[1] >= last:
    return
  raise ValueError(
    f"{name}: {shape} is [N, *sp, C] of {last} classes, or has {shape[1]} "
    f"classes before space: give mask= of ones {rest} for the first; for the "
    f"second give np.moveaxis({name}, 1, -1)"
  )


def of_samples(samples: Any, mask: Any = None, *, rank: int = 3) -> Prediction:
  """Of S >= 2 posterior samples [S, N, *sp, C]."""
  wanted = "[S, N, *sp, C]" + (" with space" if rank > 3 else "")
  samples = _probabilities("samples", samples, wanted, rank)
  if samples.shape[0] < 2:
    raise ValueError(
      "samples: wanted S of at least 2 on the first axis of [S, N, *sp, C], "
      f"found shape {samples.shape}"
    )
  return _prediction(samples, mask)


def of_evidence(
  evidence: Any, mask: Any = None, *, wanted: str = "[N, *sp, C]", last: int = 1
) -> Prediction:
  """Of parameters of distributions above 0, `last` axes of them at the end."""
  evidence = checks.floats("evidence", evidence, wanted, 1 + last)
  if evidence.shape[-1] < 2 or (last == 2 and evidence.shape[-1] != 2):
    raise ValueError(f"evidence: wanted {wanted}, found shape {evidence.shape}")
  if mask is None and last == 1:
    _check_passes("evidence", evidence.shape)
    _check_channels("evidence", evidence.shape)
  real = _real(mask, evidence.shape[:-last])
  return Prediction(None, None, real, None, evidence)


def of_features(features: Any) -> Prediction:
  """Of features [N, D] alone."""
  features = checks.floats("features", features, "[N, D]", 2, most=2)
  real = jnp.ones(features.shape[:1], bool)
  return Prediction(None, features, real, features, None)


def of_both(
  probs: Any,
  features: Any,
  mask: Any = None,
  *,
  available: Any = None,
  per_voxel: bool = False,
) -> Prediction:
  """Of probabilities and features.

  Args:
    probs: [N, *sp, C].
    features: [N, D], or one vector per voxel [N, *sp, D], whose mean over the
      real voxels is then [N, D].
    mask: [N, *sp] bool, True on real voxels; None: on all.
    available: what tells N, if it is given.
    per_voxel: whether space wants the vectors per voxel.

  Raises:
    ValueError: for a wrong shape, or one that may be read in two ways.
  """
  features = checks.floats("features", features, "[N, D]", 2)
  told = available if features.ndim > 2 else features
  prediction = of_probs(probs, mask, available=told)
  shape = prediction.probs.shape[1:-1]
  wide = features.ndim > 2 or (per_voxel and len(shape) > 1)
  if features.shape[:-1] != (shape if wide else shape[:1]):
    wanted = " or ".join(
      f"[{', '.join(map(str, axes))}, D]"
      for axes in dict.fromkeys((shape[:1], shape))
      if not (per_voxel and axes != shape)
    )
    raise ValueError(
      f"features: wanted {wanted} beside probs {prediction.probs.shape[1:]}, "
      f"found shape {features.shape}"
    )
  pooled = _pooled(features, prediction.mask) if wide else features
  pixels = features if wide or len(shape) == 1 else None
  return prediction._replace(features=pooled, pixels=pixels)


def candidates(
  num_items: int, available: Any, labelled: Any = None, labels: Any = None
) -> Candidates:
  """Which of the N items may be picked; what is labelled never.

  Args:
    num_items: N as the other arrays have it.
    available: [N] bool.
    labelled: [N] bool; None: nothing is.
    labels: [N] int classes, read where labelled.

  Raises:
    ValueError: for a wrong shape or type, or labels without `labelled`.
  """
  available = checks.mask("available", available, (num_items,))
  if labels is not None and labelled is None:
    raise ValueError("labels= are read where labelled= is true: give the mask")
  if labelled is None:
    return Candidates(available, jnp.zeros_like(available))
  labelled = checks.mask("labelled", labelled, (num_items,))
  if labels is not None:
    labels = checks.classes("labels", labels, num_items)
    labels = jnp.where(labelled, labels, -1)
  return Candidates(available & ~labelled, labelled, labels)


def _probabilities(name, value, wanted, rank):
  value = checks.floats(name, value, wanted, rank)
  if value.shape[-1] < 2:
    raise ValueError(
      f"{name}: wanted at least 2 classes on the last axis, found shape "
      f"{value.shape}; a binary p is [1 - p, p]"
    )
  return value


def _prediction(samples, mask):
  real = _real(mask, samples.shape[1:-1])
  return Prediction(samples, None, real, None, None)


def _real(mask, shape):
  """[N, *sp] bool."""
  if mask is None:
    return jnp.ones(shape, bool)
  if len(shape) == 1:
    raise ValueError(
      "mask: it is of voxels, and here are no spatial axes; of items it is "
      "available="
    )
  return checks.mask("mask", mask, shape)


def _pooled(pixels: jax.Array, real: jax.Array) -> jax.Array:
  """[N, D] mean over the real voxels of [N, *sp, D]; without one 0."""
  axes = tuple(range(1, real.ndim))
  total = jnp.where(real[..., None], pixels, 0.0).sum(axes)
  return total / jnp.maximum(real.sum(axes), 1)[:, None]
