"""Intervals as they are: the numbers of a published study, kept as they are.

A no-code labelling study of 2026, quoted second hand: savings per exam of
$14.30 [5.94, 26.87] for a kidney and $5.63 [-7.26, 26.09] for a tumour, and
90.3% and 48.2% of the time. They test the arithmetic and the printing; they are
no result of ours.
"""

import numpy as np
import pytest

from alx.effort import words
from alx.effort.saving import savings, verdict
from alx.stats.resampling import Estimate

KIDNEY = Estimate(14.30, 5.94, 26.87, 10)
TUMOUR = Estimate(5.63, -7.26, 26.09, 10)


def test_published_intervals_are_printed_as_they_are():
  assert words.money(KIDNEY, "USD") == "$14.30 [5.94, 26.87]"
  assert words.money(TUMOUR, "USD") == "$5.63 [-7.26, 26.09]"
  assert words.amount(-5.631, "EUR") == "-€5.63"
  assert words.amount(0.004, "CHF") == "CHF 0.00"
  assert verdict(KIDNEY.low, KIDNEY.high).task == "automate"
  assert verdict(TUMOUR.low, TUMOUR.high).task == "assist"


@pytest.mark.parametrize(
  ("share", "task"), [(0.903, "kidney"), (0.482, "tumour")]
)
def test_published_shares_of_time_come_out_of_the_sums(share, task):
  manual = np.array([600.0, 1200.0, 900.0])
  found = savings(manual, (1 - share) * manual, range(3), num_draws=100)
  assert found.percent.value == pytest.approx(100 * share), task
  assert words.with_interval(found.percent, 1, "%").startswith(
    f"{100 * share:.1f}%"
  )


def test_a_loss_and_what_is_not_known():
  assert words.money(Estimate(-1.5, -2.0, -1.0, 3), "USD") == (
    "-$1.50 [-2.00, -1.00]"
  )
  assert (
    words.money(Estimate(1.0, np.nan, np.nan, 1), "CHF") == "CHF 1.00 [-, -]"
  )
  unknown = Estimate(np.nan, np.nan, np.nan, 1)
  assert words.money(unknown, "USD") == "- [-, -]"  # no minus: no loss
  assert words.amount(np.nan, "USD") == "-"
  assert words.with_interval(Estimate(-0.001, -0.004, 1, 3)) == (
    "0.00 [0.00, 1.00]"
  )


def test_a_line_of_savings():
  found = savings([9, 5, 7], [7, 3, 5], range(3), num_draws=100)
  # 6 of 21 in all; of the draws 2 of 9 to 6 of 17 in the middle.
  assert words.savings_line(found) == (
    "2.0 s [2.0, 2.0] saved per exam, 28.6% [22.2, 35.3]; saves: automate (3 "
    "exams, 3 patients, 1 reader; interval over patients)"
  )


def test_a_scenario_is_a_range():
  assert words.scenario_line(30.2, 411.0) == "scenario, 30 to 411 s"
