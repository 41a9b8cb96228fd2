"""The command as its users type it, beside the one that holds the pool."""

import dataclasses
import io
import json

import pytest
from rich.console import Console

from alx.runs import compare
from alx.runs.disk import store
from alx.runs.disk.names import run_name
from tests import command_line as commands
from tests import streamed_cases

PATTERN = r"case\d\d(\d)"  # case000 and case010 are of one patient
# What is left out here compiles for long and is the same code in both.
CONFIG = dataclasses.replace(
  streamed_cases.CONFIG,
  acquisition=(
    *("random", "entropy", "entropy*1 + k_center*1"),
    "two_stage(entropy:3, k_center)",
  ),
  group_pattern=PATTERN,
  max_per_group=1,
  steps=3,
  flips=False,
  intensity=0.0,
  pictures=0,
)
SETTINGS = [
  "--acquisition=random,entropy,entropy*1+k_center*1,"
  "two_stage(entropy:3,k_center)",
  "--max_per_group=1",
  f"--set=group_pattern={PATTERN}",
  "--nobaselines",
  "--seeds=1",
  "--set=model=unet",
  "--set=widths=4",
  "--set=patch=8,8,4",
  "--set=test_items=3",
  "--set=start=2",
  "--set=query=2",
  "--set=rounds=2",
  "--set=block=2",
  "--set=steps=3",
  "--set=flips=false",
  "--set=intensity=0",
  "--set=pictures=0",
]
CONSOLE = Console(file=io.StringIO())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
  """(data, work directory, what was printed) of one command."""
  root = tmp_path_factory.mktemp("stream")
  streamed_cases.write_folder(root / "boxes", 12)
  words = (f"--{x}={root / x}" for x in ("cache", "workdir"))
  data = f"--data={root / 'boxes'}"
  done = commands.run("experiments.stream", data, *words, *SETTINGS)
  assert done.returncode == 0, done.stderr
  return root / "boxes", root / "workdir", done.stdout


def in_memory(data, workdir):
  config = dataclasses.replace(CONFIG, data=str(data), seeds=1)
  return compare.prepare(config, workdir, CONSOLE, baselines=False)


def test_ends_with_the_report(finished):
  _, workdir, text = finished
  assert text.strip().endswith(f"report: {workdir / 'report.html'}")
  assert "bytes kept of an item: 0 for random, 4 for entropy, 16 for e" in text
  page = (workdir / "report.html").read_text()
  assert "two_stage(entropy:3, k_center)" in page
  assert "asked for in config.json" not in page


def assert_same(path, other):
  """Equal texts in both tables, and numbers that are equal to rounding.

  What is on disk has no nearest item: only what is asked for is read.
  """
  texts = {"id", "class", "group"}
  pairs = zip(store.read_rows(path), store.read_rows(other), strict=True)
  for row, wanted in pairs:
    assert set(wanted) - set(row) <= {"nearest", "distance"}
    numbers = {x: float(wanted[x]) for x in set(row) - texts}
    assert [row.get(x) for x in texts] == [wanted.get(x) for x in texts]
    found = {x: float(row[x]) for x in set(row) - texts}
    assert found == pytest.approx(numbers, rel=1e-5, nan_ok=True)


@pytest.mark.slow
def test_asks_and_finds_what_the_run_in_memory_does(finished, tmp_path):
  """Rounding depends on the shapes that are compiled for, choices do not."""
  data, workdir, _ = finished
  compare.train(in_memory(data, tmp_path), CONSOLE)
  for name in CONFIG.acquisition:
    for table in ("picks.csv", "curve.csv", "cases.csv"):
      path = f"runs/{run_name(name, 0)}/{table}"
      assert_same(workdir / path, tmp_path / path)
  picks = store.read_rows(tmp_path / "runs/entropy-seed0/picks.csv")
  assert len({row["id"] for row in picks}) == 6


def test_the_run_in_memory_knows_it_for_its_own(finished):
  data, workdir, _ = finished
  before = (workdir / "dataset.json").read_text()
  in_memory(data, workdir)  # would refuse other data or settings
  assert (workdir / "dataset.json").read_text() == before
  assert json.loads((workdir / "config.json").read_text())["cache"] == ""


WRONG = {
  "--acquisition=bold": "acquisition 'bold', character 1: no method",
  "--data=": "wanted --data=FOLDER of volumes, found ''",
  "--data=phantom": "wanted --data=FOLDER of volumes, found 'phantom'",
  "--data=no/such": "no/such: wanted a folder with imagesTr and labelsTr",
  "--cache=": "wanted --cache=DIR",
  "--set=coarsen=2": "a pool that is not in memory wants coarsen=1, found 2",
  "--set=full=true": "a pool that is not in memory wants full=False",
  "--set=features=x.npy": "wants features='', found '",
  "--set=rounds=99": "but the pool holds 9 items",
  "--budget=voxels:1": "budget=voxels:1 is less than case0",
  "--unit=slices:3": "unit: wanted slices",
  "stray": "flags only, found 'stray'",
}


def test_a_wrong_flag_is_one_line_and_exit_code_2(finished, tmp_path):
  data, workdir, _ = finished
  common = f"--data={data}", f"--cache={workdir.parent / 'cache'}"
  work = f"--workdir={tmp_path / 'w'}"
  cases = [(*common, work, word) for word in WRONG]
  lines = commands.errors_of("experiments.stream", *cases)
  for line, message in zip(lines, WRONG.values(), strict=True):
    assert line.startswith("error: ") and message in line
  assert not (tmp_path / "w").exists()  # nothing was started
