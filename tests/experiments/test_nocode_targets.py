"""What it takes to reach a Dice, by hand."""

import numpy as np
import pytest

from experiments.nocode.plan import ACTIVE, NONE, RANDOM, Row
from experiments.nocode.pricing import path_of
from experiments.nocode.targets import (
  at_equal_work,
  curve_of,
  dice_at,
  factor_range,
  factorial,
  reached,
)
from tests.nocode_cases import case, grid, record

CELLS = ("d", "tolerant", "updated", ACTIVE)


def paths(found):
  return {
    row: np.array([[sum(map(path_of, r["cases"]))] for r in told["rounds"]])
    for row, told in found.items()
  }


def test_the_curve_is_the_mean_of_known_structures():
  row = Row("d", "tolerant", NONE, RANDOM, 0)
  told = record(row, [0.4, 0.6, 0.8], [[case("a")]] * 3)
  assert curve_of(told) == [0.4, 0.6, 0.8]


def test_between_rounds_costs_are_interpolated():
  told = [0.4, 0.6, 0.8]
  assert reached(told, 0.7, [10, 20, 40]) == (pytest.approx(50), True)
  assert reached(told, 0.4, [10, 20, 40]) == (10.0, True)
  assert reached(told, 0.9, [10, 20, 40]) == (70.0, False)


def test_a_dice_that_falls_is_reached_the_first_time():
  assert reached([0.4, 0.8, 0.6], 0.8, [10, 20, 40]) == (30.0, True)


def test_shares_by_hand():
  found = grid(1)
  made = factorial(found, CELLS, 1.0, "contour", paths(found))
  # The target is 0.8; whoever chooses has it after half of the last round.
  start, second, third = 100.0 + 120, 110.0 + 120, 120.0 + 120
  none = start + second + third
  chosen = start + second + third / 2
  drafted = start + (second + third) / 4
  both = start + (second + third / 2) / 4
  one = made.factors[0]
  assert one.total.value == pytest.approx(1 - both / none)
  draft = ((none - drafted) + (chosen - both)) / 2 / none
  assert one.draft.value == pytest.approx(draft)
  assert factor_range(made, "draft_share").least == pytest.approx(
    100 * draft / (1 - both / none)
  )
  shares = [
    factor_range(made, f"{n}_share").least for n in ("draft", "selection")
  ]
  assert sum(shares) == pytest.approx(100)
  assert (made.repeats, made.censored, made.measure) == (1, 0, "contour")


def test_the_dice_at_equal_work():
  found = grid(1)
  row = Row("d", "tolerant", NONE, RANDOM, 0)
  assert dice_at(curve_of(found[row]), 150, [100, 100, 100]) == pytest.approx(
    0.5
  )
  made = at_equal_work(found, paths(found))
  # The updated model and whoever chose spent least: all of both rounds.
  both = row._replace(draft="updated", selection=ACTIVE)
  assert made[both].mean == pytest.approx(0.9)
  assert made[row].mean == pytest.approx(0.4 + 0.2 * 117.5 / 230)


def test_who_does_not_get_there_is_counted():
  found = grid(2)
  for row, told in found.items():
    if row.draft == "updated":
      told["rounds"][1]["dice"] = told["rounds"][2]["dice"] = [0.5, None]
  made = factorial(found, CELLS, 1.0, "contour", paths(found))
  assert (made.repeats, made.censored) == (2, 4)


def test_for_the_same_labels_a_selection_saves_what_its_cases_do():
  found = grid(2)
  made = factorial(found, CELLS, None, "contour", paths(found))
  assert made.until == "the same labels" and made.censored == 0
  one = made.factors[0]
  assert one.selection.value == 0.0  # the same exams cost the same
  assert one.draft.value == one.total.value > 0
  assert factor_range(made, "draft_share").least == pytest.approx(100)


def test_what_is_not_there_or_not_known_is_left_out():
  found = grid(2)
  del found[Row("d", "tolerant", "updated", ACTIVE, 1)]
  assert factorial(found, CELLS, 0.9, "contour", paths(found)).repeats == 1
  assert factorial(found, CELLS, 0.9, "seconds", dict.fromkeys(found)) is None
  assert factorial({}, CELLS, 0.9, "contour", {}) is None
  together = factorial(found, ("", *CELLS[1:]), 0.9, "contour", paths(found))
  assert (together.data, together.repeats) == ("all", 1)
