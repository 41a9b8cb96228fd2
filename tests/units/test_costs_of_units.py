import importlib

import numpy as np
import pytest

from alx.units import costs


def test_an_outline_is_as_long_as_its_sides():
  """Marching squares: 4 sides of n - 1 pixels and 4 cut corners."""
  labels = np.zeros((9, 9), int)
  labels[2:7, 2:7] = 1
  assert costs.outline_mm(labels) == pytest.approx(4 * 4 + 4 * np.sqrt(0.5))


def test_an_outline_in_mm():
  labels = np.ones((3, 5), int)
  corner = np.hypot(2.0, 0.5) / 2
  wanted = 2 * (2 * 2.0 + 4 * 0.5) + 4 * corner
  assert costs.outline_mm(labels, (2.0, 0.5)) == pytest.approx(wanted)


def test_the_length_of_a_disc_is_close_at_any_angle():
  y, x = np.indices((64, 64)) - 31.5
  labels = (np.hypot(x, y) < 20).astype(int)
  assert costs.outline_mm(labels) == pytest.approx(2 * np.pi * 20, rel=0.06)


def test_each_class_has_an_outline_and_background_none():
  labels = np.array([[0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]])
  assert costs.outline_mm(labels) == pytest.approx(2 * 4 * np.sqrt(0.5))
  assert costs.outline_mm(np.zeros((3, 3))) == 0


def test_a_volume_is_traced_slice_by_slice():
  labels = np.zeros((4, 4, 4), int)
  labels[1:3, 1:3, 1:3] = 1
  a_slice = costs.outline_mm(labels[1])
  assert costs.traced_mm(labels, 0) == pytest.approx(2 * a_slice)
  assert costs.traced_mm(labels, 2) == pytest.approx(2 * a_slice)


def test_seconds_are_fitted_in_logarithms():
  rng = np.random.default_rng(0)
  boundary, parts = rng.uniform(5, 500, 50), rng.integers(1, 6, 50)
  seconds = 3.0 * boundary**0.7 * parts**0.2
  found = costs.fit_seconds(boundary, parts, seconds)
  np.testing.assert_allclose(found, [np.log(3.0), 0.7, 0.2], atol=1e-10)
  np.testing.assert_allclose(
    costs.seconds_of(found, boundary, parts), seconds, rtol=1e-9
  )


def test_seconds_of_outlines_below_1_are_those_that_were_measured():
  boundary, parts = np.array([0.1, 0.2, 0.4, 0.8]), np.array([1, 1, 2, 3])
  law = costs.fit_seconds(boundary, parts, 10 * boundary)
  np.testing.assert_allclose(law, [np.log(10), 1, 0], atol=1e-10)
  found = costs.seconds_of(law, boundary, parts)
  np.testing.assert_allclose(found, 10 * boundary, rtol=1e-9)
  nothing = costs.seconds_of(law, [0.0, -1.0, np.nan], [0, 1, 1])
  np.testing.assert_allclose(nothing, [10, 10, np.nan], rtol=1e-9)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_what_has_no_logarithm_is_refused(bad):
  with pytest.raises(ValueError, match="above 0"):
    costs.fit_seconds(np.array([1, 2, bad]), np.ones(3), np.ones(3))


def test_too_few_cases_are_refused():
  with pytest.raises(ValueError, match="at least 3"):
    costs.fit_seconds(np.ones(2), np.ones(2), np.ones(2))


def test_cost_grows_with_the_distance_to_what_is_labelled():
  found = costs.distance_cost([0, 1, 5, 9], [1, 8])
  assert found.tolist() == [2, 1, 4, 2]
  assert costs.distance_cost([0, 4], []).tolist() == [5, 5]


def test_the_second_of_two_squares_costs_three_sides():
  first, second = np.zeros((6, 8), bool), np.zeros((6, 8), bool)
  first[1:4, 1:4] = second[1:4, 4:7] = True
  nothing = np.zeros_like(first)
  corner = np.sqrt(0.5)  # is cut from edge middle to edge middle
  assert costs.new_boundary_mm(first, nothing) == pytest.approx(8 + 4 * corner)
  # Both together are 3 x 6; half of what is common stays with each.
  shared = (2 * (8 + 4 * corner) - (14 + 4 * corner)) / 2
  found = costs.new_boundary_mm(second, first)
  assert found == pytest.approx(8 + 4 * corner - shared)
  assert costs.new_boundary_mm(first, first) == 0
  apart = np.zeros_like(first)
  apart[:, 7] = True
  assert costs.new_boundary_mm(first, apart) == costs.outline_mm(first)


def test_a_square_beside_a_large_one_costs_three_sides():
  first, second = np.zeros((82, 162), bool), np.zeros((82, 162), bool)
  first[1:81, 1:81] = second[1:81, 81:161] = True
  for spacing in (None, (2.0, 1.0)):
    height, width = (80.0 * s for s in spacing or (1.0, 1.0))
    found = costs.new_boundary_mm(second, first, spacing)
    assert found == pytest.approx(height + 2 * width, rel=0.01)


def test_a_new_boundary_does_not_depend_on_its_angle():
  disc = np.hypot(*np.mgrid[-25:26, -25:26]) <= 20
  found = costs.new_boundary_mm(disc, np.zeros_like(disc))
  assert found == pytest.approx(costs.outline_mm(disc), rel=1e-12)
  assert found == pytest.approx(2 * np.pi * 20, rel=0.08)  # not 4 * 40


def test_expected_dice():
  mask = np.array([0, 1, 1])
  assert costs.expected_dice(np.eye(2)[mask], mask).tolist() == [1, 1]
  probs = np.array([[0.5, 0.5], [0.25, 0.75], [0.0, 1.0]])
  wanted = [2 * 0.5 / (0.75 + 1), 2 * 1.75 / (2.25 + 2)]
  np.testing.assert_allclose(costs.expected_dice(probs, mask), wanted)


def test_gain_for_each_mm():
  found = costs.dice_gain_per_mm([0.9, 0.8], [0.7, 0.7], [4.0, 0.0])
  np.testing.assert_allclose(found, [0.05, 0.1])


def test_the_table_that_is_shown(tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  shown = importlib.import_module("tests.snippets.table_of_costs")
  head, *rows = (tmp_path / "costs.csv").read_text().splitlines()
  assert head == "unit,cost" and len(rows) == 3
  assert 0 < shown.cost[2] < shown.cost[0] < shown.cost[1]
