import json

import numpy as np
import pytest

from alx.projects.models import versions
from tests.project_versions import record


def test_a_version_reads_back_and_its_id_is_its_content():
  first = versions.make_version(**record())
  assert first.name == "v001" and len(first.id) == 64
  again = versions.of_json(versions.to_json(first))
  assert again.id == first.id == versions.id_of(again)
  assert json.loads(versions.to_json(first))["metrics"]["dice"] == [0.5, None]


@pytest.mark.parametrize(
  "change",
  [
    {"number": 2},
    {"weights": "x"},
    {"data": "x"},
    {"settings": {"steps": 101, "rate": 0.002}},
    {"metrics": {"dice": [0.6, np.nan]}},
  ],
)
def test_any_change_is_another_id(change):
  first = versions.make_version(**record())
  assert versions.make_version(**record(**change)).id != first.id


def test_numpy_numbers_are_as_good_as_pythons():
  one = versions.make_version(**record(metrics={"dice": np.float64(0.5)}))
  assert one.id == versions.make_version(**record(metrics={"dice": 0.5})).id


def test_a_changed_record_is_found():
  text = versions.to_json(versions.make_version(**record()))
  with pytest.raises(ValueError, match=r"version 1: .*: it was changed"):
    versions.of_json(text.replace('"steps":100', '"steps":101'))
  with pytest.raises(ValueError, match="wanted the keys number"):
    versions.of_json("{}")
  with pytest.raises(ValueError, match="wanted JSON"):
    versions.of_json(text[:-5])


def test_problems_of_a_list():
  first = versions.make_version(**record())
  second = versions.make_version(**record(2, parents=(first.id,)))
  assert versions.problems_of([first, second]) == []
  forged = second._replace(weights="x")
  assert versions.problems_of([first, forged]) == [
    "v002: its content is not that of its id"
  ]
  assert "v002: its parent" in versions.problems_of([second])[0]
  assert "wanted a number above 2" in versions.problems_of([second, first])[1]


def test_the_data_are_those_labels_in_any_order():
  labels = [{"case": c, "label": c * 3} for c in "abc"]
  found = versions.data_digest(labels)
  assert found == versions.data_digest(labels[::-1])
  assert found != versions.data_digest(labels[:2])


@pytest.mark.parametrize("number", [0, True, 1.5])
def test_numbers_begin_at_one(number):
  with pytest.raises(ValueError, match="wanted a number >= 1"):
    versions.make_version(**record(number))


def test_what_json_cannot_hold():
  with pytest.raises(ValueError, match="wanted what JSON can hold"):
    versions.make_version(**record(settings={"rate": np.inf}))


def test_what_is_not_recorded():
  assert versions.not_recorded(versions.make_version(**record())) == []
  lacking = versions.make_version(**record(data="", code=""))
  assert versions.not_recorded(lacking) == ["data", "code"]
