"""Grids that are played: rows that go on, and rows that do not fit."""

import json

import numpy as np
import pytest

from alx.effort import Rates
from alx.runs.disk import store
from experiments.finished import path_of
from experiments.nocode import page, study
from experiments.nocode.desk import memory_desk
from experiments.nocode.plan import ACTIVE, NONE, RANDOM, expand
from experiments.nocode.rows import read_row
from tests.nocode_cases import (
  ABOUT,
  QUIET,
  SCENARIO,
  small_study,
  write_slices,
)
from tests.nocode_cases import grid as grid_of


def records(grid):
  """What is on disk, without seconds."""
  text = {
    row.name: path_of(grid.workdir, row).read_text()
    for row in expand(grid.plan)
  }
  found = {name: json.loads(t) for name, t in text.items()}
  for told in found.values():
    for one in told["rounds"]:
      del one["fit_s"], one["draft_s"]
  return found


def test_a_grid_goes_on_to_the_same_and_ends_with_a_page(tmp_path, monkeypatch):
  grid = small_study(tmp_path)
  study.open_study(grid)
  ready = study.prepare(grid, "s", QUIET)  # so that both runs compile once
  monkeypatch.setattr(study, "prepare", lambda *_: ready)
  shown = []

  def desk_of(*args):
    desk = memory_desk(*args)

    def read(cases, drafts):
      shown.append([d is None for d in drafts])
      return desk(cases, drafts)

    return read

  assert study.run_all(grid, QUIET, desk_of) == []
  # Row by row: start and one round, without a draft, and with one.
  assert shown == [[True] * 2] * 2 + [[True] * 2, [False] * 2]
  before = records(grid)
  assert {len(r["rounds"]) for r in before.values()} == {2}
  names = [
    [c["id"] for r in told["rounds"] for c in r["cases"]]
    for told in before.values()
  ]
  assert all(len(set(some)) == 4 for some in names)
  assert names[0] == names[1]  # at random the same items with a draft
  gone = expand(grid.plan)[1]
  path_of(grid.workdir, gone).unlink()
  study.run_all(grid, QUIET)
  assert records(grid) == before
  written = page.write(grid, SCENARIO, 0.9, QUIET).read_text()
  assert "2 of 2 loops are finished" in written
  assert "neither seconds nor money" in " ".join(written.split())
  arms = (grid.workdir / "arms.csv").read_text().splitlines()
  assert len(arms) == 1 + 2 and ",voxels," in arms[1]
  assert not (grid.workdir / "factors.csv").exists()  # one selection
  study.open_study(grid)
  assumed = SCENARIO._replace(pixel_mm=2.0)
  page.write(grid, assumed, 0.9, QUIET)
  assert ",voxels," in (grid.workdir / "arms.csv").read_text()
  assert "Assumed: 2 mm a pixel" in (grid.workdir / "report.html").read_text()


def test_data_with_and_without_a_spacing_in_one_grid(tmp_path):
  """Nothing is played: records of two data sets, one of them in voxels."""
  grid = small_study(tmp_path, seeds=2, selections=(RANDOM, ACTIVE))
  plan = grid.plan._replace(data=("d", "v"))
  grid = grid._replace(plan=plan)
  for row, told in records_of_two(plan).items():
    store.write_json(path_of(grid.workdir, row), told)
  for name in plan.data:
    store.write_json(grid.workdir / name / "labels.json", ABOUT)
  rates = Rates("USD", 2024, 100.0)
  page.write(grid, SCENARIO._replace(rates=rates), 1.0, QUIET)
  rows = store.read_rows(grid.workdir / "savings.csv")
  known = {row["data"]: row["seconds_least"] != "" for row in rows}
  assert known == {"d": True, "v": False}
  assert {row["year"] for row in rows} == {"2024"}
  factors = store.read_rows(grid.workdir / "factors.csv")
  assert {(r["data"], r["measure"]) for r in factors} == {
    ("d", "contour"),
    ("d", "seconds"),
    ("v", "contour"),
    ("all", "contour"),
    ("all", "seconds"),
  }
  assert len((grid.workdir / "structures.csv").read_text().splitlines()) == 17
  with pytest.raises(
    ValueError, match="--pixel_mm: all data say their spacing"
  ):
    one = grid._replace(plan=plan._replace(data=("d",)))
    page.write(one, SCENARIO._replace(pixel_mm=1.0), 1.0, QUIET)


