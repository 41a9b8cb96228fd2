import json
import os

import pytest

from alx.data.cache import record as cache_record
from alx.data.cache.record import Record
from alx.data.dataset import DataError


def kept(root):
  """A record of two inputs, with one stored file."""
  (root / "in").mkdir()
  (root / "in" / "a").write_bytes(b"image")
  (root / "in" / "b").write_bytes(b"label")
  folder = root / "cases" / "x-1"
  folder.mkdir(parents=True)
  (folder / "data").write_bytes(b"12345")
  inputs = cache_record.states([root / "in" / n for n in "ab"], root)
  inputs = cache_record.with_digests(inputs, root)
  stored = cache_record.sizes(folder, ["data"])
  record = Record(folder, {"id": "x", "shape": [2]}, inputs, stored)
  cache_record.write_record(record)
  return record


def test_reads_what_was_written(tmp_path):
  record = kept(tmp_path)
  assert record.stored == {"data": 5}
  assert cache_record.read_record(record.folder) == record
  assert cache_record.read_records(tmp_path / "cases") == {"x": [record]}


def test_what_is_being_written_is_no_record(tmp_path):
  record = kept(tmp_path)
  record.folder.rename(record.folder.with_name(".partial-x"))
  assert cache_record.read_records(tmp_path / "cases") == {}


def remove(folder):
  (folder / "data").unlink()


def shorten(folder):
  (folder / "data").write_bytes(b"1234")


def halve(folder):
  text = (folder / "case.json").read_text()
  (folder / "case.json").write_text(text[: len(text) // 2])


def alter(folder):
  content = json.loads((folder / "case.json").read_text())
  content["record"]["facts"]["shape"] = [3]
  (folder / "case.json").write_text(json.dumps(content))


def another_kind(folder):
  (folder / "case.json").write_text('{"id": "x"}')


@pytest.mark.parametrize(
  "damage", [remove, shorten, halve, alter, another_kind]
)
def test_a_damaged_record_is_none(tmp_path, damage):
  record = kept(tmp_path)
  damage(record.folder)
  assert cache_record.read_record(record.folder) is None
  assert cache_record.read_records(tmp_path / "cases") == {}


def test_finds_by_state_or_by_content(tmp_path):
  record = kept(tmp_path)
  paths = [tmp_path / "in" / n for n in "ab"]
  now = cache_record.states(paths, tmp_path)
  assert cache_record.find([record], now, "state") is record
  assert cache_record.find([record], now[:1], "state") is None
  os.utime(paths[0], (1, 1))
  now = cache_record.states(paths, tmp_path)
  assert cache_record.find([record], now, "state") is None
  now = cache_record.with_digests(now, tmp_path)
  assert cache_record.find([record], now, "digest") is record
  paths[0].write_bytes(b"IMAGE")
  now = cache_record.with_digests(now, tmp_path)
  assert cache_record.find([record], now, "digest") is None


def test_the_digest_is_of_names_and_content(tmp_path):
  record = kept(tmp_path)
  first, second = record.inputs
  same = record._replace(inputs=[{**first, "state": []}, second])
  swapped = record._replace(inputs=[second, first])
  assert same.digest == record.digest != swapped.digest


def test_a_file_that_is_gone(tmp_path):
  entry = {"file": "gone", "state": []}
  for ask in (
    lambda: cache_record.states([tmp_path / "gone"], tmp_path),
    lambda: cache_record.with_digests([entry], tmp_path),
  ):
    with pytest.raises(DataError, match=r"gone: wanted a file that can be"):
      ask()
