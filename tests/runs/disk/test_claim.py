import errno
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

from alx.devices.processes import this_process
from alx.runs.disk.claim import FOLDER, Claim, Held, give_up_all


def age(folder, name, seconds):
  then = time.time() - seconds
  os.utime(folder / name, (then, then))


def test_the_second_steps_aside_until_the_first_is_done(tmp_path):
  first, second = Claim(tmp_path, "row"), Claim(tmp_path, "row")
  assert first.take() and not second.take()
  assert f"process {os.getpid()} on " in second.holder()
  with first:
    assert not second.take()
  assert second.take()


def test_other_names_are_other_claims(tmp_path):
  assert Claim(tmp_path, "row").take() and Claim(tmp_path, "row.1").take()
  assert not Claim(tmp_path, "row").take()


def test_a_dead_holder_is_followed_by_one_worker_only(tmp_path):
  dead = Claim(tmp_path, "row", expires_s=60)
  assert dead.take()
  age(tmp_path, "row.1", 61)
  heirs = [Claim(tmp_path, "row", expires_s=60) for _ in range(3)]
  assert [heir.take() for heir in heirs] == [True, False, False]


def test_one_taken_for_dead_is_told_and_frees_nothing(tmp_path):
  slow, heir = Claim(tmp_path, "row", 60), Claim(tmp_path, "row", 60)
  assert slow.take()
  with slow:
    slow.check()
    age(tmp_path, "row.1", 61)
    assert heir.take()
    with pytest.raises(Held, match="took over"):
      slow.check()
  heir.check()
  assert not Claim(tmp_path, "row", 60).take()


@pytest.fixture
def woken(tmp_path):
  """(one that was followed while it slept, the folder): the heir has ended."""
  slept, heir = Claim(tmp_path, "row", 60), Claim(tmp_path, "row", 60)
  assert slept.take()
  age(tmp_path, "row.1", 61)
  assert heir.take()
  heir.give_up()
  return slept, tmp_path


def test_one_that_was_followed_is_told_when_its_heir_has_ended(woken):
  slept, folder = woken
  with pytest.raises(Held, match="row: another worker took over, stopped here"):
    slept.check()
  slept.give_up()
  slept.check()  # nobody has it
  assert list(folder.iterdir()) == []


def test_a_number_that_is_given_again_is_anothers(woken):
  slept, folder = woken
  third = Claim(folder, "row", 60)
  assert third.take() and slept.is_held() and not third.is_held()
  assert [path.name for path in folder.iterdir()] == ["row.1"]
  with pytest.raises(Held, match=rf"process {os.getpid()} on .* took over"):
    slept.check()
  slept.give_up()
  third.check()
  assert not Claim(folder, "row", 60).take()


def test_a_touch_is_of_the_own_file(woken):
  slept, folder = woken
  slept._expires_s = 0.1
  assert Claim(folder, "row", 60).take()
  age(folder, "row.1", 30)
  with slept:
    slept._thread.join(0.2)
    assert time.time() - (folder / "row.1").stat().st_mtime > 29


def test_one_that_wakes_while_it_is_followed_keeps_no_file(tmp_path):
  slept, heir = Claim(tmp_path, "row", 60), Claim(tmp_path, "row", 60)
  assert slept.take()
  age(tmp_path, "row.1", 61)
  assert heir.take()
  assert [path.name for path in tmp_path.iterdir()] == ["row.2"]


def test_what_sleeps_is_left_to_those_who_want_the_same(tmp_path):
  slept, other = (
    Claim(tmp_path, "row", 60, "a"),
    Claim(tmp_path, "row", 60, "b"),
  )
  assert slept.take() and other.take()
  age(tmp_path, "row.1", 61)
  other.give_up()
  slept.check()


def test_claims_without_a_nonce_are_respected(tmp_path):
  leave(tmp_path, this_process())
  assert not Claim(tmp_path, "row", 60).take()
  age(tmp_path, "row.1", 61)
  heir = Claim(tmp_path, "row", 60)
  assert heir.take()
  heir.check()


def test_a_claim_that_cannot_be_read_is_kept(tmp_path, monkeypatch):
  def fail(path):
    raise OSError(errno.EIO, "Input/output error")

  claim = Claim(tmp_path, "row")
  assert claim.take()
  with monkeypatch.context() as patch:
    patch.setattr(pathlib.Path, "read_bytes", fail)
    for ask in (claim.check, claim.give_up):
      with pytest.raises(OSError, match="Input/output"):
        ask()
  assert [path.name for path in tmp_path.iterdir()] == ["row.1"]


def test_a_living_holder_touches_its_file(tmp_path):
  claim = Claim(tmp_path, "row", expires_s=0.5)
  assert claim.take()
  with claim:
    time.sleep(0.8)
    assert not Claim(tmp_path, "row", expires_s=0.5).take()
  assert list(tmp_path.iterdir()) == []


