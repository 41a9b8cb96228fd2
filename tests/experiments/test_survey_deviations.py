import dataclasses

import pytest

from experiments.config import Config
from experiments.survey import deviations


@pytest.mark.parametrize("name", deviations.DEVIATIONS)
def test_what_is_switched_on_is_found_in_the_settings(name):
  for benchmark in deviations.DEVIATIONS[name].fields:
    changed = deviations.apply(Config(), [name], benchmark)
    recorded = dataclasses.asdict(changed)
    assert deviations.active(benchmark, recorded, [name]) == (name,)


def test_the_settings_decide_what_is_on():
  on = deviations.active("acdc", {"shared_start": True}, ())
  assert on == ("shared_start",)
  assert deviations.active("acdc", {"shared_start": False}, on) == ()
  assert deviations.active("acdc", {"flips": False, "turns": False}, ()) == ()


def test_the_fold_is_of_the_report_alone():
  assert deviations.apply(Config(), ["folded_auc"], "isic") == Config()
  assert deviations.active("isic", {}, ["folded_auc"]) == ("folded_auc",)
