"""Savings per exam: intervals that cover, negative ends, verdicts."""

import numpy as np
import pytest

from alx.effort import saving as module
from alx.effort.saving import savings, unpaired_savings, verdict


def test_sums_and_ratios_by_hand():
  found = savings([100, 300], [50, 250], ["p", "q"], num_draws=200)
  assert found.per_exam.value == 50
  assert found.percent.value == 25  # 100 of 400, not the mean of 50 and 16.7
  assert found.mean_percent == pytest.approx((50 + 100 / 6) / 2)
  assert (found.exams, found.patients, found.readers) == (2, 2, 1)


def test_a_constant_saving_has_no_width():
  found = savings([9, 5, 7], [7, 3, 5], range(3), num_draws=100)
  assert found.per_exam[:3] == (2, 2, 2)
  assert found.chance == 1


def test_what_is_equal_but_for_rounding_saves_nothing():
  manual, assisted = [0.3] * 3, [0.1 + 0.2] * 3
  found = savings(manual, assisted, range(3), num_draws=100)
  assert found.per_exam[:3] == found.percent[:3] == (0, 0, 0)
  assert (found.mean_percent, found.chance) == (0, 0)
  apart = unpaired_savings(manual, assisted, range(3), range(3), num_draws=100)
  assert apart[:3] == (0, 0, 0)
  for one in (found.per_exam, apart):
    assert verdict(*one[1:3]) == ("undecided", "assist")


def test_savings_that_cancel_are_no_verdict():
  # 0.2 and -0.2 of each patient add up to 0 but for rounding.
  how = [0.3, 0.1] * 2, [0.1, 0.1 + 0.2] * 2, [0, 0, 1, 1]
  found = savings(*how, num_draws=100).per_exam
  assert found[:3] == (0, 0, 0)


def test_single_precision_rounds_sooner():
  manual = np.full(3, 300.1, np.float32)
  found = savings(manual, np.nextafter(manual, np.float32(999)), range(3))
  assert found.per_exam[:3] == (0, 0, 0)


def test_columns_are_those_of_one_by_one():
  rng = np.random.default_rng(6)
  manual, assisted = rng.lognormal(3, 1, (2, 12, 4))
  patients = np.arange(12) // 2
  both = savings(manual, assisted, patients, num_draws=200)
  other = unpaired_savings(
    manual, assisted[:8], patients, range(8), num_draws=200
  )
  for p in range(4):
    one = savings(manual[:, p], assisted[:, p], patients, num_draws=200)
    for name in ("per_exam", "percent"):
      columns = [end[p] for end in getattr(both, name)[:3]]
      np.testing.assert_allclose(columns, getattr(one, name)[:3], rtol=1e-12)
    assert both.chance[p] == one.chance
    alone = unpaired_savings(
      manual[:, p], assisted[:8, p], patients, range(8), num_draws=200
    )
    columns = [end[p] for end in other[:3]]
    np.testing.assert_allclose(columns, alone[:3], rtol=1e-12)


def test_draws_are_evaluated_in_parts(monkeypatch):
  whole = savings([1, 2, 4], [0, 0, 1], range(3), num_draws=50)
  drawing, parts = module._drawing, []

  def told(*args):
    for weights in drawing(*args):
      parts.append(len(weights))
      yield weights

  monkeypatch.setattr(module, "_drawing", told)
  monkeypatch.setattr(module, "_AT_ONCE", 30)
  found = savings([1, 2, 4], [0, 0, 1], range(3), num_draws=50)
  assert parts == [10] * 5 and found == whole


def test_a_loss_stays_a_loss():
  found = savings([10, 10, 10], [20, 30, 40], range(3), num_draws=500)
  assert found.per_exam.value == -20
  assert -30 <= found.per_exam.low < found.per_exam.high <= -10
  assert found.chance == 0
  assert verdict(*found.per_exam[1:3]) == ("costs", "manual")


def test_one_patient_has_no_interval():
  found = savings([3, 4], [1, 1], ["p", "p"], num_draws=50)
  assert np.isnan(found.per_exam.low) and np.isnan(found.chance)
  assert verdict(*found.per_exam[1:3]) == ("unknown", "unknown")


def test_readers_without_a_name_are_one():
  found = savings(range(2, 14), [1] * 12, range(12), [None] * 12, num_draws=50)
  assert found.readers == 1 and not found.over_readers
  assert found.patients == 12


def test_rows_of_a_patient_are_drawn_together():
  rng = np.random.default_rng(0)
  of_patient = rng.normal(0, 5, 30)
  manual = 50 + np.repeat(of_patient, 10)
  whole = savings(manual, np.full(300, 40.0), np.repeat(np.arange(30), 10))
  alone = savings(manual, np.full(300, 40.0), np.arange(300))
  widths = [s.per_exam.high - s.per_exam.low for s in (whole, alone)]
  # 30 numbers, not 300: sqrt(10) times as wide.
  assert widths[0] / widths[1] == pytest.approx(np.sqrt(10), rel=0.1)


