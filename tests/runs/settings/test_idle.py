import dataclasses

import jax
import numpy as np
import pytest

from alx import data
from alx.runs.settings import idle, kept
from alx.runs.settings import presets as configs
from alx.runs.settings.config import Config


def _dataset(task="segmentation", shape=(4, 4, 1), groups=None, split=None):
  return data.Dataset(
    name="made",
    task=task,
    ids=("a", "b"),
    images=(np.zeros(shape, np.float32),) * 2,
    labels=(np.zeros(shape[:-1], np.uint8),) * 2,
    class_names=("no", "yes"),
    spacing_mm=(None,) * 2,
    groups=groups,
    split=split,
    left_out=(),
  )


_READ = {"data": "set.npz"}


@pytest.mark.parametrize(
  ("fields", "told"),
  [
    ({"where": "frame=1"}, "where=frame=1 does nothing on the phantom"),
    ({"cache": "c"}, "cache=c does nothing on the phantom"),
    ({"image_size": 32}, "image_size=32 does nothing on the phantom"),
    ({"features": "f"}, "features=f does nothing on the phantom"),
    ({"strict": True}, "strict=True does nothing on the phantom"),
    ({"spacing_from": "affine"}, "spacing_from=affine does nothing on the"),
    (_READ | {"phantom_items": 9}, "phantom_items=9 does nothing on data that"),
    (
      {"test_items": 9, "test_share": 0.5},
      "test_share=0.5 .* beside test_items",
    ),
    (_READ | {"features": "f", "image_size": 9}, "image_size=9 .* features"),
    (
      {"members": 3},
      r"members=3 .* without an ensemble \(deep, bootstrap, snap",
    ),
    ({"samples": 3, "ensemble": "deep"}, "samples=3 .* with an ensemble"),
    ({"coupled_decay": True}, "coupled_decay=True .* weight_decay is 0"),
    ({"truncated_labels": True}, "truncated_labels=True .* rotation is 0"),
    ({"passes": "pmap"}, "passes=pmap .* with several seeds"),
    (
      {"passes": "pmap", "seeds": 1, "ensemble": "deep"},
      "passes=pmap .* with an ensemble",
    ),
    (_READ | {"cache": "c", "where": "a=1"}, "set.npz: wanted an .npz file to"),
    (
      _READ | {"cache": "c", "image_size": 9},
      "set.npz: wanted a folder of pict",
    ),
  ],
)
def test_settings_by_themselves(fields, told):
  with pytest.raises(ValueError, match=told):
    idle.check_settings(Config(**fields))


def test_passes_are_spread_over_several_devices(monkeypatch):
  for passes in ("shard_map", "pmap"):
    config = Config(seeds=1, passes=passes)
    monkeypatch.setattr(jax, "local_device_count", lambda: 8)
    idle.check_settings(config)
    monkeypatch.setattr(jax, "local_device_count", lambda: 1)
    told = f"passes={passes} does nothing on a single device"
    with pytest.raises(ValueError, match=told):
      idle.check_settings(config)
  idle.check_settings(Config(seeds=1))


_SPLIT = np.array([0, 2], np.int8)


@pytest.mark.parametrize(
  ("fields", "about", "told"),
  [
    ({"test_items": 9}, {"split": _SPLIT}, "test_items=9 .* come with a split"),
    ({"test_share": 0.5}, {"split": _SPLIT}, "test_share=0.5 .* with a split"),
    ({"split_seed": 1}, {"split": _SPLIT}, "split_seed=1 .* with a split"),
    (
      {"split_by_item": True},
      {"split": _SPLIT, "groups": ("p", "q")},
      "split_by_item=True .* with a split",
    ),
    ({"split_by_item": True}, {}, "split_by_item=True .* without patients"),
    ({"dice": "item"}, {"task": "classification"}, "dice=item .* classificat"),
    ({"overlap": 0.5}, {"task": "classification"}, "overlap=0.5 .* classific"),
    *(
      (
        {name: value},
        {"task": "classification"},
        f"{name}={value} .* in a classification: it is of U-Nets",
      )
      for name, value in {
        "up_convolutions": 2,
        "down_convolutions": 1,
        "skips": "add",
        "norm": "instance",
        "deep_supervision": True,
      }.items()
    ),
    (
      {"rotation": 9.0, "truncated_labels": True},
      {"task": "classification"},
      "truncated_labels=True .* classification",
    ),
    *(
      (
        {name: value},
        {"task": "classification", "shape": (5,)},
        f"{name}=.* on",
      )
      for name, value in {
        "coarsen": 2,
        "intensity": 0.2,
        "rotation": 9.0,
        "scaling": 0.1,
        "shift": 0.1,
        "tilt": 9.0,
        "gamma": 0.1,
        "flips": True,
        "turns": True,
        "distort": "all",
        "pictures": 2,
      }.items()
    ),
  ],
)
def test_settings_on_data(fields, about, told):
  with pytest.raises(ValueError, match=told):
    idle.check_data(Config(**fields), _dataset(**about))


