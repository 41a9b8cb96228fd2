"""The tables of the study from files written by hand, and the published."""

import numpy as np
import pytest

from experiments import store
from experiments.kim import page, tables, verdicts
from experiments.kim.settings import Kim

PATIENTS = [f"p{i}" for i in range(8)]
SPREAD = np.linspace(-0.1, 0.1, 8)


def write_run(workdir, name, seed, labels, means):
  """A finished run whose patients have the spread around the means."""
  folder = workdir / "runs" / f"{name}-seed{seed}"
  curve, cases = [], []
  for number, (n, mean) in enumerate(zip(labels, means, strict=True)):
    curve.append({"round": number, "labels": n, "dice": mean})
    cases += [
      {"round": number, "id": p, "dice_foreground": mean + s}
      for p, s in zip(PATIENTS, SPREAD, strict=True)
    ]
  store.write_rows(folder / "curve.csv", curve)
  store.write_rows(folder / "cases.csv", cases)


@pytest.fixture
def workdir(tmp_path):
  """Two seeds: random gets there late, margins comes, goes and comes back."""
  for seed in (0, 1):
    write_run(tmp_path, "full", seed, [40], [0.8])
    shift = 0.01 * seed
    random = [0.3, 0.4 + shift, 0.79 + shift]
    margins = [0.3, 0.78 + shift, 0.4 + shift]
    write_run(tmp_path, "random", seed, [10, 20, 30], random)
    write_run(tmp_path, "margins", seed, [10, 20, 30], margins)
  return tmp_path


def test_table_3_has_the_columns_of_the_paper(workdir):
  rows = tables.table_3(tables.read_found(workdir))
  assert [(r["arm"], r["n"]) for r in rows] == [
    *(("random", n) for n in (10, 20, 30)),
    *(("margins", n) for n in (10, 20, 30)),
    ("full_data", 40),
  ]
  assert [r["first_equivalent"] for r in rows] == [0, 0, 1, 0, 1, 0, ""]
  assert rows[2]["percent"] == "75.0" and rows[2]["mean"] == "0.7950"
  # Sd of eight evenly spaced numbers from -0.1 to 0.1.
  assert rows[2]["sd"] == f"{SPREAD.std(ddof=1):.4f}" == "0.0700"
  assert float(rows[2]["p"]) < 0.05 < float(rows[1]["p"])


def test_each_seed_has_a_table_of_its_own(workdir):
  rows = tables.table_3_by_seed(tables.read_found(workdir))
  assert len(rows) == 2 * (3 + 3 + 1)
  means = [r["mean"] for r in rows if r["arm"] == "random" and r["n"] == 30]
  assert means == ["0.7900", "0.8000"]


def test_first_and_stable_are_told_apart(workdir):
  random, margins = tables.readings(tables.read_found(workdir))
  assert random.mean == (30, 30) and random.passes == pytest.approx(1 / 3)
  assert margins.mean.first == 20 and np.isnan(margins.mean.stable)
  np.testing.assert_array_equal(margins.by_seed.first, [20, 20])


def test_the_difference_to_random_is_paired(workdir):
  (gap,) = tables.minus_random(tables.read_found(workdir))
  assert gap.arm.name == "margins"
  assert gap.seeds.mean == pytest.approx(-0.39)
  assert gap.seeds.count == 2 and gap.seeds.high < 0
  assert gap.volumes.value == pytest.approx(-0.39)


def test_verdicts_follow_the_numbers(workdir):
  found = tables.read_found(workdir)
  needed = tables.readings(found)
  said = " ".join(verdicts.concluded(found, needed))
  assert "below random: margins" in said
  assert "differ for margins (20 first, never stable)" in said
  assert "random 30, margins never" in said
  doubts = " ".join(verdicts.cannot(found, needed))
  assert "2 seeds" in doubts and "6 tests" in doubts
  assert "bootstrapping" not in doubts


def test_one_seed_is_no_evidence(tmp_path):
  write_run(tmp_path, "full", 0, [40], [0.8])
  write_run(tmp_path, "random", 0, [10], [0.3])
  write_run(tmp_path, "margins", 0, [10], [0.7])
  found = tables.read_found(tmp_path)
  said = verdicts.concluded(found, tables.readings(found))
  assert said[0].startswith("One seed:")


def test_a_run_that_is_not_finished_is_left_out(workdir):
  write_run(workdir, "random", 2, [10, 20], [0.3, 0.4])
  found = tables.read_found(workdir)
  assert found.arms[0].seeds == (0, 1)


def test_a_reference_without_spread_cannot_be_tested():
  full = np.full(8, 0.8)
  tested = tables.against_full(np.array([10]), 0.8 + SPREAD[None], full)
  assert np.isnan(tested.p).all() and np.isnan(tested.needed.first)


def test_nothing_on_all_labels_is_told(tmp_path):
  with pytest.raises(ValueError, match="a run on all labels, found none"):
    tables.read_found(tmp_path)


def test_the_published_table_and_its_two_readings():
  table = tables.published()
  assert len(table) == 6
  assert table["full_data"][1].mean == [0.724]
  needed = tables.published_needed()
  assert {name: tuple(map(int, n)) for name, n in needed.items()} == {
    "random": (290, 290),
    "dropout_train_test": (90, 290),
    "bootstrapping": (140, 140),
    "redundancy_representative": (340, 340),
    "redundancy_nonsimilar": (240, 340),
  }


def test_published_flags_are_where_the_test_first_passes():
  rows = store.read_rows(tables.PUBLISHED)
  flagged = {
    r["arm"]: int(r["n"]) for r in rows if r["first_equivalent"] == "1"
  }
  needed = tables.published_needed()
  assert flagged == {name: int(n.first) for name, n in needed.items()}


def test_the_page_from_files_alone(workdir):
  about = {
    "name": "hand-made",
    "metric": "dice",
    "class_names": ["background", "foreground"],
    "num_pool": 40,
    "num_test": 8,
    "split_by": "item",
    "left_out": [],
  }
  store.write_json(workdir / "dataset.json", about)
  store.write_json(workdir / "config.json", Kim(start=10, query=10).__dict__)
  text = page.write(workdir).read_text()
  assert "hand-made: 40 volumes may be labelled" in text
  assert "volumes of one patient may be on both sides" in text
  assert "0.774" in text  # of the published table
  needed = store.read_rows(workdir / "labels_needed.csv")
  assert needed[3] == {
    "arm": "margins",
    "seed": "mean",
    "first": "20",
    "stable": "never",
  }
  names = {path.name for path in workdir.iterdir()}
  assert {"table_3.csv", "table_3_by_seed.csv", "figure_2.png"} <= names
