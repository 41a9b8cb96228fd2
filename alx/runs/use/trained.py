"""A model of a run directory, ready to predict."""

import dataclasses
import pathlib
from typing import Any, NamedTuple

import jax
import numpy as np

from alx.data.dataset import bad_input
from alx.data.sources.digest import of_tree
from alx.data.unlabelled.case import Wanted
from alx.runs.disk import store
from alx.runs.disk.checkpoint import arrays_of
from alx.runs.disk.records import check_fit
from alx.runs.features.trained import read_config
from alx.runs.problem import learning
from alx.runs.problem.images import BYTES, FEATURES
from alx.runs.settings.config import Config
from alx.runs.use.choice import Choice, choose, workdir_of
from alx.training.learner import Learner

_REMEDY = (
  "written by an earlier version, or damaged; the command that made the run "
  "writes it anew, and trains nothing again"
)


class Trained(NamedTuple):
  """A model, what it was trained on, and how."""

  choice: Choice
  config: Config  # resolved
  about: dict  # dataset.json
  params: Any  # NumPy arrays
  learner: Learner

  @property
  def class_names(self) -> tuple[str, ...]:
    """C of them."""
    return tuple(self.about["class_names"])

  @property
  def digest(self) -> str:
    """Of the parameters."""
    return of_tree(self.params)

  @property
  def on_embeddings(self) -> bool:
    """Whether rows of numbers take the place of images."""
    return self.about["images"]["values"] == FEATURES

  @property
  def segments(self) -> bool:
    """Whether it makes label maps."""
    return self.about["task"] == "segmentation"


def load(
  path: str | pathlib.Path,
  arm: str = "",
  seed: int | None = None,
  number: int | None = None,
) -> Trained:
  """A model of a run directory; for which one see `choose`.

  Raises:
    DataError: no run directory, no such model, or one that is damaged or of
      another network than config.json names.
  """
  path = pathlib.Path(path).expanduser()
  workdir, _ = workdir_of(path)
  config = read_config(workdir / "runs" / "any")
  config = dataclasses.replace(config, fit_devices=1)  # here there may be one
  about = _read_about(workdir / "dataset.json")
  choice = choose(path, config, arm, seed, number)
  params = _params(choice)
  learner = learning.learner_of(
    config, about["images"]["channels"], len(about["class_names"])
  )
  what = f"{choice.stored.folder / str(choice.step)}"
  _check_shapes(what, params, learner)
  check_fit(what, params)
  return Trained(choice, config, about, params, learner)


def wanted_of(trained: Trained) -> Wanted:
  """What images it takes."""
  images, config = trained.about["images"], trained.config
  most = () if trained.segments else _largest(config)
  return Wanted(
    axes=images["axes"],
    channels=images["channels"],
    is_bytes=images["values"] == BYTES,
    of_maps=trained.segments,
    image_size=config.image_size,
    coarsen=config.coarsen,
    spacing_from=config.spacing_from,
    most=most,
  )


def _largest(config):
  """A class is of the whole image, and the network has seen none larger."""
  return config.patch


def _read_about(path):
  about = store.read_object(path, "what the run was trained on", _REMEDY)
  for field, kind in (("images", dict), ("class_names", list), ("task", str)):
    if not isinstance(about.get(field), kind):
      raise bad_input(path, f"what its {field} were", f"nothing: {_REMEDY}")
  return about


def _params(choice):
  tree = arrays_of(choice.stored.folder, choice.step)["params"]
  place = choice.stored.place
  return tree if place is None else jax.tree.map(lambda x: x[place], tree)


def _check_shapes(what, params, learner):
  """Raises DataError for parameters of another network."""
  like = jax.eval_shape(learner.init, jax.random.key(0))
  if _shapes(like) != _shapes(params):
    raise bad_input(
      what, "the network that config.json names", "parameters of another"
    )


def _shapes(tree) -> dict[str, tuple]:
  leaves = jax.tree_util.tree_leaves_with_path(tree)
  return {
    jax.tree_util.keystr(p): (*x.shape, np.dtype(x.dtype).name)
    for p, x in leaves
  }


def is_random(config: Config) -> bool:
  """Whether there are posterior samples: of dropout, or an ensemble."""
  return bool(config.ensemble or config.dropout)
