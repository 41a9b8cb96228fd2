"""Slices and patients: what a score is of, and that all places say the same.

Slices with a patient, but nothing that says which are of one volume, were
scored one by one while the page spoke of patients (yun-liu/MiniSeg#3,
bowang-lab/MedSAM#134).
"""

import html
import types

import numpy as np
import pytest
from rich.console import Console

from alx import data
from alx.report import words, write_report
from alx.runs import compare
from alx.runs.disk import records, store
from alx.runs.problem.cases import case_names, check_begun, scored
from alx.runs.problem.problem import Problem
from alx.training import evaluation
from tests.oracles import dice as dice_of

PATIENT = np.repeat([1, 2, 3], 4)
FRAME, SLICE = np.tile([1, 1, 2, 2], 3), np.tile([0, 1], 6)


def load(folder, shape=(4, 6), flat=True, **fields):
  """Twelve images of three patients, in a file as users write it."""
  rng = np.random.default_rng(0)
  images = rng.normal(size=(12, *shape)).astype(np.float32)
  labels = rng.integers(0, 2, (12, *shape) if flat else 12).astype(np.uint8)
  path = folder / "slices.npz"
  np.savez(path, images=images, labels=labels, **fields)
  return data.load(path)


def said(dataset, metric="dice"):
  return words.scored(scored(dataset, range(len(dataset.ids))), metric)


def count(dataset):
  return len(set(case_names(dataset, range(len(dataset.ids)))))


def test_ids_that_name_the_volume_make_cases(tmp_path):
  found = load(tmp_path, patient=PATIENT, frame=FRAME, slice=SLICE)
  assert count(found) == 6
  wanted = "Dice per volume: 12 slices of 3 patients, 6 volumes"
  assert said(found) == wanted


def test_patient_and_slice_are_a_volume_for_each_patient(tmp_path):
  found = load(tmp_path, patient=PATIENT, slice=np.tile(range(4), 3))
  assert said(found) == "Dice per volume: 12 slices of 3 patients, 3 volumes"


def test_patients_alone_do_not_say_what_is_a_volume(tmp_path):
  found = load(tmp_path, patient=PATIENT)
  assert count(found) == 12
  assert said(found).startswith(
    "Dice per image: 12 images of 3 patients; ids do"
  )
  single = load(tmp_path, patient=np.arange(12))
  assert said(single) == "Dice per image: 12 images of 12 patients"


def test_images_of_nobody_are_images(tmp_path):
  assert said(load(tmp_path)) == "Dice per image: 12 images"


