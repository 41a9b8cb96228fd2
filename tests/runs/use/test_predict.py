import io
import json

import jax
import numpy as np
import pytest
from rich.console import Console
from scipy.special import xlogy

from alx import csv_table
from alx.data import DataError
from alx.data.dicom import kept, seg, series
from alx.runs import predict
from alx.runs.problem.predictions import predict_test
from alx.runs.use.place import Place
from alx.runs.use.program import number_of
from tests import dicom_files, kept_models
from tests.kept_models import QUIET


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
  """A segmentation of four slices with a model."""
  folder = tmp_path_factory.mktemp("slices")
  kept_models.squares(folder / "d.npz")
  return keep(folder)


def keep(folder, **settings):
  """A model of FOLDER/d.npz in FOLDER/w."""
  return kept_models.keep(
    folder / "w", folder / "d.npz", widths=(4,), samples=3, **settings
  )


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
  """A classification in the parts of MedMNIST with a model."""
  folder = tmp_path_factory.mktemp("classes")
  kept_models.blobs(folder / "d.npz")
  return keep(folder, model="cnn")


def of(kept, out, **how):
  return predict(kept.workdir, kept.config.data, out, console=QUIET, **how)


def test_classes_are_those_of_the_run(classes, tmp_path):
  found = of(classes, tmp_path / "o")
  rows = {r["id"]: r for r in csv_table.read(tmp_path / "o/predictions.csv")}
  assert len(found.ids) == len(rows) == 18
  problem = classes.problem
  wanted = predict_test(problem, classes.params)
  for item, probs in zip(problem.split.test, wanted, strict=True):
    row = rows[problem.dataset.ids[item]]
    own = [float(row[f"probability_class {c}"]) for c in (0, 1)]
    np.testing.assert_allclose(own, probs, rtol=1e-5)
    assert row["predicted"] == str(int(probs.argmax()))
    assert row["class"] == f"class {probs.argmax()}"


def test_labels_are_not_needed(classes, tmp_path):
  with np.load(classes.config.data) as arrays:
    np.savez(tmp_path / "new.npz", images=arrays["test_images"])
    np.savez(tmp_path / "part.npz", test_images=arrays["test_images"])
  columns = []
  for name in ("new", "part"):
    out = tmp_path / name
    predict(classes.workdir, tmp_path / f"{name}.npz", out, console=QUIET)
    rows = csv_table.read(out / "predictions.csv")
    columns.append([row["probability_class 1"] for row in rows])
  assert len(columns[0]) == 6 and columns[0] == columns[1]


def test_what_is_uncertain_is_the_entropy_of_the_samples(classes, tmp_path):
  of(classes, tmp_path / "o", uncertainty=True)
  rows = csv_table.read(tmp_path / "o/predictions.csv")
  problem = classes.problem
  images = problem.test_images
  probs = np.stack(
    [
      problem.learner.predict(
        jax.random.fold_in(jax.random.key(0), s),
        classes.params,
        images,
        np.array(
          [number_of(problem.dataset.ids[i]) for i in problem.split.test]
        ),
        1,
      ).probs[0]
      for s in range(3)
    ]
  )
  mean = probs.mean(0)
  entropy = -xlogy(mean, mean).sum(-1)
  information = entropy + xlogy(probs, probs).sum(-1).mean(0)
  for i, item in enumerate(problem.split.test):
    row = rows[_place(rows, problem, item)]
    assert float(row["entropy"]) == pytest.approx(entropy[i], rel=1e-4)
    own = float(row["mutual_information"])
    assert own == pytest.approx(information[i], abs=1e-5)
  assert information.max() > 1e-3


def _place(rows, problem, item):
  return [row["id"] for row in rows].index(problem.dataset.ids[item])


def test_what_is_uncertain_is_not_of_the_images_beside(slices, tmp_path):
  images = np.random.default_rng(1).random((8, 8, 8))
  said = []
  for name, items in (("few", [0, 3, 5, 7]), ("all", [*range(8)])):
    ids = [f"i{item}" for item in items]
    np.savez(tmp_path / f"{name}.npz", images=images[items], ids=ids)
    where = slices.workdir, tmp_path / f"{name}.npz", tmp_path / name
    predict(*where, uncertainty=True, console=QUIET)
    rows = csv_table.read(tmp_path / name / "predictions.csv")
    said.append({r["id"]: float(r["mutual_information"]) for r in rows})
  few, both = said
  assert few == pytest.approx({name: both[name] for name in few}, abs=1e-5)
  assert max(few.values()) > 1e-3


