"""Small data, and the shortest runs that go through everything."""

import numpy as np

QUICK = (
  "--acquisition=entropy",
  "--nobaselines",
  "--nofull",
  "--seeds=1",
  "--set=rounds=2",
  "--set=start=2",
  "--set=query=2",
  "--set=steps=2",
  "--set=test_items=8",
)


def write_features(path, count=24, **arrays):
  """Features of items in two classes; returns the path."""
  labels = np.arange(count) % 2
  noise = np.random.default_rng(0).standard_normal((count, 3))
  features = noise + labels[:, None]
  np.savez(path, **{"features": features, "labels": labels} | arrays)
  return path


def tables_of(workdir, name="entropy-seed0"):
  """What a run wrote down, without seconds."""
  folder = workdir / "runs" / name
  names = "curve.csv", "picks.csv"
  return {n: (folder / n).read_bytes() for n in names if (folder / n).exists()}
