"""What a cold-start study is to do."""

import collections

import pytest

from experiments.cold.plan import (
  FOREGROUND,
  FULL,
  NO_ENCODER,
  RANDOM,
  SIZES,
  Row,
  expand,
  make_plan,
  recorded,
)


def test_rows_by_hand():
  plan = make_plan(
    "smoke",
    "segmentation",
    2,
    encoders=("pca",),
    methods=("random", "k_center"),
    budgets=(4, 2),
    seeds=1,
  )
  assert plan.arms == [
    (NO_ENCODER, RANDOM),
    (NO_ENCODER, FOREGROUND),
    ("pca", "k_center"),
  ]
  assert plan.budgets == (2, 4) and plan.draws == 3
  rows = expand(plan, 9)
  assert [row[:3] for row in rows if row.seed == 0] == [
    (NO_ENCODER, RANDOM, 2),
    (NO_ENCODER, RANDOM, 4),
    (NO_ENCODER, FOREGROUND, 2),
    (NO_ENCODER, FOREGROUND, 4),
    ("pca", "k_center", 2),
    ("pca", "k_center", 4),
    (NO_ENCODER, FULL, 9),
  ]
  assert rows[7:] == [
    Row(NO_ENCODER, RANDOM, b, s) for s in (1, 2) for b in (2, 4)
  ]
  assert rows[4].name == "pca-k_center-2-seed0"


@pytest.mark.parametrize(
  ("kind", "count"),
  [
    (("classification", 2), 365),  # 5 x (4 x (1 + 15) + 1) + 10 x 4
    (("classification", 3), 105),  # 3 x (2 x (1 + 15) + 1) + 3 x 2
    (("segmentation", 2), 111),  # 3 x (2 x (2 + 15) + 1) + 3 x 2
    (("segmentation", 3), 111),
  ],
)
def test_the_models_of_a_whole_study(kind, count):
  plan = make_plan("cpu", *kind)
  assert len(expand(plan, 500)) == count
  assert plan == SIZES["cpu"][kind] and plan.seeds >= 3
  assert plan.encoders == ("pca", "autoencoder", "simclr")


def test_the_study_of_pictures_goes_on_where_it_was():
  plan = make_plan("cpu", "classification", 2)
  assert (plan.budgets, plan.seeds, plan.draws) == ((5, 10, 20, 40), 5, 15)
  encoding = recorded(plan)["encoding"]
  assert encoding["widths"] == [16, 32, 64] and encoding["steps"] == 300
  assert (encoding["longest"], encoding["batch"]) == (64, 64)
  names = collections.Counter(row.name for row in expand(plan, 546))
  assert names["none-full-546-seed4"] == names["none-random-5-seed14"] == 1
  assert max(names.values()) == 1


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ({"encoders": ("vae",)}, "encoders: 'vae' is not one of pca"),
    ({"methods": ("entropy",)}, "methods: 'entropy' does not go by features"),
    ({"methods": ("two_stage(entropy:9, badge)",)}, "go by features alone"),
    ({"methods": ("k_center*1 + typiclust",)}, "takes turns"),
    ({"methods": ("random",)}, "methods: wanted one beside random"),
    ({"methods": (FOREGROUND,)}, "'foreground_random' does not go by features"),
    ({"budgets": (4, 4)}, "budgets: wanted different numbers"),
    ({"seeds": 0}, "seeds: wanted at least 1, found 0"),
    ({"draws": -3}, "draws, .*: wanted at least 2, found -3"),
    ({"seeds": 5, "draws": 4}, "draws, .*: wanted at least 5, found 4"),
  ],
)
def test_a_plan_that_makes_no_sense_is_told(arguments, message):
  with pytest.raises(ValueError, match=message):
    make_plan("smoke", "classification", 2, **arguments)


def test_more_seeds_than_draws_are_drawn_too():
  plan = make_plan("smoke", "classification", 2, seeds=7)
  assert plan.draws == 7


@pytest.mark.parametrize("budget", [8, 9])
def test_a_budget_that_leaves_no_choice_is_told(budget):
  plan = make_plan("smoke", "segmentation", 3, budgets=(2, budget))
  with pytest.raises(ValueError, match=f"fewer than the 8 .*, found {budget}"):
    expand(plan, 8)


def test_unknown_data_are_told():
  with pytest.raises(ValueError, match="segmentation of 1-D images"):
    make_plan("cpu", "segmentation", 1)
