"""What a reader takes for the truth."""

import jax
import numpy as np
import pytest
import scipy.ndimage

from alx.effort.readers.habits import BY_NAME, Habits
from alx.effort.readers.opinion import generator_of, opinion_of

TRUTH = np.zeros((30, 30, 12), np.uint8)
TRUTH[8:22, 8:22, 3:9] = 1
TRUTH[10:14, 10:14, 4:7] = 2


def dice(a, b):
  return 2 * (a & b).sum() / (a.sum() + b.sum())


def test_the_oracle_sees_the_truth():
  assert (opinion_of(0, Habits(), TRUTH, 3) == TRUTH).all()


def test_an_opinion_is_a_function_of_the_key():
  habits = BY_NAME["junior"]
  one, again = (opinion_of(jax.random.key(3), habits, TRUTH, 3) for _ in "12")
  other = opinion_of(jax.random.key(4), habits, TRUTH, 3)
  assert (one == again).all()
  assert (one != other).any()
  assert one.dtype == TRUTH.dtype
  assert (opinion_of(3, habits, TRUTH, 3) == one).all()  # a seed is a key


def test_seniors_are_nearer_to_the_truth():
  found = {
    name: np.mean(
      [
        dice(opinion_of(k, BY_NAME[name], TRUTH, 3) > 0, TRUTH > 0)
        for k in range(5)
      ]
    )
    for name in ("senior", "junior")
  }
  assert found["junior"] < found["senior"] < 1


def test_growth_is_in_mm_and_both_ways():
  square = np.zeros((11, 11), np.uint8)
  square[3:8, 3:8] = 1
  grown = opinion_of(0, Habits(grows=2.0), square, 2, (2.0, 1.0))
  assert grown.any(1).sum() == 7 and grown.any(0).sum() == 9
  shrunk = opinion_of(0, Habits(grows=-1.0), square, 2, (1.0, 1.0))
  assert shrunk.sum() == 9


def test_growth_of_part_of_a_voxel_is_its_mean_over_keys():
  square = np.zeros((11, 11), np.uint8)
  square[3:8, 3:8] = 1
  for by in (0.25, -0.25):
    sides = [
      opinion_of(k, Habits(grows=by), square, 2).any(0).sum() for k in range(80)
    ]
    assert set(sides) == {5, 5 + 2 * np.sign(by)}
    assert np.mean(sides) == pytest.approx(5 + 2 * by, abs=0.3)


@pytest.mark.parametrize("shape", [(64, 64), (1, 64, 64), (40, 40, 40)])
def test_a_warp_moves_outlines_by_its_size(shape):
  """In each half of an image that ends at the middle of an axis."""
  axis = len(shape) - 1
  half = np.indices(shape)[axis] < shape[axis] // 2
  moved = []
  for key in range(8):
    found = opinion_of(key, Habits(warp=2.0), half.astype(np.uint8), 2)
    moved.append(found.sum(axis, dtype=int) - shape[axis] // 2)
  assert np.std(moved) == pytest.approx(2.0, rel=0.3)


def test_objects_are_missed_as_often_as_said():
  many = np.zeros((40, 40), np.uint8)
  many[1::4, 1::4] = 1  # 100 objects
  left = [
    (opinion_of(k, Habits(misses=0.3), many, 2) > 0).sum() for k in range(20)
  ]
  assert np.mean(left) == pytest.approx(70, abs=4)


def test_objects_are_invented_as_often_as_said():
  empty = np.zeros((20, 20), np.uint8)
  seen = [
    opinion_of(k, Habits(invents=0.4), empty, 3).any() for k in range(200)
  ]
  assert np.mean(seen) == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize("size", [2, 10, 14])
def test_what_is_invented_is_apart_from_what_is_there(size):
  label = np.zeros((20, 20), np.uint8)
  label[3 : 3 + size, 3 : 3 + size] = 1
  around = np.ones((3, 3))
  for key in range(20):
    found = opinion_of(key, Habits(invents=1.0), label, 2)
    assert (found[label == 1] == 1).all()
    assert scipy.ndimage.label(found, around)[1] == 2


def test_nothing_is_invented_where_there_is_no_room():
  full = np.ones((20, 20), np.uint8)
  full[0, 0] = 0
  assert (opinion_of(0, Habits(invents=1.0), full, 2) == full).all()


def test_purposes_do_not_share_numbers():
  a, b = (generator_of(1, name).random() for name in ("warp", "pace"))
  assert a != b
