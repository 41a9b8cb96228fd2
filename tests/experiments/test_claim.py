import os
import time

import pytest

from experiments.claim import Claim, Lost


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
    with pytest.raises(Lost, match="took over"):
      slow.check()
  heir.check()
  assert not Claim(tmp_path, "row", 60).take()


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
  assert Claim(tmp_path, "row").holder() == "another worker"
