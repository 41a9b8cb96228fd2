"""Embeddings of one process: opened, checked, or made."""

import numpy as np
import pytest

from alx.runs.sharded.pool import make_pool, read_pool, together


@pytest.fixture
def saved(tmp_path):
  """Saves arrays by name; returns their paths."""

  def save(**arrays):
    for name, array in arrays.items():
      np.save(tmp_path / f"{name}.npy", array)
    return [str(tmp_path / f"{name}.npy") for name in arrays]

  return save


def test_one_process_reads_every_row(saved):
  rows = np.arange(12.0).reshape(6, 2)
  pool = read_pool(*saved(features=rows, labels=[0, 1, 2, 0, 1, 2]))
  assert (pool.shard.start, pool.shard.stop, pool.shard.num_items) == (0, 6, 6)
  np.testing.assert_array_equal(pool.features, rows)
  assert pool.labels.tolist() == [0, 1, 2, 0, 1, 2] and pool.num_classes == 3


def test_labels_may_be_absent(saved):
  pool = read_pool(*saved(features=np.zeros((3, 2))), None)
  assert pool.labels is None and pool.num_classes == 0


@pytest.mark.parametrize(
  ("features", "labels", "message"),
  [
    (np.zeros(3), None, r"wanted \[N, D\] numbers, found float64 \(3,\)"),
    (np.zeros((0, 2)), None, r"found float64 \(0, 2\)"),
    (np.array([[0.0], [np.nan]]), None, "item 1 is not finite"),
    (np.zeros((2, 1)), [0, 1, 1], "wanted 2 labels, found 3"),
    (np.zeros((2, 1)), [0, -1], "wanted labels >= 0, found -1"),
    (np.zeros((2, 1)), [0, 0], "wanted at least 2 classes, found 1"),
    (np.zeros((2, 1)), [0.5, 1], r"wanted \[N\] integers, found float64"),
  ],
)
def test_what_is_wrong_is_one_line(saved, features, labels, message):
  paths = saved(features=features)
  paths += [None] if labels is None else saved(labels=labels)
  with pytest.raises(ValueError, match=message):
    read_pool(*paths)


def test_files_that_are_no_arrays(tmp_path):
  with pytest.raises(ValueError, match=r"nowhere.npy: no such file"):
    read_pool(str(tmp_path / "nowhere.npy"), None)
  (tmp_path / "text.npy").write_text("a,b\n1,2\n")
  with pytest.raises(ValueError, match=r"text.npy: "):
    read_pool(str(tmp_path / "text.npy"), None)
  np.savez(tmp_path / "many.npz", a=np.zeros((2, 2)))
  with pytest.raises(ValueError, match=r"many.npz: wanted one array, .npy"):
    read_pool(str(tmp_path / "many.npz"), None)


def test_an_item_is_the_same_in_a_larger_pool():
  small, large = make_pool(5, seed=1), make_pool(9, seed=1)
  np.testing.assert_array_equal(small.features, large.features[:5])
  np.testing.assert_array_equal(small.labels, large.labels[:5])
  assert not np.array_equal(make_pool(5, seed=2).features, small.features)


def test_together_hands_back_what_was_read():
  assert together(lambda: 3) == 3
  with pytest.raises(ValueError, match="broken"):
    together(lambda: (_ for _ in ()).throw(OSError("broken")))


def test_an_empty_file_is_one_line(tmp_path):
  (tmp_path / "f.npy").touch()
  with pytest.raises(ValueError, match=r"f\.npy: "):
    read_pool(str(tmp_path / "f.npy"), None)
