"""Rules of a run: their one form, and those that would stop nothing."""

import dataclasses

import pytest

from alx.runs.settings import idle, stopping
from alx.runs.settings.config import Config, override
from alx.runs.settings.stopping import check_task, rounds_of


def test_the_same_rules_are_the_same_settings():
  a = Config(stop=("agreement:0.99", "budget:12"))
  b = Config(stop=["agreement:rounds=3,kappa=0.990", " budget : labels=12"])
  assert a == b
  assert a.stop == ("agreement:kappa=0.99,rounds=3", "budget:labels=12")


@pytest.mark.parametrize(
  "text",
  [
    "stop=plateau:rounds=3,gain=0.005,agreement:0.99",
    "stop=(plateau:rounds=3,gain=0.005, agreement:0.99,)",
  ],
)
def test_set_knows_which_comma_is_of_a_rule(text):
  assert override(Config(), [text]).stop == (
    "plateau:rounds=3,gain=0.005,of=model",
    "agreement:kappa=0.99,rounds=3",
  )


@pytest.mark.parametrize(
  ("changes", "told"),
  [
    ({"stop": ("plato",)}, "did you mean plateau"),
    ({"stop": ("budget:9", "budget:labels=9")}, "stop names one twice"),
    ({"stop": ("",)}, "wanted one of budget"),
    ({"stop": "budget:9"}, "stop: wanted a tuple"),
    ({"stop_mode": "stop"}, "stop_mode: 'stop' is not one of advise, end"),
  ],
)
def test_what_is_wrong_by_itself(changes, told):
  with pytest.raises(ValueError, match=told):
    Config(**changes)


@pytest.mark.parametrize(
  ("changes", "told"),
  [
    ({"stop": ("plateau:5",)}, "in 4 rounds: it can stop in round 5 first"),
    ({"stop": ("agreement:0.9,rounds=5",)}, "in 4 rounds"),
    ({"stop": ("budget:20",)}, "in a run that ends at 20 labels"),
    ({"stop": ("budget:3",)}, "with a starting set of 4 labels"),
    ({"stop": ("equivalence:0.1",), "full": False}, "without full=True"),
    ({"stop_mode": "end"}, "wants --stop=budget:labels=N.*found no rule"),
    (
      {"stop_mode": "end", "stop": ("budget:seconds=9", "plateau")},
      "found budget:seconds=9.0, plateau.*no pairs: they advise",
    ),
    (
      {"stop_mode": "end", "stop": ("budget:12", "agreement")},
      "agreement.* does nothing in 2 rounds",
    ),
  ],
)
def test_what_would_stop_nothing(changes, told):
  with pytest.raises(ValueError, match=told) as error:
    idle.check_methods(Config(**changes))
  assert "\n" not in str(error.value)


@pytest.mark.parametrize(
  "changes",
  [
    {},
    {"stop": ("plateau:4", "agreement", "budget:19", "budget:4")},
    {"stop": ("equivalence:0.1,score=0.8",), "full": False},
    {"stop": ("equivalence:0.1",)},
    {"stop": ("budget:12", "plateau:2"), "stop_mode": "end"},
  ],
)
def test_what_may_stop_something(changes):
  idle.check_methods(Config(**changes))


def test_rules_do_nothing_without_an_acquisition():
  with pytest.raises(ValueError, match=r"stop=.* without an acquisition"):
    idle.check_settings(Config(acquisition=(), stop=("budget:9",)))


@pytest.mark.parametrize(
  ("labels", "rounds"), [(4, 0), (7, 0), (8, 1), (12, 2), (15, 2), (400, 4)]
)
def test_a_budget_ends_all_runs_in_one_round(labels, rounds):
  config = Config(stop=(f"budget:{labels}",), stop_mode="end")
  assert rounds_of(config) == rounds
  assert rounds_of(dataclasses.replace(config, stop_mode="advise")) == 4


def test_the_smallest_budget_ends_it():
  config = Config(stop=("budget:12", "budget:9"), stop_mode="end")
  assert rounds_of(config) == 1


def test_cases_are_of_a_segmentation():
  config = Config(stop=("equivalence:0.1",))
  check_task(config, "segmentation")
  with pytest.raises(ValueError, match=r"wants a segmentation.*classification"):
    check_task(config, "classification")


@pytest.mark.parametrize(
  ("labels", "rounds"), [(120, 2), (119, 1), (40, 0), (500, 5)]
)
def test_labels_of_a_budget_are_counted_in_it(labels, rounds):
  config = Config(unit="slices:0", budget="slices:40", rounds=5)
  stop = (f"budget:{labels}",)
  ends = dataclasses.replace(config, stop=stop, stop_mode="end")
  assert rounds_of(ends) == rounds
  told = "in a run that ends at 240 slices"
  with pytest.raises(ValueError, match=told):
    stopping.check(dataclasses.replace(config, stop=("budget:240",)))
  told = "a starting set of 40 slices, which is larger"
  with pytest.raises(ValueError, match=told):
    stopping.check(dataclasses.replace(config, stop=("budget:39",)))


@pytest.mark.parametrize(
  "rule", ["target:0.8,of=test", "plateau:gain=0.1,of=test"]
)
def test_a_score_is_not_waited_for_where_less_is_better(rule):
  config = Config(stop=(rule,), metric="hd95")
  with pytest.raises(ValueError, match="on hd95, of which less is better"):
    stopping.check(config)
  stopping.check(dataclasses.replace(config, metric="structure_dice"))
  stopping.check(dataclasses.replace(config, stop=("plateau:of=test",)))
  stopping.check(dataclasses.replace(config, stop=("target:0.8",)))
