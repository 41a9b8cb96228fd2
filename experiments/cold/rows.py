"""Does the rows of a cold-start study, and keeps what they found."""

import json
import pathlib
import time
from collections.abc import Callable, Sequence

import jax
import numpy as np

import alx
from alx import label_free
from alx.loop import draw_start
from experiments import encode, rounds, store
from experiments.cold.plan import FULL, NO_ENCODER, RANDOM, Plan, Row
from experiments.compare import Comparison
from experiments.problem import metrics_of, predict_test


class Features:
  """Label-free features of a study's items, each made once and kept."""

  def __init__(self, ready: Comparison, plan: Plan):
    """Makes nothing yet."""
    self._ready, self._encoding = ready, plan.encoding
    self._images, self._last = None, ("", np.zeros(0))

  def of_pool(
    self, encoder: str, seed: int, progress: Callable | None = None
  ) -> np.ndarray:
    """[P, D] of the pool's items in its order, with mean 0.

    So that angles, which some methods go by, are around the middle of the
    pool. Read from the file of an earlier call where there is one.
    """
    name = encoder
    if encoder not in label_free.WITHOUT_KEY:
      name = f"{encoder}-seed{seed}"
    if self._last[0] != name:
      self._last = name, self._centred(name, encoder, seed, progress)
    return self._last[1]

  def _centred(self, name, encoder, seed, progress):
    dataset, split = self._ready.problem.dataset, self._ready.problem.split
    path = self._ready.workdir / "features" / f"{name}.npz"
    if not path.exists():
      if self._images is None:
        self._images = label_free.shrink(dataset, self._encoding)
      rows = encode.encode(
        dataset, split, self._images, encoder, seed, self._encoding, progress
      )
      encode.save(path, dataset, split, rows)
    rows = encode.load(path, dataset)[split.pool]
    return rows - rows.mean(0, keepdims=True)


def path_of(workdir: pathlib.Path, row: Row) -> pathlib.Path:
  """The file of a finished row."""
  return workdir / "rows" / f"{row.name}.json"


def read_row(workdir: pathlib.Path, row: Row) -> dict | None:
  """What a finished row found; None if it is not finished."""
  path = path_of(workdir, row)
  return json.loads(path.read_text()) if path.exists() else None


def run_row(
  ready: Comparison,
  row: Row,
  features: Features,
  progress: Callable | None = None,
) -> None:
  """Chooses the items of a row, trains, tests, and writes its file."""
  begun = time.monotonic()
  items = choose(row, features, len(ready.problem.split.pool), progress)
  chosen = time.monotonic()
  found = train_and_test(ready, row.seed, items)
  record = {
    **row._asdict(),
    "labels": len(items),
    "classes_seen": classes_seen(ready, items),
    **found,
    "seconds_choose": round(chosen - begun, 3),
    "seconds_train": round(time.monotonic() - chosen, 3),
    "ids": [] if row.method == FULL else ids_of(ready, items),
  }
  store.write_json(path_of(ready.workdir, row), record)


def choose(
  row: Row,
  features: Features,
  num_pool: int,
  progress: Callable | None = None,
) -> np.ndarray:
  """[budget] the items that are labelled first, places in the pool.

  Random is what `experiments.run` starts a run of this seed with.
  """
  if row.method == FULL:
    return np.arange(num_pool)
  if row.method == RANDOM:
    return np.asarray(
      draw_start(jax.random.key(row.seed), num_pool, row.budget)
    )
  rows = features.of_pool(row.encoder, row.seed, progress)
  return alx.query(row.method, k=row.budget, features=rows, key=row.seed)


def train_and_test(
  ready: Comparison, seed: int, items: Sequence[int]
) -> dict[str, float]:
  """The metrics of a model trained on these items of the pool.

  As round 0 of `experiments.run` does it: one seed has the same first weights
  whatever was chosen.
  """
  problem = ready.problem
  items = np.asarray(items, np.int32)
  loop = rounds.loop_for(problem, ready.config, RANDOM)
  label_like = jax.eval_shape(lambda: problem.labels[0])
  state = loop.init(jax.random.key(seed), problem.images, label_like)
  state = loop.tell(state, items, problem.labels[items])
  return metrics_of(problem, predict_test(problem, state.params))


def classes_seen(ready: Comparison, items: Sequence[int]) -> int:
  """How many classes the labels of these items show, background included."""
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  found = [np.unique(dataset.labels[pool[i]]) for i in items]
  return len(np.unique(np.concatenate([np.ravel(x) for x in found])))


def ids_of(ready: Comparison, items: Sequence[int]) -> list[str]:
  """Their ids, in the order of choice."""
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  return [dataset.ids[pool[i]] for i in items]


def coverage(rows: np.ndarray, items: Sequence[int]) -> tuple[float, float]:
  """Mean and largest distance of the rows [P, D] to the nearest of some."""
  rows = np.asarray(rows, np.float64)
  nearest = np.full(len(rows), np.inf)
  for item in items:
    apart = np.sqrt(np.square(rows - rows[item]).sum(1))
    nearest = np.minimum(nearest, apart)
  return float(nearest.mean()), float(nearest.max())


def coverage_rows(
  ready: Comparison, plan: Plan, features: Features
) -> list[dict]:
  """Coverage of every set, random ones too, in the features of each encoder."""
  pool = ready.problem.split.pool
  places = {ready.problem.dataset.ids[item]: i for i, item in enumerate(pool)}
  found = []
  for encoder in plan.encoders:
    for seed in range(plan.seeds):
      rows = features.of_pool(encoder, seed)
      for method in plan.methods:
        for budget in plan.budgets:
          by = NO_ENCODER if method == RANDOM else encoder
          record = read_row(ready.workdir, Row(by, method, budget, seed))
          mean, largest = coverage(rows, [places[i] for i in record["ids"]])
          found.append(
            {
              "encoder": encoder,
              "method": method,
              "budget": budget,
              "seed": seed,
              "mean_distance": f"{mean:.9g}",
              "largest_distance": f"{largest:.9g}",
            }
          )
  return found
