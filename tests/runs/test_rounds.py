import io
import os
import shutil

import numpy as np
import pytest
from rich.console import Console

from alx.data import DataError
from alx.runs import compare, rounds
from alx.runs import whole as all_labels
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.settings.config import Config
from alx.studies import rows

CONSOLE = Console(file=io.StringIO())
BASE = Config(acquisition=(), full=True, steps=5, test_items=10)


class Killed(BaseException):
  """Nothing catches it."""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
  """One round of entropy, and all labels, on 30 embeddings of two classes."""
  labels = np.arange(30) % 2
  path = tmp_path_factory.mktemp("data") / "e.npz"
  features = np.random.default_rng(0).standard_normal((30, 4))
  np.savez(path, features=features, labels=labels)
  methods = ("entropy", "full")
  return rows.expand(
    BASE, rows.Axes((str(path),), ("auto",), ("4+1x3",), methods, 1)
  )


@pytest.fixture(scope="module")
def train(table, tmp_path_factory):
  """Does a row of the study in a folder; programs are compiled once."""

  def case_rows(problem, predicted, number):
    return [{"round": number, "id": name, "dice": 0.5} for name in "ab"]

  def do(workdir, row):
    here = ready._replace(workdir=workdir / row.group)
    compare.train(compare.restrict(here, row.config), CONSOLE)

  folder = tmp_path_factory.mktemp("ready")
  ready = compare.prepare(table[0].config, folder, CONSOLE, baselines=False)
  with pytest.MonkeyPatch.context() as patch:  # as those of a segmentation
    patch.setattr(rounds, "case_rows", case_rows)
    patch.setattr(all_labels, "case_rows", case_rows)
    yield do


@pytest.fixture(scope="module")
def whole(train, table, tmp_path_factory):
  """Both rows, done without a stop."""
  workdir = tmp_path_factory.mktemp("whole")
  for row in table:
    train(workdir, row)
    assert rows.is_finished(workdir, row)
  return workdir


def files(workdir, row):
  """Tables and steps of a row; of the times only which rounds have some."""
  folder = rows.folder(workdir, row)
  found = {path.name: path.read_text() for path in folder.glob("*.csv")}
  times = store.read_rows(folder / "times.csv")
  steps = sorted(path.name for path in folder.glob("checkpoints/*"))
  return found | {"times.csv": [one["round"] for one in times], "steps": steps}


def stop_before(patch, place):
  """A kill in the last round, before a file is written."""

  def append(path, new):
    if path.name == place and int(new[0]["round"]) == 1:
      raise Killed
    write(path, new)

  def save(self, step, tree):
    if place == "checkpoint" and step == 2:
      raise Killed
    real_save(self, step, tree)

  write, real_save = store.append_rows, Checkpoints.save
  patch.setattr(store, "append_rows", append)
  patch.setattr(Checkpoints, "save", save)


@pytest.mark.parametrize(
  "place", ["picks.csv", "times.csv", "cases.csv", "curve.csv", "checkpoint"]
)
def test_a_kill_between_the_files_of_the_last_round(
  table, train, whole, tmp_path, monkeypatch, place
):
  row = table[0]
  with monkeypatch.context() as patch, pytest.raises(Killed):
    stop_before(patch, place)
    train(tmp_path, row)
  curve = files(tmp_path, row)["curve.csv"].splitlines()
  assert len(curve) == 1 + 1 + (place == "checkpoint")  # last of the tables
  assert rows.finished_rounds(tmp_path, row) == 1
  train(tmp_path, row)
  assert rows.is_finished(tmp_path, row)
  assert files(tmp_path, row) == files(whole, row)


def test_a_kill_before_the_curve_of_all_labels(
  table, train, whole, tmp_path, monkeypatch
):
  def stop(source, target):
    raise Killed

  row = table[1]
  with monkeypatch.context() as patch, pytest.raises(Killed):
    patch.setattr(os, "replace", stop)
    train(tmp_path, row)
  assert "cases.csv" in files(tmp_path, row)
  assert rows.finished_rounds(tmp_path, row) == 0
  train(tmp_path, row)
  assert files(tmp_path, row)["cases.csv"].count("\n") == 3
  assert files(tmp_path, row).keys() == files(whole, row).keys()
  for name in ("cases.csv", "curve.csv"):
    assert files(tmp_path, row)[name] == files(whole, row)[name]


def cut_all(folder):
  """Half of each file of the arrays is lost."""
  for path in folder.glob("*/state/d/*"):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_a_run_whose_checkpoints_are_lost_is_left_as_it_is(
  table, train, whole, tmp_path
):
  row = table[0]
  shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
  checkpoints = rows.folder(tmp_path, row) / "checkpoints"
  cut_all(checkpoints)
  with pytest.raises(DataError, match="checkpoints: wanted a checkpoint that"):
    train(tmp_path, row)
  assert files(tmp_path, row) == files(whole, row)
  shutil.rmtree(checkpoints)  # as the line says
  train(tmp_path, row)
  assert files(tmp_path, row) == files(whole, row)
