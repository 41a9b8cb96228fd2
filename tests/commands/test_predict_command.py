"""Models of a run used from the command line."""

import numpy as np
import pytest

from tests import command_line as commands
from tests import kept_models
from tests.forks import shared


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
  folder = tmp_path_factory.mktemp("run")
  kept_models.blobs(folder / "d.npz")
  return kept_models.keep(folder / "w", folder / "d.npz", widths=(4,))


def test_images_without_labels(kept, tmp_path):
  images = np.random.default_rng(0).integers(0, 255, (3, 8, 8))
  np.savez(tmp_path / "new.npz", images=images.astype(np.uint8))
  words = f"--run={kept.workdir}", f"--data={tmp_path / 'new.npz'}"
  words = *words, f"--out={tmp_path / 'o'}", "--uncertainty"
  code, told = shared().start("predict", *words).ended()
  assert code == 0, told
  assert "model: entropy, seed 0, round 1, trained on 2 labels" in told
  assert "3 images predicted: " in told


def test_a_model_for_other_programs(kept, tmp_path):
  words = f"--run={kept.workdir}", f"--out={tmp_path / 'o'}"
  code, told = shared().start("export", *words, "--round=0").ended()
  assert code == 0, told
  assert "round 0, trained on 1 labels" in told and "arrays, " in told
  assert sorted(p.name for p in (tmp_path / "o").iterdir()) == [
    "model.json",
    "params.npz",
  ]


def test_what_is_wrong_is_one_line(kept, tmp_path):
  run, out = f"--run={kept.workdir}", f"--out={tmp_path / 'o'}"
  (tmp_path / "empty").mkdir()
  data = f"--data={tmp_path / 'empty'}"
  lines = commands.errors_of(
    "alx.commands.predict",
    [data, out],
    [run, out],
    [run, data],
    [run, data, out],
    [run, data, out, "--arm=bald"],
    [run, data, out, "--seed=3"],
    [run, data, out, "--round=9"],
    [run, data, out, "--samples=3"],
    [f"--run={tmp_path}", data, out],
  )
  wanted = (
    "wanted --run=PATH",
    "wanted --data=PATH",
    "wanted --out=PATH",
    "found an empty folder",
    "a model of bald, found those of entropy",
    "a model of entropy, seed 3, found seeds 0",
    "a model of entropy, round 9, found the rounds kept, 0, 1",
    "samples=3 does nothing without uncertainty",
    "wanted a run directory, with config.json and runs/",
  )
  for line, words in zip(lines, wanted, strict=True):
    assert words in line
  assert not (tmp_path / "o").exists()
