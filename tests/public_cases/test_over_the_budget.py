"""One number for a whole curve has one definition, wherever it stands."""

import numpy as np
import pytest
import scipy.integrate

from alx import stats
from alx.report import arms as numbers
from alx.report import comparisons, read, write_report
from alx.runs.disk import store
from experiments.survey import tables
from tests.survey_cases import acdc

# A curve that rises at once: its mean over rounds is 0.45, its area is not.
LABELS = [10, 20, 30, 60]
CURVES = {"random": [0.0, 0.6, 0.6, 0.6], "entropy": [0.0, 0.8, 0.8, 0.6]}


def area(scores):
  total = scipy.integrate.trapezoid(scores, LABELS)
  return float(total / (LABELS[-1] - LABELS[0]))


def write_curves(folder):
  store.write_json(folder / "dataset.json", {"metric": "dice"})
  for name, scores in CURVES.items():
    for seed in range(3):
      rows = [
        {"round": i, "labels": n, "dice": x + 0.01 * seed}
        for i, (n, x) in enumerate(zip(LABELS, scores, strict=True))
      ]
      path = folder / "runs" / f"{name}-seed{seed}" / "curve.csv"
      store.append_rows(path, rows)


def test_by_hand():
  assert stats.area_under_budget_curve(LABELS, CURVES["random"]) == 0.54
  assert area(CURVES["random"]) == pytest.approx(0.54)  # (3 + 6 + 18) / 50


def test_the_page_and_its_tests_take_the_area(tmp_path):
  write_curves(tmp_path)
  arms = numbers.make_arms(read.read_study(tmp_path))
  found = [float(numbers.budget_mean(arm).mean) for arm in arms]
  wanted = [area(CURVES[arm.name]) + 0.01 for arm in arms]
  np.testing.assert_allclose(found, wanted)
  (gap,) = comparisons.gaps(arms, arms[0])
  assert float(gap.area.mean) == pytest.approx(wanted[1] - wanted[0])
  text = write_report(tmp_path).read_text("utf-8")
  assert "area under the learning curve by trapezoids over labels" in text
  assert "not the mean over rounds" in " ".join(text.split())


def test_the_survey_takes_the_same(tmp_path):
  _, outcome = acdc(tmp_path)
  tables.save(outcome, tmp_path)
  rows = store.read_rows(tmp_path / "differences-b10.csv")
  row = next(
    r
    for r in rows
    if (r["measure"], r["method"], r["over"]) == ("dice", "entropy", "area")
  )
  arms = {arm.name: arm for arm in outcome.arms}
  areas = [
    np.trapezoid(arms[n].scores, arms[n].labels, axis=1) / 10
    for n in ("entropy", "random")
  ]
  wanted = np.mean(areas[0] - areas[1])
  assert float(row["difference"]) == pytest.approx(wanted)
