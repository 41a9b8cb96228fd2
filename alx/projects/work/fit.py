"""A version of the model: fitted, written, never changed; the pointer stays."""

import functools
import pathlib
import shutil
import time
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import alx
from alx.data.dataset import DataError
from alx.data.files import whole_folder, write_json
from alx.projects.models.fitting import fit_planned
from alx.projects.models.rule_texts import parse_update, parse_weights
from alx.projects.models.serving import (
  CHOSEN,
  Label,
  Reading,
  plan_reading,
  refuse_frozen,
)
from alx.projects.store import blobs
from alx.projects.store.events import canonical
from alx.projects.store.project import MODELS, Project
from alx.projects.store.questions import final_labels, labelled
from alx.projects.store.state import TRAIN, Case, State
from alx.projects.work import learn
from alx.runs.disk import records, store
from alx.runs.disk.names import run_folder
from alx.runs.problem import learning
from alx.runs.problem.images import described
from alx.runs.settings.arms import FULL
from alx.runs.use.trained import Trained, load
from alx.runs.whole import keep_model

_DRAWN = {"reject": "redraw"}  # a draft was rejected, a label drawn instead


class Fitted(NamedTuple):
  """What a fit has made."""

  version: int
  labels: int  # it was trained on
  is_new: bool  # False: there are no labels that it does not know


def training_cases(project: Project) -> list[Case]:
  """Cases with a label that may be trained on: never frozen ones."""
  state = project.state
  return [state.cases[uid] for uid in labelled(state, TRAIN)]


def digest_of_labels(project: Project, part: str = TRAIN) -> str:
  """SHA-256 of which case has which label."""
  found = labelled(project.state, part)
  rows = [[uid, chosen.label] for uid, chosen in found.items()]
  return blobs.digest(canonical(rows))


def fit(project: Project) -> Fitted:
  """Trains a version on all labels; the one that serves does not change.

  Raises:
    DataError: no label to train on, or images that are not what they were.
    Diverged: the fit gives no numbers.
  """
  cases = training_cases(project)
  if not cases:
    raise DataError(
      f"{project.folder}: wanted labels to train on, found none (alx project "
      "next writes a round, import takes the answers)"
    )
  labels = digest_of_labels(project)
  for version, model in sorted(project.state.models.items(), reverse=True):
    if model.about["labels_sha256"] == labels:
      return Fitted(version, len(cases), is_new=False)
  reading, before = reading_of(project, cases)
  pool = learn.make_pool(project, reading.uids)
  _check_classes(project, pool)
  version = max(project.state.models, default=0) + 1
  project.add(("fit_started", {"version": version, "labels": len(pool.uids)}))
  config = learn.resolved(learn.config_of(project), pool)
  start = None
  if reading.plan.start:
    trained = load_version(project, before)
    config, start = trained.config, trained.params
  seed = project.settings["seed"] + version
  begun = time.monotonic()
  params, losses = _train(config, pool, seed, reading.weights, start)
  seconds = time.monotonic() - begun
  folder = folder_of(project, version)
  records.check_fit(f"{folder}", params)
  about = _write(project, version, config, pool, params)
  project.add(
    (
      "fit_done",
      about
      | {
        "version": version,
        "labels": len(cases),
        "labels_sha256": labels,
        "label_map_sha256": project.settings["label_map_sha256"],
        "update": reading.plan.record(),
        "start": reading.plan.start,
        "left_out": list(reading.left_out),
        "code": alx.__version__,
        "loss": _last(losses),
        "seconds": round(seconds, 1),
      },
    )
  )
  return Fitted(version, len(cases), is_new=True)


def _check_classes(project, pool):
  if project.segments:
    return
  seen = {int(label) for label in pool.dataset.labels}
  if len(seen) < 2:
    only = project.class_names[seen.pop()]
    raise DataError(
      f"{project.folder}: wanted labels of two classes or more to train on, "
      f"found {only} alone: label more cases"
    )


def _last(losses):
  values = np.asarray(jax.tree.leaves(losses)[0]).ravel()
  values = values[~np.isnan(values)]
  return round(float(values[-1]), 6) if values.size else None