def records_of_two(plan):
  """Of the data set d in mm, and the same of v in voxels."""
  found = {}
  for row, told in grid_of(plan.seeds).items():
    found[row] = told
    copied = json.loads(json.dumps(told | {"data": "v"}))
    for one in copied["rounds"]:
      for case in one["cases"]:
        case["unit"] = "voxels"
    found[row._replace(data="v")] = copied
  return found


def test_readers_see_the_truth_of_what_is_asked_only(tmp_path):
  grid = small_study(tmp_path, drafts=(NONE,))
  ready = study.prepare(grid, "s", QUIET)
  player = study.Player(ready, "entropy")
  row = expand(grid.plan)[0]._replace(selection=ACTIVE)
  seen = []

  def desk(cases, drafts):
    seen.extend(cases)
    return memory_desk(row, ready)(cases, drafts)

  told = player.play(row, desk)
  assert len(seen) == 4 == told["rounds"][-1]["labels"]
  assert seen[0].patient != "" and seen[0].spacing_mm is None
  dataset = ready.problem.dataset
  places = [dataset.ids.index(case.name) for case in seen]
  assert set(places) <= set(np.asarray(ready.problem.split.pool).tolist())


def test_a_grid_that_was_made_otherwise_is_refused(tmp_path):
  grid = small_study(tmp_path)
  study.open_study(grid)
  study.open_study(grid._replace(plan=grid.plan._replace(seeds=5)))  # grows
  with pytest.raises(ValueError, match="this run has acquisition = entropy"):
    study.open_study(grid._replace(acquisition="bald"))


def test_a_damaged_row_is_told(tmp_path):
  grid = small_study(tmp_path)
  row = expand(grid.plan)[0]
  path = path_of(grid.workdir, row)
  path.parent.mkdir(parents=True)
  path.write_text("{")
  with pytest.raises(ValueError, match="without the file the row is played"):
    read_row(grid.workdir, row)
  path.write_text(json.dumps(row._replace(seed=9)._asdict() | {"rounds": []}))
  with pytest.raises(ValueError, match="wanted the row s-tolerant-none-random"):
    read_row(grid.workdir, row)


def test_a_plane_of_pictures_is_refused(tmp_path):
  grid = small_study(tmp_path)._replace(plane="axial")
  with pytest.raises(ValueError, match="--plane: wanted volumes to draw it in"):
    study.prepare(grid, "s", QUIET)


def test_classes_cannot_be_drafted(tmp_path):
  path = write_slices(tmp_path, labels=np.arange(16) % 2)
  with pytest.raises(ValueError, match="wanted label maps to draft and edit"):
    study.prepare(small_study(tmp_path, path), "s", QUIET)


@pytest.mark.parametrize(
  ("text", "source"),
  [
    ("phantom", ("phantom", "phantom", "phantom")),
    ("acdc=/d/x.npz", ("acdc", "acdc", "/d/x.npz")),
    ("/d/mine.npz", ("mine", "", "/d/mine.npz")),
  ],
)
def test_sources(text, source):
  assert study.source_of(text) == source


def test_sources_that_are_none():
  with pytest.raises(ValueError, match="config"):
    study.source_of("kidney=/d/x.npz")
  with pytest.raises(ValueError, match="different names, found mine, mine"):
    study.sources_of(["/a/mine.npz", "/b/mine.npz"])
  with pytest.raises(ValueError, match="wanted data sets"):
    study.sources_of([])
