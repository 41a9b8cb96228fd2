"""The passes of one seed on several devices."""

import dataclasses
import types
from functools import partial

import jax
import pytest

from alx.runs.problem import learning
from alx.runs.settings.config import Config
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


@pytest.mark.parametrize("passes", ["shard_map", "pmap"])
def test_spread_passes_choose_the_same(embeddings, alone, tmp_path, passes):
  assert jax.local_device_count() > 1
  run = partial(compiles_by_stage, embeddings, seeds=1)
  counts = run(tmp_path / "all", rounds=2, passes=passes)
  assert len(set(counts[8:])) == 1  # as alone: nothing from round 2 on
  run(tmp_path / "all", rounds=3)  # goes on from a checkpoint, on one device
  run(tmp_path / "all", rounds=4, passes=passes)
  assert picks(tmp_path / "all") == alone