def seen_by(state: State, version: int) -> list[str]:
  """Labels that a version, or one that it started from, was fitted on.

  Args:
    state: with the versions.
    version: its number; 0: none.
  """
  starts = {m.about.get("parameters"): n for n, m in state.models.items()}
  found = set()
  while version:
    about = state.models[version].about
    update = about.get("update")
    update = update if isinstance(update, Mapping) else {}
    found |= set(update.get("items", ()))
    start = update.get("start", "")
    older = starts.get(start, 0) if start else 0
    version = older if older < version else 0
  return sorted(found)


def reading_of(project: Project, cases) -> tuple[Reading, int]:
  """(what a fit reads, the version it may start from), as the project says."""
  state, current = project.state, project.state.current
  refuse_frozen(project, [case.uid for case in cases])
  labels, final = [], final_labels(state)
  for case in cases:
    chosen = final[case.uid]
    decided = _DRAWN.get(chosen.decision, chosen.decision)
    decided = CHOSEN if case.uid in state.decided else decided
    domain = case.about.get("stratum", "")
    labels.append(Label(case.uid, str(chosen.label), decided, domain=domain))
  about = state.models[current].about if current else {}
  try:
    reading = plan_reading(
      labels,
      parse_weights(project.settings.get("weights", ())),
      parse_update(project.settings.get("update", "scratch")),
      seed=project.settings["seed"],
      seen=seen_by(state, current),
      start=about.get("parameters", ""),
    )
  except ValueError as error:
    raise DataError(f"{project.folder}: {error}") from error
  return reading, current


def _train(config, pool, seed, weights, start):
  learner = learning.make_learner(config, pool.dataset)
  fit = learning.compiled_fit(learner.fit, config, pool.dataset)
  learner = learner._replace(fit=fit)
  images, labels = learn.stacked(pool, config)
  start = jax.tree.map(jnp.asarray, start)
  params, losses = fit_planned(
    jax.random.key(seed), learner, images, labels, weights, start
  )
  return jax.tree.map(np.asarray, params), losses


def folder_of(project: Project, version: int):
  """The run directory of a version: `alx predict --run` takes it too."""
  return project.folder / MODELS / f"v{version:03d}"


def _write(project, version, config, pool, params) -> Mapping:
  """The version on disk: made beside, then given its name."""
  place = folder_of(project, version)
  shutil.rmtree(place, ignore_errors=True)  # of a fit that was killed
  with whole_folder(place) as partial:
    store.write_json(partial / "config.json", vars(config))
    store.write_json(partial / "versions.json", store.versions())
    store.write_json(
      partial / "dataset.json",
      {
        "name": project.folder.name,
        "task": project.settings["task"],
        "class_names": list(project.class_names),
        "metric": "dice" if project.segments else "auc",
        "images": described(pool.dataset),
      },
    )
    of_run = run_folder(partial, FULL, 0)
    keep_model(of_run, params)
    row = {"round": 0, "labels": len(pool.uids)}
    store.write_rows(of_run / "curve.csv", [row])
  trained = load(place, FULL)
  about = {"parameters": trained.digest, "files": digest_of_files(place)}
  return about


def digest_of_files(folder) -> dict[str, str]:
  """SHA-256 of every file of a version, by its path in it."""
  return {
    str(path.relative_to(folder)): blobs.digest(path.read_bytes())
    for path in sorted(folder.rglob("*"))
    if path.is_file()
  }


def load_version(project: Project, version: int) -> Trained:
  """A version, ready to predict.

  Raises:
    DataError: it is gone, or its parameters are not what they were.
  """
  wanted = project.state.models[version].about["parameters"]
  return load_as(folder_of(project, version), wanted)


@functools.lru_cache(maxsize=2)
def load_as(folder: pathlib.Path, digest: str) -> Trained:
  """The version of a folder, if its parameters have this digest.

  Of two, what serves and what may, none is read again: a version never changes.

  Raises:
    DataError: as `load_version`.
  """
  trained = load(folder, FULL)
  if trained.digest != digest:
    raise DataError(
      f"{folder}: wanted the parameters as they were fitted, found others "
      "(alx project verify)"
    )
  return trained


def write_pointer(project: Project) -> None:
  """CURRENT says which version serves; the log is what counts."""
  about = {"version": project.state.current}
  write_json(project.folder / "CURRENT", about)
