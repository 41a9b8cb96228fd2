"""What a cold-start study is to do."""

import pytest

from experiments.cold.plan import expand, make_plan


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ({"encoders": ("vae",)}, "encoders: 'vae' is not one of pca"),
    ({"methods": ("entropy",)}, "methods: 'entropy' is not one of"),
    ({"budgets": (4, 4)}, "budgets: wanted different numbers"),
    ({"seeds": 0}, "seeds: wanted at least 1"),
  ],
)
def test_a_plan_that_makes_no_sense_is_told(arguments, message):
  with pytest.raises(ValueError, match=message):
    make_plan("smoke", "classification", 2, **arguments)


def test_budgets_beyond_the_pool_and_unknown_data_are_told():
  plan = make_plan("smoke", "segmentation", 3, budgets=(2, 9))
  with pytest.raises(ValueError, match="at most the 8 items"):
    expand(plan, 8)
  with pytest.raises(ValueError, match="classification of 3-D images"):
    make_plan("cpu", "classification", 3)
