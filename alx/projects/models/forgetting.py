"""What a model still knows of earlier domains after it has learned later ones.

R[i, j] is the score on domain j after training up to domain i, such as the
Dice of version i on the cases of hospital j.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alx.stats import checks


class Transfer(NamedTuple):
  """Lopez-Paz and Ranzato 2017, section 2; NaN is unknown."""

  average: float  # mean of the last row: after everything
  backward: float  # BWT; below 0: earlier domains were forgotten
  forward: float  # FWT; above 0: earlier domains helped later ones
  forgotten: float  # mean loss against the best there was


def transfer(
  scores: np.ndarray, untrained: Sequence[float] | None = None
) -> Transfer:
  """Backward and forward transfer of T domains learned one after the other.

  backward = mean over i < T of R[T, i] - R[i, i]; forward = mean over i > 1 of
  R[i - 1, i] - b[i]; forgotten = mean over j < T of max over i < T of R[i, j],
  minus R[T, j] (Chaudhry et al. 2018, section 3).

  Args:
    scores: R [T, T]; NaN: not measured.
    untrained: b [T], scores of a model that has learned nothing; None: forward
      transfer is not known.

  Raises:
    ValueError: for other shapes.
  """
  scores = checks.axes(scores, "domains domains")
  count = len(scores)
  if scores.shape != (count, count):
    raise ValueError(f"wanted scores [T, T], got shape {scores.shape}")
  last, own = scores[-1, :-1], scores.diagonal()[:-1]
  forward = np.nan
  if untrained is not None:
    start = checks.numbers(untrained, "untrained")
    if start.shape != (count,):
      raise ValueError(f"wanted untrained [{count}], got shape {start.shape}")
    forward = _mean(scores.diagonal(1) - start[1:])
  best = scores[:-1, :-1].max(0) if count > 1 else own
  return Transfer(
    float(scores[-1].mean()), _mean(last - own), forward, _mean(best - last)
  )


def matrix_of(
  rows: Sequence[Mapping], domains: Sequence[str], versions: Sequence[str]
) -> np.ndarray:
  """R [versions, domains]: the mean score of each; NaN: not measured.

  Args:
    rows: each with "version", "domain" and "score"; others are left out.
    domains: in the order in which they were learned.
    versions: in the order in which they were made.
  """
  found = {}
  for row in rows:
    place = (row["version"], row["domain"])
    found.setdefault(place, []).append(float(row["score"]))
  return np.array(
    [[np.mean(found.get((v, d), [np.nan])) for d in domains] for v in versions]
  )


def change_lines(
  before: Mapping[str, float], after: Mapping[str, float], margin: float
) -> list[str]:
  """A line for each domain on which an update lost more than a margin.

  Args:
    before, after: mean score by domain, of the model before and after.
    margin: loss that is no matter, >= 0.
  """
  lines = []
  for domain in sorted(before):
    if domain not in after or np.isnan(after[domain]):
      lines.append(f"{domain}: not measured after the update")
    elif before[domain] - after[domain] > margin:
      lines.append(
        f"{domain}: {before[domain]:.4f} before the update, "
        f"{after[domain]:.4f} after it"
      )
  return lines


def _mean(values):
  return float(values.mean()) if len(values) else np.nan
