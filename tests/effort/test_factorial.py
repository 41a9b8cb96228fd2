"""Shares of a saving by hand."""

import numpy as np
import pytest

from alx.effort.factorial import factors_of


def test_effects_add_up_to_the_total():
  # No draft: 100 at random, 90 chosen; with one 60 and 40.
  found = factors_of([[[100, 90], [60, 40]]] * 3, num_draws=50)
  assert found.total.value == 60
  assert found.draft.value == (40 + 50) / 2
  assert found.selection.value == (10 + 20) / 2
  assert found.interaction.value == 10
  assert found.draft_share.value == 75
  assert np.isnan(found.draft_share.low)  # no spread, no interval


def test_shares_of_a_saving_that_is_there():
  rng = np.random.default_rng(0)
  costs = rng.normal([[100, 90], [60, 40]], 5, (20, 2, 2))
  found = factors_of(costs, num_draws=500)
  assert found.total.low > 0
  assert found.draft_share.value == pytest.approx(75, abs=5)
  assert found.draft_share.value + found.selection_share.value == (
    pytest.approx(100)
  )
  assert found.draft_share.low < found.draft_share.value


def test_the_share_of_nothing_is_not_told():
  rng = np.random.default_rng(1)
  costs = 100 + rng.normal(0, 5, (10, 2, 2))
  found = factors_of(costs, num_draws=200)
  assert found.total.low < 0 < found.total.high
  assert np.isnan(found.draft_share.value)


def test_a_loss_is_told_as_one():
  found = factors_of([[[10, 12], [30, 35]], [[10, 12], [33, 36]]], num_draws=50)
  assert found.total.value == -25.5
  assert found.draft.value + found.selection.value == found.total.value


def test_groups_are_drawn_as_a_whole():
  rng = np.random.default_rng(2)
  costs = np.repeat(rng.uniform(50, 100, (4, 2, 2)), 5, axis=0)
  one = factors_of(costs, np.repeat(np.arange(4), 5), num_draws=300)
  assert one.total.clusters == 4


@pytest.mark.parametrize(
  "costs", [[1.0], np.zeros((0, 2, 2)), np.full((1, 2, 2), np.nan)]
)
def test_no_factors(costs):
  with pytest.raises(ValueError, match="costs: wanted"):
    factors_of(costs)
