import errno
import os
import pathlib

import numpy as np
import pytest

from alx.data.dataset import DataError
from alx.loop import pool_store

_FIRST = [np.zeros((3, 2), np.float32), np.zeros(3, np.int32)]


def rows(start):
  """A block of 3 items from `start` on."""
  items = np.arange(start, start + 3)
  floats = np.stack([items, -items], 1).astype(np.float32)
  return [floats, items.astype(np.int32)]


def opened(folder, plan="a", num_items=8):
  return pool_store.in_folder(folder, plan, _FIRST, num_items)


def in_memory(folder):
  del folder
  return pool_store.in_memory(_FIRST, 8)


@pytest.mark.parametrize("make", [in_memory, opened])
def test_blocks_land_where_they_belong(tmp_path, make):
  store = make(tmp_path)
  assert store.unfinished() == [0, 3, 6]
  for start in (6, 0):
    store.put(start, rows(start))
  assert store.unfinished() == [3]
  store.put(3, rows(3))
  assert store.unfinished() == []
  assert store.arrays[1].tolist() == list(range(8))
  assert store.arrays[0].dtype == np.float32
  np.testing.assert_array_equal(store.arrays[0][:, 1], -np.arange(8))


def test_what_is_finished_stays(tmp_path):
  opened(tmp_path).put(3, rows(3))
  store = opened(tmp_path)
  assert store.unfinished() == [0, 6]
  assert store.arrays[1][3:6].tolist() == [3, 4, 5]


@pytest.mark.parametrize(
  "other", [{"plan": "b"}, {"num_items": 9}, {"plan": "b", "num_items": 5}]
)
def test_another_plan_or_size_begins_anew(tmp_path, other):
  before = opened(tmp_path)
  before.put(3, rows(3))
  store = opened(tmp_path, **other)
  assert 3 in store.unfinished()
  store.put(3, rows(0))
  assert before.arrays[1][3:6].tolist() == [3, 4, 5]  # still mapped


def test_rows_that_are_not_those_put_there_do_not_count(tmp_path):
  store = opened(tmp_path)
  for start in (0, 3, 6):
    store.put(start, rows(start))
  store.arrays[0][4, 1] += 1
  del store
  assert opened(tmp_path).unfinished() == [3]


def test_rows_that_were_cut_off_do_not_count(tmp_path):
  store = opened(tmp_path)
  for start in (0, 3, 6):
    store.put(start, rows(start))
  path = tmp_path / "leaf_000.npy"
  path.write_bytes(path.read_bytes()[:-1])
  assert opened(tmp_path).unfinished() == [6]


def shape_of_another(folder):
  np.save(folder / "leaf_000.npy", np.zeros((8, 3), np.float32))


def no_array(folder):
  (folder / "done.npy").write_bytes(b"")


def remove_leaf(folder):
  (folder / "leaf_001.npy").unlink()


def remove_plan(folder):
  (folder / "pool.json").unlink()


def halve_plan(folder):
  (folder / "pool.json").write_text('{"plan')


@pytest.mark.parametrize(
  "damage",
  [shape_of_another, no_array, remove_leaf, remove_plan, halve_plan],
)
def test_a_damaged_folder_begins_anew(tmp_path, damage):
  opened(tmp_path).put(0, rows(0))
  damage(tmp_path)
  store = opened(tmp_path)
  assert store.unfinished() == [0, 3, 6]
  store.put(0, rows(0))
  assert opened(tmp_path).unfinished() == [3, 6]


def test_a_foreign_folder_is_left_alone(tmp_path):
  (tmp_path / "thesis.tex").write_text("mine")
  (tmp_path / "leaf_000.npy").write_text("mine too")
  with pytest.raises(DataError, match=r"new folder, found \['thesis.tex'\]"):
    opened(tmp_path)
  assert (tmp_path / "leaf_000.npy").read_text() == "mine too"


def test_a_disk_without_room_is_one_line(tmp_path, monkeypatch):
  def full(*args):
    raise OSError(errno.ENOSPC, "No space left on device")

  monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
  with pytest.raises(DataError, match=r"write to, found .*No space left"):
    opened(tmp_path)
  monkeypatch.undo()
  assert opened(tmp_path).unfinished() == [0, 3, 6]


def test_the_place_on_the_disk_is_taken(tmp_path):
  if not hasattr(os, "posix_fallocate"):
    pytest.skip("this system cannot take a place beforehand")
  opened(tmp_path, num_items=2**16)
  taken = pathlib.Path(tmp_path / "leaf_000.npy").stat().st_blocks * 512
  assert taken >= 2**16 * 8
