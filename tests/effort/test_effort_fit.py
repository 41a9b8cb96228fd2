"""Prices are found again in measured cases, with honest errors."""

import numpy as np
import pytest
import scipy.optimize

from alx.effort.fit import fit_effort, line_of

TRUE = np.array([10.0, 0.5, 0.2, 0.15, 3.0, 1.5])


def measured(n=500, readers=5, noise=0.05, seed=0):
  """Counts [n, 6], seconds, readers."""
  rng = np.random.default_rng(seed)
  most = [0, 100, 500, 600, 30, 60]
  counts = rng.random((n, 6)) * most
  counts[:, 0] = 1
  seconds = counts @ TRUE * np.exp(rng.normal(-(noise**2) / 2, noise, n))
  return counts, seconds, np.arange(n) % readers


def test_prices_are_found_again():
  counts, seconds, readers = measured()
  found = fit_effort(counts, seconds, readers)
  # The price of opening is a small part of every case.
  np.testing.assert_allclose(found.prices[1:], TRUE[1:], rtol=0.05)
  assert found.prices.open_s == pytest.approx(10, abs=2)
  assert (found.rows, found.readers) == (500, 5)
  assert found.spearman > 0.9
  assert found.spread == pytest.approx(0.05, abs=0.01)


def test_without_noise_it_is_exact():
  counts, seconds, readers = measured(40, noise=0.0)
  found = fit_effort(counts, seconds, readers)
  np.testing.assert_allclose(found.prices, TRUE, rtol=1e-6)
  assert found.error_s == pytest.approx(0, abs=1e-6)
  assert found.spearman == pytest.approx(1)


def test_a_price_is_never_negative():
  counts, seconds, readers = measured(60)
  odd = seconds.max() + 1 - counts[:, 1]  # the more slices the faster
  found = fit_effort(counts, odd, readers)
  assert min(found.prices) >= 0
  assert found.prices.view_s == 0


def test_the_error_is_of_a_reader_who_was_left_out():
  counts, seconds, readers = measured(200, readers=2, noise=0.05)
  slow = np.where(readers == 1, 3.0, 1.0) * seconds
  found = fit_effort(counts, slow, readers)
  # Each is predicted by the other: 1/3 and 3 times what it takes.
  means = [seconds[readers == r].mean() for r in (0, 1)]
  expected = (2 * means[0] + 2 * means[1]) / 2
  assert found.error_s == pytest.approx(expected, rel=0.03)


def test_one_reader_says_nothing_about_another():
  counts, seconds, _ = measured(30)
  found = fit_effort(counts, seconds, ["ann"] * 30)
  assert np.isnan(found.error_s) and np.isnan(found.spearman)
  assert line_of(found) == (
    "seconds: fitted to 30 measured cases; one reader: what another would need "
    "is not known"
  )


def test_readers_without_a_name_are_one():
  counts, seconds, _ = measured(30)
  found = fit_effort(counts, seconds, ["", None, "nan"] * 10)
  assert found.readers == 1 and np.isnan(found.error_s)
  half = fit_effort(counts, seconds, ["ann", None] * 15)
  assert half.readers == 2 and np.isfinite(half.error_s)


def test_weights_are_those_of_relative_errors():
  counts, seconds, readers = measured(100, noise=0.3)
  found = np.array(fit_effort(counts, seconds, readers).prices)
  weight = 1 / (counts @ found)
  again, _ = scipy.optimize.nnls(counts * weight[:, None], seconds * weight)
  np.testing.assert_allclose(again, found, rtol=1e-3)


@pytest.mark.parametrize(
  ("change", "told"),
  [
    (
      lambda c, s, r: (c[:6], s[:6], r[:6]),
      "more than 6 measured cases, found 6",
    ),
    (lambda c, s, r: (c[:, :5], s, r), r"wanted \[n, 6\]"),
    (lambda c, s, r: (c, s[:-1], r), "of the 20 rows"),
    (lambda c, s, r: (c, s, r[:-1]), "of the 20 rows"),
    (lambda c, s, r: (-c, s, r), "counts: wanted numbers >= 0"),
    (lambda c, s, r: (c, 0 * s, r), "seconds: wanted numbers > 0"),
    (lambda c, s, r: (c, np.where(s > 0, np.nan, s), r), "seconds"),
  ],
)
def test_what_cannot_be_fitted_is_refused(change, told):
  with pytest.raises(ValueError, match=told):
    fit_effort(*change(*measured(20)))
