"""Fits that end by themselves: what a run writes and says about them."""

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from alx import runs
from alx.runs.disk import store

CONFIG = runs.Config(
  acquisition=("entropy",),
  rounds=1,
  start=4,
  query=3,
  steps=60,
  learning_rate=0.1,
  tolerance=0.2,
  test_items=12,
  seeds=2,
)


@pytest.fixture(scope="module")
def features(tmp_path_factory):
  """Two classes that a line divides."""
  labels = np.arange(40) % 2
  noise = np.random.default_rng(0).standard_normal((40, 3))
  path = tmp_path_factory.mktemp("data") / "two.npz"
  np.savez(path, features=noise + 2 * labels[:, None], labels=labels)
  return str(path)


@pytest.fixture(scope="module")
def run_of(features, tmp_path_factory):
  """Settings -> (where, what was printed)."""

  def run(**changes):
    config = dataclasses.replace(CONFIG, data=features, **changes)
    workdir, told = tmp_path_factory.mktemp("run"), io.StringIO()
    runs.run(config, workdir, console=Console(file=told, width=200))
    return workdir, told.getvalue()

  return run


@pytest.fixture(scope="module")
def fixed(run_of):
  return run_of()


@pytest.fixture(scope="module")
def ending(run_of):
  return run_of(schedule="converged")


def times(workdir, name, seed):
  return store.read_rows(workdir / "runs" / f"{name}-seed{seed}" / "times.csv")


@pytest.mark.slow
def test_a_fit_to_all_labels_says_how_it_ended_and_what_it_cost(fixed):
  workdir, told = fixed
  (line,) = [x for x in told.splitlines() if x.startswith("all 28 pool labels")]
  rows = [times(workdir, "full", seed)[0] for seed in (0, 1)]
  steps = sorted(int(row["steps"]) for row in rows)
  assert 60 <= steps[0] <= steps[1] <= 600  # ten times those of a round
  seconds = sum(float(row["seconds_train"]) for row in rows)
  assert line.endswith(f"{seconds:.0f} s of training")
  page = (workdir / "report.html").read_text()
  words = (
    "converged after" if {r["converged"] for r in rows} == {"1"} else "conv"
  )
  assert words in line and words in page and "steps of a fit" in page
  # Rounds have the steps that were set; nobody needs to be told.
  assert "steps" not in times(workdir, "entropy", 0)[0]


def test_rounds_that_end_by_themselves_write_their_steps(ending):
  workdir, _ = ending
  made = [
    int(row["steps"])
    for name in ("random", "entropy")
    for seed in (0, 1)
    for row in times(workdir, name, seed)
  ]
  assert len(made) == 8 and all(1 < steps <= 60 for steps in made)


@pytest.mark.slow
def test_a_seed_by_itself_takes_the_same_steps(ending, run_of):
  together, _ = ending
  alone, _ = run_of(schedule="converged", seeds=1)
  for name in ("random", "entropy", "full"):
    found = [
      [row["steps"] for row in times(w, name, 0)] for w in (together, alone)
    ]
    assert found[0] == found[1]


@pytest.mark.slow
def test_all_labels_as_in_a_round(run_of):
  workdir, told = run_of(full_steps=60, tolerance=0.03)
  assert times(workdir, "full", 0)[0]["steps"] == "60"
  assert "converged" not in times(workdir, "full", 0)[0]
  assert "converged" not in told


@pytest.mark.parametrize(
  ("field", "value", "told"),
  [
    ("schedule", "until", "schedule"),
    ("full_steps", -1, "full_steps must be at least 0, found -1"),
    ("ema", 1.0, r"ema must be in \[0.0, 1.0\), found 1.0"),
    ("tolerance", 1.5, r"tolerance must be in \[0.0, 1.0\), found 1.5"),
    ("tilt", 181.0, "tilt must be in"),
    ("scaling", float("nan"), "scaling must be in"),
    ("skips", "sum", "skips"),
    ("norm", "batch", "norm"),
    ("dice", "sum", "dice"),
  ],
)
def test_settings_out_of_range(field, value, told):
  with pytest.raises(ValueError, match=told) as error:
    runs.Config(**{field: value})
  assert "\n" not in str(error.value)


def test_two_ways_to_turn_are_one_too_many():
  with pytest.raises(
    ValueError, match=r"^tilt and rotation both turn: set one"
  ):
    runs.Config(tilt=9.0, rotation=9.0)