@pytest.mark.parametrize(
  ("fields", "told"),
  [
    ({"full_steps": 9, "full": False}, "full_steps=9 .* with full=False"),
    ({"tolerance": 0.2, "full": False}, "tolerance=0.2 .* no fit ends when"),
    (
      {"tolerance": 0.2, "full_steps": 50, "steps": 50},
      "tolerance=0.2 .* no fit ends when",
    ),
    ({"samples": 3, "acquisition": ("entropy",)}, "no acquisition here wants"),
    (
      {"greedy_seeding": True, "acquisition": ("entropy",)},
      "no acquisition here is badge",
    ),
    ({"samples": 3, "dropout": 0.0}, "samples=3 .* without dropout"),
    ({"passes": "pmap", "acquisition": ("entropy",)}, "no acquisition here"),
    ({"passes": "pmap", "dropout": 0.0}, "passes=pmap .* without dropout"),
    ({"distort": "all"}, "distort=all .* no acquisition here compares"),
    (
      {
        "distort": "all",
        "acquisition": ("k_center",),
        "flips": False,
        "intensity": 0.0,
      },
      "distort=all .* nothing is augmented",
    ),
    (
      {"acquisition": (), "tolerance": 0.2, "recipe": "classic"},
      "tolerance=0.2 .* no fit ends when",
    ),
    (
      {
        "acquisition": ("entropy*5 + bald",),
        "rounds": 10,
        "stop": ("budget:labels=12",),
        "stop_mode": "end",
      },
      "the last turn begins in round 6, there are 2 rounds",
    ),
  ],
)
def test_settings_of_methods(fields, told):
  with pytest.raises(ValueError, match=told):
    idle.check_methods(Config(**fields))


def test_turns_want_a_plane_of_equal_extents():
  idle.check_patch(Config(patch=(8, 16, 8), turns=True))
  idle.check_patch(Config(patch=(8, 16)))
  with pytest.raises(ValueError, match=r"turns=True .* of \(8, 16\): no two"):
    idle.check_patch(Config(patch=(8, 16), turns=True))


def test_deep_supervision_wants_a_level_between():
  idle.check_network(Config(widths=(4, 8, 16), deep_supervision=True))
  with pytest.raises(ValueError, match=r"deep_supervision=True .*=\(4, 8\): w"):
    idle.check_network(Config(widths=(4, 8), deep_supervision=True))


def test_a_norm_of_single_channels_wants_two_voxels_in_the_bottleneck():
  fields = {"model": "light_unet", "widths": (4, 8, 16)}
  for patch in ((), (4, 8), (8, 8)):
    idle.check_network(Config(patch=patch, norm="instance", **fields))
  idle.check_network(Config(patch=(4, 4), **fields))
  told = (
    r"wanted two voxels or more in the bottleneck, where {} channels .* one"
  )
  with pytest.raises(ValueError, match=told.format(16)):
    idle.check_network(Config(patch=(4, 4), norm="instance", **fields))
  fields["widths"] = (4, 8, 8)
  with pytest.raises(ValueError, match=told.format(8)):
    idle.check_network(Config(patch=(4, 4), **fields))
  idle.check_network(Config(patch=(4, 4), **fields | {"model": "cnn"}))


@pytest.mark.parametrize(
  ("fields", "told"),
  [
    ({"accumulate": 3}, r"multiple of accumulate x fit_devices = 3, found 4"),
    ({"accumulate": 2, "fit_devices": 4}, "= 8, found 4"),
    ({"fit_devices": 2, "ensemble": "deep"}, "fit_devices=2: .* ensemble=deep"),
    ({"fit_devices": 2, "deep_supervision": True}, "without deep_supervision"),
  ],
)
def test_a_batch_that_cannot_be_shared(fields, told):
  with pytest.raises(ValueError, match=told):
    idle.check_batch(Config(batch=4, **fields))


