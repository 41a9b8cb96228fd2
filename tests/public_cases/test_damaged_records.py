"""Files of a run directory that a disk has cut (vladmandic/sdnext#1680)."""

import json

import pytest

from alx.data.dataset import DataError
from alx.report.read import read_study
from alx.runs.disk import store
from alx.runs.features import trained
from alx.runs.settings.config import Config
from alx.studies import collect, rows
from experiments.cold.plan import Row
from experiments.cold.rows import read_row
from experiments.finished import path_of

CUT = {
  "empty": b"",
  "zeros": b"\0" * 64,
  "cut": b'{\n  "data": "a.npz",\n  "st',
  "latin": b'{"data": "\xe4"',
  "list": b"[1, 2]",
}
SAYS = "an empty file", "64 blank or zero bytes", "ends or breaks", "a list"


@pytest.fixture(params=CUT)
def damage(request):
  return CUT[request.param]


def refused(path, act):
  """The one line, which names the file, what was wanted and what to do."""
  with pytest.raises(DataError) as error:
    act()
  (line,) = str(error.value).splitlines()
  assert line.startswith(f"{path}: wanted ") and " as JSON, found " in line
  assert any(word in line for word in SAYS) and "; " in line
  assert "Expecting value" not in line


@pytest.mark.parametrize("name", ["config.json", "dataset.json"])
def test_a_run_directory(tmp_path, damage, name):
  data, split = {"digest": "a"}, {"pool": ["x"]}
  store.open_run(tmp_path, Config(), data, split)
  path = tmp_path / name
  path.write_bytes(damage)
  refused(path, lambda: store.open_run(tmp_path, Config(), data, split))
  assert path.read_bytes() == damage  # not even mended


@pytest.mark.parametrize("name", ["versions.json", "split.json", "files.json"])
def test_what_is_written_anew_by_every_command(tmp_path, damage, name):
  data, split = {"digest": "a"}, {"pool": ["x"]}
  (tmp_path / name).write_bytes(damage)
  store.open_run(tmp_path, Config(), data, split)
  assert json.loads((tmp_path / "split.json").read_text()) == split


def test_a_study_and_a_model_of_a_run(tmp_path, damage):
  study = tmp_path / "study.json"
  study.write_bytes(damage)
  refused(study, lambda: rows.read(tmp_path))
  reads = {
    "config.json": lambda: trained.read_config(tmp_path / "runs/x-seed0"),
    "dataset.json": lambda: trained.check_data(tmp_path / "runs/x-seed0", None),
  }
  for name, read in reads.items():
    (tmp_path / name).write_bytes(damage)
    refused(tmp_path / name, read)


def test_a_group_of_a_study_that_is_collected(tmp_path, damage):
  axes = rows.Axes(("e.npz",), ("auto",), ("4+1x3",), ("random",), 1)
  table = rows.expand(Config(acquisition=()), axes)
  path = tmp_path / table[0].group / "dataset.json"
  path.parent.mkdir()
  path.write_bytes(damage)
  refused(path, lambda: collect.collect(tmp_path, table, None))


def test_a_finished_row_of_a_cold_start(tmp_path, damage):
  row = Row("none", "random", 4, 0)
  path = path_of(tmp_path, row)
  store.write_bytes(path, damage)
  refused(path, lambda: read_row(tmp_path, row))
  store.write_json(path, {**row._asdict(), "seed": 1, "ids": []})
  with pytest.raises(DataError, match="wanted the row none-random-4-seed0"):
    read_row(tmp_path, row)


CURVE = "round,labels,auc\n0,4,0.5\n1,8,0.625\n"


def folder_with(tmp_path, curve, picks=""):
  folder = tmp_path / "runs/random-seed0"
  store.write_bytes(folder / "curve.csv", curve)
  store.write_text(folder / "picks.csv", picks)
  return folder


@pytest.mark.parametrize("torn", [b"2,12,0.7", b"2", b"\0" * 9, b"\0\n2,12\n"])
def test_a_torn_last_row_of_a_curve(tmp_path, torn):
  folder = folder_with(tmp_path, CURVE.encode() + torn)
  (run,) = read_study(tmp_path).runs
  assert [row["auc"] for row in run.rows] == ["0.5", "0.625"]
  store.keep_rounds(folder, 2)
  assert (folder / "curve.csv").read_text() == CURVE


LOST = {
  "round,labels,auc\n0,4,0.5\n": "found rounds 0;",
  "round,labels,auc\n1,8,0.5\n": "found rounds 1;",
  "": "found rounds none;",
  CURVE + "0,4,0.5\n": "found rounds 0, 1, 0;",
}


@pytest.mark.parametrize("curve", LOST)
def test_finished_rounds_that_are_lost_or_there_twice(tmp_path, curve):
  folder = folder_with(tmp_path, curve.encode())
  with pytest.raises(DataError) as error:
    store.keep_rounds(folder, 2)
  assert (
    "curve.csv: wanted as its checkpoint says rounds 0 to 1, each once"
    in (str(error.value))
  )
  assert LOST[curve] in str(error.value)
  assert (folder / "curve.csv").read_text() == curve


def test_picks_that_are_there_twice(tmp_path):
  picks = "round,rank,id,score\n0,0,a,nan\n"
  folder = folder_with(tmp_path, CURVE.encode(), picks + picks.splitlines()[1])
  store.keep_rounds(folder, 2)
  store.write_text(folder / "picks.csv", picks + picks.split("\n", 1)[1])
  with pytest.raises(DataError, match=r"picks\.csv: wanted .* every item once"):
    store.keep_rounds(folder, 2)
