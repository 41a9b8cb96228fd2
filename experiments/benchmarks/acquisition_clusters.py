"""TypiClust against the same method with scikit-learn."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from alx.acquisition import Candidates
from alx.acquisition.clusters import density, kmeans
from experiments.benchmarks.acquisition_case import Case

N, D, K, NEIGHBOURS, GROUPS = 50_000, 128, 100, 20, 60


def make_groups(seed: int) -> dict:
  """Features in groups of different widths, and clusters for all to share."""
  rng = np.random.default_rng(seed)
  centres = 3 * rng.standard_normal((GROUPS, D))
  width = 2 * rng.gamma(2.0, 0.5, (N, 1))
  x = centres[rng.integers(0, GROUPS, N)] + width * rng.standard_normal((N, D))
  x = x.astype(np.float32)
  labels = _cluster(jax.random.key(seed), x)
  return {
    "features": jnp.asarray(x),
    "host": x,
    "labels": labels,
    "host labels": np.asarray(labels),
  }


def _everything():
  return Candidates(jnp.ones(N, bool), jnp.zeros(N, bool))


@jax.jit
def _cluster(key, x):
  return kmeans.cluster(key, x, jnp.ones(N, bool), K).labels


@jax.jit
def _choose(x):
  return density.typiclust(jax.random.key(0), x, _everything(), K)


@jax.jit
def _choose_given(x, labels):
  scores = density.typicality(x, labels, K, num_neighbours=NEIGHBOURS)
  return density.typical_picks(labels, scores, _everything(), K, num_clusters=K)


def sklearn_given(x: np.ndarray, labels: np.ndarray) -> list[int]:
  """The authors' choice: neighbours inside each cluster that is visited."""
  from sklearn.neighbors import NearestNeighbors

  sizes = np.bincount(labels, minlength=K)
  visited = [c for c in np.argsort(-sizes, kind="stable") if sizes[c] > 5]
  queues = []
  for label in visited:
    members = np.flatnonzero(labels == label)
    count = min(NEIGHBOURS, len(members) // 2)
    search = NearestNeighbors(n_neighbors=count, algorithm="brute")
    distance = search.fit(x[members]).kneighbors()[0]
    queues.append(members[np.argsort(distance.mean(1), kind="stable")])
  return [int(queues[i % len(queues)][i // len(queues)]) for i in range(K)]


def sklearn_whole(inputs: dict, mini: bool) -> list[int]:
  """Clusters and choice; the authors take mini batches for many clusters."""
  from sklearn.cluster import KMeans, MiniBatchKMeans

  kind = MiniBatchKMeans if mini else functools.partial(KMeans, max_iter=25)
  labels = kind(K, n_init=1, random_state=0).fit_predict(inputs["host"])
  return sklearn_given(inputs["host"], labels)


def one_thread(function, *args):
  """Small products in OpenMP may be faster without other threads."""
  import threadpoolctl

  with threadpoolctl.threadpool_limits(1):
    return function(*args)


def same_picks(ours, theirs) -> float:
  """Share of our picks that are theirs too, in any order."""
  ours, theirs = set(np.asarray(ours).tolist()), set(theirs)
  return len(ours & theirs) / max(len(ours), 1)


def given(inputs: dict) -> list[int]:
  """The choice of the baseline from the shared clusters."""
  return sklearn_given(inputs["host"], inputs["host labels"])


SIZE = f"N={N:,} D={D} k={K}"
CASES = [
  Case(
    kernel="typiclust",
    size=f"{SIZE}, clusters given",
    bars={"scikit-learn": 1, "scikit-learn, one thread": 1},
    make=make_groups,
    ours=lambda inputs: _choose_given(inputs["features"], inputs["labels"]),
    baselines={
      "scikit-learn": given,
      "scikit-learn, one thread": lambda inputs: one_thread(given, inputs),
    },
    agree=same_picks,
  ),
  Case(
    kernel="typiclust",
    size=SIZE,
    bars={
      "scikit-learn": 3,
      "scikit-learn, one thread": 3,
      "mini batches, one thread": 1,
    },
    make=make_groups,
    ours=lambda inputs: _choose(inputs["features"]),
    baselines={
      "scikit-learn": lambda inputs: sklearn_whole(inputs, mini=False),
      "scikit-learn, one thread": lambda inputs: one_thread(
        sklearn_whole, inputs, False
      ),
      "mini batches": lambda inputs: sklearn_whole(inputs, mini=True),
      "mini batches, one thread": lambda inputs: one_thread(
        sklearn_whole, inputs, True
      ),
    },
    # Each draws clusters of its own: nothing says that the picks are the same.
    agree=same_picks,
    slow=frozenset({"scikit-learn"}),
  ),
]
