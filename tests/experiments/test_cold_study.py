"""The cold-start study as a whole; rows score without a training."""

import json

import numpy as np
import pytest

from experiments.cold import rows as cold_rows
from experiments.cold import study as cold_study
from experiments.cold.plan import NO_ENCODER, RANDOM, Row
from experiments.finished import path_of
from tests.cold_cases import QUIET, found, prepare, score, write_classes


@pytest.fixture(scope="module")
def untrained():
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(
      cold_rows, "train_and_test", lambda _, seed, items: score(seed, items)
    )
    yield


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
  return write_classes(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def study(classes, untrained, tmp_path_factory):
  """(ready, plan, rows) with every row done."""
  study = prepare(classes, tmp_path_factory.mktemp("work") / "study")
  cold_study.run_all(study, QUIET)
  return study


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


def test_what_is_finished_stays_and_what_was_killed_ends_the_same(
  study, monkeypatch
):
  ready, _, rows = study
  before = found(ready.workdir, rows)
  kept = path_of(ready.workdir, rows[0])
  stamp = kept.stat().st_mtime_ns
  gone = [Row("simclr", "k_center", 4, 1), rows[-1]]
  for row in gone:
    path_of(ready.workdir, row).unlink()
  (ready.workdir / "features/simclr-seed1.npz").unlink()
  run, done = cold_study.run_row, []

  def counted(ready, row, *rest):
    done.append(row)
    run(ready, row, *rest)

  monkeypatch.setattr(cold_study, "run_row", counted)
  cold_study.run_all(study, QUIET)
  assert found(ready.workdir, rows) == before
  assert sorted(done) == sorted(gone) and kept.stat().st_mtime_ns == stamp


def test_other_settings_are_another_study(study, classes):
  workdir = study.ready.workdir
  assert json.loads((workdir / "dataset.json").read_text())["encoding"]
  assert prepare(classes, workdir).rows == study.rows
  with pytest.raises(ValueError, match=r"learning_rate = 0.004, now it"):
    prepare(classes, workdir, learning_rate=1e-3)
