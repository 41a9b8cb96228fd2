import numpy as np
import pytest

from alx.stats.budgets.foreground import (
  foreground_efficiencies,
  foreground_efficiency,
)


@pytest.mark.parametrize("rate", [3.0, 80.0, 900.0])
def test_the_rate_of_a_curve_is_found(rate):
  x = np.linspace(0.001, 0.02, 6)
  y = 0.9 - 0.4 * np.exp(-rate * (x - x[0]))
  found = foreground_efficiency(x, y, 0.9)
  assert found.rate == pytest.approx(rate, rel=1e-4)
  assert found.first == pytest.approx(0.5) and found.x_first == x[0]


def test_the_first_point_may_be_that_of_all_methods():
  x = np.array([0.02, 0.04])
  y = 0.8 - 0.3 * np.exp(-50 * (x - 0.01))
  found = foreground_efficiency(x, y, 0.8, (0.01, 0.5))
  assert found.rate == pytest.approx(50, rel=1e-4)


def test_who_learns_more_from_less_foreground_is_more_efficient():
  x = np.array([0.01, 0.02, 0.03])
  slow, fast = (
    foreground_efficiency(x, y, 0.9).rate
    for y in ([0.5, 0.6, 0.65], [0.5, 0.7, 0.8])
  )
  assert fast > slow > 0


@pytest.mark.parametrize("shares", [[0.1, 0.1], [0.1, np.nan]])
def test_what_has_no_curve_is_refused(shares):
  with pytest.raises(ValueError, match="shares"):
    foreground_efficiency(shares, [0.5, 0.6], 0.9)


def test_all_methods_start_from_the_least_foreground_of_any():
  x = np.array([0.01, 0.02, 0.04])
  y = 0.8 - 0.3 * np.exp(-50 * (x - 0.01))
  z = 0.8 - 0.3 * np.exp(-20 * (x[1:] - 0.01))
  points = {"one": np.stack([x, y]), "two": np.stack([x[1:], z])}
  found = foreground_efficiencies(points, 0.8)
  assert found == pytest.approx({"one": 50, "two": 20}, rel=1e-4)
  points["one"] = np.insert(points["one"], 1, [0.015, np.nan], 1)  # left out
  assert foreground_efficiencies(points, 0.8) == pytest.approx(found)


def test_methods_without_a_rate_are_left_out():
  points = {
    "known": np.array([[0.1, 0.2], [0.5, 0.7]]),
    "one point": np.array([[0.1], [0.5]]),
    "at once": np.array([[0.1, 0.2, 0.3], [0.5, 0.9, 0.9]]),
    "above": np.array([[0.1, 0.2], [0.5, 0.95]]),
  }
  assert list(foreground_efficiencies(points, 0.9)) == ["known"]
  assert foreground_efficiencies(points, 0.5) == {}
  assert foreground_efficiencies(points, np.nan) == {}
  assert foreground_efficiencies({}, 0.9) == {}
