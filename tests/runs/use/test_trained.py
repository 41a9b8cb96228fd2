import json
import shutil

import jax
import numpy as np
import pytest

from alx.data import DataError
from alx.runs.disk import store
from alx.runs.disk.checkpoint import Checkpoints
from alx.runs.disk.records import Diverged
from alx.runs.use import trained
from tests import kept_models


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
  folder = tmp_path_factory.mktemp("run")
  kept_models.squares(folder / "d.npz")
  return kept_models.keep(folder / "w", folder / "d.npz", widths=(4,))


@pytest.fixture
def copy(kept, tmp_path):
  return shutil.copytree(kept.workdir, tmp_path / "w")


def test_the_parameters_are_those_that_were_kept(kept):
  found = trained.load(kept.workdir)
  jax.tree.map(np.testing.assert_array_equal, found.params, kept.params)
  assert found.config == kept.config and found.segments
  assert found.digest != trained.load(kept.workdir, number=0).digest
  wanted = trained.wanted_of(found)
  assert (wanted.axes, wanted.channels, wanted.most) == (2, 1, ())
  assert not wanted.is_bytes and wanted.of_maps


def change(path, **fields):
  content = json.loads(path.read_text("utf-8"))
  store.write_json(path, content | fields)


def test_a_run_of_an_earlier_version_says_what_to_do(copy):
  change(copy / "dataset.json", images=None)
  with pytest.raises(DataError, match="what its images were, found nothing"):
    trained.load(copy)


def test_settings_of_another_network(copy):
  change(copy / "config.json", widths=[8])
  with pytest.raises(DataError, match="found parameters of another"):
    trained.load(copy)


def test_a_damaged_checkpoint(copy):
  folder = copy / "runs/entropy-seed0/checkpoints/2"
  for path in (folder / "state").rglob("*"):
    if path.is_file():
      path.write_bytes(b"")
  with pytest.raises(DataError, match="as it was written, found a damaged one"):
    trained.load(copy)
  trained.load(copy, number=0)  # the one before can be asked for


def test_parameters_that_are_no_numbers(copy, kept):
  params = jax.tree.map(lambda x: x * np.nan, kept.params)
  checkpoints = Checkpoints(copy / "runs/entropy-seed0/checkpoints")
  checkpoints.save(2, {"params": params})
  checkpoints.close()
  with pytest.raises(Diverged, match="lower learning_rate"):
    trained.load(copy)