def test_a_classification_of_an_older_directory_goes_on():
  """It says what all windows overlapped by, though it has none."""
  settings = dataclasses.asdict(Config(schedule="warmup_cosine", overlap=0.25))
  old = Config(**kept.as_tuples(settings))
  idle.check_settings(old)
  idle.check_data(old, _dataset("classification"))


def test_what_does_something_is_fine():
  idle.check_methods(Config(tolerance=0.2))
  idle.check_methods(Config(tolerance=0.2, full=False, schedule="converged"))
  of_a_study = Config(tolerance=0.2, full_steps=50, full=False)
  idle.check_settings(of_a_study)  # another row of it fits all labels
  idle.check_methods(Config(acquisition=(), tolerance=0.2, samples=3))
  for name in ("gamma", "tilt", "scaling", "shift"):
    still = {"flips": False, "intensity": 0.0, name: 0.1}
    idle.check_methods(
      Config(distort="all", acquisition=("k_center",), **still)
    )
  config = Config(
    data="set.npz",
    where="frame=1",
    ensemble="deep",
    members=3,
    weight_decay=0.1,
    coupled_decay=True,
    rotation=9.0,
    truncated_labels=True,
    dice="item",
    split_by_item=True,
    test_share=0.5,
    split_seed=1,
  )
  idle.check_settings(config)
  idle.check_data(config, _dataset(groups=("p", "q")))
  for dice in ("item", "none"):
    idle.check_data(Config(dice=dice, evidential=True), _dataset())
  resolved = dataclasses.replace(config, samples=config.members)
  idle.check_settings(resolved)
  idle.check_methods(Config(samples=3, acquisition=("bald",)))
  idle.check_methods(Config(distort="all", acquisition=("k_center",)))
  features = Config(data="f.npz", pictures=0, intensity=0.0, flips=False)
  idle.check_data(features, _dataset("classification", (5,)))
  one_part = np.zeros(2, np.int8)  # no split: items are drawn
  idle.check_data(Config(test_items=1), _dataset(split=one_part))


@pytest.mark.parametrize(
  "cap", [{"max_per_item": 5}, {"max_per_item": 4}, {"max_per_group": 6}]
)
def test_caps_count_what_a_budget_buys(cap):
  """Of 40 slices a round, not of the 4 items that are the default."""
  fields = {"unit": "slices:0", "acquisition": ("entropy",)} | cap
  idle.check_methods(Config(budget="slices:40", **fields))
  with pytest.raises(
    ValueError, match=r"as no more .* are asked for at a time"
  ):
    idle.check_methods(Config(**fields))


def test_caps_of_a_patient_count_units():
  patients = _dataset(groups=("p", "q"))  # with an item each
  idle.check_data(Config(unit="slices:0", max_per_group=2), patients)
  idle.check_data(Config(max_per_group=2), _dataset())
  for budget in ("", "voxels:99"):  # of whole items
    config = Config(max_per_group=2, budget=budget)
    with pytest.raises(ValueError, match="no more items of a patient"):
      idle.check_data(config, patients)


def test_only_what_nobody_told_gives_way():
  config = Config(full=False, full_steps=9, tolerance=0.2, samples=3)
  ours = idle.give_way(config, {"full", "tolerance"})
  assert ours == dataclasses.replace(config, full_steps=Config().full_steps)
  with pytest.raises(ValueError, match=r"tolerance=.* does nothing"):
    idle.check_methods(ours)
  assert idle.give_way(config, {"full_steps", "tolerance"}) == config
  protocol = {"start": 6, "rounds": 2, "samples": 3, "distort": "all"}
  alone = Config(acquisition=(), unit="slices:0", **protocol)
  assert idle.give_way(alone, ()) == Config(acquisition=(), **protocol)


@pytest.mark.parametrize("name", configs.BY_NAME)
def test_presets_are_fine(name):
  config = configs.load(name)
  config = dataclasses.replace(config, data=config.data or "set.npz")
  idle.check_settings(config)
  idle.check_data(config, _dataset(groups=("p", "q")))
  idle.check_methods(config)
