"""The survey's benchmark, run on data made here."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from alx.runs.disk import store
from alx.runs.disk.records import Diverged
from experiments.survey import deviations, study
from experiments.survey.benchmarks import BENCHMARKS
from experiments.survey.plan import make_plan
from tests.command_line import help_of

SMALL = ["start=6", "query=4", "image_size=8", "widths=4"]


def quiet():
  return Console(file=io.StringIO(), width=100)


def rows_of(workdir, name, table="curve"):
  return store.read_rows(workdir / "runs" / name / f"{table}.csv")


def picture(path, rng, bright):
  path.parent.mkdir(parents=True, exist_ok=True)
  values = rng.integers(0, 100, (16, 16, 3)) + 100 * bright
  Image.fromarray(values.astype(np.uint8)).save(path)


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
  """Two frames of 12 patients of 3 slices, 16 x 16, with four classes."""
  rng = np.random.default_rng(0)
  patient, frame, number = (
    x.ravel() for x in np.meshgrid(range(12), (1, 2), range(3), indexing="ij")
  )
  labels = np.zeros((72, 16, 16), np.uint8)
  for c, rows in ((1, slice(2, 5)), (2, slice(6, 10)), (3, slice(11, 14))):
    labels[:, rows, 4:12] = c
  images = 50 * labels + rng.integers(0, 30, labels.shape)
  path = tmp_path_factory.mktemp("acdc") / "slices.npz"
  np.savez(
    path,
    images=images.astype(np.uint8),
    labels=labels,
    patient=patient,
    frame=frame,
    slice=number,
    split=np.where(patient < 8, 0, np.where(patient < 9, 1, 2)),
  )
  return path


@pytest.fixture(scope="module")
def acdc(slices, tmp_path_factory):
  """All deviations."""
  workdir, console = tmp_path_factory.mktemp("work"), quiet()
  plan = make_plan(
    "acdc",
    str(slices),
    "smoke",
    "parity",
    methods=("k_center",),
    seeds=1,
    assignments=["widths=4"],
  )
  return plan, workdir, study.run(plan, workdir, console), console


def test_a_run_ends_with_tables_and_a_page(acdc):
  plan, workdir, path, console = acdc
  assert len(rows_of(workdir / "b10", "k_center-seed0")) == 2
  cases = rows_of(workdir / "b10", "k_center-seed0", "cases")
  assert [(r["id"], r["patient"]) for r in cases[:2]] == [
    ("patient09_frame1", "9"),
    ("patient10_frame1", "10"),
  ]
  table = store.read_rows(workdir / "T8a.csv")
  both = [r for r in table if r["mean"] and r["published_mean"]]
  assert [(r["method"], r["labels"]) for r in both] == [
    ("initial", "10"),
    ("random", "20"),
    ("k_center", "20"),
    ("full", "all"),
  ]
  assert both[1]["published_mean"] == "0.7872"
  printed = console.file.getvalue()
  assert "Table T8a, Dice" in printed and f"report: {path}" in printed
  text = path.read_text()
  for name in plan.deviations:
    assert f"{name}: " in text
  for name in ("Question", "Data", "Protocol", "Failure cases", "concluded"):
    assert name in text
  assert "24 items to ask for, 9 to test on" in text
  assert "last, over patients" in text
  assert "the data of the benchmark (656 slices to ask for" in text
  assert "data:image/png" in text


def test_the_same_command_again_changes_nothing(acdc):
  plan, workdir, _, _ = acdc
  before = {p: p.read_bytes() for p in workdir.rglob("*.csv")}
  study.run(plan, workdir, quiet())
  assert {p: p.read_bytes() for p in workdir.rglob("*.csv")} == before


def test_another_plan_is_another_directory(acdc, slices):
  _, workdir, _, _ = acdc
  plan = make_plan("acdc", str(slices), "smoke", "clean")
  with pytest.raises(ValueError, match=r"survey.json: .*name another"):
    study.run(plan, workdir, quiet())


@pytest.fixture(scope="module")
def medmnist(tmp_path_factory):
  """Pictures of two classes as MedMNIST has them, which stand in for ISIC."""
  rng, arrays = np.random.default_rng(0), {}
  for part, count in (("train", 24), ("val", 4), ("test", 12)):
    labels = np.arange(count) % 2
    images = rng.integers(0, 100, (count, 8, 8)) + 100 * labels[:, None, None]
    arrays[f"{part}_images"] = images.astype(np.uint8)
    arrays[f"{part}_labels"] = labels[:, None].astype(np.uint8)
  path = tmp_path_factory.mktemp("pictures") / "twomnist.npz"
  np.savez(path, **arrays)
  return path


@pytest.fixture(scope="module")
def parity(medmnist, tmp_path_factory):
  """All deviations of isic, two seeds."""
  workdir = tmp_path_factory.mktemp("parity")
  plan = make_plan(
    "isic",
    str(medmnist),
    "smoke",
    "parity",
    methods=("entropy",),
    assignments=["start=6", "query=4", "full=false", "model=mlp", "widths=4"],
  )
  return workdir, study.run(plan, workdir, quiet()).read_text()


@pytest.mark.slow
def test_parity_shares_the_start(parity):
  first = [
    rows_of(parity[0] / "low", f"{name}-seed{seed}", table)[0]
    for table in ("curve", "picks")
    for name in ("random", "entropy")
    for seed in (0, 1)
  ]
  assert first[0] == first[1] == first[2] == first[3]
  assert first[4] == first[5] == first[6] == first[7]
  later = [rows_of(parity[0] / "low", f"random-seed{s}")[1] for s in (0, 1)]
  assert later[0] != later[1]


def test_parity_shows_both_auc(parity):
  _, text = parity
  assert "the highest mean larger of AUC and 1 − AUC is" in text
  assert "The same for the AUC as it is" in text
  assert "In table T7a. Noise floor" in text


def test_a_medmnist_file_stands_in(parity):
  _, text = parity
  assert "24 items to ask for, 12 to test on; the split came with" in text
  assert "the published numbers are of other data" in text
  assert "item_split" not in text.split("Off: ")[0]


@pytest.mark.slow
def test_folders_of_tissues_with_a_class_too_many(tmp_path):
  rng = np.random.default_rng(0)
  for part, count in (("NCT-CRC-HE-100K", 8), ("CRC-VAL-HE-7K", 3)):
    for c, name in enumerate(("ADI", "TUM")):
      for i in range(count):
        path = tmp_path / "data" / part / name / f"{name}-{part}-{i}.png"
        picture(path, rng, c)
  plan = make_plan(
    "nct",
    str(tmp_path / "data"),
    "smoke",
    methods=("entropy",),
    seeds=1,
    deviate=["tenth_class"],
    assignments=[*SMALL, "full=false"],
  )
  text = study.run(plan, tmp_path / "w", quiet()).read_text()
  about = json.loads((tmp_path / "w/low/dataset.json").read_text())
  assert about["class_names"] == ["ADI", "TUM", "spare 1"]
  assert (about["num_pool"], about["num_test"]) == (16, 6)
  last = rows_of(tmp_path / "w/low", "entropy-seed0")[-1]
  assert last["labels"] == "10" and 0 <= float(last["accuracy"]) <= 1
  assert "Off: shared_start, augmented_features and greedy_seeding." in text


@pytest.mark.slow
def test_pictures_of_patients(tmp_path):
  rng = np.random.default_rng(0)
  lines = ["image_name,patient_id,target"]
  for i in range(36):
    picture(tmp_path / "data" / "train" / f"I{i}.jpg", rng, i % 2)
    lines.append(f"I{i},P{i // 3},{i % 2}")
  (tmp_path / "data" / "train.csv").write_text("\n".join(lines))
  plan = make_plan(
    "isic",
    str(tmp_path / "data"),
    "smoke",
    methods=("confidence", "entropy"),
    seeds=1,
    assignments=[*SMALL, "full=false"],
  )
  page_of = study.run(plan, tmp_path / "w", quiet())
  split = json.loads((tmp_path / "w/low/split.json").read_text())
  groups = {
    part: {int(name[1:]) // 3 for name in split[part]}
    for part in ("pool", "test")
  }
  assert not groups["pool"] & groups["test"] and len(split["test"]) == 12
  text = page_of.read_text()
  assert "No deviation of the reference code" in text
  assert "stand in" not in text and "Here. Noise floor" in text


def test_a_model_without_numbers_ends_after_the_page(
  medmnist, tmp_path, monkeypatch
):
  def train(comparison, console, check):
    if comparison.workdir.name == "low":
      raise Diverged("in round 1 no numbers")

  monkeypatch.setattr(study.compare, "train", train)
  plan = make_plan(
    "isic",
    str(medmnist),
    budgets=["low", "high"],
    assignments=["start=6", "query=3", "model=mlp", "widths=4"],
  )
  console = quiet()
  with pytest.raises(Diverged, match="in round 1 no numbers"):
    study.run(plan, tmp_path, console)
  text = (tmp_path / "report.html").read_text()
  assert "Stopped: in round 1 no numbers." in text
  assert "Budget low (stopped before its end" in text
  assert "Budget high: no run has finished." in text
  assert "report: " in console.file.getvalue()


def test_a_budget_the_pool_cannot_pay_for(slices, tmp_path):
  plan = make_plan("acdc", str(slices), "cpu")
  with pytest.raises(ValueError, match="60 labels, but the pool holds 24"):
    study.run(plan, tmp_path / "w", quiet())
  assert not (tmp_path / "w").exists()


def test_help_names_every_deviation_and_what_is_not_done():
  words = " ".join(help_of("experiments.survey")[1].split())
  for name in deviations.DEVIATIONS:
    assert name in words
  for benchmark in BENCHMARKS:
    for text in deviations.not_done(benchmark):
      assert text in words
