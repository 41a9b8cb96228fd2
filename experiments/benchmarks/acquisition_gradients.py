"""BADGE and BAIT against NumPy, scikit-learn and the published algorithm."""

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Candidates
from alx.acquisition.clusters.seeding import d2_sampling
from alx.acquisition.joint.bait import bait
from alx.acquisition.scores.embeddings import Factors
from alx.acquisition.scores.fisher_rows import FisherRows, class_rows
from experiments.benchmarks.acquisition_case import Case

BADGE_PICKS, BAIT_PICKS = 200, 50


def classified(seed: int, num_items, num_classes, width):
  """(probs [N, C], features [N, D]) float32 of a linear head on clusters."""
  rng = np.random.default_rng(seed)
  centres = rng.standard_normal((4 * num_classes, width))
  of_item = rng.integers(0, len(centres), num_items)
  noise = rng.standard_normal((num_items, width))
  features = np.maximum(centres[of_item] + noise, 0.0)
  logits = features @ rng.standard_normal((width, num_classes))
  logits = 2 * (logits - logits.mean(0)) / logits.std()
  probs = np.exp(logits - logits.max(1, keepdims=True))
  probs = probs / probs.sum(1, keepdims=True)
  return probs.astype(np.float32), features.astype(np.float32)


def everything(num_items: int) -> Candidates:
  """All available."""
  return Candidates(jnp.ones(num_items, bool), jnp.zeros(num_items, bool))


def make_gradients(seed: int) -> dict:
  """Factors of 20,000 gradients, on the host and on the device."""
  probs, features = classified(seed, 20_000, 10, 512)
  left = probs - np.eye(10, dtype=np.float32)[probs.argmax(1)]
  return {
    "seed": seed,
    "host": (left, features),
    "device": Factors(jnp.asarray(left), jnp.asarray(features)),
  }


@jax.jit
def _badge(key, factors):
  candidates = everything(factors.left.shape[0])
  return d2_sampling(key, factors, candidates, BADGE_PICKS)


def badge_factored(inputs: dict) -> list[int]:
  """Two products of a matrix and a vector for every pick, in place."""
  left, right = inputs["host"]
  rng = np.random.default_rng(inputs["seed"])
  norms = np.einsum("nc,nc->n", left, left)
  norms *= np.einsum("nd,nd->n", right, right)
  picks = [int(norms.argmax())]
  nearest = np.full(len(left), np.inf, np.float32)
  while True:
    last = picks[-1]
    distance = left @ left[last]
    distance *= right @ right[last]
    distance *= -2
    distance += norms
    distance += norms[last]
    distance[last] = 0
    np.maximum(distance, 0, out=distance)
    np.minimum(nearest, distance, out=nearest)
    if len(picks) == BADGE_PICKS:
      return picks
    sums = np.cumsum(nearest, dtype=np.float64)
    spot = rng.random() * sums[-1]
    picks.append(int(np.searchsorted(sums, spot, side="right")))


def badge_dense(inputs: dict) -> np.ndarray:
  """All C D numbers of every gradient, and k-means++ of scikit-learn."""
  from sklearn.cluster import kmeans_plusplus

  left, right = inputs["host"]
  dense = (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)
  seed = inputs["seed"]
  return kmeans_plusplus(dense, BADGE_PICKS, random_state=seed)[1]


def spread(inputs: dict, picks) -> float:
  """Sum of squared distances to the nearest pick: what k-means++ lowers."""
  left, right = inputs["host"]
  picks = np.asarray(picks)
  norms = np.square(left).sum(1) * np.square(right).sum(1)
  product = (left @ left[picks].T) * (right @ right[picks].T)
  distance = norms[:, None] + norms[picks][None] - 2 * product
  return float(np.maximum(distance, 0).min(1).sum(dtype=np.float64))


def same_spread(ours, theirs) -> float:
  """Ratio of what the drawn batches leave, the smaller by the larger."""
  inputs = make_gradients(0)
  a, b = spread(inputs, ours), spread(inputs, theirs)
  return min(a, b) / max(a, b)


