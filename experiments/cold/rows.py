"""Does the rows of a cold-start study, and keeps what they found."""

import pathlib
import time
from collections.abc import Callable, Sequence

import jax
import numpy as np

import alx
from alx.loop import draw_start, spread_over_groups
from alx.runs.compare import Comparison
from alx.runs.disk import store
from alx.runs.disk.records import check_fit, check_predicted
from alx.runs.problem import loops
from alx.runs.problem.learning import options_for
from alx.runs.problem.patients import groups_of
from alx.runs.problem.predictions import metrics_of, predict_test
from alx.runs.settings.arms import needs_of
from experiments import finished
from experiments.cold.features import Features
from experiments.cold.plan import FOREGROUND, FULL, NO_ENCODER, RANDOM, Row

_REMEDY = "without the file the row is done again"


def read_row(workdir: pathlib.Path, row: Row) -> dict | None:
  """What a finished row found; None if it is not finished.

  Raises:
    ValueError: for a damaged file.
  """
  return finished.read(workdir, row, "ids", _REMEDY, or_empty=True)


def run_row(
  ready: Comparison,
  row: Row,
  features: Features,
  progress: Callable | None = None,
) -> None:
  """Chooses the items of a row, trains, tests, and writes its file."""
  begun = time.monotonic()
  items = choose(ready, row, features, progress)
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
  store.write_json(finished.path_of(ready.workdir, row), record)


def choose(
  ready: Comparison,
  row: Row,
  features: Features,
  progress: Callable | None = None,
) -> np.ndarray:
  """[budget] the items that are labelled first, places in the pool.

  Random is what `experiments.run` starts a run of this seed with.
  """
  num_pool = len(ready.problem.split.pool)
  if row.method == FULL:
    return np.arange(num_pool)
  if row.encoder == NO_ENCODER:
    order = draw_start(jax.random.key(row.seed), num_pool, num_pool)
    parts = [np.asarray(order)]
    if row.method == FOREGROUND:
      parts = _foreground_first(ready, parts[0])
    parts = [_spread(ready, part) for part in parts]
    return np.concatenate(parts)[: row.budget]
  rows = features.of_pool(row.encoder, row.seed, progress)
  options = options_for(row.method, ready.config, ready.problem.dataset)
  if cap := ready.config.max_per_group:
    options |= {"groups": _groups(ready), "max_per_group": cap}
  elif "groups" in needs_of([row.method]):
    options |= {"groups": _groups(ready)}
  return alx.query(
    row.method, k=row.budget, features=rows, key=row.seed, **options
  )


def _foreground_first(ready, order):
  """The order in two: items whose true labels show foreground, and others."""
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  shown = np.array([np.any(dataset.labels[pool[i]]) for i in order])
  return [order[shown], order[~shown]]


def _spread(ready, order):
  """The order with no more of a patient in front than the settings say."""
  if not ready.config.max_per_group:
    return order
  most = ready.config.max_per_group
  return np.asarray(spread_over_groups(order, _groups(ready), most))


def _groups(ready):
  return groups_of(ready.problem.dataset, ready.problem.split)


def train_and_test(
  ready: Comparison, seed: int, items: Sequence[int]
) -> dict[str, float]:
  """The metrics of a model trained on these items of the pool.

  As round 0 of `experiments.run` does it: one seed has the same first weights
  whatever was chosen.

  Raises:
    Diverged: for a fit that ends without numbers.
  """
  problem = ready.problem
  items = np.asarray(items, np.int32)
  loop = loops.loop_for(problem, ready.config, RANDOM)
  label_like = jax.eval_shape(lambda: problem.labels[0])
  state = loop.init(jax.random.key(seed), problem.images, label_like)
  state = loop.tell(state, items, problem.labels[items])
  what = f"{ready.workdir}: the fit of seed {seed} to {len(items)} labels"
  check_fit(what, state.params)
  predicted = predict_test(problem, state.params)
  check_predicted(what, predicted)
  return metrics_of(problem, predicted)


def classes_seen(ready: Comparison, items: Sequence[int]) -> int:
  """How many classes the labels of these items show, background included."""
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  found = [np.unique(dataset.labels[pool[i]]) for i in items]
  return len(np.unique(np.concatenate([np.ravel(x) for x in found])))


def ids_of(ready: Comparison, items: Sequence[int]) -> list[str]:
  """Their ids, in the order of choice."""
  dataset, pool = ready.problem.dataset, ready.problem.split.pool
  return [dataset.ids[pool[i]] for i in items]
