"""JSON that is empty, cut or of another kind: vladmandic/sdnext#1680."""

import json

import pytest

from alx import data
from alx.data.cache.cache import load_cached
from tests.public_cases.volumes import write_case


@pytest.mark.parametrize("text", ["", '{"labels": {"0": "b', "[1, 2]", "null"])
def test_the_file_is_named_and_what_to_do(tmp_path, text):
  write_case(tmp_path / "in", "a")
  file = tmp_path / "in" / "dataset.json"
  file.write_text(text)
  for load in (data.load, lambda path: load_cached(path, tmp_path / "cache")):
    with pytest.raises(data.DataError, match="wanted a JSON object") as error:
      load(tmp_path / "in")
    assert str(error.value).startswith(f"{file}: ")
    assert "mend it, or remove it" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", '{"record": {"facts', "[]", '{"a": 1}'])
def test_a_damaged_record_of_a_cache_is_made_anew(tmp_path, text):
  write_case(tmp_path / "in", "a")
  first = load_cached(tmp_path / "in", tmp_path / "cache")
  (record,) = (tmp_path / "cache" / "cases").glob("*/case.json")
  record.write_text(text)
  again = load_cached(tmp_path / "in", tmp_path / "cache")
  assert again.ids == first.ids and (again.images[0] == first.images[0]).all()
  assert "record" in json.loads(record.read_text())


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_damaged_description_of_a_cache_is_made_anew(tmp_path, text):
  write_case(tmp_path / "in", "a")
  load_cached(tmp_path / "in", tmp_path / "cache")
  (tmp_path / "cache" / "cache.json").write_text(text)
  assert load_cached(tmp_path / "in", tmp_path / "cache").ids == ("a",)
