"""The command as its users type it."""

import contextlib
import json
import signal
import time

import numpy as np
import pytest

from tests import command_line as commands
from tests.forks import Forks, shared

SMALL = [
  "--budgets=4+3x2",
  "--acquisition=entropy,full",
  "--seeds=1",
  "--set=steps=5",
  "--set=test_items=10",
]


def save(path, scale=1.0):
  """30 embeddings of two classes."""
  labels = np.arange(30) % 2
  noise = np.random.default_rng(0).standard_normal((30, 4))
  np.savez(path, features=scale * (noise + labels[:, None]), labels=labels)
  return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
  return save(tmp_path_factory.mktemp("data") / "e.npz")


def test_wrong_flags_and_failing_rows(data, tmp_path):
  workdir, other = f"--workdir={tmp_path / 'w'}", f"--workdir={tmp_path / 'o'}"
  new = workdir, f"--data={data}", *SMALL
  fast = (word for word in new[1:] if not word.startswith("--set=steps"))
  explodes = "optimizer=sgd", "learning_rate=10", "weight_decay=99", "steps=40"
  cases = {
    (): "wanted --workdir=DIR",
    (workdir,): "wanted a study",
    (*new, "--row=99"): "row: wanted 0..2, found 99",
    (workdir, "--config=acdc", "--list"): "this preset wants --data=PATH",
    (workdir, f"--data={tmp_path}/no.npz"): "no.npz",
    (other, *fast, *(f"--set={word}" for word in explodes)): "row 2, e-auto",
    (other, "--collect"): "",
  }
  found = commands.ends_of("experiments.study", *cases)
  assert [code for code, _ in found] == [2, 2, 2, 2, 2, 1, 0]
  for (_, line), wanted in zip(found, cases.values(), strict=True):
    assert wanted in line and line.count("\n") == bool(wanted)
  assert found[5][1].count("row ") == 3  # one after the other, and all named
  assert not (tmp_path / "w").exists()


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
  """All rows, done without a stop."""
  workdir = tmp_path_factory.mktemp("whole")
  words = f"--data={data}", f"--workdir={workdir}", *SMALL
  return workdir, commands.run("experiments.study", *words)


def test_all_rows_and_the_page(whole):
  workdir, done = whole
  assert done.returncode == 0, done.stderr
  assert "3 of 3 rows are finished" in done.stdout
  assert done.stdout.strip().endswith(f"report: {workdir / 'index.html'}")
  start = "One seed says nothing about chance"
  assert f"\n{start}" in done.stdout
  page = (workdir / "index.html").read_text()
  assert page.index(start) < page.index("<h1>Study</h1>")


def wait_for(something):
  deadline = time.monotonic() + 300
  while not (found := something()):
    assert time.monotonic() < deadline
    time.sleep(0.002)
  return found


def pids(claims):
  """Who holds a row; a file may not be written yet."""
  texts = [path.read_text() for path in claims.glob("*")]
  return [json.loads(text)["pid"] for text in texts if text]


@pytest.fixture(scope="module")
def raced(data, tmp_path_factory):
  """Two started the same row at once; the one that got it was killed."""
  workdir = tmp_path_factory.mktemp("raced")
  words = f"--data={data}", f"--workdir={workdir}", *SMALL, "--row=1"
  first_step = workdir / "e-auto-4+3x2/runs/entropy-seed0/checkpoints/1"
  own = tmp_path_factory.mktemp("forks")  # of what is killed as it compiles
  with contextlib.closing(Forks(own)) as forks:
    a, b = (forks.start("study", *words) for _ in range(2))
    try:
      (pid,) = wait_for(lambda: pids(workdir / "claims"))
      winner, other = (a, b) if pid == a.pid else (b, a)
      winner.send(signal.SIGSTOP)  # so that it does not end too early
      code, said = other.ended()
      winner.send(signal.SIGCONT)
      wait_for(first_step.exists)
    finally:
      a.kill()
      b.kill()
    assert winner.wait() == -signal.SIGKILL
  return workdir, words, pid, code, said


@pytest.mark.slow
def test_the_second_worker_steps_aside(raced):
  _, _, winner, code, said = raced
  assert code == 3
  wanted = "error: row 1, e-auto-4+3x2.entropy-seed0: is being run by process"
  line = said.strip().splitlines()[-1]
  assert line.startswith(f"{wanted} {winner} on ")


def files(workdir):
  """What the row wrote, without the seconds."""
  return {
    str(path.relative_to(workdir)): path.read_bytes()
    for path in sorted(workdir.glob("*/runs/entropy-seed0/*.csv"))
    if path.name != "times.csv"
  }


@pytest.mark.slow
def test_the_same_command_goes_on_with_a_killed_row(raced, whole):
  workdir, words, winner, *_ = raced
  assert pids(workdir / "claims") == [winner]
  assert files(workdir) != files(whole[0])
  code, told = shared().start("study", *words).ended()
  assert code == 0, told
  assert files(workdir) == files(whole[0]) and len(files(workdir)) == 3
  assert not (workdir / "claims").exists()
