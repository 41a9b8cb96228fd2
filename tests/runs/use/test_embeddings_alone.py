import numpy as np
import pytest

from alx import csv_table
from alx.data import DataError
from alx.runs import predict
from alx.runs.problem.predictions import predict_test
from alx.runs.use.embeddings import scaling
from alx.runs.use.trained import load
from tests import kept_models
from tests.kept_models import QUIET


@pytest.fixture
def kept(tmp_path):
  """A model of 12 rows of 3 numbers in f.npz."""
  rng = np.random.default_rng(0)
  rows = 5 + rng.standard_normal((12, 3)) * (1, 10, 100)
  np.savez(tmp_path / "f.npz", features=rows, labels=[0, 1] * 6)
  return kept_models.keep(tmp_path / "w", tmp_path / "f.npz")


def probs_of(out):
  rows = csv_table.read(out / "predictions.csv")
  return [float(row["probability_class 1"]) for row in rows]


def test_embeddings_are_scaled_as_those_of_the_run(kept, tmp_path):
  rows = np.load(tmp_path / "f.npz")["features"]
  found = scaling(load(kept.workdir))
  np.testing.assert_allclose(found.mean, rows.mean(0))
  np.testing.assert_allclose(found.deviation, rows.std(0))
  test = kept.problem.split.test
  wanted = predict_test(kept.problem, kept.params)[:, 1]
  np.save(tmp_path / "new.npy", rows[test])  # few of them, by themselves
  predict(kept.workdir, tmp_path / "new.npy", tmp_path / "o", console=QUIET)
  np.testing.assert_allclose(probs_of(tmp_path / "o"), wanted, rtol=1e-5)
  np.savez(tmp_path / "new.npz", features=rows[test], ids=["c", "b", "a"])
  predict(kept.workdir, tmp_path / "new.npz", tmp_path / "p", console=QUIET)
  np.testing.assert_allclose(probs_of(tmp_path / "p"), wanted[::-1], rtol=1e-5)


def test_other_columns_and_numbers_that_are_none(kept, tmp_path):
  np.save(tmp_path / "few.npy", np.ones((2, 2)))
  with pytest.raises(DataError, match=r"wanted 3 numbers for each item, .* 2"):
    predict(kept.workdir, tmp_path / "few.npy", tmp_path / "o", console=QUIET)
  np.save(tmp_path / "new.npy", [[np.nan, 1, 2], [0, 1, 2]])
  data = tmp_path / "new.npy"
  found = predict(kept.workdir, data, tmp_path / "o", console=QUIET)
  assert found.ids == ("item_00001",)
  assert "item_00000: wanted finite numbers" in found.left_out[0]


def test_the_embeddings_of_the_run_are_needed(kept, tmp_path):
  file = tmp_path / "f.npz"
  np.save(tmp_path / "new.npy", np.ones((2, 3)))
  rows = np.load(file)["features"]
  np.savez(file, features=rows + 1, labels=[1, 0] * 6)
  words = "wanted the embeddings of the run, to scale others alike, found "
  with pytest.raises(DataError, match=f"{words}others"):
    predict(kept.workdir, tmp_path / "new.npy", tmp_path / "o", console=QUIET)
  file.unlink()
  with pytest.raises(DataError, match=f"{words}"):
    predict(kept.workdir, tmp_path / "new.npy", tmp_path / "o", console=QUIET)
  assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("ids", [{}, {"ids": [f"n{i}" for i in range(16)]}])
def test_rows_that_the_run_did_not_take_do_not_count(tmp_path, ids):
  """Four of another frame in front, and one that is no number behind."""
  rows = np.random.default_rng(0).standard_normal((16, 3))
  rows[:4] += 9
  rows[14] = np.nan
  frames, file = [2] * 4 + [1] * 12, tmp_path / "f.npz"
  labels = [0, 1] * 8
  np.savez(file, features=rows, labels=labels, frame=frames, **ids)
  kept = kept_models.keep(tmp_path / "w", file, where="frame=1")
  used = np.delete(rows[4:], 10, axis=0)
  np.testing.assert_allclose(scaling(load(kept.workdir)).mean, used.mean(0))
