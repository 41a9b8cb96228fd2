"""The command as its users type it."""

import csv
import functools
import os
import subprocess
import sys

import numpy as np
import pytest

from tests import command_line as commands

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


def test_ends_with_the_report(classes, tmp_path):
  workdir = tmp_path / "w"
  done = run(f"--data={classes}", f"--workdir={workdir}", *SMALL)
  assert done.returncode == 0, done.stderr
  assert done.stdout.strip().endswith(f"report: {workdir / 'report.html'}")
  assert (workdir / "report.html").stat().st_size > 10_000
  before, begin, behind = done.stdout.partition("One seed says nothing about")
  answer = (begin + behind.partition("\n\n")[0]).splitlines()
  assert before.endswith("\n\n") and "AUC on the test items" not in before
  assert len(answer) <= 3 and max(map(len, answer)) <= 80
  text = (workdir / "runs/entropy-seed0/curve.csv").read_text()
  rows = list(csv.DictReader(text.splitlines()))
  assert [row["labels"] for row in rows] == ["4", "8", "12", "16"]
  assert len(list(workdir.glob("runs/entropy-seed0/pictures/*.npz"))) == 3


@pytest.mark.slow
def test_a_preset_gives_way_to_flags(tmp_path):
  words = ("--nofull", "--seeds=1", "--rounds=1", "--set=steps=2")
  words += ("--acquisition=entropy", "--start=4", "--query=2")
  words += ("--set=phantom_items=60", "--set=test_items=24", "--set=widths=4")
  cases = (
    [f"--workdir={tmp_path / 'w'}", *words],
    [f"--workdir={tmp_path / 'v'}", *words, "--set=full_steps=9"],
  )
  (code, text), (wrong, told) = commands.ends_of("experiments.run", *cases)
  assert code == 0, text
  assert wrong == 2 and told.splitlines()[-1] == (
    "error: full_steps=9 does nothing with full=False"
  )


def test_the_directory_alone_goes_on(classes, tmp_path):
  workdir, alone = tmp_path / "w", f"--workdir={tmp_path / 'w'}"
  small = [word for word in SMALL if "rounds" not in word]
  small += ["--nofull", "--nobaselines", "--start_with=k_means"]
  cases = (
    [f"--data={classes}", alone, *small, "--rounds=0"],
    [alone, "--rounds=1"],
    [alone, "--set=steps=9"],
    [f"--workdir={tmp_path}/w/runs", "--seeds=0"],
  )
  found = commands.ends_of("experiments.run", *cases)
  assert [code for code, _ in found] == [0, 0, 2, 2], found
  assert "steps = 40, now it would be 90; name another" in found[2][1]
  assert [path.name for path in (workdir / "runs").iterdir()] == [
    "entropy-seed0"
  ]
  text = (workdir / "runs/entropy-seed0/curve.csv").read_text()
  assert [line.split(",")[1] for line in text.splitlines()[1:]] == [*("4", "8")]


def test_help_names_every_acquisition():
  code, told = commands.help_of("experiments.run")
  assert code == 0
  assert "foreground_random" in told and "MedMNIST" in told
  assert "3    another process works there" in told


WRONG = {
  "--acquisition=bold": "acquisition 'bold', character 1: no method",
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
  assert done.stderr == (
    "error: Unknown command line flag 'nonsense'. --help lists "
    "those there are\n"
  )


COUNT_PMAPS = """
import sys
from alx.commands.command import parse
from alx.devices import parallel

calls, make = [], parallel._pmap


def counted(share, devices):
  mapped = make(share, devices)

  def call(*args):
    calls.append(len(devices))
    return mapped(*args)

  return call


parallel._pmap = counted
from alx.commands import run

run.main(parse(sys.argv))
print("pmap on devices:", *calls)
"""


@pytest.mark.slow
def test_passes_of_the_command_go_through_pmap(classes, tmp_path):
  words = [f"--data={classes}", f"--workdir={tmp_path}", *SMALL]
  words += ["--acquisition=bald", "--nobaselines", "--nofull"]
  words += ["--set=samples=9", "--set=block=10", "--set=passes=pmap"]
  env = os.environ | {"JAX_NUM_CPU_DEVICES": "8", "JAX_PLATFORMS": "cpu"}
  done = subprocess.run(
    [sys.executable, "-c", COUNT_PMAPS, *words],
    capture_output=True,
    text=True,
    cwd=commands.ROOT,
    env=env,
    timeout=120,
    check=False,
  )
  assert done.returncode == 0, done.stderr
  questions, blocks = 3, 3  # of 28 items
  calls = done.stdout.split("pmap on devices:")[1].split()
  assert calls == ["8"] * questions * blocks
