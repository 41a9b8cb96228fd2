"""The cold-start study, whole and in its parts, on data made here."""

import csv
import dataclasses
import json

import numpy as np
import pytest
from rich.console import Console

from experiments import (
  cold_plan,
  cold_report,
  cold_results,
  cold_rows,
  cold_study,
  compare,
  store,
)
from experiments.cold_plan import NO_ENCODER, RANDOM, Row
from experiments.config import Config
from tests.commands import error_of

QUIET = Console(quiet=True)
ASKED = {"encoders": ("pca", "simclr"), "methods": ("k_center",)}


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
  """A two-class .npz of 24 images."""
  rng = np.random.default_rng(0)
  labels = np.arange(24) % 2
  images = rng.standard_normal((24, 8, 8)) + labels[:, None, None]
  path = tmp_path_factory.mktemp("data") / "two.npz"
  np.savez(path, images=images.astype(np.float32), labels=labels)
  return path


@pytest.fixture(scope="module")
def study(classes, tmp_path_factory):
  """(ready, plan, rows) with every row done."""
  workdir = tmp_path_factory.mktemp("work") / "study"
  study = prepare(classes, workdir)
  cold_study.run_all(study, QUIET)
  return study


def prepare(path, workdir, **fields):
  config = Config(data=str(path), **fields)
  return cold_study.prepare(config, workdir, QUIET, size="smoke", asked=ASKED)


def found(workdir, rows):
  """What the rows found, without seconds."""
  records = [cold_rows.read(workdir, row) for row in rows]
  return [
    {k: v for k, v in record.items() if not k.startswith("seconds_")}
    for record in records
  ]


def test_a_row_for_every_arm_budget_and_seed(study):
  ready, plan, rows = study
  assert plan.budgets == (2, 4) and (plan.seeds, plan.draws) == (2, 3)
  arms = {row[:3] for row in rows}
  assert len(arms) == 3 * 2 + 1 and (NO_ENCODER, "full", 18) in arms
  assert len(rows) == 2 * 7 + 2 and rows[0] == Row(NO_ENCODER, RANDOM, 2, 0)
  for record in found(ready.workdir, rows):
    if record["method"] != "full":
      assert len(set(record["ids"])) == record["budget"] == record["labels"]
    assert 0 <= record["auc"] <= 1 and 1 <= record["classes_seen"] <= 2


def test_choices_are_of_the_pool_and_seeds_are_paired(study):
  ready, _, rows = study
  ids = np.array(ready.problem.dataset.ids)
  pool = set(ids[ready.problem.split.pool])
  records = dict(zip(rows, found(ready.workdir, rows), strict=True))
  assert all(set(record["ids"]) <= pool for record in records.values())
  few = records[Row(NO_ENCODER, RANDOM, 2, 0)]["ids"]
  assert records[Row(NO_ENCODER, RANDOM, 4, 0)]["ids"][:2] == few
  assert records[Row(NO_ENCODER, RANDOM, 2, 1)]["ids"] != few
  pca = [records[Row("pca", "k_center", 4, seed)]["ids"] for seed in (0, 1)]
  assert pca[0] == pca[1]  # no draw in it


def test_random_is_the_first_round_of_an_ordinary_run(study, tmp_path):
  ready, _, _ = study
  config = dataclasses.replace(
    ready.config, acquisition=(RANDOM,), start=4, rounds=0, seeds=1, full=False
  )
  run = ready._replace(config=config, workdir=tmp_path)
  compare.train(run, QUIET)
  folder = tmp_path / "runs/random-seed0"
  record = cold_rows.read(ready.workdir, Row(NO_ENCODER, RANDOM, 4, 0))
  curve = store.read_rows(folder / "curve.csv")[0]
  assert float(curve["auc"]) == pytest.approx(record["auc"], abs=1e-8)
  picks = store.read_rows(folder / "picks.csv")
  assert [row["id"] for row in picks] == record["ids"]


def test_what_is_finished_stays_and_what_was_killed_ends_the_same(
  study, monkeypatch
):
  ready, _, rows = study
  before = found(ready.workdir, rows)
  kept = cold_rows.path_of(ready.workdir, rows[0])
  stamp = kept.stat().st_mtime_ns
  gone = [Row("simclr", "k_center", 4, 1), rows[-1]]
  for row in gone:
    cold_rows.path_of(ready.workdir, row).unlink()
  (ready.workdir / "features/simclr-seed1.npz").unlink()
  run, done = cold_rows.run, []

  def counted(ready, row, *rest):
    done.append(row)
    run(ready, row, *rest)

  monkeypatch.setattr(cold_rows, "run", counted)
  cold_study.run_all(study, QUIET)
  assert found(ready.workdir, rows) == before
  assert sorted(done) == sorted(gone) and kept.stat().st_mtime_ns == stamp