def test_what_is_written_of_a_segmentation(slices, tmp_path):
  out = tmp_path / "o"
  of(slices, out, uncertainty=True)
  names = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
  tables = {"classes.csv", "predict.json", "predictions.csv"}
  maps = {"masks", "entropy", "mutual_information"}
  ids = [f"item_0000{i}.png" for i in range(4)]
  assert names == tables | {f"{m}/{i}" for m in maps for i in ids}
  about = json.loads((out / "predict.json").read_text("utf-8"))
  assert (about["arm"], about["seed"], about["round"]) == ("entropy", 0, 1)
  assert about["labels"] == 2 and about["images"] == 4
  assert about["settings"] == {"uncertainty": True, "samples": 3, "where": ""}
  assert len(about["parameters"]) == 32 and "jax" in about["versions"]
  told = csv_table.read(out / "classes.csv")
  assert [row["name"] for row in told] == list(about["class_names"])


def test_the_same_again_makes_nothing_anew(slices, tmp_path, monkeypatch):
  out = tmp_path / "o"
  assert of(slices, out).before == 0
  before = {p: p.stat().st_mtime_ns for p in (out / "masks").iterdir()}
  lost = out / "masks/item_00002.png"
  content = lost.read_bytes()
  lost.unlink()
  (out / "masks/.partial-0011223344556677").write_bytes(b"half")
  found = of(slices, out)
  assert found.before == 3 and len(found.ids) == 4
  assert lost.read_bytes() == content
  after = {p: p.stat().st_mtime_ns for p in (out / "masks").iterdir()}
  del before[lost], after[lost]
  assert after == before  # and what a kill left is gone


def test_a_row_cut_short_by_a_kill_is_made_again(slices, tmp_path):
  out = tmp_path / "o"
  of(slices, out)
  table = out / "predictions.csv"
  whole = table.read_bytes()
  (out / "masks/item_00003.png").unlink()
  table.write_bytes(whole[:-20])
  assert of(slices, out).before == 3
  assert table.read_bytes() == whole


@pytest.mark.parametrize("name", ["masks", "entropy", "mutual_information"])
def test_a_prediction_that_was_killed_goes_on(
  slices, tmp_path, monkeypatch, name
):
  """Before it writes a file of the second image, whose block was of four."""
  out, write = tmp_path / "o", Place.write

  def killed(place, file, *content):
    if file == f"{name}/item_00001.png":
      raise KeyboardInterrupt
    write(place, file, *content)

  def otherwise(mask):
    """The rounding of another program, in what is there of the second."""
    return mask[:-1] + bytes([mask[-1] ^ 1])

  with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
    patch.setattr(Place, "write", killed)
    of(slices, out, uncertainty=True)
  for path in out.rglob("item_00001.png"):
    path.write_bytes(otherwise(path.read_bytes()))
  assert of(slices, out, uncertainty=True).before == 1
  of(slices, tmp_path / "whole", uncertainty=True)
  masks = [f"masks/item_{n:05d}.png" for n in range(4)]
  for mask in masks:
    assert (out / mask).read_bytes() == (tmp_path / "whole" / mask).read_bytes()


def test_an_image_that_has_changed_is_an_error(classes, tmp_path):
  arrays = dict(np.load(classes.config.data))
  np.savez(tmp_path / "new.npz", images=arrays["test_images"])
  where = classes.workdir, tmp_path / "new.npz", tmp_path / "o"
  predict(*where, console=QUIET)
  np.savez(tmp_path / "new.npz", images=arrays["train_images"])
  with pytest.raises(DataError, match="another image of that name"):
    predict(*where, console=QUIET)


@pytest.mark.parametrize(
  ("how", "told"),
  [
    ({"uncertainty": True}, "has settings = "),
    ({"round": 0}, "has labels = 2, now it would be 1; name another --out"),
  ],
)
def test_another_prediction_wants_another_folder(slices, tmp_path, how, told):
  of(slices, tmp_path / "o")
  with pytest.raises(DataError, match=told):
    of(slices, tmp_path / "o", **how)


