"""Covers of the feature space against NumPy, scikit-learn and two libraries.

pip install scikit-learn apricot-select submodlib-py
"""

import functools
import heapq

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import BY_NAME, Candidates, configure
from experiments.benchmarks.acquisition_case import Case

CLUSTERS = 100
RADIUS = 0.75  # of balls on the unit sphere: some hundred items each
COLUMNS = 512  # labelled items in one product of a baseline


def make_features(
  seed: int, num_items: int, width: int, num_labelled: int, unit: bool = False
) -> dict:
  """Overlapping clusters, some items labelled, for ours and for the peers."""
  rng = np.random.default_rng(seed)
  centres = 1.5 * rng.standard_normal((CLUSTERS, width))
  noise = rng.standard_normal((num_items, width))
  features = centres[rng.integers(0, CLUSTERS, num_items)] + noise
  if unit:
    features /= np.linalg.norm(features, axis=1, keepdims=True)
  features = features.astype(np.float32)
  labelled = np.zeros(num_items, bool)
  labelled[rng.choice(num_items, num_labelled, replace=False)] = True
  candidates = Candidates(jnp.asarray(~labelled), jnp.asarray(labelled))
  device = jnp.asarray(features)
  return {
    "features": features,
    "labelled": labelled,
    "device": (device, candidates),
  }


@functools.partial(jax.jit, static_argnums=(0, 3, 4))
def _choose(name, features, candidates, k, options):
  row = configure(BY_NAME[name], **dict(options))
  return row.select(jax.random.key(0), features, candidates, k)


def ours(name: str, k: int, inputs: dict, **options) -> np.ndarray:
  """The picks of a row of `BY_NAME`."""
  options = tuple(sorted(options.items()))
  return np.asarray(_choose(name, *inputs["device"], k, options))


def tuned_numpy_k_center(k: int, inputs: dict) -> list[int]:
  """Greedy k-center: one product with a vector for each pick, norms kept."""
  x = inputs["features"] - inputs["features"].mean(0)
  norms = np.einsum("nd,nd->n", x, x)
  nearest = np.full(len(x), np.inf, np.float32)
  centres = np.flatnonzero(inputs["labelled"])
  for i in range(0, len(centres), COLUMNS):
    some = centres[i : i + COLUMNS]
    square = x @ x[some].T
    square *= -2
    square += norms[some]
    np.minimum(nearest, square.min(1), out=nearest)
  nearest = nearest + norms if len(centres) else norms.copy()
  nearest[centres] = -np.inf
  picks = []
  for _ in range(k):
    item = int(nearest.argmax())
    square = x @ x[item]
    square *= -2
    square += norms
    square += norms[item]
    # The first of all picks was the farthest from the mean.
    first = not picks and not len(centres)
    nearest = square if first else np.minimum(nearest, square, out=nearest)
    picks.append(item)
    nearest[item] = -np.inf
  return picks


def sklearn_k_center(k: int, inputs: dict) -> list[int]:
  """Greedy k-center as it is mostly published: pairwise_distances."""
  from sklearn.metrics import pairwise_distances

  x, centres = inputs["features"], np.flatnonzero(inputs["labelled"])
  nearest = np.full(len(x), np.inf, np.float32)
  for i in range(0, len(centres), COLUMNS):
    far = pairwise_distances(x, x[centres[i : i + COLUMNS]])
    nearest = np.minimum(nearest, far.min(1))
  nearest[centres] = -np.inf
  picks = []
  for _ in range(k):
    picks.append(int(nearest.argmax()))
    far = pairwise_distances(x, x[picks[-1:]])[:, 0]
    nearest = np.minimum(nearest, far)
    nearest[picks] = -np.inf
  return picks


def _cosines(inputs):
  x = inputs["features"]
  x = x / np.linalg.norm(x, axis=1, keepdims=True)
  return x @ x.T


