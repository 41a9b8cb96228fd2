"""The forecast in words and in a table."""

import numpy as np
import pytest

from alx.report.arms import Arm
from alx.report.budgets import forecasts
from alx.report.read import Run, Study

LABELS = np.array([8.0, 16, 24, 32, 40, 48])


def arm_of(scores, labels=LABELS, name="entropy"):
  scores = np.atleast_2d(scores)
  runs = tuple(Run(name, s, None, (), ()) for s in range(len(scores)))
  return Arm(name, runs, len(runs), labels[: scores.shape[1]], scores)


def study_of(full=(), num_pool=100):
  rows = [{"round": "0", "labels": "100", "auc": f"{x}"} for x in full]
  runs = tuple(Run("full", s, None, (row,), ()) for s, row in enumerate(rows))
  about = {"metric": "auc", "num_pool": num_pool}
  return Study(None, {}, {}, about, {}, (), runs, ())


def curve(labels=LABELS):
  return 0.9 - labels**-0.5


def test_one_seed_on_the_formula():
  study = study_of(full=[0.8 / 0.95])  # 0.9 - 100^-0.5 is 95% of it
  found = forecasts.look_ahead(study, [arm_of(curve())])
  (line,) = forecasts.lines(study, found)
  assert line == (
    "forecast, entropy: AUC 0.798 with 96 labels; 95% of the score with all "
    "labels at 100 labels; with the first 4 rounds one would have forecast "
    "0.756 at 48 labels; it was 0.756"
  )
  table = forecasts.table(study, found)
  assert table.rows == [
    ["entropy", "48", "0.756", "96", "0.798", "100", "0.756", "0.756", "–"]
  ]
  assert len(table.head) == len(table.rows[0])


def test_seeds_have_intervals():
  rng = np.random.default_rng(0)
  noise = 0.005 * rng.standard_normal((4, 6))
  study = study_of(full=[0.8, 0.82])
  found = forecasts.look_ahead(study, [arm_of(curve() + noise)])
  (line,) = forecasts.lines(study, found)
  assert " to " in line and line.count("(") == 4
  assert line.endswith("of 2 later rounds inside)")
  (row,) = forecasts.table(study, found).rows
  assert [cell.count("\n") for cell in row] == [0, 0, 0, 0, 1, 1, 1, 0, 0]


def test_two_seeds_have_no_interval():
  noise = 0.005 * np.random.default_rng(0).standard_normal((2, 6))
  found = forecasts.look_ahead(study_of([0.8, 0.82]), [arm_of(curve() + noise)])
  (line,) = forecasts.lines(study_of([0.8, 0.82]), found)
  assert " to " not in line and "(" not in line
  (row,) = forecasts.table(study_of([0.8, 0.82]), found).rows
  assert not any("\n" in cell for cell in row) and row[-1] == "–"


def test_no_more_labels_than_the_pool_has():
  study = study_of(num_pool=60)
  (line,) = forecasts.lines(
    study, forecasts.look_ahead(study, [arm_of(curve())])
  )
  assert "with 60 labels; with the first" in line
  study = study_of(num_pool=48)
  found = forecasts.look_ahead(study, [arm_of(curve())])
  (line,) = forecasts.lines(study, found)
  assert line.startswith("forecast, entropy: with the first 4 rounds")
  assert forecasts.table(study, found).rows[0][3:5] == ["–", "–"]


def test_a_target_beyond_the_pool():
  study = study_of(full=[0.9])
  found = forecasts.look_ahead(study, [arm_of(curve())])
  assert "at >100 labels" in forecasts.lines(study, found)[0]


def test_four_rounds_have_no_later_one():
  study = study_of()
  found = forecasts.look_ahead(study, [arm_of(curve()[:4])])
  assert forecasts.lines(study, found) == [
    "forecast, entropy: AUC 0.775 with 64 labels"
  ]


@pytest.mark.parametrize(
  ("scores", "told"),
  [
    (curve()[:3], "a forecast wants 4 numbers of labels or more, got 3"),
    (np.full(6, 0.7), "no rise can be seen over 8 to 48 labels"),
    (np.full(6, np.nan), "wanted a seed without NaN, got none"),
  ],
)
def test_what_is_refused_is_told_once_for_all(scores, told):
  study, names = study_of(), ("random", "k_center")
  arms = [arm_of(scores, name=name) for name in names]
  found = forecasts.look_ahead(study, arms)
  (line,) = forecasts.lines(study, found)
  assert line.startswith("no forecast, random and k-center: ") and told in line
  assert forecasts.table(study, found) is None
