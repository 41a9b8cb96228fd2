"""The files and the page of a cold-start study, from rows made up here."""

import numpy as np
import pytest

from alx.runs.disk import store
from experiments.cold import report
from experiments.cold.features import Features
from experiments.cold.plan import NO_ENCODER
from experiments.cold.rows import choose, ids_of
from experiments.finished import path_of
from tests.cold_cases import QUIET, prepare, score, write_classes, write_slices


def invent(ready, row, items):
  """The file of a row that was not trained."""
  record = row._asdict() | score(row.seed, items) | {"classes_seen": 2}
  record |= {"ids": ids_of(ready, items)}
  store.write_json(path_of(ready.workdir, row), record)


def written(tmp_path, write_data=write_classes, **asked):
  """(study, page) of invented rows."""
  study = prepare(write_data(tmp_path), tmp_path / "work", asked)
  features = Features(study.ready, study.plan)
  for row in study.rows:
    invent(study.ready, row, choose(study.ready, row, features))
  page = report.write(study.ready, study.plan, features, QUIET)
  return study, page.read_text()


def test_tables_and_the_page_come_from_the_rows(tmp_path):
  study, text = written(tmp_path, encoders=("pca",), methods=("k_center",))
  workdir = study.ready.workdir
  lines = store.read_rows(workdir / "summary.csv")
  assert len(lines) == 4 and lines[0]["method"] == "random"
  rows = store.read_rows(workdir / "rows.csv")
  scores = [
    [float(r["auc"]) for r in rows if key == (r["encoder"], r["budget"])][:2]
    for key in (("pca", "4"), (NO_ENCODER, "4"))
  ]
  gap = np.subtract(*scores).mean()
  assert float(lines[-1]["minus_random"]) == pytest.approx(gap, abs=1e-8)
  assert float(lines[-1]["mean"]) == pytest.approx(np.mean(scores[0]), abs=1e-8)
  for name in (
    "Question",
    "Data",
    "Protocol",
    "Results",
    "Failure cases",
    "concluded",
  ):
    assert name in text
  assert text.count("data:image/png") == len(study.plan.encoders)
  assert (workdir / "curve_pca.png").read_bytes()[:4] == b"\x89PNG"


def test_one_seed_tells_nothing(tmp_path):
  _, text = written(
    tmp_path, encoders=("pca",), methods=("k_center",), seeds=1, draws=1
  )
  assert "no interval and no test: nothing can be told from chance." in text


def test_a_segmentation_is_held_against_foreground_random_too(tmp_path):
  study, text = written(
    tmp_path, write_slices, encoders=("pca",), methods=("k_center",)
  )
  assert "uses what a reader would not know" in text
  assert "minus foreground random" in text
  lines = store.read_rows(study.ready.workdir / "coverage.csv")
  methods = [line["method"] for line in lines if line["seed"] == "0"]
  assert methods[::2] == ["random", "foreground_random", "k_center"]
