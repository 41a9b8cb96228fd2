"""The benchmarks' own machinery, on cases that take no time."""

import csv
import io
import itertools
import time

import jax.numpy as jnp
import numpy as np
import pytest
from absl import app
from rich.console import Console

from alx.acquisition import BY_NAME
from alx.acquisition.scores import predictive
from alx.prediction import Prediction
from experiments.benchmarks import acquisition, acquisition_joint, scale
from experiments.benchmarks.acquisition_case import Case
from experiments.benchmarks.acquisition_measure import COLUMNS, machine, measure
from tests.command_line import help_of


def sleeps(seconds, picks):
  def run(inputs):
    time.sleep(seconds)
    return [inputs + pick for pick in picks]

  return run


def absent(inputs):
  import a_library_that_nobody_has

  return a_library_that_nobody_has.choose(inputs)


def broken(inputs):
  raise ZeroDivisionError("division")


def tiny():
  return Case(
    kernel="entropy",
    size="N=2",
    bars={"sleepy": 2, "hasty": 2, "absent": 2},
    make=lambda seed: seed,
    ours=sleeps(0.02, [1, 2]),
    baselines={
      "sleepy": sleeps(0.2, [1, 3]),
      "hasty": sleeps(0.001, [1, 2]),
      "once": sleeps(0.1, [1, 2]),
      "absent": absent,
      "broken": broken,
    },
    agree=lambda a, b: float(np.mean(np.equal(a, b))),
    slow=frozenset({"once"}),
  )


@pytest.fixture(scope="module")
def rows():
  return {row["baseline"]: row for row in measure(tiny(), 2)}


def test_rows_have_every_column(rows):
  assert set(rows) == {"sleepy", "hasty", "once", "absent", "broken"}
  assert all(tuple(row) == COLUMNS for row in rows.values())


def test_judges_the_ratio_by_its_bar(rows):
  sleepy, hasty, once = rows["sleepy"], rows["hasty"], rows["once"]
  assert 2 < sleepy["ratio"] < 20 and sleepy["met"] == "yes"
  assert hasty["ratio"] < 1 and hasty["met"] == "no"
  assert once["met"] is None and once["note"] == "run once"
  assert (sleepy["agree"], hasty["agree"], once["agree"]) == (0.5, 1.0, 1.0)


def test_what_does_not_run_is_a_row(rows):
  assert rows["absent"]["note"] == "not installed"
  assert rows["broken"]["note"] == "failed: ZeroDivisionError: division"
  for name in ("absent", "broken"):
    assert rows[name]["ratio"] is rows[name]["met"] is None


def test_our_own_failure_is_not_hidden():
  with pytest.raises(ZeroDivisionError):
    list(measure(tiny()._replace(ours=broken), 1))


def test_each_takes_its_turn():
  turns = []
  case = tiny()._replace(
    ours=lambda _: turns.append("ours") or [1],
    baselines={
      "a": lambda _: turns.append("a") or [1],
      "b": lambda _: turns.append("b") or [1],
    },
    slow=frozenset({"b"}),
  )
  list(measure(case, 2))
  # Two that do not count, two that do; the short calls of a turn are many.
  assert [name for name, _ in itertools.groupby(turns)] == [
    *["ours", "a"] * 4,
    "b",
  ]
  assert turns[:4] == ["ours", "a"] * 2 and len(turns) > 100


def test_prints_a_table_and_writes_the_rows(tmp_path):
  console = Console(file=io.StringIO(), width=200)
  path = tmp_path / "rows.csv"
  acquisition.compare([tiny()], 1, str(path), console)
  text = console.file.getvalue()
  assert "entropy N=2: ours 0.0" in text and "not installed" in text
  written = list(csv.DictReader(path.read_text().splitlines()))
  assert len(written) == 5 and set(written[0]) == {*COLUMNS, *machine()}
  assert float(written[0]["theirs_s"]) > 0.1 and written[0]["cores"]


def test_cases_name_kernels_and_their_bars_baselines():
  for case in acquisition.CASES:
    assert case.kernel in BY_NAME, case.kernel
    assert set(case.bars) | case.slow <= set(case.baselines), case.kernel


def test_a_name_that_no_case_has():
  assert [c.kernel for c in acquisition.wanted(["bald"])] == ["bald"]
  with pytest.raises(app.UsageError, match="no case 'bold'; there are: "):
    acquisition.wanted(["bold"])


@pytest.mark.parametrize("command", ["acquisition", "scale"])
def test_help_explains(command):
  _, told = help_of(f"experiments.benchmarks.{command}")
  assert "--only" in told or "--[no]full" in told, told
  assert "python -m experiments.benchmarks" in told


@pytest.mark.parametrize(
  "form", ["plain", "in_place", "einsum", "blocked", "scipy"]
)
def test_forms_of_bald_agree(form):
  probs = acquisition_joint.posterior_probs(0, 2500, 4, 3).swapaxes(0, 1)
  theirs = getattr(acquisition_joint, f"bald_{form}")({"host": probs})
  mask = jnp.ones(2500, bool)
  ours = predictive.bald(None, Prediction(jnp.asarray(probs), None, mask))
  np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_scale_reports_seconds_and_memory():
  row = scale.alone("entropy", 2000, 7)
  assert row["picks"] == 7 and row["items"] == 2000
  assert 1e7 < scale.peak_memory() < 1e12 and row["seconds"] > 0
  assert 0 < row["beside_gb"] < 1e-2  # the input has 1e-3


def test_scale_takes_one_unit_of_an_item():
  row = scale.alone("entropy", 2000, 7, per_item=400)
  assert row["picks"] == 7  # of 5 items: where all are full, a second of some
