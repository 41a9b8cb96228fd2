"""Which cases to ask for next, and why, in words for a reader."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import data, label_free
from alx.data.dataset import DataError
from alx.front.query import query
from alx.projects.store.project import Project
from alx.projects.store.state import POOL, TRAIN, status_of
from alx.projects.work import learn
from alx.projects.work.fit import load_version, training_cases
from alx.runs.problem import learning
from alx.runs.problem.problem import Problem
from alx.runs.rounds import loop_for

RANDOM, FIRST = "random", "typiclust"
_BY_TASK = {
  "segmentation": "bald(reduce=top_fraction)",
  "classification": "badge",
}


class Chosen(NamedTuple):
  """One case to ask for."""

  uid: str
  reason: str


class Choice(NamedTuple):
  """The cases of a round."""

  method: str
  cases: tuple[Chosen, ...]
  note: str = ""


def candidates(project: Project) -> list[str]:
  """Cases that may be asked for: not frozen, not out, without a label."""
  return [
    uid
    for uid, case in sorted(project.state.cases.items())
    if case.part == TRAIN and status_of(project.state, uid) == POOL
  ]


def choose(project: Project, k: int, method: str = "") -> Choice:
  """The next k cases.

  With a version that serves: by the method, else by the task, "bald" of the
  most uncertain voxels or "badge". Without: "typiclust" on principal components
  of the images, or at random where there are too few for it.

  Args:
    project: with the cases.
    k: how many, fewer where there are fewer.
    method: text of `alx.acquisition.grammar`; "": by this rule.

  Raises:
    DataError: a method that wants a model, and there is none.
    ValueError: a method that is none.
  """
  pool = candidates(project)
  k = min(k, len(pool))
  if not k:
    return Choice(method or "none", ())
  if method == RANDOM or k == len(pool):
    why = "all that are left" if k == len(pool) else "drawn at random"
    return _at_random(project, pool, k, why)
  if project.state.current:
    method = method or _BY_TASK[project.settings["task"]]
    return _by_model(project, pool, k, method)
  if method and method != FIRST:
    raise DataError(
      f"{project.folder}: {method} wants a model, and no version serves yet; "
      f"the first round is {FIRST} or {RANDOM}"
    )
  if len(pool) < 2 * k or len(pool) < 6:
    note = f"{len(pool)} images are too few for {FIRST}: drawn at random"
    return _at_random(project, pool, k, "drawn at random")._replace(note=note)
  return _typical(project, pool, k)


def _seed(project):
  return project.settings["seed"] + len(project.state.rounds)


def _at_random(project, pool, k, why):
  drawn = np.random.default_rng(_seed(project)).permutation(len(pool))[:k]
  return Choice(RANDOM, tuple(Chosen(pool[i], why) for i in drawn))


def _typical(project, pool, k):
  """TypiClust (Hacohen et al. 2022) on components of the images."""
  made = learn.make_pool(project, pool)
  encoding = label_free.encoding_for(made.dataset.images[0].ndim - 1)
  small = label_free.shrink(made.dataset, encoding)
  features = label_free.make_features(
    "pca",
    jax.random.key(project.settings["seed"]),
    small,
    np.arange(len(pool), dtype=np.int32),
    label_free.group_numbers(made.dataset.groups, len(pool)),
    encoding,
  )
  items = query(FIRST, k=k, features=features, key=_seed(project))
  why = "typical of many images (typiclust), no label needed"
  return Choice(FIRST, tuple(Chosen(pool[i], why) for i in items.tolist()))


def _by_model(project, pool, k, method):
  labelled = [case.uid for case in training_cases(project)]
  waiting = [t.uid for t in project.state.open_tasks()]
  others = [u for u in dict.fromkeys(waiting) if u not in {*labelled, *pool}]
  others = [u for u in others if project.state.cases[u].part == TRAIN]
  uids = [*labelled, *others, *pool]
  made = learn.make_pool(project, uids)
  config = learn.config_of(project, acquisition=(method,), query=k, start=1)
  config = learn.resolved(config, made)
  trained = load_version(project, project.state.current)
  config = _as_trained(config, trained.config)
  learner = learning.make_learner(config, made.dataset)
  taken = np.arange(len(uids)) < len(uids) - len(pool)
  problem = _problem(made, learner, config)
  loop = loop_for(problem, config, method)
  state = loop.init(
    jax.random.key(_seed(project)),
    problem.images,
    jax.eval_shape(lambda: problem.labels[0]),
  )
  state = state._replace(
    pool=learn.pool_state(taken),
    labels=problem.labels,
    params=jax.tree.map(jnp.asarray, trained.params),
    round=jnp.int32(len(project.state.rounds)),
  )
  items, state = loop.ask(state)
  return _told(method, uids, np.asarray(items), np.asarray(state.scores))


def _as_trained(config, before):
  """The network and windows of the version, whatever the pool is now."""
  return config.__class__(
    **{
      **vars(config),
      **{name: getattr(before, name) for name in ("patch", "widths", "model")},
      "dropout": before.dropout,
    }
  )


def _problem(made, learner, config):
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
    Chosen(uids[i], f"{method}, rank {rank}{_score(score)}")
    for rank, (i, score) in enumerate(
      zip(items.tolist(), scores.tolist(), strict=True), 1
    )
    if i < len(uids)
  ]
  return Choice(method, tuple(chosen))


def _score(score):
  return "" if np.isnan(score) else f", score {score:.4g}"
