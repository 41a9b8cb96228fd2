import dataclasses

from alx.runs.settings import explained
from alx.runs.settings.config import Config


def test_every_field_has_a_line_under_a_heading():
  groups = explained.grouped()
  assert list(groups) == [
    "Data",
    "Protocol",
    "Model and training",
    "Prediction and asking",
    "Only to repeat published studies as they were",
  ]
  found = {s.name: s for settings in groups.values() for s in settings}
  assert {*found} == {field.name for field in dataclasses.fields(Config)}
  assert [s.name for s in found.values() if not s.meaning] == []
  assert found["acquisition"].default == "entropy,bald"
  assert found["start_with"].meaning.endswith("facility_location, k_means ...")


def test_oddities_of_published_code_stand_apart():
  apart = explained.grouped()["Only to repeat published studies as they were"]
  assert "truncated_labels" in {setting.name for setting in apart}


def test_the_text_fits_a_terminal():
  lines = explained.told().splitlines()
  assert max(map(len, lines)) <= 80 and lines[2] == "Data:"
  assert "  rounds=4" in explained.told()
