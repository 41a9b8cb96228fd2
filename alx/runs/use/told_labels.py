"""What a run was told, as a folder that nnU-Net v2 trains on."""

import dataclasses
import os
import pathlib
import re
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from alx.data.dataset import DataError, bad_input
from alx.data.files import check_empty, whole_folder
from alx.data.volumes import nifti
from alx.data.volumes.description import nnunet_description, with_ignore
from alx.pool import init_pool, mark_labelled
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.features.trained import check_data, read_config
from alx.runs.problem import problem, reading
from alx.runs.settings.arms import FULL
from alx.runs.units.asked import items_labelled, known_of, name_of, num_asked
from alx.runs.use.choice import choose, workdir_of


class ExportedLabels(NamedTuple):
  """What was written."""

  out: pathlib.Path
  model: str  # a line: whose labels
  train: int  # cases of which something is labelled
  test: int
  partly: int  # cases with voxels to ignore

  def told(self) -> str:
    """One line about it."""
    return (
      f"{self.train} cases to train on, {self.test} to test, {self.partly} "
      f"with voxels to ignore: {self.out}"
    )


def export_labels(
  run: str | os.PathLike,
  out: str | os.PathLike,
  *,
  arm: str = "",
  seed: int | None = None,
  round: int | None = None,
) -> ExportedLabels:
  """Writes imagesTr, labelsTr and the test cases, with dataset.json.

  Images are as the run saw them, values normalised, axes turned. Voxels whose
  label nobody told have the value of `ignore`, one beyond the classes.

  Args:
    run: a run directory, or runs/NAME-seedS in it.
    out: a folder that is empty, or not there.
    arm: see `alx.runs.predict`.
    seed: the same.
    round: the same.

  Raises:
    DataError: no run, no segmentation, or a folder that holds something.
    ValueError: for other data than the run's.
  """
  out = pathlib.Path(out).expanduser().absolute()
  check_empty(out, "--out")
  workdir, _ = workdir_of(pathlib.Path(run).expanduser())
  config = read_config(workdir / "runs" / "any")
  config = dataclasses.replace(config, fit_devices=1)  # here there may be one
  choice = choose(pathlib.Path(run).expanduser(), config, arm, seed, round)
  dataset = reading.load_any(config, None)
  if dataset.task != "segmentation":
    raise bad_input(run, "label maps, for nnU-Net", "classes of images")
  ready = problem.make_problem(config, dataset)
  folder = run_folder(workdir, choice.arm, choice.seed)
  check_data(folder, ready)
  pool = _pool_of(ready, folder, choice)
  known = np.asarray(known_of(ready, pool))
  told = np.flatnonzero(np.asarray(items_labelled(ready, pool)))
  with whole_folder(out) as place:
    return _write(ready, known, told, place, out, choice.told())


def _pool_of(ready, folder, choice):
  """The pool after a round, from the names of what was asked for."""
  count, last = num_asked(ready), choice.round
  if choice.arm == FULL:  # which asks for nothing
    return mark_labelled(init_pool(count), jnp.arange(count, dtype=jnp.int32))
  rows = store.read_rows(folder / "picks.csv")
  numbers = {name_of(ready, unit): unit for unit in range(count)}
  asked = [row["id"] for row in rows if int(row["round"]) <= last]
  unknown = [name for name in asked if name not in numbers]
  if unknown:
    raise DataError(f"picks.csv: {unknown[0]} is not in the pool of the run")
  items = jnp.asarray([numbers[name] for name in asked], jnp.int32)
  return mark_labelled(init_pool(count), items)


def _write(ready, known, told, place, out, line):
  dataset, split = ready.dataset, ready.split
  names = _file_names(dataset.ids)
  partly = 0
  for item in told:
    index = int(split.pool[item])
    cut = tuple(slice(n) for n in dataset.labels[index].shape)
    partly += _put(dataset, index, known[item][cut], place, "Tr", names)
  for index in map(int, split.test):
    label = np.asarray(dataset.labels[index])
    partly += _put(dataset, index, label, place, "Ts", names)
  about = nnunet_description(
    dataset.class_names,
    dataset.images[0].shape[-1],
    len(told),
    ".nii.gz",
    ignores=partly > 0,
  )
  store.write_json(place / "dataset.json", about)
  return ExportedLabels(out, line, len(told), len(split.test), partly)


def _put(dataset, index, label, place, part, names):
  """Writes one case; whether it has voxels to ignore."""
  spacing, name = dataset.spacing_mm[index], names[index]
  image = np.asarray(dataset.images[index], np.float32)
  label = with_ignore(label, len(dataset.class_names))
  if label.ndim == 2:  # a volume of one slice
    image, label = image[:, :, None], label[:, :, None]
    spacing = None if spacing is None else (*spacing, 1.0)
  for channel in range(image.shape[-1]):
    path = place / f"images{part}" / f"{name}_{channel:04d}.nii.gz"
    content = nifti.with_spacing(image[..., channel], spacing)
    store.write_bytes(path, content)
  path = place / f"labels{part}" / f"{name}.nii.gz"
  store.write_bytes(path, nifti.with_spacing(label, spacing))
  return bool((label == len(dataset.class_names)).any())


def _file_names(ids):
  """A name of a file for each id, all different."""
  names = [re.sub(r"[^\w.-]", "_", name) for name in ids]
  if len(set(names)) < len(names):
    names = [f"{name}_{i}" for i, name in enumerate(names)]
  return names
