"""Small cold-start studies on data made here."""

import numpy as np
from rich.console import Console

from alx.runs.disk import store
from alx.runs.settings.config import Config
from experiments.cold import study
from experiments.cold.plan import expand, make_plan
from experiments.cold.results import collect
from experiments.cold.rows import read_row
from experiments.finished import path_of

QUIET = Console(quiet=True)
ASKED = {"encoders": ("pca", "simclr"), "methods": ("k_center",)}


def write_classes(folder, **more):
  """An .npz of 24 images of two classes."""
  labels = np.arange(24) % 2
  noise = np.random.default_rng(0).standard_normal((24, 8, 8))
  images = (noise + labels[:, None, None]).astype(np.float32)
  np.savez(folder / "two.npz", images=images, labels=labels, **more)
  return folder / "two.npz"


def write_slices(folder):
  """An .npz of 12 slices with a square."""
  maps = np.zeros((12, 8, 8), np.uint8)
  for i, label in enumerate(maps):
    label[i % 4 : i % 4 + 4, 2:6] = 1
  noise = np.random.default_rng(0).standard_normal(maps.shape)
  images = (maps + 0.1 * noise).astype(np.float32)
  np.savez(folder / "s.npz", images=images, labels=maps)
  return folder / "s.npz"


def prepare(path, workdir, asked=ASKED, assignments=(), **fields):
  """A study of the smallest size; nothing has been done."""
  return study.prepare(
    Config(data=str(path), **fields),
    workdir,
    QUIET,
    size="smoke",
    asked=asked,
    assignments=assignments,
  )


def score(seed, items):
  """What a row scores in place of a training."""
  found = 0.5 + 0.01 * len(items) + 0.001 * seed + 0.0001 * min(items)
  return {"auc": found, "dice": found}


def found(workdir, rows):
  """What the rows found, without seconds."""
  records = [read_row(workdir, row) for row in rows]
  return [
    {k: v for k, v in record.items() if not k.startswith("seconds_")}
    for record in records
  ]


def tell(workdir, plan, score_of, num_pool=18):
  """Results of rows that score `score_of(row)`, on two classes."""
  for row in expand(plan, num_pool):
    record = row._asdict() | {"auc": score_of(row), "classes_seen": 2}
    record["ids"] = [f"item{row.seed}{i}" for i in range(row.budget)]
    store.write_json(path_of(workdir, row), record)
  return collect(workdir, plan, "auc", num_pool, 2)


def plan_of(task="classification", **asked):
  """A small plan: k-center on principal components, 2 labels."""
  asked = {"encoders": ("pca",), "methods": ("k_center",)} | asked
  return make_plan("smoke", task, 2, **({"budgets": (2,)} | asked))
