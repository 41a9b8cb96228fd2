"""Runs the arms of the study: resumable, every arm on the same start."""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import jax
from rich.console import Console

from alx.data import Dataset
from alx.devices.memory import Watched
from alx.loop import Loop, check_budget, make_loop
from alx.runs import compare, progress, rounds, whole
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.memory import room
from alx.runs.problem import problem as problems
from alx.runs.problem.headline import PUBLISHED
from alx.runs.problem.job import Job
from alx.runs.problem.patients import check_known, groups_of
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config
from alx.training import evaluation
from alx.training.by_epochs.epochs import Course
from alx.training.settings import Asking
from experiments.kim import arms, courses
from experiments.kim.items import load_items
from experiments.kim.learners import make_learner, mean_of_passes
from experiments.kim.parts import config_of
from experiments.kim.settings import Kim


class Ready(NamedTuple):
  """A command that was found to make sense, ready to run."""

  kim: Kim
  config: Config  # for the machinery of all runs
  problems: dict[str, Problem]  # by kind of training
  loops: dict[str, Loop]  # by arm
  workdir: pathlib.Path
  courses: list[Course]  # of fits that are not written down yet


def prepare(kim: Kim, workdir: pathlib.Path, console: Console) -> Ready:
  """Loads and checks everything; nothing has been trained when it returns.

  Raises:
    ValueError: bad data, a protocol that does not fit it, or a work directory
      that holds another run.
  """
  dataset = load_items(kim, compare.loading(console))
  compare.tell_reading(dataset, console)
  check_patch(kim, dataset)
  ready = _make(kim, dataset, workdir)
  plain = ready.problems["plain"]
  check_budget(len(plain.split.pool), kim.start, kim.query, kim.rounds)
  metric = PUBLISHED[dataset.task]
  store.open_run(workdir, kim, *compare.describe_data(plain, *metric))
  compare.announce(plain, console, *metric)
  return ready


def check_patch(kim: Kim, dataset: Dataset) -> None:
  """Raises ValueError unless the patch fits the data and the network."""
  axes = dataset.images[0].ndim - 1
  factor = 2 ** (len(kim.widths) - 1)
  if len(kim.patch) != axes or any(n % factor for n in kim.patch):
    raise ValueError(
      f"{dataset.name}: wanted a patch of {axes} multiples of {factor}, found "
      f"{kim.patch}: --set=patch=..."
    )


def _make(kim, dataset, workdir):
  """Problems and loops of the arms asked for; the plain one always."""
  test_items = max(1, round(kim.test_share * len(dataset.ids)))
  config = dataclasses.replace(config_of(kim), test_items=test_items)
  check_known(config, dataset)
  taken = []
  first = problems.make_problem(
    config, dataset, make_learner("plain", kim, dataset)
  )
  first = _watched(first, "plain", kim)
  found = {"plain": _recorded(first, taken)}
  made = {name: arms.make_arm(name, kim) for name in kim.acquisition}
  for kind in {arm.kind: None for arm in made.values() if arm.kind != "plain"}:
    learner = make_learner(kind, kim, dataset)
    other = problems.with_learner(first, learner, kim.block)
    other = _watched(other, kind, kim)
    found[kind] = _recorded(other, taken)
  groups = None
  if kim.max_per_group:
    groups = groups_of(dataset, first.split)
  loops = {name: _loop(arm, found, kim, groups) for name, arm in made.items()}
  if "dropout" in found and kim.dropout_evaluation == "mc_mean":
    found["dropout"] = _tested_by_passes(found["dropout"], kim)
  return Ready(kim, config, found, loops, workdir, taken)


def _watched(problem, kind, kim):
  """The problem whose fit tells its memory, and is refused without room."""

  def of_patch(patch):
    other = dataclasses.replace(kim, patch=patch)
    return jax.jit(make_learner(kind, other, problem.dataset).fit)

  multiple = 2 ** (len(kim.widths) - 1)
  saves = "a smaller batch and fewer widths"
  about = room.About(kim.patch, kim.batch, multiple, False, saves)
  look = room.looking(about, jax.local_devices()[:1], of_patch)
  learner = problem.learner
  fit = Watched(learner.fit, look)
  return problem._replace(learner=learner._replace(fit=fit))


def _recorded(problem, taken):
  learner = courses.keep_courses(problem.learner, taken)
  return problem._replace(learner=learner)


def _loop(arm, found, kim, groups):
  asking = Asking(
    kim.query, kim.block, arm.samples, max_per_group=kim.max_per_group
  )
  return make_loop(found[arm.kind].learner, arm.acquisition, asking, groups)


def _tested_by_passes(problem, kim):
  """The problem whose test predictions are means over passes."""
  learner = mean_of_passes(problem.learner, kim.passes)
  num_classes = len(problem.dataset.class_names)
  return problem._replace(
    predict_test=evaluation.make_predict_masks(learner, num_classes, kim.block),
    predict_few=jax.jit(learner.predict, static_argnums=4),
  )


def train(
  ready: Ready, console: Console, check: Callable | None = None
) -> None:
  """Runs what is not finished, and goes on with what was interrupted.

  Seeds outermost, so that what is stopped holds whole comparisons; arms that
  train alike share the first round.

  Args:
    ready: what to run.
    console: where progress goes.
    check: called before every stage of every round; may raise to stop.

  Raises:
    records.Diverged: if a model gives no numbers any more.
  """
  kim = ready.kim
  total = kim.seeds * (len(ready.loops) * (kim.rounds + 1) + 1)
  with progress.progress_bars(console) as bars, room.telling(console):
    show = progress.Shower(bars, total, console, check)
    for seed in range(kim.first_seed, kim.first_seed + kim.seeds):
      whole.run_full(_job(ready, "full", seed, show))
      show.finish(1)
      firsts = {}
      for name, loop in ready.loops.items():
        kind = arms.kind_of(name)
        job = _job(ready, name, seed, show)
        firsts[kind] = rounds.run_rounds(job, loop, firsts.get(kind))
        show.finish(kim.rounds + 1)


def _job(ready, name, seed, show) -> Job:
  kind = "plain" if name == "full" else arms.kind_of(name)
  folder = run_folder(ready.workdir, name, seed)
  runs = progress.Runs(f"{name}, seed {seed}", (folder,))

  def stage(number, now):
    if now == "testing":  # what has been trained
      courses.write(folder, number, ready.courses)
    show.stage(runs, number, now)

  return Job(ready.problems[kind], ready.config, name, seed, folder, stage)
