"""The recipes that are compared, and the lines about them."""

import dataclasses
from types import SimpleNamespace

import pytest

from alx.runs.settings.config import Config, override
from experiments.benchmarks import recipes
from experiments.benchmarks.recipe_fits import Fitted


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


def test_a_value_that_makes_no_sense_is_told_before_the_first_fit():
  given = SimpleNamespace(data="d.npz", where="", set=[], one_at_a_time=True)
  given.recipes, given.vary = ["light"], ["batch=4", "model=resnet,32"]
  with pytest.raises(ValueError, match="model: '32' is not one of"):
    recipes.checked(given)
  given.vary = ["batch=4", "model=resnet&widths=16,32;"]
  assert len(recipes.checked(given)) == 3


def test_a_row_has_the_interval_of_the_seeds():
  fits = _fits("light", 0.80, 0.82, 0.84)
  # 0.82 -+ t(2) 0.02 / sqrt(3), t(2) = 4.303
  mean, each, against, *times = recipes.row(fits, fits)
  assert against == ""
  assert mean == "0.820 (0.770 to 0.870)"
  assert (each, times) == ("0.800 0.820 0.840", ["100", "20", "2.0"])
  # 0.02, 0.03, 0.04 above: 0.03 -+ t(2) 0.01 / sqrt(3)
  above = _fits("other", 0.82, 0.85, 0.88)
  assert recipes.row(above, fits)[2] == "+0.030 (+0.005 to +0.055)"
  assert recipes.row(above[:2], fits[:2])[:3:2] == ["0.835", "+0.025"]


def _fits(recipe, *scores):
  return [
    Fitted(recipe, 8, seed, s, 100, 20.0, 2.0) for seed, s in enumerate(scores)
  ]


def test_one_at_a_time_leaves_the_others_as_the_recipe_has_them():
  found = recipes.one_at_a_time(["light"], ["batch=4,8", "ema=0.99"])
  assert [changes for _, changes in found] == [
    ("recipe=light",),
    ("recipe=light", "batch=4"),
    ("recipe=light", "batch=8"),
    ("recipe=light", "ema=0.99"),
  ]


def test_fields_that_go_together_are_set_together():
  ((name, changes),) = recipes.recipes(["light"], ["optimizer=sgd&clip=2"])
  assert name == "light, optimizer=sgd&clip=2"
  assert changes == ("recipe=light", "optimizer=sgd", "clip=2")


@pytest.mark.parametrize("factor", recipes.FACTORS)
def test_every_factor_has_values_that_settings_take(factor):
  found = recipes.recipes(["light"], [recipes.FACTORS[factor]])
  assert len({name for name, _ in found}) == len(found) > 1
  for _, assignments in found:
    override(Config(), recipes.fields_of(assignments))


def test_values_with_commas_are_divided_by_semicolons():
  found = recipes.recipes(["light"], ["patch=24,40,24;32,48,32"])
  patches = [override(Config(), changes).patch for _, changes in found]
  assert patches == [(24, 40, 24), (32, 48, 32)]
  ((_, changes),) = recipes.recipes(["light"], ["patch=32,48,32;"])
  assert override(Config(), changes).patch == (32, 48, 32)
