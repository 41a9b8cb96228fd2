"""The recipes that are compared, and the lines about them."""

import dataclasses

import numpy as np
import pytest

from alx.runs.problem import problem
from alx.runs.settings.config import Config, override
from experiments.benchmarks import recipes
from experiments.benchmarks.recipes import Fitted


def test_every_recipe_can_be_named_in_a_list_and_is_a_setting():
  for name, assignments in recipes.RECIPES.items():
    assert "," not in name
    assert dataclasses.is_dataclass(override(Config(), assignments))


def test_each_value_is_tried_in_the_place_of_the_recipe_s_own():
  found = recipes.recipes(["light"], ["learning_rate=1e-2,5e-2", "batch=4"])
  assert [name for name, _ in found] == [
    "light, learning_rate=1e-2, batch=4",
    "light, learning_rate=5e-2, batch=4",
  ]
  for (_, assignments), rate in zip(found, (1e-2, 5e-2), strict=True):
    config = override(Config(), assignments)
    assert (config.learning_rate, config.batch) == (rate, 4)
    assert config.recipe == "light"


def test_unknown_recipes_are_told():
  with pytest.raises(ValueError, match="no 'heavy'; there are"):
    recipes.recipes(["light", "heavy"], [])


def test_a_row_has_the_interval_of_the_seeds():
  fits = [Fitted(s, 100, 20.0, 2.0) for s in (0.80, 0.82, 0.84)]
  # 0.82 -+ t(2) 0.02 / sqrt(3), t(2) = 4.303
  mean, each, *times = recipes.row(fits)
  assert mean == "0.820 (0.770 to 0.870)"
  assert (each, times) == ("0.800 0.820 0.840", ["100", "20", "2.0"])


@pytest.mark.parametrize("factor", recipes.FACTORS)
def test_every_factor_has_values_that_settings_take(factor):
  found = recipes.recipes(["light"], [recipes.FACTORS[factor]])
  assert len({name for name, _ in found}) == len(found) > 1
  for _, assignments in found:
    override(Config(), assignments)


def test_values_with_commas_are_divided_by_semicolons():
  found = recipes.recipes(["light"], ["patch=24,40,24;32,48,32"])
  patches = [override(Config(), changes).patch for _, changes in found]
  assert patches == [(24, 40, 24), (32, 48, 32)]


def test_larger_sets_of_labels_hold_the_smaller_ones():
  few, many = (
    set(recipes.labelled(20, n, seed=1).order[:n].tolist()) for n in (3, 8)
  )
  assert len(few) == 3 and len(many) == 8 and few < many


def test_test_items_are_scored_on_only_where_validation_is_0(tmp_path):
  path = tmp_path / "e.npz"
  ids = np.arange(12)
  np.savez(path, features=ids[:, None] * np.ones(3), labels=ids % 2)
  config = override(Config(data=str(path)), ["test_items=4", "acquisition="])
  known, pool = recipes.validated(config, 3)
  assert len(pool.ids) == 8 and (pool.split == 2).sum() == 3
  known, dataset = recipes.validated(config, 0)
  tested = problem.split_of(known, dataset).test
  assert len(tested) == 4
  assert not {dataset.ids[i] for i in tested} & set(pool.ids)
