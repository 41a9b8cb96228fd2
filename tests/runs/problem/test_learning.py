"""The passes of one seed on several devices."""

import dataclasses
import types
from functools import partial

import jax
import numpy as np
import pytest

from alx import data
from alx.runs.problem import learning
from alx.runs.settings.config import Config
from alx.runs.settings.recipes import fill, recipe_of
from tests.runs.test_compiles import compiles_by_stage, embeddings

__all__ = ["embeddings"]

ONE = Config(acquisition=("random", "bald"), seeds=1)


@pytest.fixture
def devices(monkeypatch):
  """Says which devices there seem to be."""

  def set_devices(platform, count):
    found = [types.SimpleNamespace(platform=platform)] * count
    monkeypatch.setattr(jax, "local_devices", lambda: found)

  return set_devices


def test_only_passes_of_one_seed_are_spread(devices):
  devices("gpu", 2)
  assert learning.spreads_passes(ONE)
  for change in (
    {"seeds": 2},
    {"acquisition": ("entropy",)},
    {"ensemble": "deep"},
  ):
    assert not learning.spreads_passes(dataclasses.replace(ONE, **change))
  for platform, count in (("gpu", 1), ("cpu", 2)):
    devices(platform, count)
    assert not learning.spreads_passes(ONE)
  for passes in ("shard_map", "pmap"):
    asked = dataclasses.replace(ONE, passes=passes)
    assert learning.spreads_passes(asked)
    assert learning.makes_pieces(asked) == (passes == "pmap")
    row = dataclasses.replace(asked, acquisition=("random",))  # of a study
    assert not learning.spreads_passes(row) and not learning.makes_pieces(row)


def picks(folder):
  """Round, rank and id; rounding may change a score."""
  text = (folder / "runs/bald-seed0/picks.csv").read_text()
  return [line.rsplit(",", 1)[0] for line in text.splitlines()]


@pytest.fixture(scope="module")
def alone(embeddings, tmp_path_factory):
  """The same picks on one device."""
  folder = tmp_path_factory.mktemp("one")
  for rounds in (3, 4):
    compiles_by_stage(embeddings, folder, seeds=1, rounds=rounds)
  return picks(folder)


@pytest.mark.slow
@pytest.mark.parametrize("passes", ["shard_map", "pmap"])
def test_spread_passes_choose_the_same(embeddings, alone, tmp_path, passes):
  assert jax.local_device_count() > 1
  run = partial(compiles_by_stage, embeddings, seeds=1)
  counts = run(tmp_path / "all", rounds=2, passes=passes)
  assert len(set(counts[8:])) == 1  # as alone: nothing from round 2 on
  run(tmp_path / "all", rounds=3)  # goes on from a checkpoint, on one device
  run(tmp_path / "all", rounds=4, passes=passes)
  assert picks(tmp_path / "all") == alone


def made(extents, spacings):
  """A segmentation of such voxels."""
  count = len(spacings)
  images = (np.zeros((*extents, 1), np.float32),) * count
  labels = (np.zeros(extents, np.uint8),) * count
  about = {"groups": None, "split": None, "left_out": ()}
  names = {"name": "made", "ids": ("a", "b")[:count], "class_names": ("0", "1")}
  return data.Dataset(
    task="segmentation",
    images=images,
    labels=labels,
    spacing_mm=spacings,
    **names,
    **about,
  )


def test_the_program_of_a_round_is_used_where_it_does_the_same():
  config = Config(
    model="unet", widths=(4,), patch=(4, 4), batch=1, block=1, steps=3
  )
  dataset = made((4, 4), (None,))
  config = fill(config, recipe_of("light", "segmentation", 2))
  for same in ({"full_steps": 3}, {"schedule": "converged", "full_steps": 3}):
    other = dataclasses.replace(config, **same)
    assert learning.make_fit_of_all(other, dataset) is None
  assert learning.make_fit_of_all(config, dataset) is not None


def test_tilts_know_the_voxels_of_the_data(monkeypatch):
  """Medians of 1 and 3 mm, 1 and 3, 5 and 7: 2, 2 and 6, or 1, 1 and 3."""
  dataset = made((4, 4, 4), ((1.0, 1.0, 5.0), (3.0, 3.0, 7.0)))
  seen = []

  def keep(model, num_classes, channels, training, *rest):
    seen.append(training.augment.spacing)

  monkeypatch.setattr(learning.learner, "make_learner", keep)
  config = Config(model="unet", widths=(4,), patch=(4, 4, 4), batch=1, block=1)
  config = fill(config, recipe_of("light", "segmentation", 3))
  for tilt, about in ((9.0, dataset), (0.0, dataset)):
    learning.make_learner(dataclasses.replace(config, tilt=tilt), about)
  unknown = dataset._replace(spacing_mm=(None, None))
  learning.make_learner(dataclasses.replace(config, tilt=9.0), unknown)
  assert seen == [(1.0, 1.0, 3.0), (), ()]
