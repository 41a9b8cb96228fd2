"""A whole run whose fits are shared by two devices."""

import dataclasses
import io

import jax
import numpy as np
import pytest
from rich.console import Console

from alx.runs import compare
from alx.runs.disk import store
from alx.runs.settings.config import Config
from tests.compiles import COMPILED
from tests.kim_runs import write_squares

pytestmark = pytest.mark.skipif(
  len(jax.devices()) < 2, reason="wants two devices"
)
ONE = Config(
  acquisition=("bald",),
  test_items=4,
  seeds=2,
  start=2,
  query=2,
  rounds=2,
  steps=2,
  samples=2,
  widths=(4,),
  patch=(8, 8),
  full=False,
  pictures=0,
)
TWO = dataclasses.replace(ONE, fit_devices=2)
CONSOLE = Console(file=io.StringIO())
PRINTED = Console(file=io.StringIO(), width=400)


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
  return write_squares(tmp_path_factory.mktemp("data"), 18)


def run(config, data, workdir, check=None, console=CONSOLE):
  config = dataclasses.replace(config, data=data)
  ready = compare.prepare(config, workdir, console, baselines=False)
  compare.train(ready, console, check)
  return workdir / "runs"


@pytest.fixture(scope="module")
def finished(squares, tmp_path_factory):
  """(folder of one device, folder of two, programs at each stage of two)."""
  folder, counts = tmp_path_factory.mktemp("shared"), []
  one = run(ONE, squares, folder / "one", console=PRINTED)
  PRINTED.print("with two devices")
  count = lambda: counts.append(len(COMPILED))  # noqa: E731
  two = run(TWO, squares, folder / "two", count, PRINTED)
  return one, two, [*counts, len(COMPILED)]


@pytest.mark.slow
def test_picks_and_scores_are_those_of_one_device(finished):
  one, two, _ = finished
  for seed in ("bald-seed0", "bald-seed1"):
    picks = [store.read_rows(f / seed / "picks.csv") for f in (one, two)]
    ids = [[row["id"] for row in rows] for rows in picks]
    assert ids[0] == ids[1] and len(ids[0]) == 6
    curves = [store.read_rows(f / seed / "curve.csv") for f in (one, two)]
    dice = [[float(r["structure_dice"]) for r in rows] for rows in curves]
    np.testing.assert_allclose(dice[1], dice[0], atol=2e-3)


def test_nothing_is_compiled_for_more_labels_or_another_seed(finished):
  counts = finished[2]
  stages = 4  # asking, training, testing, saving
  # Of the first question, then nothing: rounds 0 and 1 of the first seed.
  assert counts[2 * stages] == counts[-1], np.diff(counts)


@pytest.mark.usefixtures("finished")
def test_the_memory_of_a_shared_fit_is_told_once_before_it_begins():
  one, _, two = PRINTED.file.getvalue().partition("with two devices")
  start = "memory: a fit with 2 patches of 8x8 in a batch takes "
  assert start not in one and two.count(start) == 1
  assert two.index(start) < two.index("first fit:")


@pytest.mark.slow
def test_goes_on_to_the_same(finished, squares, tmp_path):
  _, whole, _ = finished
  stop = [0]

  def after_two_rounds():
    stop[0] += 1
    if stop[0] == 8:
      raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    run(TWO, squares, tmp_path, after_two_rounds)
  again = run(TWO, squares, tmp_path)
  for seed in ("bald-seed0", "bald-seed1"):
    for name in ("picks.csv", "curve.csv"):
      texts = [(f / seed / name).read_text() for f in (whole, again)]
      assert texts[0] == texts[1]


@pytest.mark.parametrize(
  ("changes", "told"),
  [
    ({"batch": 3}, "batch: wanted a multiple of accumulate x fit_devices = 2"),
    ({"fit_devices": 64, "batch": 64}, "fit_devices: wanted 1 to"),
  ],
)
def test_what_cannot_be_shared(squares, tmp_path, changes, told):
  config = dataclasses.replace(TWO, data=squares, **changes)
  with pytest.raises(ValueError, match=told):
    compare.prepare(config, tmp_path, CONSOLE, baselines=False)
