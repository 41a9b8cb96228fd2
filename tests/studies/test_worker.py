import dataclasses
import io

import jax
import numpy as np
import pytest
from rich.console import Console

from alx.devices.parallel import over_passes
from alx.runs import compare
from alx.runs.disk import store
from alx.runs.disk.claim import Claim, Held, give_up_all
from alx.runs.disk.records import Diverged
from alx.runs.problem import learning
from alx.runs.settings.config import Config
from alx.studies import collect, rows
from alx.studies.worker import Worker, tell_left

BASE = Config(acquisition=(), full=True, steps=5, test_items=10)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
  """Three rows on 30 embeddings of two classes."""
  rng = np.random.default_rng(0)
  labels = np.arange(30) % 2
  path = tmp_path_factory.mktemp("data") / "e.npz"
  features = rng.standard_normal((30, 4)) + labels[:, None]
  np.savez(path, features=features, labels=labels)
  axes = rows.Axes(
    (str(path),), ("auto",), ("4+1x3",), ("random", "entropy", "full"), 1
  )
  return rows.expand(BASE, axes)


def quiet():
  return Console(file=io.StringIO(), width=200)


def printed(console):
  return console.file.getvalue()


def test_rows_are_done_once_and_collected(table, tmp_path):
  Worker(tmp_path, quiet()).run(table[1])
  collect.collect(tmp_path, table, quiet())
  states = [row["state"] for row in store.read_rows(tmp_path / "rows.csv")]
  assert states == ["waiting", "finished", "waiting"]

  assert Worker(tmp_path, quiet()).run_all(table) == ([], [])
  console = quiet()
  page = collect.collect(tmp_path, table, console)
  assert "One seed says nothing about chance" in printed(console)
  states = store.read_rows(tmp_path / "rows.csv")
  assert [row["labels"] for row in states] == ["7", "7", "20"]
  assert all(0 <= float(row["score"]) <= 1 for row in states)
  text = page.read_text()
  assert "3 of 3 rows are finished" in text
  assert f'href="{table[0].group}/report.html"' in text
  assert (tmp_path / table[0].group / "report.html").exists()

  console = quiet()
  assert Worker(tmp_path, console).run_all(table) == ([], [])
  assert printed(console).count("is finished") == 3
  assert not (tmp_path / "claims").exists()


def test_a_row_in_other_hands_is_left_to_them(table, tmp_path):
  other = Claim(tmp_path / "claims", table[0].name)
  assert other.take()
  with pytest.raises(Held, match=r"row 0, e-auto.*: is being run by process"):
    Worker(tmp_path, quiet()).run(table[0])
  assert not rows.folder(tmp_path, table[0]).exists()


def test_a_row_that_fails_does_not_stop_the_others(
  table, tmp_path, monkeypatch
):
  begun = []

  def train(ready, console, check):
    begun.append(ready.config.acquisition)
    if begun[-1] == ("entropy",):
      raise Diverged("no numbers")

  monkeypatch.setattr(compare, "train", train)
  assert Claim(tmp_path / "claims", table[0].name).take()
  console = quiet()
  left = Worker(tmp_path, console).run_all(table)
  assert left == ([table[0]], [table[1]]) and begun == [("entropy",), ()]
  assert "row 1, e-auto-4+1x3.entropy-seed0: no numbers" in printed(console)

  with pytest.raises(Diverged, match=r"row 1, e-auto-4\+1x3\.entropy-seed0$"):
    tell_left(left, console)
  last = printed(console).splitlines()[-1]
  assert last == "with other workers: row 0, e-auto-4+1x3.random-seed0"


def test_a_row_whose_checkpoints_are_lost_does_not_stop_the_others(
  table, tmp_path
):
  lost = rows.folder(tmp_path, table[0]) / "checkpoints" / "1"
  lost.mkdir(parents=True)
  (lost / "_CHECKPOINT_METADATA").write_bytes(b"")
  console = quiet()
  left = Worker(tmp_path, console).run_all(table[:2])
  assert left == ([], [table[0]]) and rows.is_finished(tmp_path, table[1])
  told = f"random-seed0: {lost.parent}: wanted a checkpoint that can be read"
  assert told in printed(console)
  with pytest.raises(Diverged, match=r"^not finished: row 0, .*random-seed0$"):
    tell_left(left, console)


@pytest.mark.parametrize("how", ["interrupted", "told to"])
def test_a_row_is_given_up(table, tmp_path, monkeypatch, how):
  worker = Worker(tmp_path, quiet())

  def stop(*_):
    assert len(list((tmp_path / "claims").iterdir())) == 1
    if how == "told to":
      give_up_all()
      assert not (tmp_path / "claims").exists()
    raise KeyboardInterrupt

  monkeypatch.setattr(compare, "train", stop)
  with pytest.raises(KeyboardInterrupt):
    worker.run(table[0])
  assert not (tmp_path / "claims").exists()


@pytest.mark.slow
@pytest.mark.parametrize("passes", ["shard_map", "pmap"])
def test_a_row_finds_the_same_behind_another_and_alone(
  table, tmp_path, monkeypatch, passes
):
  """Its passes of dropout go over all devices, whoever does it."""
  assert jax.local_device_count() > 1
  axes = rows.Axes(
    (table[0].config.data,), ("auto",), ("4+1x3",), ("random", "bald"), 1
  )
  base = dataclasses.replace(BASE, passes=passes)
  first, second = rows.expand(base, axes)
  together = Worker(tmp_path / "together", quiet())
  together.run(first)
  found = []
  for worker, place in (
    (together, tmp_path / "together"),
    (Worker(tmp_path / "alone", quiet()), tmp_path / "alone"),
  ):
    made = []
    monkeypatch.setattr(learning, "over_passes", recorded(made))
    worker.run(second)
    folder = rows.folder(place, second)
    texts = [
      (folder / f"{name}.csv").read_text() for name in ("curve", "picks")
    ]
    found.append((bool(made), texts))
  assert found[0] == found[1] and found[0][0]


def recorded(made):
  """`over_passes` that notes its calls."""
  return lambda one_pass: made.append(one_pass) or over_passes(one_pass)
