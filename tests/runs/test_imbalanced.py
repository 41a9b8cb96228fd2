"""Made smears, 85% of one cell: what a run keeps and what its page says."""

import csv
import dataclasses
import io
import json
import re

import pytest
from rich.console import Console

from alx.runs import experiment
from alx.runs.settings.config import Config
from tests import blood_cells


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
  folder = tmp_path_factory.mktemp("smears")
  path = blood_cells.write_embeddings(folder / "smears.npz", 240, 8)
  config = Config(
    data=str(path),
    acquisition=("badge",),
    seeds=3,
    start=9,
    query=9,
    rounds=2,
    steps=60,
    full=False,
  )
  console = Console(file=io.StringIO(), width=200)
  return config, folder / "run", console, run(config, folder / "run", console)


def run(config, workdir, console):
  return experiment.run(config, workdir, console=console)


def rows(path):
  with open(path, newline="") as file:
    return list(csv.DictReader(file))


def test_the_metric_is_chosen_and_told(finished):
  _, workdir, console, found = finished
  assert found.metric == "balanced_accuracy"
  about = json.loads((workdir / "dataset.json").read_text())
  assert about["metric"] == found.metric
  assert re.search(r"items 8\d% are leukocyte", about["metric_why"])
  assert about["metric_why"] in console.file.getvalue()
  assert about["metric_why"] in found.page.read_text("utf-8")


def test_every_pick_has_its_reason(finished):
  _, workdir, _, _ = finished
  picks = rows(workdir / "picks.csv")
  assert len(picks) == 2 * 3 * 27
  first, last = picks[0], picks[-1]
  assert first["class"] in blood_cells.NAMES and first["nearest"] == ""
  assert last["group"].startswith("smear") and float(last["distance"]) > 0
  mine = [p for p in picks if p["acquisition"] == "badge" and p["seed"] == "0"]
  before = {p["id"] for p in mine if p["round"] != "2"}
  assert {p["nearest"] for p in mine if p["round"] == "2"} <= before


def test_predictions_of_every_item_are_kept(finished):
  _, workdir, _, _ = finished
  found = rows(workdir / "predictions.csv")
  assert len(found) == 2 * 3 * 240
  mine = [
    row for row in found if row["acquisition"] == "badge" and row["seed"] == "1"
  ]
  assert sum(int(row["labelled"]) for row in mine) == 27
  test = [row for row in mine if row["part"] == "test"]
  for row in test:
    probs = {name: float(row[f"p_{name}"]) for name in blood_cells.NAMES}
    assert sum(probs.values()) == pytest.approx(1, abs=1e-4)
    assert row["predicted"] == max(probs, key=probs.get)
  recalls = []
  for name in blood_cells.NAMES:
    of = [row for row in test if row["class"] == name]
    recalls.append(sum(row["predicted"] == name for row in of) / len(of))
  curve = rows(workdir / "runs/badge-seed1/curve.csv")
  wanted = sum(recalls) / len(recalls)
  assert float(curve[-1]["balanced_accuracy"]) == pytest.approx(wanted)


def test_a_model_of_one_class_has_no_ranking(finished):
  _, workdir, _, _ = finished
  for row in rows(workdir / "curve.csv"):
    assert (row["auc"] == "nan") == (row["classes_seen"] == "1")


def test_another_metric_trains_nothing_again(finished):
  config, workdir, console, before = finished
  times = workdir / "runs/badge-seed0/times.csv"
  written = times.read_text()
  asked = dataclasses.replace(config, metric="sensitivity_platelet")
  found = run(asked, workdir, console)
  assert found.metric == "sensitivity_platelet"
  assert times.read_text() == written
  assert "Compared by sensitivity platelet" in found.page.read_text("utf-8")
  assert run(config, workdir, console).answer == before.answer


def test_the_page_needs_no_script_and_no_network(finished):
  page = finished[3].page.read_text("utf-8")
  assert not re.search(r"(src|href)=\"?https?:", page)
  without = re.sub(r"<script>.*?</script>", "", page)
  assert len(re.findall(r'<input type="radio"[^>]* checked>', without)) == 1
  assert "#m0:checked ~ #p0 { display: block; }" in without
