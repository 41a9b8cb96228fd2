import dataclasses
import io
import json
from types import SimpleNamespace

import pytest
from rich.console import Console

from alx.acquisition import BY_NAME
from alx.data.sources import digest
from alx.runs.problem import reading
from alx.runs.streamed import compare as streamed
from tests import streamed_cases

CONFIG = dataclasses.replace(streamed_cases.CONFIG, data="boxes", cache="cache")


@pytest.fixture
def dataset(monkeypatch):
  """What loading gives, whatever is asked for."""
  dataset = streamed_cases.dataset(9)
  monkeypatch.setattr(reading, "load_dataset", lambda *_: dataset)
  return dataset


def prepare(workdir, **changes):
  """(Comparison, what was printed)."""
  console = Console(file=io.StringIO(), width=300)
  config = dataclasses.replace(CONFIG, **changes)
  ready = streamed.prepare(config, workdir, console, baselines=False)
  return ready, console.file.getvalue()


def test_the_digest_is_of_the_data_and_made_once(dataset, tmp_path):
  ready, _ = prepare(tmp_path)
  first = json.loads((tmp_path / "dataset.json").read_text())
  assert first["digest"] == digest.of_dataset(ready.problem.dataset)
  del dataset.images.read[:]
  prepare(tmp_path)
  assert len(dataset.images.read) <= 3  # not all nine
  dataset.images.digest = "of other files"
  prepare(tmp_path / "other")
  del dataset.images.read[:]
  prepare(tmp_path)  # the files have changed, what is in them has not
  assert len(dataset.images.read) >= 9


def test_other_data_in_the_directory_are_refused(dataset, tmp_path):
  prepare(tmp_path)
  before = (tmp_path / "files.json").read_text()
  dataset.labels._arrays[0][0, 0, 0] = 1
  dataset.labels.digest = "of another label"
  with pytest.raises(ValueError, match="this run has digest = "):
    prepare(tmp_path)
  assert (tmp_path / "files.json").read_text() == before


def test_tells_what_is_kept_of_an_item(dataset, tmp_path):
  names = ("random", "entropy", "k_center", "bald")
  _, text = prepare(tmp_path, acquisition=names)
  wanted = "0 for random, 4 for entropy, 16 for k_center, 4 for bald"
  assert f"bytes kept of an item: {wanted}" in text


def test_slow_fits_are_not_told_to_coarsen(dataset, tmp_path, monkeypatch):
  ready, _ = prepare(tmp_path, acquisition=("random",))
  config = dataclasses.replace(ready.config, patch=(64, 64, 8))
  hints = []

  def shower(*args):
    hints.append(args[-1])
    return SimpleNamespace(stage=print, finish=print)

  monkeypatch.setattr(streamed, "Shower", shower)
  monkeypatch.setattr(streamed, "run_rounds", lambda *_: None)
  streamed.train(ready._replace(config=config), Console(file=io.StringIO()))
  assert "--set=patch=32,32,4, make" in hints[0]
  assert "coarsen" not in hints[0]


@pytest.mark.parametrize("keepdims", [False, True])
def test_a_method_that_looks_at_items_together_is_refused(
  dataset, tmp_path, monkeypatch, keepdims
):
  def together(keys, prediction):
    return prediction.features.mean(0, keepdims=keepdims)

  row = BY_NAME["k_center"]._replace(describe=together)
  monkeypatch.setitem(BY_NAME, "together", row)
  with pytest.raises(ValueError, match="together does not describe items one"):
    prepare(tmp_path / "w", acquisition=("together",))
  assert not (tmp_path / "w").exists()
