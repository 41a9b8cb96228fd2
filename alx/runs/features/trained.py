"""Features of a model that a run has trained, and what the run was."""

import dataclasses
import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alx.data import patches
from alx.data.dataset import bad_input
from alx.data.sources.digest import of_dataset
from alx.data.split import ids_of
from alx.runs.disk import store
from alx.runs.disk.names import run_name
from alx.runs.problem.problem import Problem
from alx.runs.settings.arms import FULL
from alx.runs.settings.config import Config
from alx.runs.settings.kept import as_tuples
from alx.runs.use.choice import stored_in
from alx.training.map_blocks import map_blocks

_REMEDY = "the command that made the run writes it anew"


def find_run(path: pathlib.Path) -> pathlib.Path:
  """The folder of the run: `path` itself, or the only one of a directory.

  Args:
    path: runs/NAME-seedS inside a run directory, or that directory. Seeds that
      were trained together keep their models in batches/.

  Raises:
    ValueError: no model that is kept, or those of several runs.
  """
  path = path.absolute()
  if path in _kept_in(path.parent.parent).values():
    return path
  found = [p for (arm, _), p in _kept_in(path).items() if arm != FULL]
  if len(found) != 1:
    names = ", ".join(str(p) for p in found[:6]) or "none"
    raise ValueError(
      f"{path}: wanted one run with checkpoints, found {names}; name it as "
      "RUN_DIR/runs/NAME-seedS"
    )
  return found[0]


def _kept_in(workdir):
  """The folders of the runs whose model is kept, by (acquisition, seed)."""
  names = {who: run_name(*who) for who in sorted(stored_in(workdir))}
  return {who: workdir / "runs" / name for who, name in names.items()}


def read_config(run: pathlib.Path) -> Config:
  """The settings that the run was made with; not where its passes were made.

  Raises:
    ValueError: if they cannot be read.
  """
  path = run.parent.parent / "config.json"
  known = store.read_object(path, "the settings of a run", _REMEDY)
  try:
    fields = {f.name for f in dataclasses.fields(Config)} - {"passes"}
    values = {k: v for k, v in known.items() if k in fields}
    return Config(**as_tuples(values))
  except (ValueError, TypeError, AttributeError) as error:
    raise bad_input(path, "the settings of a run", error) from error


def check_data(run: pathlib.Path, problem: Problem) -> None:
  """Raises ValueError if the run was made on other data, or another split."""
  path = run.parent.parent / "dataset.json"
  about = store.read_object(path, "the digest of the data", _REMEDY)
  wanted = str(about.get("digest"))
  found = of_dataset(problem.dataset)
  if found != wanted:
    raise ValueError(
      f"{problem.dataset.name}: wanted the data of {run} (digest "
      f"{wanted[:12]}), found another (digest {found[:12]})"
    )
  split = ids_of(problem.dataset, problem.split)
  store.check_split(path.with_name("split.json"), split)


def features_of(params: Any, problem: Problem, config: Config) -> np.ndarray:
  """The model's features [N, D] of all items, test items too.

  Args:
    params: of the model.
    problem: of the same data and settings.
    config: of the run.
  """
  images = patches.stack_images(problem.dataset.images, config.patch)

  @jax.jit
  def program(params, images):
    def of_block(images, items):
      key = jax.random.key(0)  # without samples there is nothing to draw
      return problem.learner.predict(key, params, images, items, 0).features

    return map_blocks(of_block, images, config.block)

  found = program(params, jax.tree.map(jnp.asarray, images))
  return np.asarray(found, np.float32)