def test_tables_and_the_page_come_from_the_rows(study):
  ready, plan, _ = study
  features = cold_rows.Features(ready, plan)
  page = cold_report.write(ready, plan, features, QUIET)
  with open(ready.workdir / "summary.csv", newline="") as file:
    lines = list(csv.DictReader(file))
  assert len(lines) == 6 and lines[0]["method"] == "random"
  last = lines[-1]
  rows = store.read_rows(ready.workdir / "rows.csv")
  scores = [
    [float(r["auc"]) for r in rows if key == (r["encoder"], r["budget"])][:2]
    for key in (("simclr", "4"), (NO_ENCODER, "4"))
  ]
  gap = np.subtract(*scores).mean()
  assert float(last["minus_random"]) == pytest.approx(gap, abs=1e-8)
  assert float(last["mean"]) == pytest.approx(np.mean(scores[0]), abs=1e-8)
  text = page.read_text()
  for name in ("Data", "Protocol", "Results", "Failure cases", "concluded"):
    assert name in text
  assert text.count("data:image/png") == len(plan.encoders)
  assert (ready.workdir / "curve_pca.png").read_bytes()[:4] == b"\x89PNG"


def test_slices_are_segmented_too(tmp_path):
  maps = np.zeros((12, 8, 8), np.uint8)
  for i, label in enumerate(maps):
    label[i % 4 : i % 4 + 4, 2:6] = 1
  noise = np.random.default_rng(0).standard_normal(maps.shape)
  images = (maps + 0.1 * noise).astype(np.float32)
  np.savez(tmp_path / "s.npz", images=images, labels=maps)
  asked = {"encoders": ("pca",), "methods": ("k_means",), "seeds": 1}
  study = cold_study.prepare(
    Config(data=str(tmp_path / "s.npz")),
    tmp_path / "study",
    QUIET,
    size="smoke",
    asked=asked | {"budgets": (2,), "draws": 1},
    assignments=["widths=4"],
  )
  features = cold_study.run_all(study, QUIET)
  records = found(study.ready.workdir, study.rows)
  assert [record["labels"] for record in records] == [2, 9, 2]
  assert all(0 <= record["dice"] <= 1 for record in records)
  assert records[-1]["classes_seen"] == 2
  page = cold_report.write(study.ready, study.plan, features, QUIET)
  assert "With one seed nothing can be told from chance." in page.read_text()


def test_coverage_by_hand():
  rows = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
  assert cold_rows.coverage(rows, [0]) == (2.0, 5.0)
  assert cold_rows.coverage(rows, [0, 1, 2]) == (0.0, 0.0)


def test_a_percentile_counts_pairs_and_halves_ties():
  assert cold_results._percentile(np.array([2.0]), np.arange(4.0)) == 62.5
  same = np.array([1.0, 5.0, 3.0])
  assert cold_results._percentile(same, same) == 50


def test_classes_of_label_maps_count_the_background(study):
  ready, _, _ = study
  maps = tuple(np.full((2, 2), i % 3, np.uint8) for i in range(24))
  dataset = ready.problem.dataset._replace(labels=maps)
  other = ready._replace(problem=ready.problem._replace(dataset=dataset))
  pool = list(ready.problem.split.pool)
  wanted = [pool.index(i) for i in pool if i % 3 != 2]
  assert cold_rows.classes_seen(other, wanted) == 2


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ({"encoders": ("vae",)}, "encoders: 'vae' is not one of pca"),
    ({"methods": ("entropy",)}, "methods: 'entropy' is not one of"),
    ({"budgets": (4, 4)}, "budgets: wanted different numbers"),
    ({"seeds": 0}, "seeds: wanted at least 1"),
  ],
)
def test_a_plan_that_makes_no_sense_is_told(arguments, message):
  with pytest.raises(ValueError, match=message):
    cold_plan.make_plan("smoke", "classification", 2, **arguments)


def test_budgets_beyond_the_pool_and_unknown_data_are_told():
  plan = cold_plan.make_plan("smoke", "segmentation", 3, budgets=(2, 9))
  with pytest.raises(ValueError, match="at most the 8 items"):
    cold_plan.expand(plan, 8)
  with pytest.raises(ValueError, match="classification of 3-D images"):
    cold_plan.make_plan("cpu", "classification", 3)


def test_other_settings_are_another_study(study, classes):
  workdir = study.ready.workdir
  assert json.loads((workdir / "dataset.json").read_text())["encoding"]
  assert prepare(classes, workdir).rows == study.rows
  with pytest.raises(ValueError, match=r"learning_rate = 0.004, now it"):
    prepare(classes, workdir, learning_rate=1e-3)


def test_a_wrong_flag_is_one_line_and_exit_code_2(tmp_path):
  line = error_of("experiments.cold_start", "--data=none.npz")
  assert "wanted --data=PATH, --workdir=DIR" in line
