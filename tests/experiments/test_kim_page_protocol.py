"""The sections of data and protocol, from files alone."""

import pytest

from alx.report.read import read_study
from alx.runs.disk import store
from experiments.kim import page_protocol
from tests.kim_cases import describe, write_study


def study_of(workdir, **settings):
  describe(write_study(workdir), **settings)
  return read_study(workdir)


def test_settings_of_text_code_and_run_stand_beside_each_other(tmp_path):
  study = study_of(tmp_path, patience=9, dropout=0.2)
  ((table, _),) = page_protocol.protocol(study).tables
  rows = {row[0]: row[1:] for row in table.rows}
  assert rows["patience"] == ["50", "100", "9"]
  assert rows["dropout"] == ["0.5 (open)", "0.5", "0.2"]
  assert rows["monitor"] == ["loss", "dice", "loss"]
  assert "rounds" not in rows and "seeds" not in rows


def test_what_is_not_followed_is_on_the_page(tmp_path):
  section = page_protocol.not_done(study_of(tmp_path))
  (open_table,) = section.tables
  rows = {row[0]: row[-1] for row in open_table[0].rows}
  assert rows["prediction"] == "windows" and rows["passes"] == "20"
  assert "mixed precision: float32 here; " in section.paragraphs[0]


@pytest.mark.parametrize(
  ("empty", "wanted"), [("nan", "has no Dice"), ("one", "a Dice of 1")]
)
def test_volumes_without_a_lesion_are_explained(tmp_path, empty, wanted):
  study = study_of(tmp_path, empty=empty, channels=("t1ce", "t2"))
  text = " ".join(page_protocol.data(study).paragraphs)
  assert wanted in text and "Channels: t1ce and t2." in text


def test_epochs_are_told_where_they_were_recorded(tmp_path):
  study = study_of(tmp_path, epochs=20)
  assert len(page_protocol.protocol(study).paragraphs) == 1
  rows = [{"round": 0, "member": 0, "epochs": 20, "kept": 15}]
  store.write_rows(tmp_path / "runs/random-seed0/epochs.csv", rows)
  text = page_protocol.protocol(study).paragraphs[1]
  assert "20.0 epochs on average and kept number 15.0; 100% of 1 fits" in text
