"""The survey's benchmark, on data made here and on curves written by hand."""

import csv
import io
import json
import subprocess
import sys

import jax
import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from experiments import problem, store
from experiments.job import Job
from experiments.rounds import key_of
from experiments.survey import deviations, page, results, study, tables
from experiments.survey.benchmarks import BENCHMARKS
from experiments.survey.conclusions import conclude, summarise
from experiments.survey.failures import failures
from experiments.survey.plan import make_plan

SMALL = ["start=6", "query=4", "image_size=8"]


def quiet():
  return Console(file=io.StringIO(), width=100)


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
  """All deviations, two seeds."""
  workdir, console = tmp_path_factory.mktemp("work"), quiet()
  plan = make_plan(
    "acdc", str(slices), "smoke", "parity", methods=("k_center",)
  )
  return plan, workdir, study.run(plan, workdir, console), console


def rows_of(workdir, name, table="curve"):
  return store.read_rows(workdir / "runs" / name / f"{table}.csv")


def test_a_run_ends_with_tables_and_a_page(acdc):
  plan, workdir, path, console = acdc
  assert len(rows_of(workdir / "b10", "k_center-seed1")) == 2
  table = store.read_rows(workdir / "T8a.csv")
  both = [r for r in table if r["mean"] and r["published_mean"]]
  assert [(r["method"], r["labels"]) for r in both] == [
    ("initial", "10"),
    ("random", "20"),
    ("k_center", "20"),
    ("full", "all"),
  ]
  assert both[1]["published_mean"] == "0.7872"
  assert "Table T8a, Dice" in console.file.getvalue()
  text = path.read_text()
  for name in plan.deviations:
    assert name in text
  assert "24 items to ask for, 9 to test on" in text
  assert "Ours are in voxels, theirs in mm: nothing is tested." in text
  assert "data:image/png" in text


def test_parity_shares_the_start(acdc):
  _, workdir, _, _ = acdc
  first = [
    rows_of(workdir / "b10", f"{name}-seed{seed}", table)[0]
    for table in ("curve", "picks")
    for name in ("random", "k_center")
    for seed in (0, 1)
  ]
  assert first[0] == first[1] == first[2] == first[3]
  assert first[4] == first[5] == first[6] == first[7]
  later = [rows_of(workdir / "b10", f"random-seed{s}")[1] for s in (0, 1)]
  assert later[0] != later[1]


def test_clean_starts_are_the_seeds_own():
  """The key decides the start, the first weights and the first batches."""
  for preset, equal in (("clean", False), ("parity", True)):
    config = make_plan("acdc", "x.npz", preset=preset).configs["b10"]
    jobs = [Job(None, config, "random", seed, None, None) for seed in (0, 1)]
    for number, expected in ((0, equal), (1, False)):
      keys = [jax.random.key_data(key_of(job, number)) for job in jobs]
      assert np.array_equal(*keys) == expected


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
    deviate=["tenth_class", "short_fits"],
    assignments=SMALL,
  )
  text = study.run(plan, tmp_path / "w", quiet()).read_text()
  about = json.loads((tmp_path / "w/low/dataset.json").read_text())
  assert about["class_names"] == ["ADI", "TUM", "spare 1"]
  assert (about["num_pool"], about["num_test"]) == (16, 6)
  last = rows_of(tmp_path / "w/low", "entropy-seed0")[-1]
  assert last["labels"] == "10" and 0 <= float(last["accuracy"]) <= 1
  assert "Off: shared_start and augmented_features." in text


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
    assignments=[*SMALL, "full=false", "model=mlp", "rotation=0"],
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
  assert "Here. Noise floor" in text and "In table T7a. Noise floor" in text


def write_runs(folder, curves, dataset, columns=("dice", "asd_pred_to_ref")):
  """A run directory of curves by method: a row of values for each seed."""
  for name in ("config", "versions", "split"):
    store.write_json(folder / f"{name}.json", {})
  store.write_json(folder / "dataset.json", dataset)
  for method, seeds in curves.items():
    for seed, values in enumerate(seeds):
      rows = [
        {
          "round": i,
          "labels": 10 * (i + 1),
          **dict.fromkeys(columns, value),
          "dice_RV": value,
          "undefined_surface": 0 if value > 0.05 else 2,
          "test_cases": 4,
        }
        for i, value in enumerate(values)
      ]
      run = folder / "runs" / f"{method}-seed{seed}"
      store.append_rows(run / "curve.csv", rows)