def test_the_interval_of_a_mean_is_that_of_the_normal():
  rng = np.random.default_rng(1)
  manual, assisted = 100 + rng.normal(0, 10, 400), np.full(400, 90.0)
  found = savings(manual, assisted, range(400)).per_exam
  width = 2 * 1.96 * manual.std() / np.sqrt(400)
  assert found.high - found.low == pytest.approx(width, rel=0.03)


def test_readers_are_drawn_too_if_there_are_enough():
  rng = np.random.default_rng(2)
  reader = np.tile(np.arange(6), 40)
  patient = np.repeat(np.arange(40), 6)
  manual = 100 + 20 * rng.normal(0, 1, 6)[reader]
  assisted = np.full(240, 60.0)
  few = savings(manual, assisted, patient, reader % 2)
  many = savings(manual, assisted, patient, reader)
  assert (few.over_readers, many.over_readers) == (False, True)
  # All of the spread is between readers, who see every patient.
  assert few.per_exam.high - few.per_exam.low < 1e-9
  sd = np.unique(manual).std() if len(np.unique(manual)) > 1 else 0
  width = 2 * 1.96 * sd / np.sqrt(6)
  assert many.per_exam.high - many.per_exam.low == pytest.approx(
    width, rel=0.15
  )


def test_an_interval_of_95_percent_covers_95_percent():
  """1,000 data sets of 60 patients with two exams, the mean saving is 4."""
  rng = np.random.default_rng(3)
  patient = np.repeat(np.arange(60), 2)
  data = rng.normal(4, 6, (60, 1000))[patient] + rng.normal(0, 4, (120, 1000))
  weights = np.concatenate(
    list(module._drawing(patient, np.zeros(120, int), 1000, 7))
  )
  drawn = weights @ data / weights.sum(1, keepdims=True)
  low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
  assert 0.93 <= ((low <= 4) & (high >= 4)).mean() <= 0.97


def test_a_tumour_like_task_spans_zero():
  rng = np.random.default_rng(4)
  manual = rng.lognormal(5, 1, 20)
  assisted = manual * rng.lognormal(-0.05, 0.8, 20)
  found = savings(manual, assisted, range(20))
  assert found.per_exam.low < 0 < found.per_exam.high
  assert verdict(*found.per_exam[1:3]) == ("undecided", "assist")


def test_other_exams_are_drawn_by_themselves():
  rng = np.random.default_rng(5)
  a, b = rng.normal(50, 5, 80), rng.normal(40, 5, 100)
  found = unpaired_savings(a, b, range(80), range(100))
  error = np.sqrt(a.var() / 80 + b.var() / 100)
  assert found.value == pytest.approx(a.mean() - b.mean())
  assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.05)


@pytest.mark.parametrize(
  ("ends", "said"),
  [
    ((5.94, 26.87), ("saves", "automate")),
    ((-7.26, 26.09), ("undecided", "assist")),
    ((-9.0, -0.1), ("costs", "manual")),
    ((0.0, 3.0), ("undecided", "assist")),
    ((np.nan, 3.0), ("unknown", "unknown")),
  ],
)
def test_verdicts(ends, said):
  assert verdict(*ends) == said


def test_break_even_by_hand():
  # 36 s a case and 2 a case for machines: 200 an hour.
  assert module.break_even_rate(36.0, 2.0) == 200
  assert module.break_even_exams(1000.0, 4.0) == 250
  assert module.break_even_rate(-1.0, 2.0) == float("inf")
  assert module.break_even_exams(1.0, -1.0) == float("inf")


@pytest.mark.parametrize(
  ("change", "told"),
  [
    ({"manual": []}, "one number an exam"),
    ({"manual": [1.0, 2.0]}, "wanted pairs"),
    ({"manual": [1, -2, 3]}, "numbers >= 0, found -2"),
    ({"manual": [1, np.nan, 3]}, "manual: wanted numbers >= 0"),
    ({"patients": ["p", "q"]}, "patients: wanted 3 names"),
    ({"readers": ["p"]}, "readers: wanted 3 names"),
    ({"num_draws": 0}, "num_draws"),
  ],
)
def test_no_savings(change, told):
  how = {"manual": [1, 2, 3], "assisted": [1, 1, 1], "patients": range(3)}
  with pytest.raises(ValueError, match=told):
    savings(**how | change)


def test_ends_are_in_order():
  with pytest.raises(ValueError, match="low <= high"):
    verdict(1.0, 0.0)
