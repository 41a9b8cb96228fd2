"""The parts of the benchmark of whole runs, at sizes that take no time."""

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from experiments.benchmarks import passes, runs, shares


@pytest.fixture
def console():
  return Console(file=io.StringIO(), width=200)


def vectors(seed):
  rng = np.random.default_rng(seed)
  y = np.arange(96) % 2
  return runs._inputs(rng.normal(4 * y[:, None], 1, (96, 3)).astype("f4"), y, 2)


@pytest.mark.slow
def test_a_run_learns(monkeypatch):
  monkeypatch.setattr(runs, "START", 8)
  monkeypatch.setattr(runs, "QUERY", 4)
  found = runs.ours("mlp", 2, 60, 2, vectors(0))
  assert found.shape == (2, 2) and found[:, -1].min() > 0.8
  assert runs.same_accuracy(found, found) == 1


def test_the_cnn_has_a_bar_and_a_stretch():
  assert [case.kernel for case in runs.cases("")] == list(runs.PARTS[:2])
  cnn = runs.cases("")[1]
  assert cnn.bars == {"torch": 1} and "stretch 0.6x" in cnn.size


def test_passes_are_of_the_slices_of_a_file(console, tmp_path, monkeypatch):
  found = []

  def compare(make, size, repeats):
    found.append((make, size, repeats))
    return []

  monkeypatch.setattr(passes, "compare", compare)
  images = np.random.default_rng(0).standard_normal((9, 16, 32))
  np.savez(tmp_path / "s.npz", images=images, labels=images > 0)
  runs.print_passes(str(tmp_path / "s.npz"), 2, 3, console)
  assert found[0][1:] == ("T=32 N=8 16x32", 3)
  assert "T=32 N=8 16x32" in console.file.getvalue()


@pytest.fixture(scope="module")
def seconds(tmp_path_factory):
  rng = np.random.default_rng(0)
  path = tmp_path_factory.mktemp("data") / "two.npz"
  np.savez(path, images=rng.random((40, 4, 4)), labels=np.arange(40) % 2)
  config = dataclasses.replace(
    shares.config_for(str(path)),
    start=4,
    query=2,
    rounds=2,
    steps=2,
    model="mlp",
    widths=(4,),
    samples=2,
  )
  return shares.seconds_of(config)


@pytest.mark.slow
def test_every_stage_has_its_share(seconds, console):
  assert set(seconds) == {
    "scoring",
    "selecting",
    "training",
    "testing",
    "saving",
    "pictures",
    "tables, the rest",
    "loading, once",
    "report, once",
  }
  assert min(seconds.values()) > 0
  console.print(shares.table(seconds))
  assert "saving" in console.file.getvalue()


def test_all_but_training_and_scoring_is_judged():
  seconds = {"training": 80.0, "scoring": 10.5, "saving": 9.5}
  assert "9.5%, wanted at most 10%: yes" in shares.verdict(seconds)
  assert "no" in shares.verdict(seconds | {"saving": 20.0})


def test_a_span_counts_for_itself_alone(monkeypatch):
  now = iter([0.0, 1.0, 3.0, 7.0, 15.0])
  monkeypatch.setattr(shares.time, "perf_counter", lambda: next(now))
  watch = shares.Stopwatch("outside")
  watch.timed("inside", list)()  # from 1 to 3
  watch.goes_on_with("after")
  watch.stop()
  assert watch.seconds == {"outside": 1 + 4, "inside": 2, "after": 8}
