"""The first line of the page, of run directories of every outcome."""

import html
import json
import re

import pytest

from alx.report import console_lines, read_answer, write_report
from alx.runs.disk import store
from tests.answer_curves import FAST, LIKE, RANDOM, SLOW, arm


def write_run(folder, scores, labels, metric):
  rows = [
    {"round": r, "labels": int(n), metric: s}
    for r, (n, s) in enumerate(zip(labels, scores, strict=True))
  ]
  folder.mkdir(parents=True)
  store.append_rows(folder / "curve.csv", rows)


def write_study(workdir, arms, metric="dice", full=()):
  """A run directory of curves alone."""
  task = "segmentation" if metric == "dice" else "classification"
  about = {"name": "x", "task": task, "metric": metric, "num_pool": 300}
  store.write_json(workdir / "dataset.json", about)
  for each in arms:
    for seed, scores in zip(each.seeds, each.scores, strict=True):
      folder = workdir / "runs" / f"{each.name}-seed{seed}"
      write_run(folder, scores, each.labels, metric)
  for seed, score in enumerate(full):
    write_run(workdir / "runs" / f"full-seed{seed}", [score], [300], metric)
  return workdir


def first_text(page):
  """What a reader sees first below the title of the window."""
  body = page.read_text("utf-8").split("<body>")[1]
  found = re.search(r"<p[^>]*>(.*?)</p>", body, re.S)[1]
  assert not re.sub("<[^>]+>", "", body[: body.index(found)]).strip()
  return html.unescape(found)


def seeds_of(one, count):
  return arm(one.name, one.scores[:count])


OUTCOMES = {
  "better": (
    [RANDOM, FAST],
    r"entropy reaches what random has with 20 labels ",
  ),
  "equal": ([RANDOM, LIKE], r"BALD is not shown to need fewer labels than ran"),
  "worse": ([RANDOM, SLOW], r"k-center needs more labels than random: it does"),
  "one seed": (
    [seeds_of(RANDOM, 1), seeds_of(FAST, 1)],
    r"One seed says nothing about chance",
  ),
  "two seeds": (
    [seeds_of(RANDOM, 2), seeds_of(FAST, 2)],
    r"Two seeds say little about chance \(differences seen, too few seeds to t",
  ),
  "other seeds": (
    [seeds_of(RANDOM, 3), FAST],
    r"entropy .*3 paired seeds\)\.$",
  ),
  "random alone": ([RANDOM], r"Only random selection was run"),
  "no random": ([FAST], r"Random selection was not run"),
  "nothing": ([], r"No round has finished yet\."),
}


@pytest.mark.parametrize(("arms", "wanted"), OUTCOMES.values(), ids=OUTCOMES)
def test_the_page_begins_with_what_came_out(tmp_path, arms, wanted):
  page = write_report(write_study(tmp_path, arms))
  assert re.match(wanted, first_text(page))
  content = json.loads((tmp_path / "answer.json").read_text())
  assert content["sentences"][0] == first_text(page)
  lines = console_lines(read_answer(tmp_path))
  assert 1 <= len(lines) <= 3 and max(map(len, lines)) <= 80


def test_a_method_that_never_gets_there_is_not_reached(tmp_path):
  write_report(write_study(tmp_path, [RANDOM, SLOW]))
  text, *_ = read_answer(tmp_path)
  assert "does not reach random's final Dice of 0.800 within 20" in text
  (found,) = json.loads((tmp_path / "answer.json").read_text())["methods"]
  assert found["needed"] is None and found["verdict"] == "more"


@pytest.mark.parametrize("metric", ["dice", "auc", "balanced_accuracy"])
def test_the_model_of_all_labels_is_named(tmp_path, metric):
  full = (0.89, 0.9, 0.91)
  write_report(write_study(tmp_path, [RANDOM, FAST], metric, full))
  last = read_answer(tmp_path)[-1]
  assert last.startswith("With 20 of 300 labels random reaches ")
  assert "(0.900)." in last or last.endswith("labels has 0.900.")


def test_all_labels_alone(tmp_path):
  page = write_report(write_study(tmp_path, [], full=(0.89, 0.91)))
  assert first_text(page).startswith(
    "Only a model with all 300 labels was trained: Dice 0.900"
  )


def test_a_long_composition_still_fits(tmp_path):
  name = "two_stage(fuse(entropy, information_density(margin)):100, k_center)"
  folder = tmp_path / "runs" / "long-seed0"
  write_study(tmp_path, [RANDOM, LIKE])
  for path in (tmp_path / "runs").glob("bald-seed*"):
    store.write_json(path / "arm.json", {"acquisition": name})
  write_report(tmp_path)
  assert not folder.exists() and name in read_answer(tmp_path)[0]
  lines = console_lines(read_answer(tmp_path))
  assert len(lines) == 3 and max(map(len, lines)) <= 80


def test_a_damaged_answer_is_no_answer(tmp_path):
  assert read_answer(tmp_path) == ()
  for text in ("{", "[]", '{"sentences": null}', '{"sentences": 7}', "{}"):
    (tmp_path / "answer.json").write_text(text)
    assert read_answer(tmp_path) == ()
