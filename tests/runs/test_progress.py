"""Lines of a log, the time that is left, and hints for large images."""

import io
import types

import numpy as np
import pytest
from rich.console import Console

from alx.runs import progress
from alx.runs.disk import store
from alx.runs.settings.config import Config


@pytest.fixture
def clock(monkeypatch):
  """Seconds, set by hand."""
  now = types.SimpleNamespace(s=0.0)
  monkeypatch.setattr(
    progress, "time", types.SimpleNamespace(monotonic=lambda: now.s)
  )
  return now


def log_of(terminal=False):
  return Console(file=io.StringIO(), width=100, force_terminal=terminal)


def runs_of(tmp_path, *scores, metric="dice"):
  folders = []
  store.write_json(tmp_path / "dataset.json", {"metric": metric})
  for seed, values in enumerate(scores):
    folder = tmp_path / "runs" / f"entropy-seed{seed}"
    rows = [
      {"round": n, "labels": 4 * (n + 1), metric: x}
      for n, x in enumerate(values)
    ]
    store.write_rows(folder / "curve.csv", rows)
    folders.append(folder)
  return progress.Runs("entropy", tuple(folders))


def do(show, runs, numbers, clock, seconds):
  for number in numbers:
    for stage in ("asking", "training", "testing", "saving"):
      show.stage(runs, number, stage)
      clock.s += seconds if stage == "training" else 0
  show.finish(len(numbers) * len(runs.folders))


def test_a_log_has_a_line_for_each_round_and_what_is_left(tmp_path, clock):
  console, runs = log_of(), runs_of(tmp_path, [0.5, 0.75])
  with progress.progress_bars(console) as bars:
    show = progress.Shower(bars, 6, console)
    do(show, runs, [0, 1], clock, 5)
  assert console.file.getvalue().splitlines() == [
    "first fit: 5.0 s, compiling included; about 30 s more if every round "
    "takes as long",
    "entropy, round 0: 4 labels, Dice 0.500 (1 of 6 rounds, about 25 s left)",
    "entropy, round 1: 8 labels, Dice 0.750 (2 of 6 rounds, about 20 s left)",
  ]


def test_what_is_left_forgets_what_was_compiled_after_two_rounds(
  tmp_path, clock
):
  console, runs = log_of(), runs_of(tmp_path, [0.5, 0.6, 0.7])
  with progress.progress_bars(console) as bars:
    show = progress.Shower(bars, 12, console)
    for number, seconds in enumerate([100, 2, 2]):
      for stage in ("asking", "training", "testing", "saving"):
        show.stage(runs, number, stage)
        clock.s += seconds if stage == "training" else 0
    show.finish(3)
  lines = console.file.getvalue().splitlines()
  assert [line.partition("(")[2] for line in lines[1:]] == [
    "1 of 12 rounds, about 18 min left)",
    "2 of 12 rounds, about 20 s left)",
    "3 of 12 rounds, about 18 s left)",
  ]


def test_a_batch_tells_its_mean_and_a_resumed_round_is_not_told(
  tmp_path, clock
):
  console, runs = log_of(), runs_of(tmp_path, [0.5, 0.7], [0.5, 0.9])
  with progress.progress_bars(console) as bars:
    do(progress.Shower(bars, 4, console), runs, [1], clock, 100)
  lines = console.file.getvalue().splitlines()
  assert len(lines) == 2 and lines[1].startswith(
    "entropy, round 1: 8 labels, Dice 0.800 on average (4 of 4 rounds)"[:44]
  )


def test_the_number_of_a_class_is_told_by_its_name(tmp_path):
  runs = runs_of(tmp_path, [0.5], metric="average_precision_sick")
  told = progress._scores(runs, 0)
  assert told == "4 labels, average precision sick 0.500"


def test_a_terminal_has_bars_instead(tmp_path, clock):
  console, runs = log_of(terminal=True), runs_of(tmp_path, [0.5, 0.75])
  with progress.progress_bars(console) as bars:
    show = progress.Shower(bars, 4, console)
    do(show, runs, [0, 1], clock, 5)
    assert bars.tasks[0].description == "all rounds, about 10 s left"
    do(show, runs, [0, 1], clock, 5)
    assert bars.tasks[0].description == "all rounds"
  told = console.file.getvalue()
  assert "first fit: 5.0 s" in told and "Dice" not in told


@pytest.mark.parametrize(("seconds", "hints"), [(1, 0), (100, 1)])
def test_a_hint_comes_only_when_much_is_left(tmp_path, clock, seconds, hints):
  console, runs = log_of(), runs_of(tmp_path, [0.5])
  show = progress.Shower(progress.LogBars(), 20, console, hint="less")
  do(show, runs, [0], clock, seconds)
  assert console.file.getvalue().count("hint: less\n") == hints


def test_where_a_command_stands_is_known_to_who_stops_it(tmp_path, clock):
  show = progress.Shower(progress.LogBars(), 9, log_of())
  show.stage(runs_of(tmp_path, [0.5]), 3, "training")
  assert progress.stops._at[0] == (
    "at entropy, round 3 (training), 3 of 9 rounds done; what was finished "
    "before is kept"
  )


@pytest.mark.parametrize(
  ("seconds", "text"),
  [
    (0.01, "0.1 s"),
    (9.6, "9.6 s"),
    (89, "89 s"),
    (600, "10 min"),
    (9e3, "2.5 h"),
  ],
)
def test_durations(seconds, text):
  assert progress._duration(seconds) == text


def problem_of(shape, task):
  values = np.zeros((1, *shape, 1), np.uint8)
  return types.SimpleNamespace(
    images=types.SimpleNamespace(values=values),
    dataset=types.SimpleNamespace(task=task),
  )


def test_hints_name_what_the_data_allow():
  config = Config(patch=(256, 200), widths=(8, 16, 32), coarsen=2)
  found = progress.hint_of(config, problem_of((512, 512), "segmentation"))
  assert found == (
    "fits are slow for images of 512x512; 4 voxels into one, --set=coarsen=4, "
    "or smaller training patches, --set=patch=128,100, make them several "
    "times faster"
  )
  on_disk = problem_of((512, 512), "segmentation")
  assert progress.hint_of(config, on_disk, coarsens=False) == (
    "fits are slow for images of 512x512; smaller training patches, "
    "--set=patch=128,100, make them several times faster"
  )
  found = progress.hint_of(Config(), problem_of((224, 224), "classification"))
  assert "--set=coarsen=2, make" in found and "patch" not in found
  assert (
    progress.hint_of(Config(), problem_of((64, 64), "classification")) == ""
  )
  assert progress.hint_of(Config(), problem_of((), "classification")) == ""