SEGMENTED = {
  "name": "x",
  "task": "segmentation",
  "metric": "dice",
  "class_names": ["background", "RV"],
  "distance_unit": "voxels",
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
  """Random and entropy, three seeds: entropy is 0.1 above at 20 labels."""
  folder = tmp_path_factory.mktemp("byhand")
  curves = {
    "random": [(0.5, 0.78), (0.48, 0.79), (0.52, 0.80)],
    "entropy": [(0.5, 0.88), (0.48, 0.89), (0.52, 0.901)],
    "badge": [(0.5, 0.02), (0.48, 0.8), (0.52, 0.82)],
  }
  write_runs(folder, curves, SEGMENTED)
  plan = make_plan("acdc", "here.npz", "cpu")
  return plan, results.read(plan, "b10", folder)


def test_ours_stand_beside_theirs(outcome):
  rows = {(r["method"], r["labels"]): r for r in outcome[1].tables["T8a"]}
  random = rows["random", "20"]
  assert random["mean"] == pytest.approx(0.79) and random["seeds"] == 3
  assert random["sd"] == pytest.approx(0.01)
  assert random["difference"] == pytest.approx(0.79 - 0.7872)
  assert random["verdict"] == "undecided"  # theirs spread by 0.0552
  assert rows["entropy", "20"]["verdict"] == "different"  # 0.8903, 0.6888
  first = rows["initial", "10"]
  assert first["mean"] == pytest.approx(0.5) and first["verdict"] == ""
  absent = rows["margin", "60"]
  assert absent["seeds"] == 0 and absent["published_mean"] == 0.8734


def test_distances_of_another_unit_are_not_tested(outcome):
  rows = outcome[1].tables["T8b"]
  assert {row["verdict"] for row in rows} == {""}
  assert any(row["seeds"] and row["published_mean"] > 0 for row in rows)


@pytest.mark.parametrize(("data", "verdicts"), [("x.npz", 0), ("", 1)])
def test_a_stand_in_is_not_tested(tmp_path, data, verdicts):
  """T7a: random at 100 labels has 0.5609 ± 0.0325; a folder is the real one."""
  curves = {"random": [[0.5] * 9 + [x] for x in (0.9, 0.91, 0.92)]}
  write_runs(tmp_path, curves, {"class_names": ["a", "b"]}, columns=("auc",))
  plan = make_plan("isic", str(tmp_path / data))
  rows = results.read(plan, "low", tmp_path).tables["T7a"]
  assert [r["verdict"] for r in rows if r["verdict"]] == [
    "different"
  ] * verdicts


def test_differences_to_random_are_paired(outcome):
  rows = {
    (r["method"], r["over"]): r for r in results.against_random(outcome[1])
  }
  last = rows["entropy", "last"]
  assert last["difference"] == pytest.approx((0.1 + 0.1 + 0.101) / 3)
  # t of 2 degrees of freedom is 4.303; the sd of the three is 0.000577.
  assert last["high"] - last["difference"] == pytest.approx(0.001434, rel=1e-3)
  area = rows["entropy", "area"]
  assert area["difference"] == pytest.approx(last["difference"] / 2)


def test_what_is_said_follows_from_the_numbers(outcome):
  plan, found = outcome
  text = summarise(found)
  assert "the highest mean Dice is 0.890 (entropy), random has 0.790" in text
  assert "entropy (+0.050) above random" in text
  assert "BADGE (−0.122) not told apart from random" in text
  said = " ".join(conclude(plan, found))
  assert "Table T8b: nothing could be tested" in said
  assert "Size cpu has a smaller network" in said


def test_failures_are_named(outcome):
  lines = failures(outcome[1])
  lost = "BADGE, seed 0, 20 labels: the fit lost RV (Dice 0.020, below 0.05)."
  assert lost in lines
  assert any("In 2 of 72 pairs" in line for line in lines)


def test_a_row_is_a_method_and_a_column_a_number_of_labels(outcome):
  table = tables.beside(outcome[1].tables["T8a"])
  assert table.head == ["", "10", "20", "30", "40", "50", "60", "all"]
  names = [row[0] for row in table.rows]
  assert names[:2] == ["first labels", "random"] and names[-1] == "all labels"
  assert table.rows[1][2] == "0.790 ± 0.010\n0.787 ± 0.055, undecided"
  assert table.rows[1][3] == "–\n0.829 ± 0.038" or table.rows[1][3] == ""


def test_a_page_of_runs_that_have_not_begun(tmp_path):
  plan = make_plan("acdc", "here.npz", "cpu")
  config = {"first_seed": 0, "seeds": 3, "steps": 4}
  config |= {"start": 10, "query": 10, "rounds": 5}
  store.write_json(tmp_path / "b10" / "config.json", config)
  found = results.read(plan, "b10", tmp_path / "b10")
  text = page.write(plan, [found], ["a budget too large"], tmp_path).read_text()
  assert "no run has finished" in text and "a budget too large" in text


def test_the_fold_is_only_for_parity(tmp_path):
  binary = {"class_names": ["a", "b"], "metric": "auc"}
  write_runs(tmp_path, {"random": [(0.3, 0.6)]}, binary, columns=("auc",))
  for preset, first in (("clean", 0.3), ("parity", 0.7)):
    plan = make_plan("isic", str(tmp_path), preset=preset)
    found = results.read(plan, "low", tmp_path)
    assert found.arms[0].scores[0].tolist() == pytest.approx([first, 0.6])


@pytest.mark.parametrize(("budget", "gap"), [("low", 0.0158), ("high", 0.0063)])
def test_the_published_noise_floor(tmp_path, budget, gap):
  write_runs(tmp_path, {}, {"class_names": ["a", "b"], "metric": "auc"})
  found = results.read(make_plan("isic", "x.npz"), budget, tmp_path)
  (line,) = results.noise(found)
  assert f"differ by {gap:.4f} on average" in line


@pytest.mark.parametrize(
  ("table", "count", "best"),
  [
    ("T6a", 47, 93.36),
    ("T6b", 47, 93.36),
    ("T7a", 42, 0.6761),
    ("T7b", 42, 0.7983),
    ("T8a", 37, 0.9045),
    ("T8b", 37, 11.36),
  ],
)
def test_the_published_tables_are_whole(table, count, best):
  rows = results.published(table)
  assert len(rows) == count
  assert max(float(row["mean"] or 0) for row in rows) == best
  known = {name for b in BENCHMARKS.values() for name in b.methods}
  assert {r["method"] for r in rows} <= known | {"initial", "full"}


def test_every_size_and_deviation_makes_settings(tmp_path):
  for name, benchmark in BENCHMARKS.items():
    for size in ("smoke", "cpu", "paper"):
      plan = make_plan(name, str(tmp_path), size, "parity")
      assert plan.deviations == deviations.of_benchmark(name)
      for config in plan.configs.values():
        assert config.shared_start and config.acquisition[0] == "random"
    assert tuple(plan.configs) == tuple(benchmark.budgets)
    assert plan.configs[next(iter(plan.configs))].acquisition == (
      benchmark.methods
    )
  assert plan.configs["low"].steps == 200 and plan.configs["high"].steps == 2800


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    (("mnist", "x.npz"), "benchmark: 'mnist' is not one of acdc"),
    (("acdc", ""), "acdc wants --data=PATH"),
    (("acdc", "x.npz", "huge"), "size: 'huge' is not one of smoke"),
    (("acdc", "x.npz", "cpu", "dirty"), "preset: 'dirty' is not one of clean"),
  ],
)
def test_a_wrong_name_is_one_line(arguments, message):
  with pytest.raises(ValueError, match=message):
    make_plan(*arguments)


