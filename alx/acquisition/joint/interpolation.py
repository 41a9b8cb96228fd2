"""ALFA-Mix: items whose label flips when features are mixed with anchors."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable, wanted
from alx.acquisition.clusters.seeding import d2_sampling
from alx.acquisition.comparisons.geometry import (
  centred,
  cross,
  squared_distances,
  squared_norms,
  sum_rows,
  unit_rows,
)
from alx.acquisition.scores.embeddings import plain
from alx.acquisition.scores.maps import likeliest, minus_label
from alx.acquisition.scores.select import uniform
from alx.prediction import Prediction

_RIDGE = 1e-6  # of the sum of squared features
_REFINEMENTS = 4  # after which the ridge is forgotten
_LAST_CAP = 1.0


class Classified(NamedTuple):
  """What the choice is made of."""

  probs: jax.Array  # [N, C]
  features: jax.Array  # [N, D]


def classified(keys: jax.Array, prediction: Prediction) -> Classified:
  """Mean probabilities and features of each item.

  In a segmentation the shares of the classes over the real voxels stand for
  its probabilities, beside the pooled features: the paper classifies.
  """
  del keys
  probs = prediction.probs.mean(0)
  axes = tuple(range(1, probs.ndim - 1))
  mask = prediction.mask[..., None]
  total = jnp.where(mask, probs, 0.0).sum(axes)
  shares = total / jnp.maximum(mask.sum(axes), 1)
  return Classified(shares, prediction.features)


def alfa_mix(
  key: jax.Array,
  described: Classified,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  cap_step: float = 0.2,
  progress: Callable | None = None,
) -> jax.Array:
  """Items whose label flips when features move towards class anchors.

  Features h mixed with the mean a_c of the labelled items of class c move by
  eps / sqrt(D) |a_c - h| along the gradient of the loss of the likeliest label
  (Parvaneh et al. 2022, eq. 5-6, and eps / sqrt(D) in the authors' code). The
  direction does not depend on c, and further is never less of a flip, so only
  the farthest anchor matters. The cap eps grows from `cap_step` by `cap_step`,
  at last to 1, until k items flip; among those the batch is spread, and too few
  are filled up with random ones.

  The head is read off the pool: log p, less its mean over classes, as a linear
  function of h by least squares. That is the head itself where p is one pass
  of a linear head, but for a vector common to all classes, which moves no
  label, and of nothing the pool does not span.

  To spread, the authors take the items nearest to k centres of k-means on unit
  features; here k-means++ seeding on unit features does, which is cheaper and
  random. A class without a labelled item has the mean of all labelled ones as
  its anchor, or of all items.

  Time O(N D (D + C) + D^3), memory O(N D + D^2).

  Args:
    key: of the draws.
    described: of N items, by `classified`.
    candidates: of the N items; its labels are classes.
    k: how many items.
    count: see `Acquisition.select`.
    cap_step: in (0, 1].
    progress: called with (picked, k) now and then.

  Returns:
    items [k] int32; empty slots, once nothing is available, hold N.

  Raises:
    ValueError: if `cap_step` is out of range.
  """
  if not 0 < cap_step <= _LAST_CAP:
    raise ValueError(f"cap_step must be in (0, 1], got {cap_step}")
  described, candidates = usable(described, candidates)
  asked = wanted(k, count)
  head = linear_head(described, candidates.present)
  anchors = class_anchors(described, candidates)
  flips = _flipping(
    smallest_caps(described, head, anchors), candidates, asked, cap_step
  )
  key_spread, key_fill = jax.random.split(key)
  chosen = candidates._replace(available=flips)
  rest = candidates._replace(available=candidates.available & ~flips)
  spread = d2_sampling(
    key_spread,
    plain(unit_rows(described.features)),
    chosen,
    k,
    count,
    first="uniform",
    progress=progress,
  )
  number = jnp.minimum(flips.sum(), asked)
  slots = jnp.arange(k, dtype=jnp.int32)
  others = uniform(key_fill, None, rest, k)
  others = others[jnp.maximum(slots - number, 0)]
  picks = jnp.where(slots < number, spread, others)
  return jnp.where(slots < asked, picks, flips.shape[0])


def linear_head(described: Classified, there: jax.Array) -> jax.Array:
  """[C, D] weights that give the logits of the items, each less their mean.

  Ridge regression that is refined until the ridge is forgotten where the
  features vary. Time O(N D^2).

  Args:
    described: of N items.
    there: [N] bool, the items to learn from.
  """
  logs = _logits(described.probs)
  x, y = centred(described.features, there), centred(logs, there)
  gram = cross(x.T, x.T)
  size = gram.shape[0]
  ridge = _RIDGE * jnp.trace(gram) + jnp.finfo(gram.dtype).tiny
  factor = jax.scipy.linalg.cho_factor(
    gram + ridge * jnp.eye(size, dtype=jnp.float32)
  )

  def refine(_, weights):
    left = y - cross(x, weights)
    return weights + jax.scipy.linalg.cho_solve(factor, cross(x.T, left.T)).T

  start = jnp.zeros((y.shape[1], size), jnp.float32)
  return jax.lax.fori_loop(0, 1 + _REFINEMENTS, refine, start)


def _logits(probs):
  """log p less its mean over classes; an exact zero is the least float."""
  logs = jnp.log(jnp.maximum(probs, jnp.finfo(probs.dtype).tiny))
  return logs - logs.mean(-1, keepdims=True)


def class_anchors(described: Classified, candidates: Candidates) -> jax.Array:
  """[C, D] mean features of the labelled items of each class."""
  x, num_classes = described.features, described.probs.shape[1]
  labelled = candidates.labelled
  some = jnp.where(labelled.any(), labelled, candidates.present)
  mean = sum_rows(x, some) / jnp.maximum(some.sum(), 1)
  if candidates.labels is None:
    return jnp.broadcast_to(mean[None, :], (num_classes, x.shape[1]))
  of_class = jax.nn.one_hot(candidates.labels, num_classes)
  of_class = jnp.where(labelled[:, None], of_class, 0.0)
  number = of_class.sum(0)[:, None]
  anchors = cross(of_class.T, x.T) / jnp.maximum(number, 1)
  return jnp.where(number > 0, anchors, mean[None, :])


def smallest_caps(
  described: Classified, head: jax.Array, anchors: jax.Array
) -> jax.Array:
  """[N] the least cap at which some mix flips the label; inf: none does.

  Args:
    described: of N items.
    head: [C, D].
    anchors: [C, D].
  """
  x, probs = described.features, described.probs
  width = head.shape[1]
  sure = likeliest(probs)
  best = sure.astype(probs.dtype)
  apart = minus_label(probs, sure)
  # Only its direction matters: what is left of 1 may be too small to square.
  _, size = jnp.frexp(jnp.abs(apart).max(-1, keepdims=True))
  gradient = cross(jnp.ldexp(apart, -size), head.T)
  length = jnp.sqrt(squared_norms(gradient))[:, None]
  unit = gradient / jnp.where(length > 0, length, 1.0)
  speed = cross(unit, head)  # of each logit, per length moved
  logits = _logits(probs)
  ahead = (best * logits).sum(-1, keepdims=True) - logits
  closing = speed - (best * speed).sum(-1, keepdims=True)
  time = ahead / jnp.where(closing > 0, closing, 1.0)
  time = jnp.where((closing > 0) & (best == 0), time, jnp.inf).min(-1)
  origin = x.mean(0, keepdims=True)
  far = squared_distances(x - origin, anchors - origin).max(-1)
  reach = jnp.sqrt(far / width)  # at a cap of 1
  return jnp.where(reach > 0, time / jnp.where(reach > 0, reach, 1.0), jnp.inf)


def _flipping(caps, candidates, k, step):
  """[N] bool, who flips at the first cap at which k items do, or at 1."""
  last = math.ceil(_LAST_CAP / step - 1e-6)
  level = jnp.minimum(jnp.ceil(caps / step), last)
  there = candidates.available & (caps <= _LAST_CAP)
  level = jnp.where(there, level, jnp.inf)
  enough = jnp.sort(level).at[jnp.maximum(k, 1) - 1].get(mode="clip")
  return there & (level <= jnp.maximum(enough, 1))
