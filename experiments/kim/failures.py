"""The test cases that every arm finds hard, as tables and pictures."""

import io
import pathlib
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from alx.runs import pictures
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.problem.cases import case_names
from alx.training.evaluation import nan_mean
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

  The pictures are drafts of the best arm's last model of the first seed, as
  they were tested, of the cases that are hardest for all: image, draft, truth,
  uncertainty. Of a case of several slices it is the one with the most
  foreground.
  """
  problem = ready.problems["plain"]
  cases = case_names(problem.dataset, problem.split.test)
  sizes = [
    int((problem.dataset.labels[i] > 0).sum()) for i in problem.split.test
  ]
  _save_patients(ready, cases, sizes)
  found = read_found(ready.workdir, ready.kim.empty)
  mine = tuple(arm for arm in found.arms if arm.name in ready.loops)
  if mine:
    _save_views(ready, found, best_arm(found._replace(arms=mine)), cases, sizes)


def _save_views(ready, found, arm, cases, sizes):
  problem, places = ready.problems["plain"], hardest(found)
  items = [item_of(found.patients[i], cases, sizes) for i in places]
  probs = draft_of(ready, arm, items)
  dice = arm.dice[0, -1, places]
  views = [
    pictures.of_volume(problem, *view)
    for view in zip(problem.split.test[items], probs, dice, strict=True)
  ]
  arrays = {f: pictures.stack([view[f] for view in views]) for f in views[0]}
  content = io.BytesIO()
  np.savez_compressed(content, **arrays)
  store.write_bytes(ready.workdir / "failures.npz", content.getvalue())


def item_of(case: str, cases: Sequence[str], sizes: Sequence[int]) -> int:
  """The item of a case with the most foreground, the first of equal ones.

  Args:
    case: its name.
    cases: of each item.
    sizes: voxels of foreground of each item.
  """
  mine = [i for i, name in enumerate(cases) if name == case]
  return max(mine, key=lambda i: sizes[i])


def draft_of(ready: Ready, arm: Scores, items: Sequence[int]) -> np.ndarray:
  """[count, *sp, C] of the arm's last model of its first seed.

  Args:
    ready: the study.
    arm: one of its arms.
    items: numbers of test items.
  """
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


def _save_patients(ready, cases, sizes):
  """Size of the foreground of each test case."""
  problem = ready.problems["plain"]
  spacings = [problem.dataset.spacing_mm[i] for i in problem.split.test]
  volumes = [
    n * np.prod(spacing) / 1000 if spacing and len(spacing) == 3 else np.nan
    for n, spacing in zip(sizes, spacings, strict=True)
  ]
  rows = []
  for case in dict.fromkeys(cases):
    mine = [i for i, name in enumerate(cases) if name == case]
    voxels, ml = (sum(x[i] for i in mine) for x in (sizes, volumes))
    rows.append({"id": case, "voxels": voxels, "ml": f"{ml:.4g}"})
  store.write_rows(ready.workdir / "patients.csv", rows)