def test_nobodys_files_are_overwritten(slices, tmp_path):
  (tmp_path / "mine").mkdir()
  (tmp_path / "mine/notes.txt").write_text("mine", "utf-8")
  with pytest.raises(DataError, match="wanted an empty or a new folder"):
    of(slices, tmp_path / "mine")
  assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]
  with pytest.raises(DataError, match="txt: wanted a folder to write to"):
    of(slices, tmp_path / "mine/notes.txt")
  of(slices, tmp_path / "o")
  table = tmp_path / "o/predictions.csv"
  table.unlink()
  (tmp_path / "o/masks/item_00001.png").write_bytes(b"drawn by hand")
  with pytest.raises(DataError, match="png: wanted no file"):
    of(slices, tmp_path / "o")
  mask = tmp_path / "o/masks/item_00001.png"
  assert mask.read_bytes() == b"drawn by hand"


def test_settings_that_do_nothing(slices, tmp_path):
  with pytest.raises(ValueError, match="samples=4 does nothing without unc"):
    of(slices, tmp_path / "o", samples=4)
  assert not (tmp_path / "o").exists()


def test_a_bad_image_is_left_out(slices, tmp_path):
  images = np.random.default_rng(0).standard_normal((3, 8, 8))
  images[1, 0, 0] = np.nan
  np.savez(tmp_path / "new.npz", images=images)
  where = slices.workdir, tmp_path / "new.npz"
  found = predict(*where, tmp_path / "o", console=QUIET)
  assert found.ids == ("item_00000", "item_00002")
  assert "item_00001: wanted finite pixels" in found.left_out[0]
  with pytest.raises(DataError, match="item_00001: wanted finite pixels"):
    predict(*where, tmp_path / "strict", strict=True, console=QUIET)
  np.savez(tmp_path / "new.npz", images=images[1:2])
  with pytest.raises(DataError, match="item_00000: wanted finite pixels"):
    predict(*where, tmp_path / "none", console=QUIET)
  assert not (tmp_path / "none").exists()


def test_a_series_that_no_seg_can_refer_to_has_its_mask(tmp_path):
  pytest.importorskip("highdicom", reason="highdicom is not installed")
  names, label = ("background", "lesion"), np.zeros((8, 8, 8), np.uint8)
  label[1:3, 1:3, 1] = 1
  for n in range(4):
    folder, voxels = tmp_path / f"d/{n}", dicom_files.voxels((8, 8, 8), seed=n)
    files = dicom_files.write(folder, voxels, patient=f"P{n}")
    source = kept.source_of(series.read(files))
    content = seg.write(label, source, names, how=seg.MANUAL)
    (folder / "seg.dcm").write_bytes(content)
  run = kept_models.keep(
    tmp_path / "w", tmp_path / "d", patch=(8, 8, 8), widths=(4,)
  )
  new, change = tmp_path / "new", dicom_files.told_of_each
  dicom_files.write(new / "a", voxels)
  dicom_files.write_enhanced_each(new / "b", voxels)
  dicom_files.write_enhanced(
    new / "c/x.dcm", voxels, change=change, patient="P2"
  )
  out, console = tmp_path / "o", Console(record=True, file=io.StringIO())
  for before in (0, 3):
    found = predict(run.workdir, new, out, console=console)
    assert (found.ids, found.before) == (("a", "b", "c"), before)
    (line,) = found.no_seg
    assert line.startswith("b: wanted images of one frame each, or one image")
    assert f"no SEG: {line}" in console.export_text()
  before = (out / "masks/a.dcm").read_bytes()
  (out / "masks/a.nii.gz").unlink()  # as a kill between the two leaves it
  assert predict(run.workdir, new, out, console=console).before == 2
  assert (out / "masks/a.dcm").read_bytes() == before
  masks = {path.name for path in (out / "masks").iterdir()}
  assert masks == {"a.dcm", "c.dcm", *(f"{n}.nii.gz" for n in "abc")}


def test_what_is_left_out_is_all_in_a_file(slices, tmp_path):
  images = np.random.default_rng(0).standard_normal((22, 8, 8))
  images[1:, 0, 0] = np.nan
  np.savez(tmp_path / "new.npz", images=images)
  console = Console(file=io.StringIO(), width=200)
  out = tmp_path / "o"
  predict(slices.workdir, tmp_path / "new.npz", out, console=console)
  assert "left out: 1 more, see predict.json" in console.file.getvalue()
  assert len(json.loads((out / "predict.json").read_text())["left_out"]) == 21
