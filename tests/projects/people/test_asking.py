import numpy as np
import pytest

from alx.projects.people import asking
from alx.projects.people.asking import Prices

SCORES = np.array([0.1, 0.9, np.nan, 0.5])


def test_hard_and_unknown_cases_are_the_seniors():
  assert asking.route(SCORES, 0.5).tolist() == [False, True, True, False]
  assert asking.route(SCORES[:2], np.inf).tolist() == [False, False]


def test_so_are_those_that_juniors_disagree_about():
  apart = np.array([0.4, 0.0, 0.0, np.nan])
  found = asking.route(SCORES, 0.5, apart, 0.3)
  assert found.tolist() == [True, True, True, False]
  with pytest.raises(ValueError, match="found one alone"):
    asking.route(SCORES, 0.5, apart)
  with pytest.raises(ValueError, match=r"shape \(4,\), found \(2,\)"):
    asking.route(SCORES, 0.5, apart[:2], 0.3)


def test_costs_by_hand():
  to_senior = np.array([True, False, False, True])
  assert asking.cost_of(to_senior, Prices(1, 3)) == 2.0
  # One that went to the senior was a junior's first.
  first = np.array([True, True, True, False])
  assert asking.cost_of(to_senior, Prices(1, 3), first) == 2.25


def test_thresholds_by_hand():
  found = asking.routes([0.1, 0.2, 0.3], [1, 1, 0], [1, 1, 1], Prices(1, 3))
  assert [x.senior for x in found] == [1, 2 / 3, 1 / 3, 0]
  np.testing.assert_allclose([x.cost for x in found], [3, 7 / 3, 5 / 3, 1])
  np.testing.assert_allclose([x.right for x in found], [1, 1, 1, 2 / 3])
  assert asking.cheapest(found, 1.0).threshold == 0.2
  assert asking.cheapest(found, 0.5).senior == 0
  assert asking.cheapest(found[-1:], 0.9) is None


def test_routing_beats_both_at_the_same_quality():
  """A senior costs 3; juniors vote until they are as often right."""
  rng = np.random.default_rng(0)
  n, hard = 4000, rng.random(4000) < 0.3
  scores = hard + 0.3 * rng.standard_normal(n)
  chance = np.where(hard, 0.7, 0.98)
  juniors = rng.random((15, n)) < chance
  senior = rng.random(n) < 0.97
  wanted = senior.mean() - 0.01
  routed = asking.cheapest(
    asking.routes(scores, juniors[0], senior, Prices(1, 3)), wanted
  )
  votes = [
    m for m in range(1, 16, 2) if (juniors[:m].sum(0) * 2 > m).mean() >= wanted
  ]
  assert routed.cost < 3 and routed.cost < min(votes, default=np.inf)
  assert juniors[0].mean() < wanted


@pytest.mark.parametrize("prices", [Prices(0, 3), Prices(1, np.nan)])
def test_prices_are_positive(prices):
  with pytest.raises(ValueError, match="prices: wanted numbers > 0"):
    asking.cost_of([True], prices)


def test_unknown_qualities_are_refused():
  with pytest.raises(ValueError, match="wanted 2 known qualities"):
    asking.routes([0.1, 0.2], [1, np.nan], [1, 1], Prices(1, 3))


@pytest.mark.parametrize(
  ("readers", "stands"),
  [
    (["J1"], "J1"),
    (["J1", "S1"], "S1"),
    (["S1", "S2", "J1"], None),
    (["J1", "J2"], None),
    ([], None),
  ],
)
def test_the_label_that_stands(readers, stands):
  levels = {"J1": "junior", "J2": "junior", "S1": "senior", "S2": "senior"}
  assert asking.standing_reader(readers, levels) == stands


def test_readers_have_a_level():
  with pytest.raises(ValueError, match="X: wanted a level, junior or senior"):
    asking.standing_reader(["X"], {})
