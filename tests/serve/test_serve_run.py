"""How a project is served: where, for whom, and what is told of it."""

from tests.serve import extra  # noqa: F401, skips without it

# isort: split

import pathlib
import subprocess
import sys

import pytest

from alx.data.dataset import DataError
from alx.runs.disk.claim import FOLDER, Claim, Held
from alx.serve import guard, run
from tests.serve import served

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
  ("host", "is_local"),
  [
    ("127.0.0.1", True),
    ("127.8.0.1", True),
    ("::1", True),
    ("[::1]", True),
    ("localhost", True),
    ("0.0.0.0", False),
    ("::", False),
    ("192.168.1.5", False),
    ("example.org", False),
    ("127.0.0.1.example.org", False),
    ("", False),
  ],
)
def test_what_only_this_machine_reaches(host, is_local):
  assert run.is_local(host) == is_local
  if not is_local:
    with pytest.raises(ValueError, match="wanted --tokens"):
      run.Settings(host=host)


@pytest.mark.parametrize(
  ("wrong", "flag"),
  [
    ({"port": 65536}, "--port"),
    ({"port": -1}, "--port"),
    ({"lease_s": 0.0}, "--lease"),
    ({"lease_s": float("nan")}, "--lease"),
    ({"ahead": -1}, "--ahead"),
    ({"rate": -1, "tokens": pathlib.Path()}, "--rate: wanted 0 or more"),
    ({"rate": 100}, "--rate=100: wanted --tokens"),
  ],
)
def test_settings_that_make_no_sense(wrong, flag):
  with pytest.raises(ValueError, match=flag):
    run.Settings(**wrong)


def test_who_opens_it_to_others_is_warned():
  here, there = run.Settings(), run.Settings("0.0.0.0", tokens=pathlib.Path())
  (line,) = run.warnings_of(here)
  assert "whoever works on this machine" in line
  (line,) = run.warnings_of(there)
  assert "nothing is encrypted" in line
  assert run.warnings_of(run.Settings(tokens=pathlib.Path())) == []


def test_by_which_names_it_is_called():
  tokens = pathlib.Path()
  assert "127.0.0.1" in run.limits_of(run.Settings()).hosts
  assert run.limits_of(run.Settings("0.0.0.0", tokens=tokens)).hosts == ()
  named = run.Settings("0.0.0.0", tokens=tokens, names=("pacs.local",))
  assert run.limits_of(named).hosts[-1] == "pacs.local"
  typed = run.Settings("127.0.0.2", names=("PACS.Local",))
  assert {"127.0.0.2", "pacs.local"} <= {*run.limits_of(typed).hosts}


def test_how_often_one_may_call():
  tokens, known = pathlib.Path(), guard.Limits().a_minute
  assert run.limits_of(run.Settings(tokens=tokens)).a_minute == known
  assert run.limits_of(run.Settings(tokens=tokens, rate=0)).a_minute == 0
  help_ = (ROOT / "alx/commands/serve.py").read_text()
  assert f"Default: {known}." in help_


def test_two_servers_of_one_project(tmp_path):
  place, said = served.with_drafts(tmp_path, 1), []
  with (
    Claim(place / FOLDER, "serve") as claim,
    pytest.raises(Held),
  ):
    assert claim.take()
    run.serve(place, run.Settings(port=0), said.append)
  assert said == []


def test_a_port_that_is_taken(tmp_path, monkeypatch):
  place = served.with_drafts(tmp_path, 1)
  monkeypatch.setattr(run.tempfile, "tempdir", None)
  with (
    served.serving(place) as other,
    pytest.raises(DataError, match="an address of this machine that is free"),
  ):
    run.serve(place, run.Settings(port=other.port), print)
  uploads = place / ".serve" / "uploads"
  assert run.tempfile.tempdir == str(uploads)
  assert uploads.stat().st_mode & 0o777 == 0o700


def alx(*words):
  return subprocess.run(
    [sys.executable, "-m", "alx.commands.main", "serve", *words],
    cwd=ROOT,
    check=False,
    capture_output=True,
    text=True,
    timeout=100,
  )


@pytest.mark.slow
@pytest.mark.parametrize(
  ("words", "line"),
  [
    ((), "wanted alx serve DIR"),
    (("nowhere",), "the folder of a project"),
  ],
)
def test_wrong_words_are_one_line(words, line):
  done = alx(*words)
  assert done.returncode == 2 and line in done.stderr
  assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_signal_ends_it(tmp_path):
  place = served.with_drafts(tmp_path, 1)
  words = ("-m", "alx.commands.main", "serve", str(place), "--port=0")
  server = subprocess.Popen(
    [sys.executable, *words],
    cwd=ROOT,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
  )
  lines = [server.stdout.readline() for _ in range(2)]
  assert "serves at http://127.0.0.1:" in lines[1]
  server.terminate()
  told = server.communicate(timeout=30)[1]
  assert server.returncode == 143 and "Traceback" not in told
  assert not (place / "claims").exists()
