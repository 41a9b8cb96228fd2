"""Options, compositions, turns and patients through the commands that run."""

import collections
import dataclasses
import json

import numpy as np
import pytest

from alx.acquisition.grammar import folder_of
from alx.report import write_report
from alx.report.read import read_study
from alx.runs import batch, compare
from alx.runs.disk import store
from alx.runs.settings.config import Config
from alx.studies import collect, rows
from alx.studies.worker import Worker
from tests import command_line as commands
from tests.comparisons import CONSOLE, prepare
from tests.public_cases.cases import write_features

STAGED = "two_stage(entropy:9, k_center)"
TURNS = "entropy*1 + k_center*1"
TEXTS = (
  STAGED,
  TURNS,
)
SMALL = Config(
  acquisition=TEXTS,
  seeds=1,
  start=4,
  query=3,
  rounds=3,
  steps=3,
  test_items=8,
  full=False,
)


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory):
  """24 items of 12 patients."""
  path = tmp_path_factory.mktemp("data") / "e.npz"
  return write_features(path, 36, patient=np.arange(36) // 3)


def train(embeddings, workdir, **changes):
  """What each arm of the first seed picked, by its text: ids by round."""
  config = dataclasses.replace(SMALL, data=str(embeddings), **changes)
  ready = prepare(config, workdir)
  compare.train(ready, CONSOLE)
  names = ready.config.acquisition
  return {name: picks_of(workdir, name) for name in names}


def picks_of(workdir, name):
  folder = workdir / "runs" / f"{folder_of(name)}-seed0"
  found = collections.defaultdict(list)
  for row in store.read_rows(folder / "picks.csv"):
    found[int(row["round"])].append(row["id"])
  return dict(found)


@pytest.fixture(scope="module")
def done(embeddings, tmp_path_factory):
  workdir = tmp_path_factory.mktemp("run")
  names = (*TEXTS, "entropy", "k_center")
  return workdir, train(embeddings, workdir, acquisition=names)


def test_turns_ask_as_the_method_whose_turn_it_is(done):
  _, found = done
  assert found[TURNS][1] == found["entropy"][1]
  # Round 2 is k_center's, from the same labels and model as entropy's.
  assert found[TURNS][2] != found["entropy"][2]
  assert all(len(found[name]) == 4 for name in TEXTS)


class Killed(BaseException):
  """Nothing catches it."""


def test_a_killed_run_takes_its_turns_on(embeddings, done, tmp_path):
  def kill():
    stages.append(None)
    if len(stages) == 11:  # round 2 has asked, and trains
      raise Killed

  stages = []
  config = dataclasses.replace(
    SMALL, data=str(embeddings), acquisition=(TURNS,)
  )
  for _ in range(2):
    ready = prepare(config, tmp_path)
    try:
      compare.train(ready, CONSOLE, kill)
    except Killed:
      assert sorted(picks_of(tmp_path, TURNS)) == [0, 1, 2]
  assert len(stages) > 11
  assert picks_of(tmp_path, TURNS) == done[1][TURNS]


def test_spaces_make_no_other_run(embeddings, done, tmp_path):
  text = " two_stage( entropy :9,k_center ) "
  found = train(embeddings, tmp_path, acquisition=(text,))
  assert found == {STAGED: done[1][STAGED]}
  with pytest.raises(ValueError, match="names one twice: two_stage"):
    Config(acquisition=(text, STAGED))


@pytest.mark.slow
def test_seeds_together_take_turns_as_one_alone(
  embeddings, done, tmp_path, monkeypatch
):
  monkeypatch.setattr(batch, "pays_off", lambda *_: True)
  found = train(embeddings, tmp_path, acquisition=(TURNS,), seeds=2)
  assert found[TURNS] == done[1][TURNS]
  (begun,) = (tmp_path / "batches").iterdir()
  assert begun.name == f"{folder_of(TURNS)}-seeds0-1"
  again = dataclasses.replace(SMALL, data=str(embeddings), seeds=2, rounds=4)
  again = dataclasses.replace(again, acquisition=(TURNS,))
  compare.train(prepare(again, tmp_path), CONSOLE)
  assert set(picks_of(tmp_path, TURNS)) == {0, 1, 2, 3, 4}


def test_a_row_of_a_study_picks_the_same(embeddings, done, tmp_path):
  axes = rows.Axes(
    (str(embeddings),), ("auto",), ("4+3x3",), (STAGED, "random"), 1
  )
  base = Config(acquisition=(), steps=3, test_items=8)
  table = rows.expand(base, axes)
  assert table[0].name == f"e-auto-4+3x3.{folder_of(STAGED)}-seed0"
  rows.write(tmp_path, base, axes)
  assert rows.expand(*rows.read(tmp_path)) == table
  Worker(tmp_path, CONSOLE).run(table[0])
  assert picks_of(tmp_path / table[0].group, STAGED) == done[1][STAGED]
  page = collect.collect(tmp_path, table, CONSOLE).read_text()
  assert f"<th>{STAGED}</th>" in page
  states = store.read_rows(tmp_path / "rows.csv")
  assert [state["acquisition"] for state in states] == [STAGED, "random"]


def test_a_report_has_the_texts_also_of_runs_that_are_not_asked_for(
  embeddings, done
):
  workdir, _ = done
  names = {run.acquisition for run in read_study(workdir).runs}
  assert names == {*TEXTS, "entropy", "k_center"}
  config = json.loads((workdir / "config.json").read_text())
  config["acquisition"] = ["entropy"]
  (workdir / "config.json").write_text(json.dumps(config))
  assert {run.acquisition for run in read_study(workdir).runs} == names
  page = write_report(workdir).read_text()
  assert all(f">{text}</t" in page for text in TEXTS)
  assert "the second method among so many best of the first" in page
  table = store.read_rows(workdir / "curve.csv")
  assert names == {row["acquisition"] for row in table}


def test_a_folder_of_another_text_is_left_alone(embeddings, done, tmp_path):
  folder = tmp_path / "runs" / f"{folder_of(STAGED)}-seed0"
  store.write_json(folder / "arm.json", {"acquisition": "bald*1 + entropy"})
  with pytest.raises(ValueError, match=r"arm.json: this run has acquisition ="):
    train(embeddings, tmp_path, acquisition=(STAGED,))


def test_plain_names_keep_their_folders(done):
  workdir, _ = done
  folder = workdir / "runs" / "entropy-seed0"
  assert folder.is_dir() and not (folder / "arm.json").exists()


def most_of_a_patient(ids):
  return max(
    collections.Counter(int(i.split("_")[-1]) // 3 for i in ids).values()
  )


def test_no_more_of_a_patient_than_is_said(embeddings, tmp_path):
  names = ("random", "entropy", TURNS)
  found = train(embeddings, tmp_path, acquisition=names, max_per_group=1)
  for name in names:
    assert [most_of_a_patient(found[name][n]) for n in range(4)] == 4 * [1]
  free = train(embeddings, tmp_path / "free", acquisition=("entropy",))
  assert max(most_of_a_patient(ids) for ids in free["entropy"].values()) > 1
  page = write_report(tmp_path).read_text()
  assert "no more than 1 item of a patient" in page


def test_a_run_without_a_cap_is_not_gone_on_with_under_one(
  embeddings, done, tmp_path
):
  train(embeddings, tmp_path, acquisition=("entropy",))
  config = json.loads((tmp_path / "config.json").read_text())
  del config["max_per_group"]  # as written before there was one
  (tmp_path / "config.json").write_text(json.dumps(config))
  train(embeddings, tmp_path, acquisition=("entropy",))
  with pytest.raises(ValueError, match=r"has max_per_group = 0, now .* be 1"):
    train(embeddings, tmp_path, acquisition=("entropy",), max_per_group=1)


def test_evidence_inside_a_composition_switches_the_head_on(
  embeddings, tmp_path
):
  for name, wanted in ((STAGED, False), ("two_stage(vacuity:9, badge)", True)):
    config = dataclasses.replace(
      SMALL, data=str(embeddings), acquisition=(name,)
    )
    ready = compare.prepare(config, tmp_path / name[10:14], CONSOLE, False)
    assert ready.config.evidential == wanted


WRONG = {
  "--acquisition=bald(reduce=tip_fraction)": (
    "acquisition 'bald(reduce=tip_fraction)', character 6: bald: reduce: "
    "wanted mean,"
  ),
  "--acquisition=bald,two_stage(entropy:9, k_centr)": (
    "character 22: no method 'k_centr'; did you mean k_center?"
  ),
  "--acquisition=fuse(entropy, typicality; product)": (
    "character 15: no method 'typicality'; did you mean typiclust?"
  ),
  "--acquisition=fuse(entropy, typiclust; product)": (
    "character 15: fuse: wanted a score of each item, found typiclust, which "
    "chooses items together; two_stage(SCORE:N, typiclust) chooses by both"
  ),
  "--acquisition=bald(": "character 6: wanted a name, found the end",
  "--acquisition=bald,bald )": "character 6: wanted '+' or the end, found ')'",
  "--acquisition=two_stage(bald:9,badge),two_stage( bald:9, badge)": (
    "acquisition names one twice: two_stage(bald:9, badge)"
  ),
  "--acquisition=entropy*4 + k_center": (
    "acquisition entropy*4 + k_center: the last turn begins in round 5, there "
    "are 4 rounds"
  ),
  "--acquisition=bald,full": "acquisition: full is none; full=True trains on",
  "--set=acquisition=bald(reduce=tip)": "character 6: bald: reduce: wanted",
  "--acquisition=two_stage(foreground_random:9, k_center)": (
    "acquisition two_stage(foreground_random:9, k_center) wants a segmentation"
  ),
  "--max_per_group=-1": "max_per_group must be at least 0, found -1",
  "--max_per_group=4": "max_per_group=4 does nothing as no more items are",
  "--max_per_group=3": "max_per_group=3 does nothing on data with no more",
}
WITHOUT_PATIENTS = {
  "--max_per_group=1": "max_per_group=1 wants to know the patient of each item",
  "--acquisition=capped_per_group(bald)": (
    "acquisition capped_per_group(bald) wants to know the patient"
  ),
  "--acquisition=per_cluster(margin, by=group)": "wants to know the patient",
}


@pytest.mark.parametrize(
  ("patients", "wrong"), [(True, WRONG), (False, WITHOUT_PATIENTS)]
)
def test_one_line_says_what_is_wrong(embeddings, tmp_path, patients, wrong):
  data = embeddings if patients else write_features(tmp_path / "no.npz")
  common = f"--data={data}", f"--workdir={tmp_path / 'w'}"
  common += ("--nobaselines", "--set=test_items=8")
  cases = [(*common, word) for word in wrong]
  lines = commands.errors_of("experiments.run", *cases)
  for line, message in zip(lines, wrong.values(), strict=True):
    assert message in line, line
  assert not (tmp_path / "w").exists()


def test_patients_that_are_forgotten_cannot_be_capped(embeddings):
  config = dataclasses.replace(
    SMALL, data=str(embeddings), split_by_item=True, max_per_group=1
  )
  with pytest.raises(ValueError, match="does nothing with split_by_item"):
    compare.prepare(config, embeddings.parent / "w", CONSOLE, False)


def test_help_explains_what_can_be_written():
  told = " ".join(commands.help_of("experiments.run")[1].split())
  for text in (
    "'bald(reduce=top_fraction)'",
    "'two_stage(entropy:100, k_center)'",
    "'entropy*2 + k_center*3'",
    "--max_per_group",
  ):
    assert text in told
