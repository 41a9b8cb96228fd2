"""Runs whose labels are parts of volumes."""

import dataclasses
import os
import signal
import sys

import jax
import numpy as np
import pytest

from alx.loop import loop
from alx.runs import compare, experiment
from alx.runs.disk import store
from alx.runs.screen import make_console
from alx.runs.settings.config import Config
from tests.forks import Forks

TINY = Config(
  data="phantom",
  acquisition=("entropy",),
  seeds=1,
  start=3,
  query=3,
  rounds=1,
  full=False,
  phantom_items=10,
  test_items=2,
  patch=(8, 8, 8),
  widths=(4,),
  steps=3,
  dropout=0.0,
  pictures=1,
  unit="slices:0",
)


def run(folder, config=TINY, **changes):
  config = dataclasses.replace(config, **changes)
  experiment.run(config, folder, baselines=False, console=make_console())
  return folder / "runs" / "entropy-seed0"


def rows(folder, name):
  return store.read_rows(folder / name)


@pytest.fixture(scope="module")
def sliced(tmp_path_factory):
  """A finished run over slices."""
  return run(tmp_path_factory.mktemp("sliced"))


@pytest.mark.slow
def test_picks_name_slices(sliced):
  names = [row["id"] for row in rows(sliced, "picks.csv")]
  assert len(set(names)) == len(names) == 6
  assert all(name.split(":")[1] == "axis0" for name in names)
  second = [row["id"].split(":")[0] for row in rows(sliced, "picks.csv")[3:]]
  assert len(set(second)) == 3  # no more than one slice of a volume


def test_what_was_spent(sliced):
  first, last = rows(sliced, "spent.csv")
  assert (first["units"], last["units"]) == ("3", "6")
  assert int(last["voxels"]) == 6 * 24 * 24
  assert float(last["slices"]) == 6 and float(last["label_accuracy"]) == 1


def test_the_unit_is_drawn(sliced):
  with np.load(sliced / "pictures" / "round_01.npz") as found:
    assert found["ids"][0] == rows(sliced, "picks.csv")[3]["id"]
    assert found["where"][0].endswith("along axis 1")


def test_the_page_says_what_one_label_was(sliced):
  page = (sliced.parents[1] / "report.html").read_text()
  assert "one of its slices across axis 0" in page
  assert "What the labels cost" in page and "slices marked" in page


def test_what_all_labels_come_to_is_kept(sliced):
  about = store.read_object(sliced.parents[1] / "dataset.json", "", "")
  whole = about["whole_pool"]
  assert whole["items"] == about["num_pool"] == 8
  assert whole["voxels"] == 24 * 24 * whole["slices"]
  assert 0 < whole["foreground_voxels"] < whole["voxels"]


@pytest.mark.slow
def test_a_run_that_was_cut_short_goes_on_to_the_same_bits(sliced, tmp_path):
  folder = tmp_path / "again"
  run(folder, rounds=0)
  again = run(folder)
  for name in ("picks.csv", "spent.csv", "curve.csv", "cases.csv"):
    assert (again / name).read_bytes() == (sliced / name).read_bytes()


def in_child(folder, kill_at=0):
  """The run in a process of its own, killed while its n-th fit goes on."""
  jax.config.update("jax_numpy_rank_promotion", "raise")
  fits, steps_made = [], loop.steps_made

  def counted(history):  # is called when the fit has been sent on its way
    fits.append(history)
    if len(fits) == kill_at:
      os.kill(os.getpid(), signal.SIGKILL)
    return steps_made(history)

  loop.steps_made = counted
  run(folder)
  sys.exit(0)


@pytest.mark.slow
def test_a_run_that_was_killed_in_a_fit_goes_on_to_the_same_bits(
  sliced, tmp_path
):
  forks, folder = Forks(tmp_path), tmp_path / "killed"
  begin = "import pathlib; from tests.runs.test_units_of_runs import in_child; "
  try:
    for kill_at in (2, 0):
      call = f"in_child(pathlib.Path({str(folder)!r}), {kill_at})"
      fork = forks.start("run", before=begin + call)
      assert fork.wait() == (-signal.SIGKILL if kill_at else 0), fork.output()
      curve = rows(folder / "runs" / "entropy-seed0", "curve.csv")
      assert len(curve) == (1 if kill_at else 2)
  finally:
    forks.close()
  for name in ("picks.csv", "curve.csv", "spent.csv"):
    found = (folder / "runs" / "entropy-seed0" / name).read_bytes()
    assert found == (sliced / name).read_bytes()


