import dataclasses

import numpy as np
import pytest

from alx.acquisition import settings_of
from alx.data.dataset import no_progress
from alx.runs.problem import learning, loops, reading
from alx.runs.settings.config import Config
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


def test_a_split_that_came_with_the_data_is_not_by_images():
  on = {"split_by_item": True}
  assert deviations.active("isic", on, (), "item") == ("item_split",)
  assert deviations.active("isic", on, (), "given") == ()


def config_of(name, benchmark):
  return deviations.apply(Config(), [name], benchmark)


def test_turns_and_label_maps_reach_the_training():
  plain = learning.augment_of(Config(flips=True))
  assert plain.flips and not plain.turns and not plain.truncated
  turned = learning.augment_of(config_of("half_turns", "acdc"))
  assert turned.turns and not turned.flips
  cut = learning.augment_of(config_of("truncated_labels", "acdc"))
  assert cut == dataclasses.replace(plain, flips=None, truncated=True)


def asking_of(config, name):
  """How the loop of a method asks under the settings of a benchmark."""
  anything = type(
    "Problem", (), {"learner": None, "dataset": None, "units": None}
  )()
  return loops.loop_for(anything, config, name, lambda *parts: parts[2])


def test_the_start_and_the_features_reach_the_loop():
  plain = asking_of(Config(), "k_center")
  assert not plain.warm and plain.distort is None
  assert asking_of(config_of("warm_start", "acdc"), "k_center").warm
  augmented = config_of("augmented_features", "acdc")
  found = asking_of(augmented, "k_center")
  assert found.distort == learning.augment_of(augmented)
  assert not found.distort_all
  assert asking_of(augmented, "entropy").distort is None
  assert asking_of(config_of("augmented_features", "nct"), "k_center") == (
    dataclasses.replace(found, distort_all=True)
  )


@pytest.mark.parametrize("benchmark", ["acdc", "nct", "isic"])
def test_draws_of_scikit_learn_reach_badge(benchmark):
  anything = type(
    "Problem", (), {"learner": None, "dataset": None, "units": None}
  )()

  def badge_of(config):
    return settings_of(
      loops.loop_for(anything, config, "badge", lambda *parts: parts[1])
    )

  plain = badge_of(Config())
  assert (plain["first"], plain["trials"]) == ("norm", 1)
  copied = badge_of(config_of("greedy_seeding", benchmark))
  assert (copied["first"], copied["trials"]) == ("uniform", 0)


def test_patients_and_classes_reach_the_data(tmp_path):
  path = tmp_path / "two.npz"
  arrays = {"images": np.zeros((4, 2, 2)), "labels": [0, 1, 0, 1]}
  np.savez(path, patient=[7, 7, 8, 8], **arrays)

  def load(*names):
    config = dataclasses.replace(Config(), data=str(path))
    for name, benchmark in names:
      config = deviations.apply(config, [name], benchmark)
    return reading.load_dataset(config, no_progress)

  assert load().groups == ("7", "7", "8", "8")
  assert load(("item_split", "isic")).groups is None
  assert load(("tenth_class", "nct")).class_names[2:] == ("spare 1",)


def test_the_fold_is_of_the_report_alone():
  assert deviations.apply(Config(), ["folded_auc"], "isic") == Config()
  assert deviations.active("isic", {}, ["folded_auc"]) == ("folded_auc",)
