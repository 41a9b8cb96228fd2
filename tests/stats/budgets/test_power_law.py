"""Power laws are found again, and no better fit is by SciPy."""

import numpy as np
import pytest
import scipy.optimize

from alx.stats.budgets.power_law import RATES, fit_power_law

LABELS = np.array([10, 20, 40, 60, 80, 100])


def curve(floor, scale, rate, labels=LABELS):
  return 1 - floor - scale * np.asarray(labels, float) ** -rate


@pytest.mark.parametrize(
  ("floor", "scale", "rate"),
  [(0.1, 1.0, 0.5), (0.0, 2.0, 1.0), (0.05, 0.6, 0.3), (0.2, 30, 2.0)],
)
def test_a_curve_from_the_formula_is_found_again(floor, scale, rate):
  law = fit_power_law(LABELS, curve(floor, scale, rate))
  assert float(law.rate) == pytest.approx(rate, rel=2e-3)
  assert float(law.floor) == pytest.approx(floor, abs=2e-3)
  assert float(law.scale) == pytest.approx(scale * 10.0**-rate, rel=5e-3)
  found = law.at([100, 200, 1000])
  wanted = curve(floor, scale, rate, [100, 200, 1000])
  np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_with_noise_no_worse_than_scipy():
  rng = np.random.default_rng(0)
  scores = curve(0.1, 1.0, 0.5) + 0.02 * rng.standard_normal((5, 6))
  laws = fit_power_law(LABELS, scores)
  misfit = ((laws.at(LABELS) - scores) ** 2).sum(1)
  for row, found in zip(scores, misfit, strict=True):
    best = min(
      scipy.optimize.least_squares(
        lambda p: 1 - p[0] - p[1] * (LABELS / 10) ** -p[2] - row,  # noqa: B023
        start,
        bounds=([0, 0, RATES[0]], [1, 9, RATES[1]]),
      ).cost
      for start in ([0.1, 0.3, 0.5], [0.2, 0.3, 2.0], [0.01, 0.3, 0.1])
    )
    assert found <= 2 * best + 1e-6


def test_what_falls_is_flat():
  law = fit_power_law(LABELS, np.linspace(0.8, 0.7, 6))
  assert float(law.scale) == 0
  np.testing.assert_allclose(law.at([10, 500]), 0.75)


def test_floor_and_scale_are_never_negative():
  scores = np.random.default_rng(1).uniform(0, 1, (200, 6))
  laws = fit_power_law(LABELS, scores)
  assert (laws.floor >= 0).all() and (laws.scale >= 0).all()
  assert (laws.at([1e6]) <= 1).all()


def test_shapes_and_unknown_curves():
  scores = np.tile(curve(0.1, 1.0, 0.5), (2, 3, 1))
  scores[0, 1, 2] = np.nan
  laws = fit_power_law(LABELS, scores)
  assert laws.at([50, 60]).shape == (2, 3, 2)
  unknown = np.isnan(laws.at([50])[..., 0])
  assert unknown.tolist() == [[False, True, False], [False] * 3]


def test_another_top():
  law = fit_power_law(LABELS, 100 * curve(0.1, 1, 0.5), top=100)
  assert law.at([400])[0] == pytest.approx(85.0, abs=0.01)


@pytest.mark.parametrize(
  ("labels", "scores", "told"),
  [
    ([0, 1], [0.1, 0.2], "> 0, ascending"),
    ([2, 1], [0.1, 0.2], "> 0, ascending"),
    ([1, 2], [0.1, 1.2], "at most 1, got 1.2"),
    ([1, 2], [0.1, 0.2, 0.3], "shapes"),
  ],
)
def test_curves_that_are_none(labels, scores, told):
  with pytest.raises(ValueError, match=told):
    fit_power_law(labels, np.array(scores))
