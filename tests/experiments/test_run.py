"""The command as its users type it."""

import csv
import functools
import signal
import subprocess
import time

import numpy as np
import pytest

from tests import commands

SMALL = [
  "--acquisition=entropy",
  "--seeds=1",
  "--set=rounds=3",
  "--set=steps=4",
  "--set=model=mlp",
  "--set=widths=8",
  "--set=test_items=12",
]


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
  """A two-class .npz of 40 images."""
  rng = np.random.default_rng(0)
  labels = rng.integers(0, 2, 40)
  images = rng.standard_normal((40, 6, 6)) + labels[:, None, None]
  path = tmp_path_factory.mktemp("data") / "two.npz"
  np.savez(path, images=images.astype(np.float32), labels=labels)
  return path


run = functools.partial(commands.run, "experiments.run")


def tables(workdir):
  """Everything of the runs that must not depend on a kill."""
  return {
    str(path.relative_to(workdir)): path.read_text()
    for name in ("curve.csv", "picks.csv")
    for path in sorted(workdir.glob(f"runs/*/{name}"))
  }


@pytest.fixture(scope="module")
def uninterrupted(classes, tmp_path_factory):
  workdir = tmp_path_factory.mktemp("work") / "whole"
  done = run(f"--data={classes}", f"--workdir={workdir}", *SMALL)
  assert done.returncode == 0, done.stderr
  return workdir, done


def test_ends_with_the_report(uninterrupted):
  workdir, done = uninterrupted
  assert done.stdout.strip().endswith(f"report: {workdir / 'report.html'}")
  assert (workdir / "report.html").stat().st_size > 10_000
  text = (workdir / "runs/entropy-seed0/curve.csv").read_text()
  rows = list(csv.DictReader(text.splitlines()))
  assert [row["labels"] for row in rows] == ["4", "8", "12", "16"]
  assert len(list(workdir.glob("runs/entropy-seed0/pictures/*.npz"))) == 3


def kill_when(predicate, arguments):
  """Starts the command and sends SIGKILL as soon as `predicate` holds."""
  process = subprocess.Popen(
    commands.command("experiments.run", *arguments),
    cwd=commands.ROOT,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
  )
  deadline = time.monotonic() + 60
  while not predicate() and process.poll() is None:
    assert time.monotonic() < deadline
    time.sleep(0.002)
  process.send_signal(signal.SIGKILL)
  assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
  ("sign", "finished"),
  [("picks.csv", 0), ("curve.csv", 0), ("checkpoints/2", 2)],
  ids=["in the first round", "before its checkpoint", "after the second"],
)
def test_a_killed_run_ends_the_same(
  classes, uninterrupted, tmp_path, sign, finished
):
  folder = tmp_path / "runs/entropy-seed0"
  arguments = [f"--data={classes}", f"--workdir={tmp_path}", *SMALL]
  kill_when((folder / sign).exists, arguments)
  assert not (tmp_path / "report.html").exists()
  # Seconds differ from run to run: equal ones were not measured again.
  before = times(folder)[:finished]
  again = run(*arguments)
  assert again.returncode == 0, again.stderr
  assert tables(tmp_path) == tables(uninterrupted[0])
  assert times(folder)[:finished] == before and len(before) == finished


def times(folder):
  path = folder / "times.csv"
  return path.read_text().splitlines()[1:] if path.exists() else []


def test_the_same_command_again_changes_nothing(classes, uninterrupted):
  workdir, _ = uninterrupted
  before = tables(workdir)
  again = run(f"--data={classes}", f"--workdir={workdir}", *SMALL)
  assert again.returncode == 0, again.stderr
  assert tables(workdir) == before


def test_help_names_every_acquisition():
  done = run("--help")
  assert "foreground_random" in done.stdout and "MedMNIST" in done.stdout


WRONG = {
  "--acquisition=bold": "'bold' is not one of alfa_mix,",
  "--data=no/such/folder": "no/such/folder",
  "--set=rounds=99": "but the pool holds",
  "--set=stepz=1": "no field 'stepz'",
  "--seeds=many": "seeds",
  "--nonsense=1": "nonsense",
  "stray": "flags only, found 'stray'",
  "--config=brain": "'brain' is not one of acdc, hippocampus, phantom",
  "--acquisition=foreground_random": "wants a segmentation task",
  "--set=model=unet": "model unet cannot do classification",
}


def test_a_wrong_flag_is_one_line_and_exit_code_2(classes, tmp_path):
  common = f"--data={classes}", f"--workdir={tmp_path / 'w'}"
  cases = [(*common, word) for word in WRONG]
  lines = commands.errors_of("experiments.run", *cases)
  for line, message in zip(lines, WRONG.values(), strict=True):
    assert line.startswith("error: ") and message in line
  assert not (tmp_path / "w").exists()  # nothing was started


def test_a_wrong_flag_ends_the_process_with_code_2():
  done = run("--nonsense=1")
  assert done.returncode == 2
  assert done.stderr == "error: Unknown command line flag 'nonsense'\n"
