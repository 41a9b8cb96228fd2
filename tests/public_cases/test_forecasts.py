"""Forecasts of stored runs that have little, or nothing, to go by."""

import csv
import json

import numpy as np
import pytest

from alx import report

LABELS = 4 * np.arange(1, 9)


def write_run(workdir, name, scores, seed=0):
  folder = workdir / "runs" / f"{name}-seed{seed}"
  folder.mkdir(parents=True)
  with open(folder / "curve.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["round", "labels", "auc"])
    for number, score in enumerate(scores):
      labels = 40 if name == "full" else LABELS[number]
      writer.writerow([number, labels, score])
  (folder / "picks.csv").write_text("round,rank,id,score\n0,0,a,0\n")


def lines_of(workdir, *seeds, full=None, num_pool=40):
  """What is told of runs with random selection, a curve for each seed."""
  about = {"name": "x", "task": "classification", "metric": "auc"}
  files = {"config": {}, "versions": {}, "split": {}}
  files["dataset"] = about | {"num_pool": num_pool, "num_test": 9}
  for name, content in files.items():
    (workdir / f"{name}.json").write_text(json.dumps(content))
  for seed, scores in enumerate(seeds):
    write_run(workdir, "random", scores, seed)
  if full is not None:
    write_run(workdir, "full", [full])
  page = report.write_report(workdir).read_text()
  assert "With more labels" in page
  return report.budget_lines(workdir)


def rising(rounds=8):
  return 0.9 - 0.8 * LABELS[:rounds] ** -0.5


@pytest.mark.parametrize(
  ("scores", "told"),
  [
    (rising(1), "wants 4 numbers of labels or more, got 1"),
    (rising(3), "wants 4 numbers of labels or more, got 3"),
    (np.full(8, 0.5), "no rise can be seen over 4 to 32 labels"),
    (np.full(8, 1.0), "no rise can be seen"),
    (np.zeros(8), "no rise can be seen"),
    (rising()[::-1], "no rise can be seen"),
    (0.7 + 0.02 * (-1.0) ** np.arange(8), "no rise can be seen"),
    (np.append(rising(7), np.nan), "wanted a seed without NaN, got none"),
    (100 * rising(), "wanted scores of at most 1, got"),
  ],
)
def test_no_forecast_in_one_line(tmp_path, scores, told):
  (line,) = lines_of(tmp_path, scores)
  assert line.startswith("no forecast, random: ") and told in line
  assert "\n" not in line


def test_a_forecast_with_all_it_can_say(tmp_path):
  noise = 0.004 * np.random.default_rng(0).standard_normal((3, 8))
  (line,) = lines_of(tmp_path, *(rising() + noise), full=0.8, num_pool=200)
  assert line.startswith("forecast, random: AUC 0.8")
  assert "with 64 labels; 95% of the score with all labels at" in line
  assert "with the first 4 rounds one would have forecast" in line
  assert "later rounds inside)" in line


def test_a_perfect_end_is_no_hindrance(tmp_path):
  (line,) = lines_of(tmp_path, np.minimum(1.0, rising() + 0.25))
  assert "with 40 labels" in line and line.endswith("it was 1.000")


def test_seeds_of_different_heights(tmp_path):
  (line,) = lines_of(tmp_path, rising(), rising() - 0.2, rising() + 0.05)
  assert "forecast, random: AUC" in line  # each rises, whatever its height


def test_a_seed_that_is_not_known_is_left_out(tmp_path):
  gap = rising()
  gap[2] = np.nan
  (line,) = lines_of(tmp_path, rising(), gap)
  assert line.startswith("forecast, random: AUC 0.774 with 40 labels")


def test_no_run_has_no_forecast(tmp_path):
  (tmp_path / "dataset.json").write_text("{}")
  assert report.budget_lines(tmp_path) == []
  assert "With more labels" not in report.write_report(tmp_path).read_text()
