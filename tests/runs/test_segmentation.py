"""The main job on volumes, through its own functions."""

import json

import jax.numpy as jnp
import numpy as np
import pytest
from rich.console import Console

from alx import data
from alx.data.sources import digest
from alx.pool import init_pool, mark_labelled
from alx.runs import compare
from alx.runs.disk import store
from alx.runs.problem import cases, predictions, problem
from alx.runs.settings.config import Config
from alx.runs.use import trained
from alx.training import mirrors

TINY = Config(
  data="phantom",
  acquisition=("entropy",),
  phantom_items=24,
  test_items=4,
  seeds=1,
  start=2,
  query=2,
  rounds=1,
  steps=2,
  widths=(4,),
  patch=(8, 8, 8),
  pictures=2,
  flips_by_labels=True,
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
  workdir = tmp_path_factory.mktemp("phantom")
  console = Console(record=True, width=120)
  ready = compare.prepare(TINY, workdir, console, baselines=False)
  page = compare.run(ready, console)
  return ready, page, console.export_text()


def test_prints_a_line_per_round_and_one_per_acquisition(finished):
  _, _, text = finished
  assert "entropy, seed 0, round 1: 4 labels, macro Dice " in text
  assert "macro Dice on the test items with 4 labels, 1 seed (too few" in text
  assert "\nentropy " in text and "bald" not in text
  assert "pool labels: macro Dice" in text


def test_writes_what_a_run_directory_promises(finished):
  ready, page, _ = finished
  names = {path.name for path in ready.workdir.iterdir()}
  assert {
    "config.json",
    "versions.json",
    "split.json",
    "dataset.json",
    "curve.csv",
    "report.html",
  } <= names
  assert not any(name.endswith(".tmp") for name in names)
  assert "phantom_" in page.read_text()
  split = json.loads((ready.workdir / "split.json").read_text())
  assert not set(split["pool"]) & set(split["test"])


def test_predictions_of_test_and_pool_are_kept(finished):
  """Voxels of each class: true ones are counted in the labels anew."""
  ready, _, _ = finished
  part, runs = ready.problem, ready.workdir / "runs"
  found = store.read_rows(runs / "entropy-seed0/predictions.csv")
  assert [row["part"] for row in found] == ["test"] * 4 + ["pool"] * 20
  picks = {
    row["id"] for row in store.read_rows(runs / "entropy-seed0/picks.csv")
  }
  assert {row["id"] for row in found if row["labelled"] == "1"} == picks
  names = part.dataset.class_names[1:]
  for row in found:
    label = part.dataset.labels[part.dataset.ids.index(row["id"])]
    for place, name in enumerate(names, 1):
      true, said, both = (
        int(row[f"{what}_{name}"]) for what in ("true", "predicted", "both")
      )
      assert true == (label == place).sum() and both <= min(true, said)
  full = store.read_rows(runs / "full-seed0/predictions.csv")
  assert sum(int(row["labelled"]) for row in full) == 20


def test_table_and_page_say_what_was_mirrored(finished):
  ready, page, _ = finished
  runs = ready.workdir / "runs"
  rounds = store.read_rows(runs / "entropy-seed0/times.csv")
  assert rounds[0]["mirrored"] == "none"  # two labels tell nothing
  part = ready.problem
  everything = mark_labelled(init_pool(20), jnp.arange(20, dtype=jnp.int32))
  count = len(part.dataset.class_names)
  axes = mirrors.allowed_axes(part.labels, part.images.real, everything, count)
  told = store.read_rows(runs / "full-seed0/times.csv")[0]["mirrored"]
  assert told == " ".join(map(str, np.flatnonzero(axes)))
  assert "images and labels were mirrored along" in page.read_text()


def test_pictures_hold_what_a_reader_would_see(finished):
  ready, _, _ = finished
  path = ready.workdir / "runs/entropy-seed0/pictures/round_01.npz"
  found = np.load(path)
  assert found["images"].shape == found["truth"].shape == (2, 24, 16)
  assert (found["uncertainty"] >= 0).all()
  assert found["scores"][0] >= found["scores"][1]


@pytest.mark.parametrize("arm", ["entropy", "full"])
def test_the_last_model_is_kept_and_scores_as_it_did(finished, arm):
  ready, _, _ = finished
  found = trained.load(ready.workdir, arm)
  assert found.choice.labels == {"entropy": 4, "full": 20}[arm]
  predicted = predictions.predict_test(ready.problem, found.params)
  row = store.read_rows(ready.workdir / f"runs/{arm}-seed0/curve.csv")[-1]
  score = predictions.metrics_of(ready.problem, predicted)["dice"]
  assert float(row["dice"]) == pytest.approx(score, rel=1e-6)


def test_what_the_images_were_is_told(finished):
  ready, _, _ = finished
  about = json.loads((ready.workdir / "dataset.json").read_text())
  assert about["images"] == {
    "axes": 3,
    "channels": 1,
    "values": "normalised",
    "spacing_mm": [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
  }


def test_near_duplicates_stay_on_one_side(finished):
  ready, _, _ = finished
  groups = np.array(ready.problem.dataset.groups)
  split = ready.problem.split
  assert not set(groups[split.pool]) & set(groups[split.test])


def test_a_directory_of_other_data_is_refused(finished, tmp_path):
  ready, _, _ = finished
  other = ready.config.__class__(
    **{**ready.config.__dict__, "phantom_items": 15}
  )
  with pytest.raises(ValueError, match="phantom_items = 24, now it would be"):
    compare.prepare(other, ready.workdir, Console(quiet=True), False)


def small(labels, images=None):
  images = (
    np.ones((len(labels), 4, 4), np.float32) if images is None else images
  )
  items = tuple(np.float32(x)[..., None] for x in images)
  return data.Dataset(
    name="small",
    task="classification",
    ids=tuple(f"i{i}" for i in range(len(labels))),
    images=items,
    labels=tuple(np.int32(y) for y in labels),
    class_names=("a", "b"),
    spacing_mm=(None,) * len(labels),
    groups=None,
    split=np.array([0] * (len(labels) - 2) + [2, 2], np.int8),
    left_out=(),
  )


def test_a_test_part_of_one_class_is_refused():
  dataset = small([0, 1, 0, 1, 1, 1])
  config = problem.resolve(Config(start=1, query=1, rounds=1), dataset, True)
  with pytest.raises(ValueError, match="2 test items are all of class 1"):
    problem.make_problem(config, dataset)


@pytest.mark.parametrize(
  ("fields", "message"),
  [
    ({"patch": (8, 8)}, "patch is for segmentation only"),
    ({"model": "unet"}, "cannot do classification"),
  ],
)
def test_settings_that_do_not_fit_the_data(fields, message):
  with pytest.raises(ValueError, match=message):
    problem.resolve(Config(**fields), small([0, 1, 0, 1]), True)


def test_slices_of_a_volume_are_one_case():
  dataset = small([0, 1, 0])._replace(
    ids=("p1_frame1_slice00", "p1_frame1_slice01", "p1_frame2_slice00")
  )
  assert cases.case_names(dataset, [0, 1, 2]) == [
    "p1_frame1",
    "p1_frame1",
    "p1_frame2",
  ]


def test_the_digest_sees_one_changed_label():
  first, other = small([0, 1, 0, 1]), small([0, 1, 1, 1])
  assert digest.of_dataset(first) == digest.of_dataset(small([0, 1, 0, 1]))
  assert digest.of_dataset(first) != digest.of_dataset(other)
