import dataclasses
import io

import jax
import numpy as np
import pytest
from rich.console import Console

from alx.data import DataError, Dataset
from alx.data.sources import digest
from alx.devices.parallel import over_passes
from alx.runs import compare
from alx.runs.problem import learning
from alx.runs.settings.config import Config


def test_what_was_left_out_and_what_else_is_known_is_told():
  dataset = Dataset(
    name="few",
    task="classification",
    ids=("a",),
    images=(np.zeros((1, 1, 1), np.float32),),
    labels=(np.array(0, np.int32),),
    class_names=("a", "b"),
    spacing_mm=(None,),
    groups=None,
    split=None,
    left_out=tuple(f"case {i}" for i in range(100)),
    notes=("passed over [3] .gif",),
  )
  file = io.StringIO()
  console = Console(file=file, width=200)
  compare.tell_reading(dataset, console, "dataset.json")
  lines = file.getvalue().splitlines()
  assert lines[0] == "left out: case 0"
  assert lines[-2].endswith("more, see dataset.json")
  assert lines[-1] == "note: passed over [3] .gif"
  compare.tell_reading(dataset, console)  # no file has the rest
  again = file.getvalue().splitlines()[len(lines) :]
  assert len(again) == 101 and again[99] == "left out: case 99"


@pytest.mark.parametrize("passes", ["shard_map", "pmap"])
def test_the_same_data_are_asked_with_the_passes_of_each_row(
  tmp_path, monkeypatch, passes
):
  """Dropout goes over all devices where a row alone does so."""
  assert jax.local_device_count() > 1
  spread = []

  def spreading(*args):
    spread.append(args)
    return over_passes(*args)

  def row(name):
    return compare.restrict(
      first, dataclasses.replace(config, acquisition=name)
    )

  monkeypatch.setattr(learning, "over_passes", spreading)
  config = few(tmp_path, passes)
  console = Console(file=io.StringIO())
  first = compare.prepare(config, tmp_path / "w", console, False)
  assert row(("entropy",)).problem is first.problem and not spread
  one, other = row(("bald",)).problem, row(("variation_ratio",)).problem
  assert len(spread) == 1 and one.learner is other.learner
  for name in ("predict_few", "learner"):
    assert getattr(one, name) is not getattr(first.problem, name)
  for name in ("images", "labels", "test_images", "predict_test", "memo"):
    assert getattr(one, name) is getattr(first.problem, name)
  assert one.learner.fit is first.problem.learner.fit  # no pass is made there
  assert row(("random",)).problem is first.problem


@pytest.mark.parametrize(
  ("change", "told"),
  [
    ({"split": [2] * 8 + [0] * 12}, "other test items, the first "),
    ({"patient": ["one", "two"] * 10}, "digest_of_patients = "),
  ],
)
def test_a_run_goes_on_with_its_own_split_and_patients(tmp_path, change, told):
  labels = np.arange(20) % 2
  known = {
    "features": np.arange(60.0).reshape(20, 3) % 7,
    "labels": labels,
    "ids": [f"i{item}" for item in range(20)],
    "patient": [f"p{item}" for item in range(20)],
    "split": [0] * 12 + [2] * 8,
  }
  settings = few(tmp_path, "auto", test_items=0)
  workdir, console = tmp_path / "w", Console(file=io.StringIO())
  np.savez(tmp_path / "e.npz", **known)
  compare.prepare(settings, workdir, console, False)
  files = {p: p.read_bytes() for p in workdir.iterdir() if p.is_file()}
  np.savez(tmp_path / "e.npz", **known | change)
  more = dataclasses.replace(settings, seeds=2)
  with pytest.raises(DataError, match=f"{told}.*; name another --workdir"):
    compare.prepare(more, workdir, console, False)
  assert files == {p: p.read_bytes() for p in files}
  np.savez(tmp_path / "e.npz", **known)
  compare.prepare(more, workdir, console, False)


def test_voxels_of_another_size_are_other_data():
  dataset = Dataset(
    name="two",
    task="segmentation",
    ids=("a", "b"),
    images=(np.zeros((1, 1, 1, 1)),) * 2,
    labels=(np.zeros((1, 1, 1)),) * 2,
    class_names=("background", "organ"),
    spacing_mm=((1.0, 1.0, 2.5), None),
    groups=None,
    split=None,
    left_out=(),
  )
  found = digest.further_of_dataset(dataset)
  again = dataset._replace(spacing_mm=([1, np.float32(1), 2.5], None))
  assert digest.further_of_dataset(again) == found
  other = dataset._replace(spacing_mm=((1.0, 1.0, 2.0), None))
  told = digest.further_of_dataset(other)
  assert [name for name in found if found[name] != told[name]] == [
    "digest_of_voxel_sizes"
  ]


def few(folder, passes, test_items=8):
  """The settings of a random row on 20 embeddings of two classes."""
  labels = np.arange(20) % 2
  features = np.random.default_rng(0).standard_normal((20, 3))
  path = folder / "e.npz"
  np.savez(path, features=features, labels=labels)
  return Config(
    data=str(path),
    acquisition=("random",),
    seeds=1,
    start=4,
    rounds=1,
    query=2,
    test_items=test_items,
    passes=passes,
  )
