import json

import pytest

from alx import csv_table
from alx.data import DataError
from alx.runs.use.place import ABOUT, TABLE, Place, check_free

SAME = {"parameters": "abc", "settings": {"samples": 8}}
SAME |= {"versions": {"jax": "1"}}


def row(name, digest="d"):
  return {"id": name, "digest": digest}


def test_nothing_is_written_before_the_first_row(tmp_path):
  place = Place(tmp_path / "o", SAME)
  assert not place.is_finished("a", "d", []) and place.rows == []
  assert not (tmp_path / "o").exists()
  place.add([row("a")])
  names = {path.name for path in (tmp_path / "o").iterdir()}
  assert names == {ABOUT, TABLE}


def test_an_image_is_finished_with_its_row_and_its_files(tmp_path):
  place = Place(tmp_path, SAME)
  place.add([row("b"), row("a")])
  place.write("masks/a.png", b"1")
  again = Place(tmp_path, SAME | {"versions": {"jax": "2"}, "run": "moved"})
  assert again.is_finished("a", "d", ["masks/a.png"])
  assert not again.is_finished("b", "d", ["masks/b.png"])
  assert not again.is_finished("c", "d", [])
  with pytest.raises(DataError, match="wanted a as it was predicted before"):
    again.is_finished("a", "other", [])


def test_the_table_ends_in_order_of_the_ids(tmp_path):
  place = Place(tmp_path, SAME)
  place.add([row("b")])
  place.add([row("a"), row("b")])  # the files of b were lost
  assert [r["id"] for r in csv_table.read(tmp_path / TABLE)] == ["b", "a"]
  place.finish(2, ["c: broken"])
  assert [r["id"] for r in csv_table.read(tmp_path / TABLE)] == ["a", "b"]
  about = json.loads((tmp_path / ABOUT).read_text("utf-8"))
  assert (about["images"], about["left_out"]) == (2, ["c: broken"])


def test_what_somebody_changed_behind_a_finished_call_stays(tmp_path):
  place = Place(tmp_path, SAME)
  place.add([row("a")])
  place.write("masks/a.png", b"model", "a")
  place.finish(1, [])
  (tmp_path / "masks/a.png").write_bytes(b"by hand")
  again = Place(tmp_path, SAME)
  again.add([row("a"), row("b")])
  with pytest.raises(DataError, match=r"a\.png: wanted no file, or the same"):
    again.write("masks/a.png", b"model", "a")


def test_why_there_is_no_seg_is_known_the_next_time(tmp_path):
  place = Place(tmp_path, SAME)
  place.add([row("a"), row("b")])
  place.tell_seg("b", "too long")
  place.tell_seg("a")
  place.finish(2, [])
  about = json.loads((tmp_path / ABOUT).read_text("utf-8"))
  assert about["no_seg"] == {"b": "too long"}
  again = Place(tmp_path, SAME)
  again.finish(2, [])
  assert again.no_seg == ["b: too long"]
  again.tell_seg("b")
  again.finish(2, [])
  assert "no_seg" not in json.loads((tmp_path / ABOUT).read_text("utf-8"))


def test_what_is_there_already(tmp_path):
  Place(tmp_path, SAME).add([row("a")])
  for other in (SAME | {"parameters": "x"}, SAME | {"settings": {}}):
    with pytest.raises(DataError, match=r"now it would be .*; name another --"):
      Place(tmp_path, other)
  place = Place(tmp_path, SAME)
  place.write("a.png", b"1")
  place.write("a.png", b"1")
  with pytest.raises(DataError, match="wanted no file, or the same"):
    place.write("a.png", b"2")
  assert (tmp_path / "a.png").read_bytes() == b"1"
  (tmp_path / ABOUT).write_text("{", "utf-8")
  with pytest.raises(DataError, match="name another --out"):
    Place(tmp_path, SAME)


def test_what_a_kill_left_of_an_image_is_written_anew(tmp_path):
  place = Place(tmp_path, SAME)
  place.add([row("a"), row("b")])
  for name in ("a", "c"):
    place.write(f"masks/{name}.png", b"1", name)
  with pytest.raises(DataError, match="wanted no file, or the same"):
    place.write("masks/a.png", b"2", "a")  # twice in one call
  again = Place(tmp_path, SAME)
  again.add([row("a"), row("b"), row("c")])
  for name in ("a", "b"):
    again.write(f"masks/{name}.png", b"2", name)
    assert (tmp_path / f"masks/{name}.png").read_bytes() == b"2"
  with pytest.raises(DataError, match="wanted no file, or the same"):
    again.write("masks/c.png", b"2", "c")
  (tmp_path / "masks/a.txt").mkdir()
  with pytest.raises(DataError, match="wanted no file, or the same"):
    again.write("masks/a.txt", b"2", "a")


def test_a_folder_that_may_be_written_to(tmp_path):
  for name in ("none", ".", "hidden"):
    check_free(tmp_path / name, ABOUT)
  (tmp_path / ".DS_Store").write_text("", "utf-8")
  (tmp_path / "claims").mkdir()
  check_free(tmp_path, ABOUT)
  (tmp_path / "a.txt").write_text("", "utf-8")
  with pytest.raises(DataError, match=r"new folder for --out, found a\.txt"):
    check_free(tmp_path, ABOUT)
  (tmp_path / ABOUT).write_text("{}", "utf-8")
  check_free(tmp_path, ABOUT)
