import os
import subprocess
import sys
import threading

import pytest

from alx.data.cache.store import CaseStore
from alx.data.dataset import DataError
from alx.data.volumes.msd import Case


@pytest.fixture
def root(tmp_path):
  (tmp_path / "a").write_text("image")
  (tmp_path / "b").write_text("label")
  return tmp_path


class Converter:
  """Copies the files of a case, and counts how often."""

  def __init__(self, root):
    self.root, self.calls = root, 0

  def __call__(self, folder):
    self.calls += 1
    (folder / "deep").mkdir()
    (folder / "deep" / "data").write_text((self.root / "a").read_text())
    return {"length": 5}


def case(root, name="x"):
  return Case(name, (root / "a",), (root / "b",))


def keep(root, convert):
  return CaseStore(root / "cache").keep(case(root), root, convert)


def names(root):
  return sorted(p.name for p in (root / "cache" / "cases").iterdir())


def test_converts_once(root):
  convert = Converter(root)
  first, second = keep(root, convert), keep(root, convert)
  assert convert.calls == 1
  assert first == second
  assert first.facts == {"length": 5, "id": "x"}
  assert (first.folder / "deep" / "data").read_text() == "image"


def test_another_time_is_no_change_and_another_content_is(root):
  convert = Converter(root)
  first = keep(root, convert)
  os.utime(root / "a", (1, 1))
  assert keep(root, convert).folder == first.folder
  assert convert.calls == 1
  (root / "a").write_text("IMAGE")
  os.utime(root / "a", (1, 1))
  changed = keep(root, convert)
  assert convert.calls == 2
  assert (changed.folder / "deep" / "data").read_text() == "IMAGE"
  assert names(root) == [changed.folder.name]


def test_sizes_beside_a_stack_are_of_the_case(root):
  """A .json that comes, changes or goes makes the case anew."""
  names = ("x_0000.tif", "x_0001.tif", "x.tif")
  first, second, label = (root / name for name in names)
  for file in (first, second, label):
    file.write_text("slices")
  found, sizes = Case("x", (first, second), (label,)), root / "x.json"
  convert, calls = Converter(root), []
  for content in (None, "1", "1", "2", None):
    if content:
      sizes.write_text(content)
    else:
      sizes.unlink(missing_ok=True)
    CaseStore(root / "cache").keep(found, root, convert)
    calls.append(convert.calls)
  assert calls == [1, 2, 2, 3, 4]


def test_new_times_are_noted(root, monkeypatch):
  keep(root, Converter(root))
  os.utime(root / "a", (1, 1))
  keep(root, Converter(root))
  monkeypatch.setattr(
    "alx.data.sources.digest.of_file", None
  )  # not asked again
  assert keep(root, None).facts["id"] == "x"


def test_a_case_that_cannot_be_used_leaves_nothing(root):
  def convert(folder):
    (folder / "half").write_text("x")
    raise DataError("bad case")

  with pytest.raises(DataError, match="bad case"):
    keep(root, convert)
  assert names(root) == []


def test_a_file_that_changes_while_it_is_read(root):
  def convert(folder):
    (root / "b").write_text("another label")
    return {}

  with pytest.raises(DataError, match="files of x that stay, found a change"):
    keep(root, convert)
  assert names(root) == []


def test_a_damaged_case_is_converted_again(root):
  convert = Converter(root)
  record = keep(root, convert)
  (record.folder / "deep" / "data").unlink()
  (record.folder / "mine").write_text("a stray file")
  assert keep(root, convert) == record
  assert convert.calls == 2
  assert names(root) == [record.folder.name]
  assert not (record.folder / "mine").exists()


def test_a_cache_without_its_description(root):
  convert = Converter(root)
  keep(root, convert)
  (root / "cache" / "cache.json").write_text("")
  keep(root, convert)
  assert convert.calls == 1


@pytest.mark.parametrize(
  ("name", "content", "found"),
  [
    ("notes.txt", "mine", r"found \['notes.txt'\]"),
    ("cache.json", '{"kind": "another"}', r"found {'kind': 'another'}"),
  ],
)
def test_a_foreign_folder_is_left_alone(tmp_path, name, content, found):
  (tmp_path / name).write_text(content)
  with pytest.raises(DataError, match=f"a new or empty folder.*{found}"):
    CaseStore(tmp_path)
  assert [p.name for p in tmp_path.iterdir()] == [name]
  assert (tmp_path / name).read_text() == content


def test_a_file_in_place_of_the_folder(root):
  with pytest.raises(DataError, match="a: wanted a folder to write to"):
    CaseStore(root / "a")


def test_what_a_killed_process_left_is_removed(root):
  keep(root, Converter(root))
  child = subprocess.Popen([sys.executable, "-c", ""])
  child.wait()
  prefix = f".partial-{os.uname().nodename}-"
  cases = root / "cache" / "cases"
  for pid, rest in ((child.pid, "a"), (os.getpid(), "b"), ("x", "c")):
    (cases / f"{prefix}{pid}-{rest}").mkdir()
    (cases / f"{prefix}{pid}-{rest}" / "data").write_text("half")
  CaseStore(root / "cache")
  left = [name for name in names(root) if name.startswith(".")]
  assert left == sorted([f"{prefix}{os.getpid()}-b", f"{prefix}x-c"])


def test_two_convert_the_same_case_at_the_same_time(root):
  together, found = threading.Barrier(2, timeout=5), []

  def convert(folder):
    together.wait()
    return Converter(root)(folder)

  def run():
    found.append(keep(root, convert))

  threads = [threading.Thread(target=run) for _ in range(2)]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert found[0] == found[1]
  assert names(root) == [found[0].folder.name]
  assert keep(root, None) == found[0]