def make_fisher(seed: int) -> dict:
  """2,000 items, of which the first 100 are labelled."""
  probs, features = classified(seed, 2000, 10, 128)
  labelled = np.arange(2000) < 100
  rows = FisherRows(class_rows(jnp.asarray(probs)), jnp.asarray(features))
  candidates = Candidates(jnp.asarray(~labelled), jnp.asarray(labelled))
  return {
    "host": (probs, features, labelled),
    "device": (rows, candidates),
  }


@jax.jit
def _bait(rows, candidates):
  return bait(None, rows, candidates, BAIT_PICKS)


def bait_dense(inputs: dict, k: int = BAIT_PICKS) -> list[int]:
  """As published: C rows of C D numbers for every item, batched products."""
  probs, features, labelled = inputs["host"]
  num_items, num_classes = probs.shape
  away = probs[:, None, :] - np.eye(num_classes, dtype=np.float32)[None]
  left = np.sqrt(probs)[:, :, None] * away
  rows = left[..., None] * features[:, None, None, :]
  rows = rows.reshape(num_items, num_classes, -1)
  number = int(labelled.sum())
  goal = _gram(rows) / num_items
  known = np.eye(goal.shape[0], dtype=np.float32)
  known += _gram(rows[labelled]) / max(number, 1) * number / (number + k)
  rows *= np.float32(np.sqrt(k / (number + k)))
  inverse = np.linalg.inv(known)
  picks, free = [], ~labelled
  for _ in range(min(2 * k, int(free.sum()))):
    gain = _traces(rows, inverse, inverse @ goal @ inverse, 1)
    item = int(np.where(free, gain, -np.inf).argmax())
    free[item] = False
    picks.append(item)
    inverse = _changed(inverse, rows[item], 1)
  while len(picks) > k:
    rise = _traces(rows[picks], inverse, inverse @ goal @ inverse, -1)
    item = picks.pop(int(rise.argmin()))
    inverse = _changed(inverse, rows[item], -1)
  return picks


def _gram(rows):
  flat = rows.reshape(-1, rows.shape[-1])
  return flat.T @ flat


def _traces(rows, inverse, error, sign, block=200):
  """tr((I + sign X A X^T)^-1 X E X^T) of each item."""
  parts = []
  for start in range(0, len(rows), block):
    x = rows[start : start + block]
    across = x.swapaxes(1, 2)
    inner = np.eye(x.shape[1], dtype=x.dtype)
    inner = inner + sign * (_rows_times(x, inverse) @ across)
    solved = np.linalg.solve(inner, _rows_times(x, error) @ across)
    parts.append(np.trace(solved, axis1=1, axis2=2))
  return np.concatenate(parts)


def _rows_times(x, matrix):
  """One product for all rows: 200 small ones are several times slower."""
  return (x.reshape(-1, x.shape[-1]) @ matrix).reshape(x.shape)


def _changed(inverse, x, sign):
  """The inverse with the information of one item more (1) or less (-1)."""
  half = inverse @ x.T
  inner = np.eye(len(x), dtype=x.dtype) + sign * (x @ half)
  return inverse - sign * half @ np.linalg.solve(inner, half.T)


CASES = [
  Case(
    kernel="badge",
    size="N=20,000 C=10 D=512 k=200",
    bars={"numpy factored": 4, "scikit-learn dense": 500},
    make=make_gradients,
    ours=lambda inputs: _badge(jax.random.key(0), inputs["device"]),
    baselines={
      "numpy factored": badge_factored,
      "scikit-learn dense": badge_dense,
    },
    agree=same_spread,
    slow=frozenset({"scikit-learn dense"}),
  ),
  Case(
    kernel="bait",
    size="N=2,000 C=10 D=128 k=50",
    bars={"numpy dense": 30},
    make=make_fisher,
    ours=lambda inputs: _bait(*inputs["device"]),
    baselines={"numpy dense": bait_dense},
    agree=lambda ours, theirs: float(np.isin(ours, theirs).mean()),
    slow=frozenset({"numpy dense"}),
  ),
]
