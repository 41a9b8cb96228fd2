"""Forecasts of curves made from the formula, and how often they are right."""

import numpy as np
import pytest

from alx import stats
from alx.stats.budgets.forecast import (
  forecast_hindsight,
  forecast_labels,
  forecast_laws,
  forecast_scores,
)

LABELS = np.array([8, 16, 24, 32, 40, 48])


def truth(labels):
  return 0.9 - np.asarray(labels, float) ** -0.5


def noisy(rng, seeds, sd=0.01, labels=LABELS):
  heights = sd * rng.standard_normal((seeds, 1))
  return (
    truth(labels) + heights + sd * rng.standard_normal((seeds, len(labels)))
  )


def test_without_noise_it_is_the_formula():
  laws = forecast_laws(LABELS, truth(LABELS)[None])
  found = forecast_scores(laws, [64, 100, 1000])
  np.testing.assert_allclose(found.mean, truth([64, 100, 1000]), atol=1e-3)
  assert np.isnan(found.low).all()  # one seed
  # 0.9 - n^-0.5 = 0.8 at n = 100.
  needed = forecast_labels(laws, 0.8, most=500)
  assert needed.value == pytest.approx(100, abs=2)
  assert np.isinf(forecast_labels(laws, 0.8, most=90).value)
  assert np.isinf(forecast_labels(laws, 0.92, most=10**6).value)
  assert forecast_labels(laws, 0.7, most=500).value == 25
  with pytest.raises(ValueError, match="most: wanted at least"):
    forecast_labels(laws, 0.7, most=LABELS[0] - 1)


def test_the_interval_is_students_over_the_seeds():
  scores = noisy(np.random.default_rng(0), 4)
  laws = forecast_laws(LABELS, scores)
  found = forecast_scores(laws, [96])
  each = np.array([forecast_laws(LABELS, s[None]).at([96])[0] for s in scores])
  wanted = stats.mean_interval(each)
  np.testing.assert_allclose(found, wanted)
  needed = forecast_labels(laws, 0.78, most=400)
  assert needed.low <= needed.value <= needed.high


@pytest.mark.parametrize(("seeds", "rounds"), [(3, 5), (5, 6), (10, 6)])
def test_coverage_of_the_interval(seeds, rounds):
  rng = np.random.default_rng(seeds)
  labels, trials = LABELS[:rounds], 150
  inside = 0
  for _ in range(trials):
    laws = forecast_laws(labels, noisy(rng, seeds, 0.01, labels))
    found = forecast_scores(laws, [96])
    inside += bool(found.low[0] <= truth(96) <= found.high[0])
  assert 0.88 <= inside / trials <= 1.0


def test_a_bootstrap_of_few_seeds_would_be_too_narrow():
  rng = np.random.default_rng(5)
  drawn = rng.integers(0, 3, (500, 3))
  inside = []
  for _ in range(100):
    each = forecast_laws(LABELS, noisy(rng, 3)).at([96])[:, 0]
    low, high = np.quantile(each[drawn].mean(1), [0.025, 0.975])
    inside.append(low <= truth(96) <= high)
  assert np.mean(inside) < 0.88  # what `test_coverage_of_the_interval` wants


def test_hindsight():
  labels = np.arange(1, 9) * 8
  scores = noisy(np.random.default_rng(2), 5, 0.005, labels)
  found = forecast_hindsight(labels, scores)
  assert found.labels.tolist() == [40, 48, 56, 64]
  np.testing.assert_allclose(found.came, scores[:, 4:].mean(0))
  np.testing.assert_allclose(found.error, found.forecast.mean - found.came)
  inside = (found.forecast.low < found.came) & (
    found.came < found.forecast.high
  )
  np.testing.assert_array_equal(found.inside, inside)
  assert abs(found.error).max() < 0.02
  # What came later does not count for the forecast.
  later = scores.copy()
  later[:, 4:] = 0.1
  again = forecast_hindsight(labels, later)
  np.testing.assert_array_equal(again.forecast.mean, found.forecast.mean)
  assert not again.inside.any()
  one = forecast_hindsight(labels, scores[:1])
  assert np.isnan(one.inside).all()


def test_coverage_in_hindsight():
  rng = np.random.default_rng(3)
  labels = np.arange(1, 9) * 8
  inside = [
    forecast_hindsight(labels, noisy(rng, 5, 0.005, labels), 5).inside
    for _ in range(100)
  ]
  assert 0.85 <= np.mean(inside) <= 1.0


def test_unknown_seeds_are_left_out():
  scores = noisy(np.random.default_rng(0), 3)
  with_gap = np.vstack([scores, scores[:1]])
  with_gap[3, 2] = np.nan
  a, b = (
    forecast_scores(forecast_laws(LABELS, s), [96]) for s in (scores, with_gap)
  )
  np.testing.assert_allclose(a, b)
  with pytest.raises(ValueError, match="without NaN"):
    forecast_laws(LABELS, np.full((2, 6), np.nan))


FLAT = 0.7 + 0.01 * np.array([1, -1, 1, -1, -1, 1])


@pytest.mark.parametrize(
  ("labels", "scores", "told"),
  [
    (LABELS[:3], truth(LABELS[:3]), "4 numbers of labels or more, got 3"),
    (LABELS, np.full(6, 0.7), "no rise can be seen over 8 to 48 labels"),
    (LABELS, FLAT, "no rise can be seen"),
    (LABELS, truth(LABELS)[::-1], "no rise can be seen"),
    (LABELS, np.ones(6), "no rise can be seen"),
  ],
)
def test_what_is_refused_in_one_line(labels, scores, told):
  with pytest.raises(ValueError, match=told) as error:
    forecast_laws(labels, scores[None])
  assert "\n" not in str(error.value)


def test_few_flat_curves_pass_for_rising_ones():
  rng = np.random.default_rng(4)
  refused = 0
  for _ in range(100):
    try:
      forecast_laws(LABELS, 0.7 + 0.02 * rng.standard_normal((3, 6)))
    except ValueError:
      refused += 1
  assert refused >= 88


def test_hindsight_wants_a_later_round():
  with pytest.raises(ValueError, match="behind the first 4, got 4 rounds"):
    forecast_hindsight(LABELS[:4], truth(LABELS[:4])[None])
