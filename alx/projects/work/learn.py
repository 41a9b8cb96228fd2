"""Images and labels of a project as the library's own pools and learners."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from alx import data
from alx.data import patches
from alx.data.resize import nearest, spacing_after
from alx.data.unlabelled import pictures, volumes
from alx.data.unlabelled.case import Case as Files
from alx.data.unlabelled.case import Loaded, Wanted
from alx.data.volumes import nifti, orientation
from alx.pool import PoolState, init_pool, mark_labelled
from alx.projects.cases.found import PICTURE
from alx.projects.cases.targets import check_image, files_of, label_of
from alx.projects.store.project import IMAGES, Project
from alx.projects.store.questions import final_labels
from alx.projects.store.state import (
  Case,
)
from alx.runs.problem import problem as problems
from alx.runs.settings.config import Config, override


class Pool(NamedTuple):
  """N cases in memory; a label is 0 where it is not known."""

  uids: tuple[str, ...]
  dataset: data.Dataset


def config_of(project: Project, **changes) -> Config:
  """Settings of a run, as the project was begun with them."""
  config = Config(data="project", acquisition=(), seeds=1, pictures=0)
  config = override(config, project.settings["set"])
  return dataclasses.replace(config, **changes)


def wanted_of(project: Project) -> Wanted:
  """How the images of the project are read."""
  is_bytes = project.settings["kind"] == PICTURE
  config = config_of(project)
  return Wanted(
    axes=2 if is_bytes else 3,
    channels=max(c.about["channels"] for c in project.state.cases.values()),
    is_bytes=is_bytes,
    of_maps=project.segments,
    image_size=config.image_size,
    coarsen=config.coarsen,
    spacing_from=config.spacing_from,
  )


def reader_of(project: Project, wanted: Wanted):
  """uid -> Loaded, as `alx predict` reads it.

  Raises (what it returns):
    DataError: a file that is not what it was.
  """
  module = pictures if wanted.is_bytes else volumes
  folder = project.folder / IMAGES
  some = next(iter(project.state.cases.values()))
  cases = module.find(files_of(project, some), folder, wanted)

  def read(uid: str) -> Loaded:
    case = project.state.cases[uid]
    check_image(project, case)
    return cases.read(Files(uid, tuple(files_of(project, case))))

  return read


def in_memory(
  project: Project, case: Case, label: np.ndarray, loaded: Loaded
) -> np.ndarray:
  """A label map on the axes that its image has in memory."""
  if case.about["affine"] is None:
    return label
  return turned(project, case, label).reshape(loaded.extent)


def turned(project: Project, case: Case, label: np.ndarray) -> np.ndarray:
  """A map on the axes of the file, as its image is turned in memory."""
  if case.about["affine"] is None:
    return label
  first = nifti.read(files_of(project, case)[0])
  found = orientation.apply(label, first.turn or orientation.NONE)
  return np.ascontiguousarray(found)


def make_pool(project: Project, uids: Sequence[str]) -> Pool:
  """Reads cases and their final labels.

  Args:
    project: with the cases.
    uids: at least one.

  Raises:
    DataError: an image or a label that is not what it was.
  """
  read = reader_of(project, wanted_of(project))
  images, labels, spacings = [], [], []
  final = final_labels(project.state)
  for uid in uids:
    loaded, case = read(uid), project.state.cases[uid]
    chosen = final.get(uid)
    images.append(loaded.image)
    spacings.append(_spacing_of(loaded))
    labels.append(_label(project, case, chosen, loaded))
  patients = [project.state.cases[uid].patient for uid in uids]
  dataset = data.Dataset(
    name="project",
    task=project.settings["task"],
    ids=tuple(uids),
    images=tuple(images),
    labels=tuple(labels),
    class_names=project.class_names,
    spacing_mm=tuple(spacings),
    groups=tuple(patients) if all(patients) else None,
    split=None,
    left_out=(),
  )
  return Pool(tuple(uids), dataset)


def _spacing_of(loaded):
  """mm between the voxels of an image as the model takes it; None: unknown."""
  extents = loaded.extent, loaded.image.shape[:-1]
  return loaded.spacing_mm and spacing_after(loaded.spacing_mm, *extents)


def _label(project, case, chosen, loaded):
  if not project.segments:
    return np.int32(0 if chosen is None else chosen.label)
  if chosen is None:
    return np.zeros(loaded.image.shape[:-1], np.uint8)
  label = label_of(project, case.uid, chosen.label)
  label = in_memory(project, case, label, loaded)
  if label.shape != loaded.image.shape[:-1]:  # coarsened, or resized
    label = nearest(label, loaded.image.shape[:-1])
  return label


def stacked(pool: Pool, config: Config) -> tuple:
  """(Images, labels [N, ...]) on the device."""
  dataset = pool.dataset
  images = patches.stack_images(list(dataset.images), config.patch)
  labels = list(dataset.labels)
  if dataset.task == "segmentation":
    labels = patches.stack_labels(labels, config.patch)
  return jax.tree.map(jnp.asarray, images), jnp.asarray(np.stack(labels))


def pool_state(known: np.ndarray) -> PoolState:
  """Which of N items are labelled."""
  items = jnp.asarray(np.flatnonzero(known), jnp.int32)
  return mark_labelled(init_pool(len(known)), items)


def resolved(config: Config, pool: Pool) -> Config:
  """With what recipe and data decide."""
  return problems.resolve(config, pool.dataset, baselines=False)
