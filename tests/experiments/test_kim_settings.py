"""Settings of the study: set by texts, checked when they are made."""

import pytest

from alx.runs.settings.config import override
from experiments.kim.settings import Kim


def test_fields_are_set_by_texts():
  kim = override(Kim(), ["stretch=0.9,1.1", "target=core,edema", "clip=1"])
  assert kim.stretch == (0.9, 1.1) and kim.target == ("core", "edema")
  assert kim.clip == 1.0
  assert override(Kim(), ["channels=t1ce,2"]).channels == ("t1ce", "2")


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"acquisition": ("bald",)}, "arms: 'bald' is not one of random"),
    ({"acquisition": ("random", "random")}, "arms names one twice: random"),
    ({"members": 0}, "members must be at least 1, found 0"),
    ({"patience": 0}, "patience must be at least 1"),
    ({"epochs": 0}, "epochs must be at least 1"),
    ({"patches": 0}, "patches must be at least 1"),
    ({"cover_start": "first"}, "cover_start: 'first'"),
    ({"monitor": "accuracy"}, "monitor: 'accuracy' is not one of loss, dice"),
    ({"overlap": 1.5}, r"overlap must be in \[0, 1\), found 1.5"),
    ({"held_out": 1.0}, r"held_out must be in \(0, 1\), found 1.0"),
    ({"test_share": 2.0}, r"test_share must be in \(0, 1\), found 2.0"),
    ({"chance": -0.1}, r"chance must be in \[0, 1\]"),
    ({"learning_rate": 0.0}, "learning_rate must be at least 1e-08"),
    ({"stretch": (1.2,)}, r"stretch: wanted a smallest .*, found \(1.2,\)"),
    ({"stretch": (1.2, 0.8)}, "stretch: wanted a smallest"),
    ({"passes": 1}, "passes must be at least 2 for dropout_train_test"),
    ({"members": 1}, "members must be at least 2 for bootstrapping"),
    (
      {"merge": False, "target": ("core",)},
      "target: wanted none without merge",
    ),
    ({"empty": "zero"}, "empty: 'zero' is not one of nan, one"),
  ],
)
def test_refusals_name_the_field(changes, message):
  with pytest.raises(ValueError, match=message):
    Kim(**changes)


def test_what_no_arm_needs_is_not_asked_for():
  kim = Kim(acquisition=("random", "margins"), passes=1, members=1)
  assert kim.chance == 0.3
  assert Kim(chance=0.0, foreground_centres=1.0, overlap=0.0).overlap == 0
