"""Run directories whose model was never fitted: nothing is compiled for it."""

import pathlib
from typing import NamedTuple

import jax
import numpy as np
from rich.console import Console

from alx.runs import compare
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.disk.names import run_folder
from alx.runs.problem.problem import Problem
from alx.runs.settings.config import Config

QUIET = Console(quiet=True)
SMALL = {"acquisition": ("entropy",), "seeds": 1, "start": 1, "query": 1}
SMALL |= {"rounds": 1, "pictures": 0, "full": False}


class Kept(NamedTuple):
  """A run directory with one model."""

  workdir: pathlib.Path
  config: Config
  problem: Problem
  params: dict


def keep(workdir: pathlib.Path, path: pathlib.Path, **settings) -> Kept:
  """Models of rounds 0 and 1 of entropy, seed 0; of round 1 the params."""
  config = Config(data=str(path), **(SMALL | settings))
  ready = compare.prepare(config, workdir, QUIET, baselines=False)
  folder = run_folder(workdir, "entropy", 0)
  checkpoints = Checkpoints(folder / "checkpoints")
  for number in (0, 1):
    params = ready.problem.learner.init(jax.random.key(number))
    checkpoints.save(number + 1, {"params": params})
  checkpoints.close()
  rows = [{"round": n, "labels": 1 + n} for n in (0, 1)]
  store.write_rows(folder / "curve.csv", rows)
  first = ready.problem.dataset.ids[ready.problem.split.pool[0]]
  store.write_rows(folder / "picks.csv", [{"round": 0, "rank": 0, "id": first}])
  return Kept(workdir, ready.config, ready.problem, params)


def dice(a: np.ndarray, b: np.ndarray, label: int) -> float:
  """2 |A and B| / (|A| + |B|) of the voxels of one label."""
  a, b = a == label, b == label
  return 2 * (a & b).sum() / (a.sum() + b.sum())


def squares(path: pathlib.Path, count=4, channels=1) -> None:
  """An .npz of 8 x 8 slices with a bright square, of two parts."""
  rng = np.random.default_rng(0)
  labels = np.zeros((count, 8, 8), np.uint8)
  labels[:, 2:6, 1:5] = 1
  noise = 0.3 * rng.standard_normal((count, 8, 8, channels))
  images = labels[..., None] + noise
  split = np.arange(count) % 2 * 2
  np.savez(path, images=images.astype(np.float32), labels=labels, split=split)


def blobs(path: pathlib.Path, count=6) -> None:
  """An .npz of 8 x 8 images of two classes, in the parts of MedMNIST."""
  rng = np.random.default_rng(0)
  arrays = {}
  for part in ("train", "val", "test"):
    labels = np.arange(count) % 2
    images = (
      100 + 50 * labels[:, None, None] + rng.integers(0, 40, (count, 8, 8))
    )
    arrays[f"{part}_images"] = images.astype(np.uint8)
    arrays[f"{part}_labels"] = labels[:, None].astype(np.uint8)
  np.savez(path, **arrays)
