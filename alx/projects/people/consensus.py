"""One label out of several readers': votes, means, Dawid and Skene.

Where readers are level nobody has decided: the label is UNDECIDED, which no
class is and which no fit reads, or that of a senior who is among the level
ones. A class that nobody voted for is never the answer.
"""

from typing import NamedTuple

import numpy as np

from alx.label_maps import UNLABELLED

UNDECIDED = UNLABELLED  # as a label is not there; also a reader without a vote


class Consensus(NamedTuple):
  """What readers say together."""

  labels: np.ndarray  # [*sp] uint8 classes 0..C-1, or UNDECIDED
  share: np.ndarray  # [*sp] of the votes for that class; NaN: undecided
  tied: int  # places at which readers were level
  unseen: int  # places that nobody voted on


class Raters(NamedTuple):
  """Dawid and Skene's estimate."""

  posterior: np.ndarray  # [n, C] of the true class
  confusion: np.ndarray  # [R, C, C] P(reader says column | true row)
  prior: np.ndarray  # [C]
  likelihood: np.ndarray  # [steps] log, of the data; ascending
  converged: bool


def majority(
  votes: np.ndarray,
  num_classes: int,
  weights: np.ndarray | None = None,
  senior: int | None = None,
) -> Consensus:
  """The class with the most votes, where there is one.

  Args:
    votes: [R, *sp] integer classes 0..C-1, or UNDECIDED: no vote.
    num_classes: C, 2 to 255.
    weights: [R] > 0, what a reader's vote counts; None: 1.
    senior: number of the reader who decides where others are level, if the
      senior's class is one of the level ones; None: nobody.

  Raises:
    ValueError: for other kinds, shapes, classes or weights.
  """
  counts, votes = _counted(votes, num_classes, weights)
  best = counts.max(0)
  level = np.isclose(counts, best) & (best > 0)
  tied = level.sum(0) > 1
  labels = np.where(tied | (best == 0), UNDECIDED, counts.argmax(0))
  if senior is not None:
    labels = np.where(tied, _of_senior(votes, senior, level), labels)
  share = _share_of(labels, counts)
  seen = best > 0
  return Consensus(
    labels.astype(np.uint8), share, int(tied.sum()), int((~seen).sum())
  )


def soft_mean(
  votes: np.ndarray, num_classes: int, weights: np.ndarray | None = None
) -> np.ndarray:
  """[*sp, C] the share of the votes for each class; NaN where nobody voted.

  Args:
    votes: [R, *sp] integer classes 0..C-1, or UNDECIDED: no vote.
    num_classes: C, 2 to 255.
    weights: [R] > 0; None: 1.

  Raises:
    ValueError: for other kinds, shapes, classes or weights.
  """
  counts, _ = _counted(votes, num_classes, weights)
  total = counts.sum(0)
  mean = counts / np.where(total > 0, total, np.nan)
  return np.moveaxis(mean, 0, -1)


def likeliest(probs: np.ndarray) -> np.ndarray:
  """[*sp] uint8 the class of the largest probability, UNDECIDED where level.

  Args:
    probs: [*sp, C] such as a soft mean or a posterior; NaN: UNDECIDED.
  """
  probs = np.asarray(probs, np.float64)
  unknown = np.isnan(probs).any(-1)
  best = np.where(unknown, 0.0, probs.max(-1))
  level = np.isclose(probs, best[..., None], rtol=1e-9, atol=1e-12)
  labels = np.where(unknown, 0, np.nan_to_num(probs).argmax(-1))
  found = np.where(unknown | (level.sum(-1) > 1), UNDECIDED, labels)
  return found.astype(np.uint8)


def dawid_skene(
  votes: np.ndarray,
  num_classes: int,
  *,
  smoothing: float = 0.01,
  most: int = 200,
  tolerance: float = 1e-8,
) -> Raters:
  """How reliable each reader is and what is true, both from the votes.

  Expectation maximisation from the soft mean on (Dawid and Skene 1979,
  equations 2.3 to 2.5). Items with the same votes are counted, not repeated,
  so label maps of any size will do.

  Args:
    votes: [R, n] integer classes 0..C-1, or UNDECIDED: no vote.
    num_classes: C, 2 to 255.
    smoothing: votes added to each cell of a confusion, > 0.
    most: steps.
    tolerance: of the mean log likelihood, between steps.

  Raises:
    ValueError: for other kinds, shapes or classes, no vote at all, or a
      smoothing that is not above 0.
  """
  if not smoothing > 0:
    raise ValueError(f"smoothing: wanted a number > 0, found {smoothing!r}")
  _, votes = _counted(votes, num_classes, None)
  if votes.ndim != 2 or not (votes != UNDECIDED).any():
    raise ValueError(
      f"wanted votes [R, n] with one at least, got {votes.shape}"
    )
  kinds, of_kind, counts = np.unique(
    votes, axis=1, return_inverse=True, return_counts=True
  )
  said = kinds[:, :, None] == np.arange(num_classes)
  posterior = np.nan_to_num(soft_mean(kinds, num_classes), nan=1 / num_classes)
  course = []
  for _ in range(most):
    prior, confusion = _estimate(posterior, said, counts, smoothing)
    posterior, likelihood = _expect(prior, confusion, said)
    course.append(float((counts * likelihood).sum()))
    if _is_still(course, tolerance * votes.shape[1]):
      break
  still = _is_still(course, tolerance * votes.shape[1])
  posterior = posterior[of_kind.reshape(-1)]
  return Raters(posterior, confusion, prior, np.array(course), still)


