"""One process writes to a place."""

import re

import pytest

from alx.data import DataError
from alx.runs.disk import owned
from alx.runs.disk.claim import FOLDER, Claim, Held


def test_a_place_is_free_again_afterwards(tmp_path):
  workdir = tmp_path / "w"
  for _ in range(2):
    with owned.working(workdir) as is_mine:
      is_mine()
      with pytest.raises(Held, match="works there"), owned.working(workdir):
        pass
  assert not (workdir / FOLDER).exists()


def test_parts_are_shared(tmp_path):
  with (
    owned.working(tmp_path, ["entropy-seed0"]),
    owned.working(tmp_path, ["entropy-seed1"]) as is_mine,
  ):
    is_mine()


def test_a_place_that_cannot_be_is_told(tmp_path):
  file = tmp_path / "file"
  file.write_text("")
  wanted = re.escape(f"{file}: wanted a place to write to")
  with pytest.raises(DataError, match=wanted), owned.working(file):
    pass
  with pytest.raises(ValueError, match=r"--cache: wanted a folder.*is a file"):
    owned.check_writable("--cache", file / "below")
  owned.check_writable("--cache", tmp_path / "not" / "yet")


def test_a_page_waits_for_its_turn(tmp_path, monkeypatch):
  other = Claim(tmp_path / FOLDER, "page")
  assert other.take()
  monkeypatch.setattr(owned, "_PAGE_S", -1.0)
  with (
    other,
    pytest.raises(Held, match="writes its page"),
    owned.page_of(tmp_path),
  ):
    pass
  with owned.page_of(tmp_path):
    pass