@pytest.mark.slow
def test_a_budget_in_slices(tmp_path):
  found = run(
    tmp_path,
    *(),
    unit="boxes:8",
    budget="voxels:1536",
    start=4,
    query=4,
  )
  spent = rows(found, "spent.csv")
  assert [float(row["cost"]) for row in spent] == [1536, 3072]
  assert [row["labels"] for row in rows(found, "curve.csv")] == ["1536", "3072"]
  assert all(":box:" in row["id"] for row in rows(found, "picks.csv"))


@pytest.mark.slow
def test_a_table_of_costs(tmp_path):
  names = [f"phantom_{i:03d}" for i in range(TINY.phantom_items)]
  table = tmp_path / "costs.csv"
  told = "".join(f"{name},32\n" for name in names)  # 2 for each of 16 slices
  table.write_text(f"unit,cost\n{told}")
  priced = {"budget": "cost:7", "costs": str(table), "start": 4, "query": 4}
  priced |= {"acquisition": ("per_cost(entropy)",), "pictures": 0}
  run(tmp_path, **priced)
  (found,) = (tmp_path / "runs").iterdir()
  spent = [(row["units"], row["cost"]) for row in rows(found, "spent.csv")]
  assert spent == [("3", "6"), ("6", "12")]
  table.write_text(f"unit,cost\n{told.replace(',32', ',33')}")
  with pytest.raises(ValueError, match=r"this run has costs = .* now it would"):
    run(tmp_path, **priced)


@pytest.mark.slow
@pytest.mark.parametrize(
  ("unit", "score"),
  [("slices:all", "entropy"), ("superpixels:8", "on_edges(entropy)")],
)
def test_costs_that_a_model_predicts(tmp_path, unit, score):
  config = dataclasses.replace(TINY, start=4, query=4, unit=unit)
  method = (f"knapsack({score})",)
  timed = {"budget": "seconds:900", "seconds": (30.0, 20.0, 1.0)}
  run(tmp_path, config, acquisition=method, pictures=0, **timed)
  (found,) = (tmp_path / "runs").iterdir()
  first, last = rows(found, "spent.csv")
  assert int(last["units"]) > int(first["units"])
  spent = float(last["cost"]) - float(first["cost"])
  assert 0 < spent <= 900 or int(last["units"]) == int(first["units"]) + 1


@pytest.mark.slow
def test_superpixels_with_one_class_each(tmp_path):
  found = run(tmp_path, unit="superpixels:20", answer="dominant")
  last = rows(found, "spent.csv")[-1]
  assert 0.5 < float(last["label_accuracy"]) <= 1
  assert all(":region:" in row["id"] for row in rows(found, "picks.csv"))


def refused(match, **changes):
  with pytest.raises(ValueError, match=match):
    config = dataclasses.replace(TINY, **changes)
    compare.prepare(config, None, make_console(), baselines=False)


def test_what_makes_no_sense_is_refused():
  refused("wants a budget", acquisition=("knapsack(entropy)",))
  refused(
    "boundary looks at neighbours",
    unit="superpixels:20",
    acquisition=("entropy(reduce=boundary)",),
  )
  refused("wanted unit=superpixels:200", acquisition=("on_edges(entropy)",))
  refused(
    r"wanted unit=slices:2 .* found unit=boxes:8",
    acquisition=("per_distance(entropy)",),
    unit="boxes:8",
  )
  refused("wants costs=FILE.csv", budget="cost:7")
  sized = {"start": 4, "query": 4, "budget": "slices:7"}
  refused(r"costs=/.* does nothing", costs="/a.csv", **sized)
  traced = {"budget": "boundary_mm:90", "start": 4, "query": 4}
  refused(
    "a dominant answer is a click, which traces nothing",
    acquisition=("per_cost(entropy)",),
    unit="boxes:8",
    answer="dominant",
    **traced,
  )
  refused("answer=dominant does nothing", unit="whole", answer="dominant")
  refused("inside of slices", acquisition=("key_slices",))
  flat = {"unit": "boxes:8,8,1", "acquisition": ("key_slices",), "dropout": 0.1}
  refused("set max_per_item=0", **flat)
  refused("query=3 does nothing beside budget", budget="slices:4", start=4)
  refused("less than", budget="voxels:10", start=4, query=4)
  refused("in 2 rounds wants", budget="slices:100", start=4, query=4)
