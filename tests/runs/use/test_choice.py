import json
import re

import pytest

from alx.data import DataError
from alx.runs.disk import store
from alx.runs.settings.config import Config
from alx.runs.use import choice


def step(folder, *numbers):
  """Finished checkpoints, without a state."""
  for number in numbers:
    place = folder / str(number)
    place.mkdir(parents=True)
    name = {"name": place.name}
    about = {"commit_timestamp_nsecs": 1, "custom_metadata": name}
    (place / "_CHECKPOINT_METADATA").write_text(json.dumps(about), "utf-8")


@pytest.fixture
def run(tmp_path):
  """A run directory: random, bald (seeds 3 and 4 at once), k_center, full."""
  (tmp_path / "config.json").write_text("{}", "utf-8")
  step(tmp_path / "runs/random-seed0/checkpoints", 4, 5)
  step(tmp_path / "runs/k_center-seed0/checkpoints", 2, 3)
  step(tmp_path / "runs/full-seed0/model", 1)
  step(tmp_path / "batches/bald-seeds3-4", 9, 10)
  names = ("random-seed0", "k_center-seed0", "full-seed0", "bald-seed3")
  for name in (*names, "bald-seed4"):
    rows = [{"round": n, "labels": 10 + n} for n in range(12)]
    store.write_rows(tmp_path / "runs" / name / "curve.csv", rows)
  return tmp_path


CONFIG = Config(acquisition=("random", "bald", "k_center"))


def of(run, *args):
  found = choice.choose(run, CONFIG, *args)
  return found.arm, found.seed, found.round, found.labels


def test_the_first_that_was_asked_for_after_its_last_round(run):
  assert of(run) == ("bald", 3, 9, 19)
  found = choice.choose(run, CONFIG)
  assert found.stored.place == 0 and found.step == 10
  assert found.told().startswith(
    "model: bald, seed 3, round 9, trained on 19 labels"
  )


def test_another_that_is_named(run):
  assert of(run, "k_center") == ("k_center", 0, 2, 12)
  assert of(run, "bald", 4, 8) == ("bald", 4, 8, 18)
  assert choice.choose(run, CONFIG, "bald", 4).stored.place == 1
  assert of(run, "full") == ("full", 0, 0, 10)
  assert of(run / "runs/random-seed0") == ("random", 0, 4, 14)


def test_without_an_acquisition_it_is_the_baseline_or_all_labels(run):
  only = Config(acquisition=("random",))
  assert choice.choose(run, only).arm == "random"
  (run / "runs").rename(run / "away")
  step(run / "runs/full-seed0/model", 1)
  row = [{"round": 0, "labels": 7}]
  store.write_rows(run / "runs/full-seed0/curve.csv", row)
  (run / "batches").rename(run / "away/batches")
  assert choice.choose(run, only).arm == "full"


@pytest.mark.parametrize(
  ("asked", "told"),
  [
    (("entropy",), "wanted a model of entropy, found those of bald, full, k_c"),
    (("blad",), "did you mean bald"),
    (("bald", 7), "a model of bald, seed 7, found seeds 3, 4"),
    (("bald", 3, 1), "round 1, found the rounds kept, 8, 9"),
  ],
)
def test_what_is_not_there(run, asked, told):
  with pytest.raises(DataError, match=re.escape(told)):
    choice.choose(run, CONFIG, *asked)


def test_what_is_no_run_directory(run, tmp_path):
  with pytest.raises(DataError, match="runs/, found nothing"):
    choice.workdir_of(tmp_path / "none")
  with pytest.raises(DataError, match="found a folder without them"):
    choice.workdir_of(tmp_path / "runs")
  (tmp_path / "all").mkdir()
  (tmp_path / "all/w").mkdir()
  (tmp_path / "all/w/config.json").write_text("{}", "utf-8")
  with pytest.raises(DataError, match="a folder of run directories: w"):
    choice.workdir_of(tmp_path / "all")


def test_a_run_without_a_finished_round(tmp_path):
  (tmp_path / "config.json").write_text("{}", "utf-8")
  with pytest.raises(DataError, match="wanted a model, found none"):
    choice.choose(tmp_path, CONFIG)
