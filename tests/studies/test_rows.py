import dataclasses

import numpy as np
import pytest

from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.settings.config import Config
from alx.studies import rows

BASE = Config(acquisition=(), full=True)
AXES = rows.Axes(
  data=("a/x.npz", "b/y.npz"),
  model=("auto",),
  budget=("4+2x3",),
  acquisition=("random", "bald", "full"),
  seeds=2,
)


def test_every_combination_is_a_row_with_a_number_and_a_name():
  table = rows.expand(BASE, AXES)
  assert [row.number for row in table] == list(range(12))
  assert len({row.name for row in table}) == 12
  assert table[4].name == "x-auto-4+2x3.bald-seed1"
  assert table[4].config == dataclasses.replace(
    BASE,
    data="a/x.npz",
    start=4,
    rounds=2,
    query=3,
    acquisition=("bald",),
    full=False,
    seeds=1,
    first_seed=1,
  )
  assert table[5].config.acquisition == () and table[5].config.full


def test_if_one_method_reads_evidence_all_rows_are_trained_alike():
  axes = AXES._replace(acquisition=("random", "vacuity"))
  assert all(row.config.evidential for row in rows.expand(BASE, axes))


@pytest.mark.parametrize("budget", ["10", "10+5", "10+5x", "a+5x10", "-1+5x10"])
def test_a_budget_that_is_none_is_told(budget):
  with pytest.raises(ValueError, match="wanted START"):
    rows.expand(BASE, AXES._replace(budget=(budget,)))


def test_other_seeds_are_refused():
  with pytest.raises(ValueError, match="first_seed=10 does nothing in a study"):
    rows.expand(dataclasses.replace(BASE, first_seed=10), AXES)


def test_two_data_sets_of_one_name_are_told():
  with pytest.raises(ValueError, match="two of one name"):
    rows.expand(BASE, AXES._replace(data=("a/x.npz", "b/x.npz")))


def test_what_is_written_is_read(tmp_path):
  rows.write(tmp_path, BASE, AXES)
  assert rows.read(tmp_path) == (BASE, AXES)


def test_a_study_only_grows(tmp_path):
  assert rows.added(tmp_path, BASE, AXES) == rows.expand(BASE, AXES)
  rows.write(tmp_path, BASE, AXES)
  assert rows.added(tmp_path, BASE, AXES) == []
  more = AXES._replace(seeds=3, acquisition=(*AXES.acquisition, "entropy"))
  new = rows.added(tmp_path, BASE, more)
  assert len(new) == 2 * (3 * 4 - 2 * 3)
  assert all(row.seed == 2 or row.acquisition == "entropy" for row in new)
  rows.write(tmp_path, BASE, more)
  with pytest.raises(ValueError, match="has seeds = 3, now it would be 2"):
    rows.added(tmp_path, BASE, more._replace(seeds=2))
  with pytest.raises(ValueError, match="has steps = 0, now it would be 9"):
    rows.added(tmp_path, dataclasses.replace(BASE, steps=9), more)


def test_rows_that_do_not_fit_their_data_are_found(tmp_path):
  path = tmp_path / "e.npz"
  np.savez(path, features=np.eye(30), labels=np.arange(30) % 2)
  axes = AXES._replace(data=(str(path),))
  rows.check(rows.expand(BASE, axes))
  for changes, found in (
    ({"data": ("",)}, "wants --data=PATH"),
    ({"data": (str(path), str(tmp_path / "b.npz"))}, "b.npz"),
    ({"budget": ("4+2x3", "4+9x3")}, "but the pool holds"),
    ({"budget": ("4+9x3",), "acquisition": ("full", "bald")}, "the pool holds"),
    ({"acquisition": ("random", "foreground_random")}, "a segmentation task"),
  ):
    with pytest.raises(ValueError, match=found):
      rows.check(rows.expand(BASE, axes._replace(**changes)))


CURVE = "round,auc\n0,0.5\n1,0.6\n2,0.7\n"


def test_whole_rounds_with_a_checkpoint_are_finished(tmp_path):
  row = rows.expand(BASE, AXES)[1]
  folder = rows.folder(tmp_path, row)
  checkpoints = Checkpoints(folder / "checkpoints")
  checkpoints.save(2, {"x": np.zeros(1)})
  (folder / "checkpoints" / "3.orbax-checkpoint-tmp").mkdir()
  (folder / "checkpoints" / "100").mkdir()  # nobody's checkpoint
  assert rows.finished_rounds(tmp_path, row) == 0
  (folder / "curve.csv").write_text(CURVE)
  assert rows.finished_rounds(tmp_path, row) == 2
  checkpoints.save(3, {"x": np.zeros(1)})
  checkpoints.close()
  assert rows.is_finished(tmp_path, row)
  (folder / "curve.csv").write_text(CURVE[:-1])
  assert rows.finished_rounds(tmp_path, row) == 2


def test_all_labels_are_one_whole_row_without_a_checkpoint(tmp_path):
  row = rows.expand(BASE, AXES)[2]
  path = rows.folder(tmp_path, row) / "curve.csv"
  path.parent.mkdir(parents=True)
  for text, finished in (("round,auc\n0,0", False), ("round,auc\n0,0\n", True)):
    path.write_text(text)
    assert rows.is_finished(tmp_path, row) == finished


@pytest.mark.parametrize("text", [None, "", "{}", '{"axes": 3}'])
def test_no_study_is_one_line(tmp_path, text):
  if text is not None:
    (tmp_path / "study.json").write_text(text)
  with pytest.raises(ValueError, match=r"study\.json: wanted a study"):
    rows.read(tmp_path)