@pytest.mark.parametrize(
  "form",
  [
    "case{}_slice{}",
    "case{}_slice_{}",
    "case{}-slice-{:03d}",
    "case{}_Slice{}",
    "v_{}_slice{:04d}",
  ],
)
def test_ids_that_were_given_are_read_in_the_same_way(tmp_path, form):
  ids = [form.format(i // 4, i % 4) for i in range(12)]
  found = load(tmp_path, ids=np.array(ids))
  assert said(found) == "Dice per volume: 12 slices, 3 volumes"


@pytest.mark.parametrize(
  "form", ["slice{}", "a_slicer_{}", "a_slice{}_crop", "slice_of_{}", "x{}"]
)
def test_other_ids_name_no_volume(tmp_path, form):
  ids = np.array([form.format(i) for i in range(12)])
  assert said(load(tmp_path, ids=ids)) == "Dice per image: 12 images"


def test_a_name_that_patients_share_is_no_volume(tmp_path):
  """Slices that are numbered through a whole data set."""
  ids = np.array([f"img_slice{i:05d}" for i in range(12)])
  found = load(tmp_path, ids=ids, patient=PATIENT)
  assert count(found) == 12
  assert said(found).startswith("Dice per image: 12 images of 3 patients")


def test_some_slices_and_some_images(tmp_path):
  ids = [f"a_slice{i}" for i in range(8)] + [f"x{i}" for i in range(4)]
  found = load(tmp_path, ids=np.array(ids))
  assert said(found).startswith("Dice per case: 12 images, 5 cases; an id that")


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_slice_stored_with_three_axes_is_a_slice(tmp_path, axis):
  shape = np.insert([5, 6], axis, 1)
  found = load(
    tmp_path, tuple(shape), patient=PATIENT, frame=FRAME, slice=SLICE
  )
  assert said(found) == "Dice per volume: 12 slices of 3 patients, 6 volumes"


def test_volumes_are_cases_whatever_their_ids(tmp_path):
  ids = np.array([f"a_slice{i}" for i in range(12)])
  found = load(tmp_path, (3, 4, 5), ids=ids, patient=PATIENT)
  assert said(found) == "Dice per volume: 12 volumes of 3 patients"


def test_classes_are_scored_over_all_images(tmp_path):
  found = load(
    tmp_path, flat=False, patient=PATIENT, slice=np.tile(range(4), 3)
  )
  assert said(found, "auc") == "AUC over 12 images of 3 patients"


FIELDS = [
  {"patient": PATIENT},
  {"patient": PATIENT, "frame": FRAME, "slice": SLICE},
]


@pytest.mark.parametrize("fields", FIELDS)
def test_curve_cases_and_words_are_of_the_same_cases(tmp_path, fields):
  dataset = load(tmp_path, **fields)
  test = np.arange(12)
  truth = np.stack(dataset.labels)
  pred = np.roll(truth, 1, 2)
  counts = np.array(
    [
      [
        [((p == c) & (t == c)).sum(), (p == c).sum(), (t == c).sum()]
        for c in (0, 1)
      ]
      for p, t in zip(pred, truth, strict=True)
    ]
  )
  nothing = np.zeros(0, np.int32)
  split = data.Split(nothing, test, nothing, "given")
  problem = Problem(dataset, split, *[None] * 8)
  masks = evaluation.Masks(pred.astype(np.uint8), counts)
  row = records.curve_row(problem, masks, 4, 0)
  rows = records.case_rows(problem, masks, 0)
  about = scored(dataset, test)
  assert row["test_cases"] == len(rows) == about["cases"]
  names = case_names(dataset, test)
  wanted = [
    dice_of(
      pred[[n == name for n in names]], truth[[n == name for n in names]], 2
    )[1]
    for name in dict.fromkeys(names)
  ]
  found = [float(list(row.values())[-1]) for row in rows]
  np.testing.assert_allclose(found, wanted)
  assert float(row["dice"]) == pytest.approx(np.mean(wanted))


@pytest.mark.parametrize("fields", FIELDS)
def test_the_console_and_the_page_say_it_alike(tmp_path, fields):
  dataset = load(tmp_path, **fields)
  split = data.Split(np.arange(4), np.arange(4, 12), np.arange(0), "group")
  images = types.SimpleNamespace(values=np.zeros((4, 4, 6, 1)))
  problem = Problem(dataset, split, images, *[None] * 7)
  console = Console(record=True, width=300)
  compare.announce(problem, console)
  about, _ = compare.describe_data(problem)
  text = words.scored(about["scored"], about["metric"])
  assert text in console.export_text() and "of 2 patients" in text
  store.write_json(tmp_path / "dataset.json", about)
  path = tmp_path / "runs/random-seed0/curve.csv"
  row = {"round": 0, "labels": 4, about["metric"]: 0.5}
  store.append_rows(path, [row])
  page = html.unescape(write_report(tmp_path).read_text("utf-8"))
  assert f"{text}." in page
  assert "Slices of one known patient" not in page


def test_a_run_of_other_cases_does_not_go_on(tmp_path):
  """One curve cannot be of slices first and of volumes then."""
  dataset = load(tmp_path, patient=PATIENT, frame=FRAME, slice=SLICE)
  path = tmp_path / "runs/random-seed0/cases.csv"
  check_begun(tmp_path, dataset, range(12))  # nothing was begun
  write_cases(path, case_names(dataset, range(12)))
  check_begun(tmp_path, dataset, range(12))
  write_cases(path, dataset.ids)
  with pytest.raises(ValueError, match="12 test cases, now there would be 6"):
    check_begun(tmp_path, dataset, range(12))


def write_cases(path, ids):
  path.unlink(missing_ok=True)
  rows = [{"round": 0, "id": n, "dice_1": 0.5} for n in dict.fromkeys(ids)]
  store.append_rows(path, rows)


def test_a_run_of_before_has_a_page_too(tmp_path):
  store.write_json(tmp_path / "dataset.json", {"metric": "dice"})
  path = tmp_path / "runs/random-seed0/curve.csv"
  store.append_rows(path, [{"round": 0, "labels": 4, "dice": 0.5}])
  assert "Dice per" not in write_report(tmp_path).read_text("utf-8")