def numpy_facility_location(k: int, inputs: dict) -> list[int]:
  """Lazy greedy with a heap on the whole matrix of cosines."""
  similar = _cosines(inputs)
  first = int(similar.sum(1).argmax())
  cover, picks = similar[first].copy(), [first]
  heap = [
    (-float(np.maximum(row - cover, 0).sum()), i, 1)
    for i, row in enumerate(similar)
    if i != first
  ]
  heapq.heapify(heap)
  while len(picks) < k:
    _, item, when = heapq.heappop(heap)
    if when < len(picks):
      gain = float(np.maximum(similar[item] - cover, 0).sum())
      heapq.heappush(heap, (-gain, item, len(picks)))
      continue
    picks.append(item)
    cover = np.maximum(cover, similar[item])
  return picks


def apricot_facility_location(k: int, inputs: dict) -> list[int]:
  """apricot-select, its lazy greedy; it wants no negative similarity."""
  from apricot import FacilityLocationSelection

  selection = FacilityLocationSelection(k, "precomputed", optimizer="lazy")
  return selection.fit(_cosines(inputs) + 1).ranking.tolist()


def submodlib_facility_location(k: int, inputs: dict) -> list[int]:
  """submodlib, its lazy greedy in C++."""
  from submodlib import FacilityLocationFunction

  similar = _cosines(inputs) + 1
  function = FacilityLocationFunction(
    n=len(similar), mode="dense", separate_rep=False, sijs=similar
  )
  picks = function.maximize(
    budget=k, optimizer="LazyGreedy", show_progress=False
  )
  return [item for item, _ in picks]


def sklearn_prob_cover(k: int, inputs: dict) -> list[int]:
  """ProbCover on neighbours within the radius from scikit-learn."""
  from sklearn.neighbors import NearestNeighbors

  x = inputs["features"]
  index = NearestNeighbors(radius=RADIUS, algorithm="brute").fit(x)
  near = index.radius_neighbors(x, return_distance=False)
  counts = np.array([len(ids) for ids in near])
  held, picks = np.zeros(len(x), bool), []
  for _ in range(k):
    picks.append(int(counts.argmax()))
    new = [i for i in near[picks[-1]] if not held[i]]
    held[new] = True
    for i in new:
      counts[near[i]] -= 1  # within the radius of each other
    counts[picks[-1]] = -1
  return picks


def same_items(ours, theirs) -> float:
  """Share of our picks that they picked too, whatever the order."""
  return len(set(map(int, ours)) & set(map(int, theirs))) / len(ours)


def _case(kernel, k, make, bars, baselines, slow=(), **options) -> Case:
  text = "N={num_items:,} D={width} labelled={num_labelled:,}".format(**make)
  return Case(
    kernel=kernel,
    size=f"{text} k={k:,}",
    bars=bars,
    make=functools.partial(make_features, **make),
    ours=functools.partial(_call, ours, kernel, k, options),
    baselines={
      name: functools.partial(function, k)
      for name, function in baselines.items()
    },
    agree=same_items,
    slow=frozenset(slow),
  )


def _call(function, kernel, k, options, inputs):
  return function(kernel, k, inputs, **options)


def _size(num_items, width, num_labelled, unit=False):
  return {
    "num_items": num_items,
    "width": width,
    "num_labelled": num_labelled,
    "unit": unit,
  }


FACILITY = {
  "apricot": apricot_facility_location,
  "submodlib": submodlib_facility_location,
  "numpy": numpy_facility_location,
}

CASES = [
  _case(
    "k_center",
    1000,
    _size(50_000, 512, 1000),
    {"numpy": 8, "sklearn": 60},
    {"numpy": tuned_numpy_k_center, "sklearn": sklearn_k_center},
    slow=["sklearn"],
  ),
  _case(
    "k_center",
    500,
    _size(200_000, 128, 200),
    {"numpy": 5},
    {"numpy": tuned_numpy_k_center},
  ),
  _case(
    "facility_location",
    200,
    _size(5000, 128, 0),
    {"apricot": 4, "submodlib": 4},
    FACILITY,
  ),
  _case(
    "facility_location",
    200,
    _size(20_000, 128, 0),
    {"apricot": 4, "submodlib": 4},
    FACILITY,
    slow=["submodlib", "numpy"],
  ),
  _case(
    "prob_cover",
    100,
    _size(50_000, 128, 0, unit=True),
    {"sklearn": 3},
    {"sklearn": sklearn_prob_cover},
    slow=["sklearn"],
    delta=RADIUS,
  ),
]
