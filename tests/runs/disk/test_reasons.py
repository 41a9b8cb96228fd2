"""What a pick is most like."""

import types

import numpy as np
import pytest

from alx.runs.disk import reasons, records, store
from alx.runs.problem.job import Job
from alx.runs.problem.problem import Problem

ROWS = tuple(np.array(x, np.float32) for x in ([0, 0], [3, 4], [0, 1], [9, 9]))


def dataset():
  return types.SimpleNamespace(
    task="classification",
    ids=("a", "b", "c", "d"),
    images=ROWS,
    labels=tuple(map(np.array, (0, 1, 0, 1))),
    class_names=("no", "yes"),
    groups=None,
  )


def test_the_nearest_labelled_item_and_how_far_it_is():
  likeness = reasons.Likeness(dataset())
  assert reasons.nearest(likeness, [0], []) == []
  assert reasons.nearest(likeness, [0, 3], [1, 2]) == [
    (2, 1.0),
    (1, pytest.approx(np.sqrt(61))),
  ]


def test_picks_are_like_those_of_the_rounds_before(tmp_path, monkeypatch):
  split = types.SimpleNamespace(pool=np.arange(4))
  problem = Problem(dataset(), split, *[None] * 9, {})
  config = types.SimpleNamespace()
  job = Job(problem, config, "random", 0, tmp_path, lambda *_: None)
  made, read = [], []

  def thumbnail(image):
    made.append(None)
    return np.asarray(image, np.float64)

  def read_rows(path):
    read.append(None)
    return real(path)

  real = store.read_rows
  monkeypatch.setattr(reasons, "_thumbnail", thumbnail)
  monkeypatch.setattr(store, "read_rows", read_rows)
  records.record_picks(job, 0, np.array([0, 1]), None)
  records.record_picks(job, 1, np.array([2, 3]), np.array([0.5, 0.25]))
  assert len(read) == 2  # once a round
  assert len(made) == 4  # once an item
  rows = real(tmp_path / "picks.csv")
  assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
  assert [row["nearest"] for row in rows] == ["", "", "a", "b"]
  assert [row["distance"] for row in rows][:3] == ["", "", "1"]
