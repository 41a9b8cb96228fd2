"""The benchmark of MC dropout, on slices that take no time."""

from functools import partial

import jax
import numpy as np
import pytest
from rich.console import Console

from alx.models import make_unet
from experiments.benchmarks import passes
from tests.command_line import help_of

SMALL = partial(passes.make_inputs, 3, 2, passes.noise(4, 8))


@pytest.fixture(autouse=True)
def small_model(monkeypatch):
  monkeypatch.setattr(passes, "MODEL", make_unet(2, 4, (2, 4), dropout=0.5))


def test_three_ways_one_answer():
  ready, seconds = passes.compile_all(SMALL(0))
  scores = [np.asarray(run(SMALL(1))) for run in ready.values()]
  assert (
    set(ready)
    == set(seconds)
    == {
      passes.OURS,
      passes.SEQUENTIAL,
      passes.VMAPPED,
    }
  )
  assert scores[0].shape == (2, 2)
  assert len(np.unique(scores[0])) == 4 and scores[0].min() > 0
  for other in scores[1:]:
    np.testing.assert_allclose(other, scores[0], rtol=1e-4)
    assert passes.agree(scores[0], other) == 1
  assert passes.agree(scores[0], 1.1 * scores[0]) == 0


def test_full_passes_are_full():
  """Nothing takes the trunk out of the vmap, as it does over keys alone."""
  inputs = SMALL(0)
  flops = [
    jax.jit(run).lower(inputs).compile().cost_analysis()["flops"]
    for run in (passes.trunk_once, passes.vmapped)
  ]
  assert flops[1] > 2 * flops[0]


def test_the_table_has_all_three():
  rows = passes.compare(SMALL, "T=3", 1)
  assert [row["name"] for row in rows] == [
    passes.OURS,
    passes.SEQUENTIAL,
    passes.VMAPPED,
  ]
  assert all(row["seconds"] > 0 < row["compile_s"] for row in rows)
  judged = rows[1]
  ratio = judged["seconds"] / rows[0]["seconds"]
  assert judged["ratio"] == pytest.approx(ratio)
  assert judged["met"] == ("yes" if ratio >= passes.BAR else "no")
  console = Console(width=100)
  with console.capture() as shown:
    console.print(passes.table(rows, "T=3"))
  assert all(row["name"] in shown.get() for row in rows)


def test_slices_of_a_file(tmp_path):
  images = np.arange(9.0)[:, None, None] + np.eye(16)
  labels = np.zeros((9, 16, 16), int)
  labels[:, 0] = 1
  np.savez(tmp_path / "s.npz", images=images, labels=labels)
  slices = passes.read_slices(tmp_path / "s.npz", 4)
  assert slices.shape == (4, 16, 16, 1) and slices.dtype == np.float32
  inputs = passes.make_inputs(3, 2, slices, 0)
  assert inputs.keys.shape == (2, 3, 2)
  np.testing.assert_array_equal(inputs.slices[1, 1], slices[3])
  np.savez(tmp_path / "t.npz", images=images[:, :9], labels=labels[:, :9])
  with pytest.raises(ValueError, match=r"multiples of 16, found \(9, 16\)"):
    passes.read_slices(tmp_path / "t.npz", 4)


def test_help():
  _, text = help_of("experiments.benchmarks.passes")
  assert "--passes" in text and "trunk once" in text
