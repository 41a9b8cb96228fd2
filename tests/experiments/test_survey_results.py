"""Tables, tests and words of a benchmark, from curves written by hand."""

import csv

import pytest

from experiments import store
from experiments.survey import page, results, tables
from experiments.survey.benchmarks import BENCHMARKS
from experiments.survey.conclusions import conclude, summarise
from experiments.survey.failures import failures
from experiments.survey.plan import make_plan


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


def test_tables_on_disk_hold_what_was_found(outcome, tmp_path):
  tables.save(outcome[1], tmp_path)
  with open(tmp_path / "differences-b10.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert {row["method"] for row in rows} == {"entropy", "badge"}
  assert {row["over"] for row in rows} == {"last", "area"}


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
