"""The benchmark of large pools, on a small one."""

import io
import pathlib
import sys

import jax
import numpy as np
import pytest
from rich.console import Console

from alx import query
from alx.acquisition import BY_NAME, Candidates
from alx.data.arrays.mapped import map_array
from alx.prediction import Prediction
from experiments.benchmarks import pool

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_same_embeddings_every_time(tmp_path):
  for name in ("a.npy", "b.npy"):
    pool.write_embeddings(tmp_path / name, 40_000, 3)
  a, b = (np.load(tmp_path / name) for name in ("a.npy", "b.npy"))
  assert (a.shape, a.dtype) == ((40_000, 3), np.float32)
  np.testing.assert_array_equal(a, b)
  assert abs(a.std() - 1) < 0.02
  time = (tmp_path / "a.npy").stat().st_mtime_ns
  pool.write_embeddings(tmp_path / "a.npy", 40_000, 3)
  assert (tmp_path / "a.npy").stat().st_mtime_ns == time


@pytest.mark.parametrize("name", ["entropy", "k_center"])
def test_chooses_what_the_front_door_chooses(tmp_path, monkeypatch, name):
  """Block by block from the file, or all at once from memory."""
  monkeypatch.setattr(pool, "_BLOCK", 700)
  pool.write_embeddings(tmp_path / "x.npy", 3000, 4)
  source, weights = map_array(tmp_path / "x.npy"), pool.head(3, 4)
  description = pool.describe(name, source, weights)
  everything = np.ones(3000, bool)
  key = jax.random.split(jax.random.key(0))[1]  # what `query` selects with
  select = jax.jit(BY_NAME[name].select, static_argnums=3)
  items = select(key, description, Candidates(everything, ~everything), 20)
  features = np.load(tmp_path / "x.npy")
  given = {"logits": features @ np.asarray(weights), "features": features}
  assert items.tolist() == query(name, k=20, **given).tolist()


def test_badge_gets_the_factors_of_the_front_door(tmp_path, monkeypatch):
  monkeypatch.setattr(pool, "_BLOCK", 70)
  pool.write_embeddings(tmp_path / "x.npy", 300, 4)
  weights = pool.head(3, 4)
  found = pool.describe("badge", map_array(tmp_path / "x.npy"), weights)
  features = np.load(tmp_path / "x.npy")
  probs = jax.nn.softmax(features @ weights)
  prediction = Prediction(probs[None], features, np.ones(300, bool))
  wanted = BY_NAME["badge"].describe(None, prediction)
  np.testing.assert_allclose(found.left, wanted.left, atol=1e-6)
  np.testing.assert_array_equal(found.right, wanted.right)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_row_from_a_process_of_its_own(tmp_path, monkeypatch):
  monkeypatch.chdir(ROOT)
  pool.write_embeddings(tmp_path / "embeddings_2000x4.npy", 2000, 4)
  argv = ["--items=2000", "--width=4", "--k=5", f"--workdir={tmp_path}"]
  row = pool.in_own_process("entropy", argv)
  assert (row["method"], row["picks"]) == ("entropy", 5)
  assert row["file_gb"] == pytest.approx((2000 * 4 * 4 + 128) / 1e9)
  assert 0.02 < row["anon_gb"] < row["peak_gb"] < pool.TARGET_GB
  assert "target: peak RSS under 2 GB: met" in printed([row])


def test_a_process_that_fails_misses_the_target():
  text = printed([{"method": "badge", "picks": "failed"}])
  assert "failed" in text
  assert "under 2 GB: missed" in text


def printed(rows):
  console = Console(file=io.StringIO(), width=100)
  pool.show(console, rows)
  return console.file.getvalue()
