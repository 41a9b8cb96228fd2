"""Fields of JSON files that cannot be what they are."""

import json

import pytest

from alx.report import fields, read_answer, write_report
from alx.report.read import read_study


@pytest.mark.parametrize("name", list(fields.OF_FILES))
def test_of_each_field_most_values_are_wrong(name):
  for field, is_kind in fields.OF_FILES[name].items():
    assert not is_kind(-1.5) and not is_kind([None]), field
    told = fields.well_formed(name, {field: -1.5, "other": -1.5})
    assert told[0] == {"other": -1.5}
    (line,) = told[1]
    assert line.startswith(f"{name}.json: {field} is -1.5, which it cannot be")
    assert fields.well_formed(name, {field: None}) == ({field: None}, [])


def test_what_is_right_stays():
  content = {
    "num_pool": 3,
    "class_names": ["a", "b"],
    "classes": {"pool": {"a": 2, "b": 1}},
    "images": {"axes": 2, "channels": 1, "values": "normalised"},
    "scored": {
      **{"per": "volume", "kind": "slice", "items": 9, "cases": 2},
      "patients": None,
    },
  }
  assert fields.well_formed("dataset", content) == (content, [])
  content["scored"]["cases"] = "two"
  found, told = fields.well_formed("dataset", content)
  assert "scored" not in found and len(told) == 1


def test_a_long_value_is_told_in_short():
  _, (line,) = fields.well_formed("config", {"stop": "x" * 100})
  assert "x" * 39 + "…, which" in line


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], "x"])
def test_a_page_of_wrong_fields_says_so(study, value):
  for name, kinds in fields.OF_FILES.items():
    path = study / f"{name}.json"
    content = json.loads(path.read_text()) | dict.fromkeys(kinds, value)
    path.write_text(json.dumps(content))
  page = write_report(study).read_text("utf-8")
  assert "dataset.json: num_pool is" in page
  told = read_study(study).missing
  assert sum("which it cannot be" in line for line in told) > 20
  assert read_answer(study)
