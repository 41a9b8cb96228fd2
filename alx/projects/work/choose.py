"""Which cases to ask for next, and why, in words for a reader."""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import data, label_free
from alx.data.dataset import DataError
from alx.front.query import query
from alx.projects.store.project import Project
from alx.projects.store.questions import candidates, labelled
from alx.projects.store.state import TRAIN
from alx.projects.work import learn
from alx.projects.work.fit import load_version
from alx.projects.work.settings import refuse_evidence
from alx.runs.problem import learning
from alx.runs.problem.loops import loop_for
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config

RANDOM, TYPICAL, COVER = "random", "typiclust", "facility_location"
_WHY = {
  TYPICAL: "typical of many images",
  COVER: "stands for images that no other stands for",
}
_CLUSTER = 10  # images for each that is asked: clusters of fewer are dropped
BY_TASK = {
  "segmentation": "bald(reduce=top_fraction)",
  "classification": "badge",
}


class Chosen(NamedTuple):
  """One case to ask for."""

  uid: str
  reason: str
  units: tuple = ()  # boxes of its voxels; (): all of it


class Choice(NamedTuple):
  """The cases of a round."""

  method: str
  cases: tuple[Chosen, ...]
  note: str = ""


def choose(project: Project, k: int, method: str = "") -> Choice:
  """The next k cases.

  With a version that serves: by the method, else by the task, "bald" of the
  most uncertain voxels or "badge". Without, on principal components of the
  images: "typiclust", "facility_location" where its clusters would be small, or
  at random where there are too few to compare.

  Args:
    project: with the cases.
    k: how many, fewer where there are fewer.
    method: text of `alx.acquisition.grammar`; "": by this rule.

  Raises:
    DataError: a method that wants a model, and there is none, or that reads
      evidence, of which the version that serves gives none.
    ValueError: a method that is none.
  """
  _check(project, method)
  pool = candidates(project.state, TRAIN)
  k = min(k, len(pool))
  if not k:
    return Choice(method or "none", ())
  if method == RANDOM or k == len(pool):
    why = "all that are left" if k == len(pool) else "drawn at random"
    return _at_random(project, pool, k, why)
  if project.state.current:
    method = method or BY_TASK[project.settings["task"]]
    return _by_model(project, pool, k, method)
  if len(pool) < 2 * k:
    note = f"{len(pool)} images are too few to compare: drawn at random"
    return _at_random(project, pool, k, "drawn at random")._replace(note=note)
  many = len(pool) >= _CLUSTER * k
  return _by_images(project, pool, k, method or (TYPICAL if many else COVER))


def _check(project, method):
  if project.state.current or method in ("", RANDOM, *_WHY):
    return
  raise DataError(
    f"{project.folder}: {method} wants a model, and no version serves yet; "
    f"the first round is {TYPICAL}, {COVER} or {RANDOM}"
  )


def _seed(project):
  return project.settings["seed"] + len(project.state.rounds)


def _at_random(project, pool, k, why):
  drawn = np.random.default_rng(_seed(project)).permutation(len(pool))[:k]
  return Choice(RANDOM, tuple(Chosen(pool[i], why) for i in drawn))


def _by_images(project, pool, k, method):
  """By components of the images alone."""
  asked = [uid for uid in _out_of_pool(project) if uid not in set(pool)]
  uids = [*asked, *pool]
  made = learn.make_pool(project, uids)
  encoding = label_free.encoding_for(made.dataset.images[0].ndim - 1)
  features = label_free.make_features(
    "pca",
    jax.random.key(project.settings["seed"]),
    label_free.shrink(made.dataset, encoding),
    np.arange(len(uids), dtype=np.int32),
    label_free.group_numbers(made.dataset.groups, len(uids)),
    encoding,
  )
  items = query(
    method,
    k=k,
    features=features,
    labelled=np.arange(len(uids)) < len(asked),
    key=_seed(project),
  )
  why = f"{_WHY[method]} ({method}), no label needed"
  return Choice(method, tuple(Chosen(uids[i], why) for i in items.tolist()))


def _out_of_pool(project):
  """Cases that have a label, or were asked, and may be trained on."""
  waiting = [task.uid for task in project.state.open_tasks()]
  return [
    uid
    for uid in dict.fromkeys((*labelled(project.state, TRAIN), *waiting))
    if project.state.cases[uid].part == TRAIN
  ]


def _by_model(project, pool, k, method):
  uids, asking = asking_of(project, pool, k, method)
  taken = np.arange(len(uids)) < len(uids) - len(pool)
  problem = problem_of(asking.made, asking.learner, asking.config)
  items, scores = ask_of(project, asking, problem, problem.labels, taken)
  return _told(method, uids, items, scores)


class Asking(NamedTuple):
  """What asks: a version, and the cases as it reads them."""

  made: learn.Pool
  config: Config
  learner: Any
  params: Any
  method: str


def asking_of(
  project: Project, pool: list[str], k: int, method: str, **changes
) -> tuple[list[str], Asking]:
  """(uids, those out of the pool first; what asks them)."""
  trained = load_version(project, project.state.current)
  if not trained.config.evidential:
    refuse_evidence(project.folder, method)
  others = [uid for uid in _out_of_pool(project) if uid not in set(pool)]
  uids = [*others, *pool]
  made = learn.make_pool(project, uids)
  changes |= {"acquisition": (method,), "query": k, "start": 1}
  config = learn.resolved(learn.config_of(project, **changes), made)
  config = _as_trained(config, trained.config)
  learner = learning.make_learner(config, made.dataset)
  return uids, Asking(made, config, learner, trained.params, method)


def ask_of(
  project: Project, asking: Asking, problem: Problem, labels, taken
) -> tuple[np.ndarray, np.ndarray]:
  """(what is asked [k], its scores) of a pool of which some is taken."""
  loop = loop_for(problem, asking.config, asking.method)
  state = loop.init(
    jax.random.key(_seed(project)),
    problem.images,
    jax.eval_shape(lambda: problem.labels[0]),
  )
  state = state._replace(
    pool=learn.pool_state(taken),
    labels=labels,
    params=jax.tree.map(jnp.asarray, asking.params),
    round=jnp.int32(len(project.state.rounds)),
  )
  items, state = loop.ask(state)
  return np.asarray(items), np.asarray(state.scores)


def _as_trained(config, before):
  """The network and windows of the version, whatever the pool is now."""
  names = ("patch", "widths", "model", "dropout", "evidential")
  return dataclasses.replace(
    config, **{name: getattr(before, name) for name in names}
  )


def problem_of(made: learn.Pool, learner: Any, config: Config) -> Problem:
  """Cases as the loop takes them; nothing is tested."""
  images, labels = learn.stacked(made, config)
  count = len(made.uids)
  none = np.zeros((0,), np.int32)
  split = data.Split(np.arange(count, dtype=np.int32), none, none, "given")
  return Problem(
    *(made.dataset, split, images, labels, None, None, learner),
    *(None, None, None),
  )


def _told(method, uids, items, scores):
  chosen = [
    Chosen(uids[i], f"{method}, rank {rank}{score_of(score)}")
    for rank, (i, score) in enumerate(
      zip(items.tolist(), scores.tolist(), strict=True), 1
    )
    if i < len(uids)
  ]
  return Choice(method, tuple(chosen))


def score_of(score: float) -> str:
  """How it is told; "" of a method without scores."""
  return "" if np.isnan(score) else f", score {score:.4g}"