def _estimate(posterior, said, counts, smoothing):
  """(prior, confusion) that are likeliest for a posterior [kinds, C]."""
  weighed = posterior * counts[:, None]
  cells = np.einsum("ik,ril->rkl", weighed, said) + smoothing
  prior = weighed.sum(0) + smoothing
  return prior / prior.sum(), cells / cells.sum(-1, keepdims=True)


def _expect(prior, confusion, said):
  """(posterior [kinds, C], log likelihood [kinds])."""
  logs = np.log(prior) + np.einsum("ril,rkl->ik", said, np.log(confusion))
  top = logs.max(-1, keepdims=True)
  powers = np.exp(logs - top)
  total = powers.sum(-1, keepdims=True)
  return powers / total, (top + np.log(total))[:, 0]


def _is_still(course, tolerance):
  return len(course) > 1 and abs(course[-1] - course[-2]) <= tolerance


class Box(NamedTuple):
  """The part of a volume that an estimate looked at."""

  start: tuple[int, ...]
  stop: tuple[int, ...]


def dawid_skene_maps(
  votes: np.ndarray, num_classes: int, *, margin: int = 5, **settings
) -> tuple[np.ndarray, Raters, Box]:
  """Dawid and Skene of label maps, in the box of all foreground and a margin.

  Background without end would make every reader look reliable, so the box is
  part of the answer: another field of view around it changes nothing.

  Args:
    votes: [R, *sp] integer classes 0..C-1, or UNDECIDED: no vote.
    num_classes: C, background first.
    margin: voxels around the foreground of all readers.
    **settings: of `dawid_skene`.

  Returns:
    (labels [*sp] uint8, the estimate over the box's voxels in C order, the
    box). Outside of it the labels are the background, or UNDECIDED where
    nobody voted.

  Raises:
    ValueError: as `dawid_skene`, or if no reader has any foreground.
  """
  counts, votes = _counted(votes, num_classes, None)
  some = (counts[1:] > 0).any(0)
  if not some.any():
    raise ValueError("wanted foreground of some reader, found none")
  places = np.argwhere(some)
  start = np.maximum(places.min(0) - margin, 0)
  stop = np.minimum(places.max(0) + 1 + margin, some.shape)
  inside = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
  part = votes[(slice(None), *inside)]
  found = dawid_skene(part.reshape(len(votes), -1), num_classes, **settings)
  labels = np.where(counts.sum(0) > 0, 0, UNDECIDED).astype(np.uint8)
  seen = (part != UNDECIDED).any(0)
  chosen = likeliest(found.posterior).reshape(seen.shape)
  labels[inside] = np.where(seen, chosen, UNDECIDED)
  return labels, found, Box(tuple(map(int, start)), tuple(map(int, stop)))


def _counted(votes, num_classes, weights):
  """(votes for each class [C, *sp], votes as int64), checked."""
  votes = np.asarray(votes)
  if not 2 <= num_classes <= UNDECIDED:
    raise ValueError(f"wanted 2 to {UNDECIDED} classes, got {num_classes}")
  if votes.dtype.kind not in "iu" or votes.ndim < 1 or not votes.size:
    raise ValueError(
      f"votes: wanted integers [readers, ...], found {votes.dtype} of shape "
      f"{votes.shape}"
    )
  votes = votes.astype(np.int64)
  wrong = votes[((votes < 0) | (votes >= num_classes)) & (votes != UNDECIDED)]
  if wrong.size:
    raise ValueError(
      f"votes: wanted classes 0..{num_classes - 1} or {UNDECIDED} for none, "
      f"found {wrong[0]}"
    )
  weights = _weights(weights, len(votes))
  counts = [
    np.tensordot(weights, (votes == c).astype(float), 1)
    for c in range(num_classes)
  ]
  return np.stack(counts), votes


def _weights(weights, readers):
  found = np.ones(readers) if weights is None else np.asarray(weights, float)
  if found.shape != (readers,) or not (found > 0).all():
    raise ValueError(
      f"weights: wanted {readers} numbers > 0, one for each reader, found "
      f"{weights}"
    )
  return found


def _of_senior(votes, senior, level):
  """The senior's class where it is one of the level ones."""
  if not 0 <= senior < len(votes):
    raise ValueError(
      f"senior: wanted a reader of 0..{len(votes) - 1}, found {senior!r}"
    )
  own = votes[senior]
  safe = np.where(own == UNDECIDED, 0, own)
  among = np.take_along_axis(level, safe[None], 0)[0] & (own != UNDECIDED)
  return np.where(among, own, UNDECIDED)


def _share_of(labels, counts):
  """Of the votes at each place those for its label; NaN: undecided."""
  decided = labels != UNDECIDED
  safe = np.where(decided, labels, 0)
  own = np.take_along_axis(counts, safe[None], 0)[0]
  return np.where(decided, own / np.maximum(counts.sum(0), 1e-300), np.nan)
