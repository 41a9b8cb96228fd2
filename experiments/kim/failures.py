"""The test cases that every arm finds hard, as tables and pictures."""

import io
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

from alx.checkpoint import Checkpoints
from alx.evaluation import nan_mean
from experiments import pictures, store
from experiments.kim.arms import kind_of
from experiments.kim.found import Found, Scores, read_found
from experiments.kim.study import Ready

COUNT = 3


def last_dice(found: Found) -> np.ndarray:
  """[P] Dice at the last round, mean over arms and seeds."""
  return nan_mean(np.stack([d for a in found.arms for d in a.dice[:, -1]]), 0)


def hardest(found: Found, count: int = COUNT) -> list[int]:
  """Numbers of the patients with the lowest Dice, the lowest first."""
  order = np.argsort(last_dice(found), kind="stable")  # NaN: last
  return [int(i) for i in order[:count]]


def best_arm(found: Found) -> Scores:
  """The arm with the highest Dice at the last round."""
  return max(found.arms, key=lambda arm: float(nan_mean(arm.dice[:, -1])))


def save(ready: Ready) -> None:
  """Writes failures.npz and patients.csv into the work directory.

  The pictures are drafts of the best arm's last model of the first seed, of
  the cases that are hardest for all: image, draft, truth, uncertainty.
  """
  _save_patients(ready)
  found = read_found(ready.workdir)
  mine = [arm for arm in found.arms if arm.name in ready.loops]
  if not mine:
    return
  arm = best_arm(found._replace(arms=tuple(mine)))
  items = hardest(found)
  probs = _draft(ready, arm, items)
  problem = ready.problems["plain"]
  dice = arm.dice[0, -1, items]
  indices = problem.split.test[items]
  views = [
    pictures.of_volume(problem, *view)
    for view in zip(indices, probs, dice, strict=True)
  ]
  arrays = {f: pictures.stack([view[f] for view in views]) for f in views[0]}
  content = io.BytesIO()
  np.savez_compressed(content, **arrays)
  store.write_bytes(ready.workdir / "failures.npz", content.getvalue())


def _draft(ready, arm, items):
  """[count, *sp, C] of the arm's last model of its first seed."""
  job_folder = ready.workdir / "runs" / f"{arm.name}-seed{arm.seeds[0]}"
  problem = ready.problems[kind_of(arm.name)]
  params = _newest(job_folder)
  places = jnp.asarray(items, jnp.int32)
  images = jax.tree.map(lambda x: x[places], problem.test_images)
  found = problem.predict_few(jax.random.key(0), params, images, places, 0)
  return np.asarray(found.probs[0])


def _newest(folder: pathlib.Path):
  """The params of the newest checkpoint."""
  checkpoints = Checkpoints(folder / "checkpoints")
  params = checkpoints.newest()[1]["params"]
  checkpoints.close()
  return jax.tree.map(jnp.asarray, params)


def _save_patients(ready):
  """Size of the foreground of each test case."""
  dataset = ready.problems["plain"].dataset
  rows = []
  for index in ready.problems["plain"].split.test:
    voxels = int((dataset.labels[index] > 0).sum())
    spacing = dataset.spacing_mm[index]
    volume = np.nan if spacing is None else voxels * np.prod(spacing) / 1000
    rows.append(
      {"id": dataset.ids[index], "voxels": voxels, "ml": f"{volume:.4g}"}
    )
  store.write_rows(ready.workdir / "patients.csv", rows)
