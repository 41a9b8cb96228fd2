"""What a reader does of a list, and the scores that go with it."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np

from alx.pool import init_pool
from alx.runs.settings.config import Config
from alx.runs.units.budgets import affordable

COSTS = np.array([60, 80, 30, 10])
UNITS = SimpleNamespace(
  set=SimpleNamespace(count=4), costs=lambda kind, config, of: COSTS[of]
)
PROBLEM = SimpleNamespace(units=UNITS)


def test_scores_stay_with_their_units():
  config = Config(unit="slices:0", budget="voxels:100")
  scores = jnp.array([0.9, 0.8, 0.2, 0.1])
  asked = jnp.array([0, 1, 2, 3])
  items, found = affordable(PROBLEM, config, asked, init_pool(4), scores)
  assert items.tolist() == [0, 2, 3, 4]  # 60 + 30 + 10, and nothing
  np.testing.assert_array_equal(found[:3], scores[jnp.array([0, 2, 3])])


def test_without_a_budget_the_list_is_what_it_was():
  asked, scores = jnp.array([2, 0]), jnp.array([0.5, 0.1])
  found = affordable(PROBLEM, Config(), asked, init_pool(4), scores)
  assert found[0] is asked and found[1] is scores
