from types import SimpleNamespace

import numpy as np
import pytest

from alx.runs import screen
from alx.runs.disk import store
from alx.runs.disk.names import run_folder
from alx.runs.settings import idle
from alx.studies import rows
from alx.studies.worker import Left
from experiments import units

SETTINGS = {"seeds": 2, "rounds": 1, "budget": "voxels:500", "steps": 3}


def test_units_differ_in_the_unit_alone():
  studies = [
    units.study_of("phantom", unit, **SETTINGS) for unit in units.UNITS
  ]
  bases = [base for base, _ in studies]
  assert [base.unit for base in bases] == ["whole", "slices:2", "boxes:16"]
  axes = {axes for _, axes in studies}
  assert len(axes) == 1
  table = rows.expand(*studies[1])
  assert len(table) == 2 * len(units.METHODS)
  assert {row.config.budget for row in table} == {"voxels:500"}
  for row in table:
    idle.check_settings(row.config)


def test_folders_of_units_differ():
  names = {units.folder_of(u) for u in (*units.UNITS, "boxes:8,8,8/4,4,4")}
  assert len(names) == 4 and not any({*":,/"} & {*name} for name in names)


def write(place, row, dice):
  """What a finished row leaves behind."""
  folder = run_folder(place / row.group, row.acquisition, row.seed)
  folder.mkdir(parents=True)
  curve = ["round,labels,dice,hd95_penalised"]
  spent = ["round,items,slices,foreground_voxels,boundary_mm"]
  for number in range(2):
    curve.append(f"{number},{500 * number},{dice + number / 10},4.5")
    spent.append(f"{number},7,{35.0 * (number + 1)},100,250.0")
  (folder / "curve.csv").write_text("\n".join(curve) + "\n")
  (folder / "spent.csv").write_text("\n".join(spent) + "\n")
  (folder / "checkpoints" / "2").mkdir(parents=True)


def test_some_of_the_methods():
  settings = SETTINGS | {"methods": ["random", "foreground_random"]}
  table = rows.expand(*units.study_of("phantom", "whole", **settings))
  found = [row.acquisition for row in table]
  assert sorted(found) == 2 * ["foreground_random"] + 2 * ["random"]


def test_what_others_are_compared_with_has_to_be_there(monkeypatch):
  given = SimpleNamespace(workdir=".", methods=["random"])
  monkeypatch.setattr(units, "flags", SimpleNamespace(FLAGS=given))
  with pytest.raises(units.app.UsageError, match="wanted foreground_random"):
    units.main([])


@pytest.fixture
def written(tmp_path, monkeypatch):
  """A study of slices in which every method has both seeds."""
  place = tmp_path / "slices-2"
  base, axes = units.study_of("phantom", "slices:2", **SETTINGS)
  place.mkdir()
  rows.write(place, base, axes._replace(names=("phantom",)))
  for row in rows.expand(base, axes._replace(names=("phantom",))):
    over = 0.05 if row.acquisition == "entropy" else 0.0
    write(place, row, 0.5 + over + row.seed / 100)
  monkeypatch.setattr(rows, "finished_rounds", lambda *_: 2)
  return tmp_path


def test_tables_say_what_the_score_gives(written):
  lines = units.tables(written, ["slices:2", "whole"])
  by_method = {line.split(" | ")[1]: line for line in lines[2:-1]}
  assert set(by_method) == set(units.METHODS)
  assert "| 0.605 ± 0.007 | 4.50 | –" in by_method["foreground_random"]
  assert "| 0.655 ± 0.007 | 4.50 | +0.050" in by_method["entropy"]
  assert by_method["entropy"].endswith("| 7 | 70 | 250 | – |")
  assert lines[-1] == "not finished by all methods: whole"


def test_foreground_efficiency_wants_all_labels(written):
  place = written / "slices-2"
  base, axes = rows.read(place)
  more = axes._replace(acquisition=(*axes.acquisition, rows.FULL))
  rows.write(place, base, more)
  full = [r for r in rows.expand(base, more) if r.acquisition == rows.FULL]
  for row in full:
    folder = rows.folder(place, row)
    folder.mkdir(parents=True)
    (folder / "curve.csv").write_text("round,labels,dice\n0,9000,0.9\n")
  for file in place.glob("*/runs/*/spent.csv"):
    text = file.read_text().replace(",35.0,100,", ",35.0,50,")
    file.write_text(text)
  read = units.read(written, "slices:2")
  assert units.efficiencies(written, "slices:2", read) == {}
  about = {"whole_pool": {"foreground_voxels": 1000}}
  store.write_json(place / full[0].group / "dataset.json", about)
  found = units.efficiencies(written, "slices:2", read)
  assert found["random"] == found["bald"] < found["entropy"]
  line = next(x for x in units.tables(written, ["slices:2"]) if "| bald" in x)
  assert line.endswith(f"| {found['bald']:.3g} |")
  assert not any(
    "full" in x.split("|")[2] for x in units.tables(written, ["slices:2"])[2:]
  )


def test_columns_are_seeds_by_rounds(written):
  found = units.read(written, "slices:2")["random"]
  np.testing.assert_allclose(found["dice"], [[0.5, 0.6], [0.51, 0.61]])


def test_rows_without_numbers_end_the_command_with_1(
  tmp_path, monkeypatch, capsys
):
  class Diverging:
    def __init__(self, place, console):
      del place, console

    def run_all(self, table):
      return Left([table[1]], [table[0]])

  only = {"only": None, "tables": False, "units": ["whole", "slices:2"]}
  given = SimpleNamespace(
    workdir=str(tmp_path),
    data="phantom",
    set=[],
    methods=list(units.METHODS),
    **only,
    **SETTINGS,
  )
  monkeypatch.setattr(units, "flags", SimpleNamespace(FLAGS=given))
  monkeypatch.setattr(units, "Worker", Diverging)
  with screen.hushed(), pytest.raises(SystemExit) as ended:
    units.main([])
  found = capsys.readouterr()
  assert ended.value.code == 1
  for unit in only["units"]:
    assert f"{unit} not finished: row 0, " in found.err
  assert "with other workers: row 1, " in found.out
  assert "not finished by all methods" in found.out
