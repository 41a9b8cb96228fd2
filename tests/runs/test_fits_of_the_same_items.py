"""A baseline that asks for what random asked for is not trained again."""

import dataclasses

import numpy as np
import pytest
from rich.console import Console

from alx.runs import compare, rounds
from alx.runs.disk import store
from alx.runs.together import Fits
from tests.runs.test_segmentation import TINY

BOTH = dataclasses.replace(
  TINY, acquisition=("random", "foreground_random"), full=False, pictures=0
)


def curves(place):
  return [
    store.read_rows(place / f"runs/{name}-seed0/{table}.csv")
    for name in BOTH.acquisition
    for table in ("curve", "predictions")
  ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
  """(which fits were made, the tables), with what is known and without."""
  console, found = Console(quiet=True), {}
  tell = rounds._tell_and_test
  for known in (True, False):
    place, made = tmp_path_factory.mktemp(f"known{known}"), []

    def told(
      job, loop, state, asked, number, same=None, made=made, known=known
    ):
      same = same if known else None
      made.append((job.name, number, same is not None))
      return tell(job, loop, state, asked, number, same)

    with pytest.MonkeyPatch.context() as patch:
      patch.setattr(rounds, "_tell_and_test", told)
      ready = compare.prepare(BOTH, place, console, baselines=False)
      compare.run(ready, console)
    found[known] = made, curves(place), ready.workdir
  return found


@pytest.mark.slow
def test_the_same_items_are_the_same_model(trained):
  (made, tables, place), (_, alone, _) = trained[True], trained[False]
  picks = [
    [row["id"] for row in store.read_rows(place / f"runs/{n}-seed0/picks.csv")]
    for n in BOTH.acquisition
  ]
  assert made[:2] == [("random", 0, False), ("random", 1, False)]
  assert made[2:] == [("foreground_random", 1, picks[0] == picks[1])]
  for one, other in zip(tables, alone, strict=True):
    assert one == other  # as if it had been trained


def test_another_item_or_order_is_another_fit():
  fits, kept = (
    Fits(["random", "foreground_random"]),
    rounds.LoopState(*range(8)),
  )
  fits.keep("random", [np.array([1, 2]), np.array([3])], kept)
  for asked in ([[1, 2], [4]], [[2, 1], [3]], [[1, 2, 3]], [[1], [2, 3]]):
    asked = [np.array(items) for items in asked]
    assert fits.after("foreground_random", asked, kept, None) is None
  same = [np.array([1, 2]), np.array([3])]
  assert fits.after("entropy", same, kept, None) is None
  alone = Fits(["random", "entropy"])
  alone.keep("random", same, kept)
  assert not alone._fits  # nobody would ask for it
