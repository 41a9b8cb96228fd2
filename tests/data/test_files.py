import json
import os
import subprocess
import sys

import pytest

from alx.data import files


def test_reads_what_was_written(tmp_path):
  files.write_json(tmp_path / "a.json", {"b": [1, "ü"]})
  assert files.read_json(tmp_path / "a.json") == {"b": [1, "ü"]}
  assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"[1]", b"\xff\xfe"])
def test_what_is_no_object_is_none(tmp_path, content):
  (tmp_path / "a.json").write_bytes(content)
  assert files.read_json(tmp_path / "a.json") is None
  assert files.read_json(tmp_path / "b.json") is None


def test_the_old_one_stays_when_writing_breaks_off(tmp_path, monkeypatch):
  path = tmp_path / "a.json"
  files.write_json(path, {"a": 1})

  def full(handle):
    raise OSError(28, "No space left on device")

  monkeypatch.setattr(os, "fsync", full)
  with pytest.raises(OSError, match="No space"):
    files.write_json(path, {"a": 2})
  assert json.loads(path.read_text()) == {"a": 1}


def test_foreign_names(tmp_path):
  for name in ("z.txt", "own", "b", ".hidden"):
    (tmp_path / name).write_text("")
  assert files.foreign_names(tmp_path, {"own"}.__contains__) == ["b", "z.txt"]


def test_what_a_system_leaves_is_hidden(tmp_path):
  hidden = (".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "__MACOSX")
  hidden += (".ipynb_checkpoints", "@eaDir", "$RECYCLE.BIN", "THUMBS.DB")
  seen = ("a.png", "macosx", "thumbs.png", "$a", "@a", "b")
  assert all(map(files.is_hidden, hidden))
  assert not any(map(files.is_hidden, seen))
  for name in (*hidden, *seen):
    (tmp_path / name).mkdir()
    (tmp_path / name / "x.png").write_text("")
    (tmp_path / name / "loop").symlink_to(tmp_path)
  assert [p.name for p in files.visible(tmp_path)] == sorted(seen)
  below = [p.relative_to(tmp_path) for p in files.visible_below(tmp_path)]
  assert [p.as_posix() for p in below] == [f"{n}/x.png" for n in sorted(seen)]


def ended():
  """The number of a process that is gone."""
  child = subprocess.Popen([sys.executable, "-c", ""])
  child.wait()
  return child.pid


def test_two_that_fill_one_folder_do_not_mix(tmp_path):
  place = tmp_path / "new"
  with files.whole_folder(place) as first:
    with pytest.raises(OSError), files.whole_folder(place) as second:
      (second / "b.txt").write_text("b")
      (first / "a.txt").write_text("a")
      place.mkdir()
      (place / "of a third.txt").write_text("c")
    assert [p.name for p in first.iterdir()] == ["a.txt"]
    (place / "of a third.txt").unlink()
  assert [p.name for p in place.iterdir()] == ["a.txt"]
  assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_what_others_fill_stays(tmp_path):
  host, mine = os.uname().nodename, os.getpid()
  for name in (f"{host}-{mine}-1", f"another-{ended()}-1", "0011223344556677"):
    (tmp_path / f".partial-{name}").mkdir()
  with files.whole_folder(tmp_path / "new"):
    pass
  assert len(list(tmp_path.glob(".partial-*"))) == 3


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
  place = tmp_path / "above" / "new"
  left = f".partial-{os.uname().nodename}-{ended()}-1"
  (tmp_path / "above" / left / "of a kill").mkdir(parents=True)
  with files.whole_folder(place) as partial:
    (partial / "a.txt").write_text("a")
    assert not place.exists()
  assert [p.name for p in place.iterdir()] == ["a.txt"]
  with pytest.raises(OSError), files.whole_folder(place):  # it is not empty
    pass
  other = tmp_path / "other"
  other.mkdir()
  with (
    pytest.raises(ZeroDivisionError),
    files.whole_folder(other) as partial,
  ):
    (partial / "a.txt").write_text("a")
    raise ZeroDivisionError
  assert not list(other.iterdir())
  with files.whole_folder(other) as partial:  # takes the place of an empty one
    (partial / "b.txt").write_text("b")
  assert [p.name for p in other.iterdir()] == ["b.txt"]
  assert not list(tmp_path.rglob(".partial-*"))
