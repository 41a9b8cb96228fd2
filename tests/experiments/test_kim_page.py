"""The page of a study, from files alone."""

import pytest

from alx.runs.disk import store
from experiments.kim import page
from tests.kim_cases import describe, write_run, write_study


@pytest.fixture
def workdir(tmp_path):
  describe(write_study(tmp_path))
  return tmp_path


def test_the_page_from_files_alone(workdir):
  text = page.write(workdir).read_text()
  for name in ("Question", "Data", "Protocol", "Failure cases", "conclude"):
    assert name in text
  assert "hand-made: 40 volumes may be labelled" in text
  assert "volumes of one patient may be on both sides" in text
  assert "0.774" in text and "31%" in text  # of the published table
  needed = store.read_rows(workdir / "labels_needed.csv")
  assert [row["seed"] for row in needed] == ["mean", "0", "1"] * 2
  names = {path.name for path in workdir.iterdir()}
  tables = {"table_3.csv", "table_3_by_seed.csv", "figure_2.csv"}
  assert {*tables, "figure_2.png"} <= names


def test_before_any_arm_there_is_a_page_too(tmp_path):
  write_run(tmp_path, "full", 0, [40], [0.8])
  describe(tmp_path)
  text = page.write(tmp_path).read_text()
  assert "No arm can be held against all labels yet" in text
  assert not (tmp_path / "labels_needed.csv").exists()


def test_an_arm_that_cannot_be_held_against_anything_is_named(workdir):
  write_run(workdir, "bootstrapping", 7, [10, 20, 30], [0.3, 0.4, 0.5])
  text = page.write(workdir).read_text()
  assert "so that nothing can be tested: bootstrapping." in text