def test_wrong_budgets_and_deviations():
  with pytest.raises(ValueError, match="budgets: 'low' is not one of b10"):
    make_plan("acdc", "x.npz", budgets=["low"])
  with pytest.raises(ValueError, match="deviate: 'folded_auc' is not one of"):
    make_plan("acdc", "x.npz", deviate=["folded_auc"])


def test_a_budget_the_pool_cannot_pay_for(slices, tmp_path):
  plan = make_plan("acdc", str(slices), "cpu")
  with pytest.raises(ValueError, match="60 labels, but the pool holds 24"):
    study.run(plan, tmp_path / "w", quiet())
  assert not (tmp_path / "w").exists()


def test_help_names_every_deviation_and_what_is_not_done():
  done = subprocess.run(
    [sys.executable, "-m", "experiments.survey", "--help"],
    capture_output=True,
    text=True,
    timeout=60,
    check=False,
  )
  words = " ".join(done.stdout.split())
  for name in deviations.DEVIATIONS:
    assert name in words
  for benchmark in BENCHMARKS:
    for text in deviations.not_done(benchmark):
      assert text in words


def test_tables_on_disk_hold_what_was_found(outcome, tmp_path):
  tables.save(outcome[1], tmp_path)
  with open(tmp_path / "differences-b10.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert {row["method"] for row in rows} == {"entropy", "badge"}
  assert {row["over"] for row in rows} == {"last", "area"}


def test_a_budget_too_large_is_passed_over_unless_asked_for(tmp_path):
  """500 images: enough for 50 + 5 x 50 labels, not for 1000 + 5 x 1000."""
  path = tmp_path / "x.npz"
  labels = np.arange(500) % 2
  np.savez(path, images=np.ones((500, 4, 4), np.uint8), labels=labels)
  plan = make_plan("isic", str(path))
  dataset = problem.load_dataset(plan.configs["low"], None)
  configs, lines = study.affordable(plan, dataset)
  assert list(configs) == ["low"]
  assert "budget high is passed over: start 1000" in lines[0]
  asked = make_plan("isic", str(path), budgets=["low", "high"])
  with pytest.raises(ValueError, match="6000 labels, but the pool holds 350"):
    study.affordable(asked, dataset)