def test_a_foreign_file_does_no_harm(tmp_path):
  (tmp_path / "row.txt").write_text("notes")
  claim = Claim(tmp_path, "row")
  assert claim.take()
  (tmp_path / "row.1").write_text("")
  age(tmp_path, "row.1", 3)  # not just being written
  assert Claim(tmp_path, "row").holder() == "another worker"


@pytest.fixture(scope="module")
def gone():
  """A process of this machine that has ended."""
  child = subprocess.Popen([sys.executable, "-S", "-c", ""])
  child.wait()
  return this_process()._replace(pid=child.pid)


def leave(folder, process, **changes):
  """A fresh claim of that process."""
  content = process._asdict() | changes
  (folder / "row.1").write_text(json.dumps(content))


def test_what_a_killed_process_held_is_free_at_once(tmp_path, gone):
  leave(tmp_path, gone)
  heirs = Claim(tmp_path, "row"), Claim(tmp_path, "row")
  assert [heir.take() for heir in heirs] == [True, False]
  with heirs[0]:
    heirs[0].check()
  assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
  "changes",
  [{"host": "elsewhere"}, {"numbering": "elsewhere"}, {"pid": "x"}, {"a": 1}],
)
def test_of_unknown_processes_the_time_decides(tmp_path, gone, changes):
  leave(tmp_path, gone, **changes)
  assert not Claim(tmp_path, "row", 60).take()
  age(tmp_path, "row.1", 61)
  assert Claim(tmp_path, "row", 60).take()


def test_what_is_given_up_is_free_and_stays_with_the_next(tmp_path):
  first, second = Claim(tmp_path, "row[1]"), Claim(tmp_path, "row[1]")
  assert first.take()
  with first:
    first.give_up()
    assert second.take()
  assert not first.take()


def test_a_holder_that_ends_while_one_looks(tmp_path, monkeypatch):
  claim, numbers = Claim(tmp_path, "row"), [[7], []]
  with monkeypatch.context() as patch:
    patch.setattr(claim, "_numbers", lambda: numbers.pop(0))
    assert claim.take()
  with claim:
    assert not Claim(tmp_path, "row").take()
  assert list(tmp_path.iterdir()) == []


def test_parts_are_shared_out(tmp_path):
  a, b = (
    Claim(tmp_path, "run", parts=["a", "x"]),
    Claim(tmp_path, "run", 60, "b"),
  )
  assert a.take() and b.take()
  for parts in ("a", "b", ("b", "c"), ()):
    assert not Claim(tmp_path, "run", parts=parts).take()
  assert Claim(tmp_path, "run", parts=["c"]).take()
  a.check()  # b and c are later, and not the same
  a.give_up()
  assert Claim(tmp_path, "run", parts=["a"]).take()


def test_a_dead_part_does_not_hide_a_living_one(tmp_path, gone):
  alive = Claim(tmp_path, "row", parts=["b"])
  assert alive.take()
  (tmp_path / "row.1").rename(tmp_path / "aside")
  leave(tmp_path, gone, parts=["a"])
  (tmp_path / "row.1").rename(tmp_path / "row.2")
  (tmp_path / "aside").rename(tmp_path / "row.1")
  assert not Claim(tmp_path, "row").take()
  heir = Claim(tmp_path, "row", parts=["a"])
  assert heir.take()
  heir.give_up()
  assert [path.name for path in tmp_path.iterdir()] == ["row.1"]


def test_folders_are_made_and_go_with_the_last_claim(tmp_path):
  folder = tmp_path / "runs/w/own"
  one, other = Claim(folder, "run", parts=["a"]), Claim(folder, "run", 60, "b")
  assert one.take() and other.take()
  one.give_up()
  assert folder.is_dir()
  other.give_up()
  assert folder.is_dir()  # not made by it
  assert one.take()
  (folder.parent / "kept").touch()
  one.give_up()
  assert [path.name for path in folder.parent.iterdir()] == ["kept"]
  (folder.parent / FOLDER).mkdir()  # as a killed process leaves it
  last = Claim(folder.parent / FOLDER, "run")
  assert last.take()
  last.give_up()
  assert [path.name for path in folder.parent.iterdir()] == ["kept"]


def test_all_of_a_process_are_given_up(tmp_path):
  claims = [Claim(tmp_path, name) for name in ("a", "b")]
  assert all(claim.take() for claim in claims)
  give_up_all()
  assert list(tmp_path.iterdir()) == []


def test_a_holder_says_since_when(tmp_path):
  assert Claim(tmp_path, "row").take()
  text = Claim(tmp_path, "row").holder()
  assert re.search(r" on .+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", text)


def test_others_see_whether_it_is_held(tmp_path):
  one, other = Claim(tmp_path / FOLDER, "row"), Claim(tmp_path / FOLDER, "row")
  assert not other.is_held() and not (tmp_path / FOLDER).exists()
  assert one.take()
  assert other.is_held() and not one.is_held()
  one.give_up()
  assert not other.is_held()
