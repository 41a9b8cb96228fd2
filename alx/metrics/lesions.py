"""Lesions found, missed and invented: connected parts, not voxels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.ndimage
import scipy.sparse.csgraph

from alx.metrics import inputs

FROC_RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class LesionCounts(NamedTuple):
  """Connected parts of one case, or sums over cases."""

  matched: int  # pairs of a true and a predicted lesion
  predicted: int
  true: int


class Froc(NamedTuple):
  """Sensitivity against false positives, over the lesions of all cases."""

  rates: np.ndarray  # [R] float64, false positives per case
  sensitivity: np.ndarray  # [R] float64, with at most so many
  average: float  # of the R; NaN without a true lesion


class LesionDetection(NamedTuple):
  """Over the lesions of all cases together; each may be NaN."""

  sensitivity: float  # matched / true; NaN without a true lesion
  precision: float  # matched / predicted; NaN without a predicted one
  f1: float  # 2 matched / (predicted + true); NaN without any
  false_positives_per_case: float  # NaN without a case
  cases: int


def lesion_counts(
  pred: np.ndarray,
  truth: np.ndarray,
  *,
  min_iou: float | None = None,
  by_centre: bool = False,
  connectivity: int | None = None,
) -> LesionCounts:
  """Lesions of one case, and how many of them are matched.

  A lesion is a connected part of a mask. A predicted and a true one may be
  matched where they share a voxel and at least `min_iou` of their union; each
  is matched once, so that two pieces of a lesion are a find and a false
  positive, and one blob over two lesions is a find and a miss. Of all ways to
  pair them the one with most pairs counts (Maier-Hein et al. 2024, assignment).

  Args:
    pred, truth: [*sp] bool, or 0 and 1: of one class.
    min_iou: in [0, 1], 0.1 if not given; 0: a shared voxel is enough.
    by_centre: instead the centre of gravity of the predicted lesion is in the
      true one (of two nearest voxels the lower).
    connectivity: over how many axes neighbours may differ: 1 by faces, 3 by
      corners of 3-D; None: all axes.

  Returns:
    Three integers; none of them is undefined.

  Raises:
    ValueError: for masks of different extents or other values, or settings
      out of range or without an effect.
  """
  pred, truth, _ = inputs.two_masks(pred, truth, None)
  if by_centre and min_iou is not None:
    raise ValueError("min_iou: wanted none with by_centre, which has no IoU")
  least = 0.1 if min_iou is None else inputs.number_of("min_iou", min_iou, 0, 1)
  a, num_pred = _parts(pred, connectivity)
  b, num_true = _parts(truth, connectivity)
  if not (num_pred and num_true):
    return LesionCounts(0, num_pred, num_true)
  pairs = _by_centre(a, b, num_pred) if by_centre else _by_iou(a, b, least)
  matched = _most_pairs(*pairs, num_pred, num_true)
  return LesionCounts(matched, num_pred, num_true)


def lesion_detection(
  counts: Sequence[LesionCounts] | np.ndarray,
) -> LesionDetection:
  """Sensitivity, precision, F1 and false positives per case.

  Lesions are pooled: a case with many weighs more. A case without a lesion in
  either mask counts among the cases and nowhere else.

  Args:
    counts: [cases, 3] of `lesion_counts`, a row each.

  Raises:
    ValueError: for other shapes, or counts that no two masks have.
  """
  found = inputs.as_array("counts", counts)
  if not found.size:
    found = np.zeros((0, 3), np.int64)
  if found.ndim != 2 or found.shape[1] != 3 or found.dtype.kind not in "iu":
    raise ValueError(
      "counts: wanted integers [cases, 3], matched, predicted and true, found "
      f"{found.dtype} {found.shape}"
    )
  bad = (found[:, 0] < 0) | (found[:, 0] > found[:, 1:].min(1))
  if bad.any():
    raise ValueError(
      "counts: wanted 0 <= matched <= predicted and true, found "
      f"{found[bad][0].tolist()}"
    )
  matched, predicted, true = found.astype(np.int64).sum(0)
  return LesionDetection(
    sensitivity=_share(matched, true),
    precision=_share(matched, predicted),
    f1=_share(2 * matched, predicted + true),
    false_positives_per_case=_share(predicted - matched, len(found)),
    cases=len(found),
  )


def froc(
  scores: np.ndarray,
  lesions: np.ndarray,
  num_lesions: int,
  num_cases: int,
  rates: Sequence[float] = FROC_RATES,
) -> Froc:
  """Free-response curve of candidates with scores, and its average.

  Candidates are kept from a score on; a lesion is found if one of those that
  are kept hits it, and further hits are no false positives (Setio et al. 2017).
  Of all scores the one with most finds counts at each rate, by steps, without
  interpolation.

  Args:
    scores: [P] of the candidates of all cases.
    lesions: [P] integers, which lesion each hits, 0..num_lesions-1 over all
      cases; -1: none, a false positive.
    num_lesions: true lesions of all cases.
    num_cases: with those without a lesion.
    rates: [R] false positives per case, >= 0.

  Returns:
    `Froc`; NaN without a true lesion.

  Raises:
    ValueError: for other kinds, shapes or numbers.
  """
  scores = inputs.scores_of("scores", scores)
  lesions = inputs.as_array("lesions", lesions)
  inputs.check_whole("num_lesions", num_lesions, 0)
  inputs.check_whole("num_cases", num_cases, 1)
  rates = np.atleast_1d(rates).tolist()
  rates = np.array([inputs.number_of("rates", rate, 0) for rate in rates])
  if scores.ndim != 1 or lesions.shape != scores.shape or not rates.size:
    raise ValueError(
      f"wanted scores [P], lesions [P] and rates [R], found shapes "
      f"{scores.shape}, {lesions.shape} and {rates.shape}"
    )
  _check_hits(lesions, num_lesions)
  if not num_lesions:
    return Froc(rates, np.full(len(rates), np.nan), np.nan)
  found, false = _along_scores(scores, lesions)
  kept = false <= rates[:, None] * num_cases * (1 + inputs.ROUNDING)
  sensitivity = np.where(kept, found, 0).max(-1) / num_lesions
  return Froc(rates, sensitivity, float(sensitivity.mean()))


def _check_hits(lesions, num_lesions):
  if lesions.size and lesions.dtype.kind not in "iu":
    raise ValueError(f"lesions: wanted integers, found {lesions.dtype}")
  bad = (lesions < -1) | (lesions >= num_lesions)
  if bad.any():
    raise ValueError(
      f"lesions: wanted 0..{num_lesions - 1}, or -1 for none, found "
      f"{lesions[bad][0]}"
    )


def _along_scores(scores, lesions):
  """Lesions found and false positives, of nothing kept to everything."""
  order = np.argsort(-scores, kind="stable")
  scores, lesions = scores[order], lesions[order]
  new = np.zeros(len(lesions), int)
  new[np.unique(lesions, return_index=True)[1]] = 1
  new[lesions < 0] = 0
  ends = inputs.ends_of_ties(scores)
  sums = [np.cumsum(x)[ends] for x in (new, lesions < 0)]
  return [np.append(0, x) for x in sums]


def _share(part, whole):
  return float(part / whole) if whole else np.nan


def _parts(mask, connectivity):
  """(labels [*sp], number) of connected parts."""
  axes = mask.ndim
  connectivity = axes if connectivity is None else connectivity
  inputs.check_whole("connectivity", connectivity, 1)
  if connectivity > axes:
    raise ValueError(
      f"connectivity: wanted at most {axes} for {axes} axes, found "
      f"{connectivity}"
    )
  cross = scipy.ndimage.generate_binary_structure(axes, connectivity)
  labels, count = scipy.ndimage.label(mask, cross)
  return labels, int(count)


def _by_iou(a, b, least):
  """Numbers from 0 of the predicted and the true lesion of each pair."""
  both = (a > 0) & (b > 0)
  pairs, shared = np.unique(
    np.stack([a[both], b[both]], -1), axis=0, return_counts=True
  )
  size_a, size_b = np.bincount(a.ravel()), np.bincount(b.ravel())
  union = size_a[pairs[:, 0]] + size_b[pairs[:, 1]] - shared
  kept = pairs[shared / union >= least] - 1
  return kept[:, 0], kept[:, 1]


def _by_centre(a, b, num_pred):
  """The same, where the centre of the predicted one is in the true one."""
  centres = scipy.ndimage.center_of_mass(a > 0, a, range(1, num_pred + 1))
  nearest = np.ceil(np.array(centres) - 0.5).astype(int)
  hit = b[tuple(nearest.T)]
  return np.flatnonzero(hit), hit[hit > 0] - 1


def _most_pairs(rows, columns, num_pred, num_true):
  """How many can be paired, each once."""
  allowed = scipy.sparse.csr_array(
    (np.ones(len(rows), np.int8), (rows, columns)), (num_pred, num_true)
  )
  found = scipy.sparse.csgraph.maximum_bipartite_matching(allowed)
  return int((found >= 0).sum())
