"""The rows of a cold-start study."""

import dataclasses
import re

import numpy as np
import pytest

from alx.runs import compare
from alx.runs.disk import store
from alx.runs.disk.records import Diverged
from experiments.cold import rows
from experiments.cold.plan import FOREGROUND, NO_ENCODER, RANDOM, Row
from experiments.finished import path_of
from tests.cold_cases import QUIET, prepare, write_classes, write_slices


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
  """Data and settings of a study; nothing has been done."""
  path = write_classes(tmp_path_factory.mktemp("data"))
  workdir = tmp_path_factory.mktemp("work")
  return prepare(path, workdir, model="mlp").ready


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
  """The same of a segmentation."""
  folder = tmp_path_factory.mktemp("slices")
  few = ["widths=4", "steps=1"]
  return prepare(write_slices(folder), folder / "w", assignments=few).ready


def test_random_is_the_first_round_of_an_ordinary_run(ready, tmp_path):
  row = Row(NO_ENCODER, RANDOM, 4, 0)
  rows.run_row(ready, row, features=None)
  record = rows.read_row(ready.workdir, row)
  config = dataclasses.replace(
    ready.config, acquisition=(RANDOM,), start=4, rounds=0, seeds=1, full=False
  )
  compare.train(ready._replace(config=config, workdir=tmp_path), QUIET)
  folder = tmp_path / "runs/random-seed0"
  curve = store.read_rows(folder / "curve.csv")[0]
  assert float(curve["auc"]) == pytest.approx(record["auc"], abs=1e-8)
  picks = store.read_rows(folder / "picks.csv")
  assert [row["id"] for row in picks] == record["ids"]


@pytest.mark.slow
def test_slices_are_segmented_too(slices):
  items = [0, 5]
  found = rows.train_and_test(slices, 0, items)
  assert 0 <= found["dice"] <= 1
  assert rows.classes_seen(slices, items) == 2


def test_a_fit_without_numbers_is_no_result(slices):
  images = slices.problem.images
  unknown = images._replace(values=np.full_like(images.values, np.nan))
  bad = slices._replace(problem=slices.problem._replace(images=unknown))
  with pytest.raises(Diverged, match="seed 0 to 2 labels ended without"):
    rows.train_and_test(bad, 0, [0, 5])


def test_foreground_random_passes_over_what_shows_none(slices):
  pool = slices.problem.split.pool
  empty = set(pool[:4])
  maps = tuple(
    np.zeros((8, 8), np.uint8) if i in empty else label
    for i, label in enumerate(slices.problem.dataset.labels)
  )
  dataset = slices.problem.dataset._replace(labels=maps)
  other = slices._replace(problem=slices.problem._replace(dataset=dataset))
  by = [
    rows.choose(other, Row(NO_ENCODER, name, len(pool) - 2, 0), None).tolist()
    for name in (RANDOM, FOREGROUND)
  ]
  shown = [i for i in by[0] if i >= 4]
  assert by[1][: len(shown)] == shown and set(by[1][-2:]) <= {0, 1, 2, 3}
  assert len(set(by[1])) == len(pool) - 2


def test_a_damaged_row_is_named(ready):
  row = Row(NO_ENCODER, RANDOM, 5, 0)
  path = path_of(ready.workdir, row)
  path.parent.mkdir(exist_ok=True)
  path.write_text('{"auc": 0.')
  with pytest.raises(ValueError, match=r"random-5-seed0\.json: wanted a fin"):
    rows.read_row(ready.workdir, row)


def test_classes_of_label_maps_count_the_background(ready):
  maps = tuple(np.full((2, 2), i % 3, np.uint8) for i in range(24))
  dataset = ready.problem.dataset._replace(labels=maps)
  other = ready._replace(problem=ready.problem._replace(dataset=dataset))
  pool = list(ready.problem.split.pool)
  wanted = [pool.index(i) for i in pool if i % 3 != 2]
  assert rows.classes_seen(other, wanted) == 2


def test_compositions_choose_first_labels_and_patients_are_spread(tmp_path):
  groups = np.arange(24) // 6
  path = write_classes(tmp_path, patient=groups)
  given = ["max_per_group=1"]
  ready = prepare(path, tmp_path / "w", assignments=given, model="mlp").ready
  pool = ready.problem.split.pool
  features = np.random.default_rng(0).standard_normal((len(pool), 3))
  known = type("Known", (), {"of_pool": lambda *_: features})()
  for name in ("two_stage(typiclust:9, k_center)", "k_center", RANDOM):
    encoder = NO_ENCODER if name == RANDOM else "pca"
    row = Row(encoder, name, 3, 0)
    items = rows.choose(ready, row, known)
    patients = {ready.problem.dataset.groups[pool[i]] for i in items}
    assert len(patients) == 3
    assert re.fullmatch(r"[\w.-]+", row.name)
