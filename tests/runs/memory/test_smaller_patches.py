"""The largest patch that fits: proportions, multiples, what is measured."""

import math

import pytest

from alx.runs.memory.patches import largest, smaller


def test_patches_keep_their_proportions():
  found = [(16, 28), (12, 24), (12, 20), (8, 16), (8, 12), (4, 8), (4, 4)]
  assert list(smaller((16, 32), 4)) == found
  found = [(n,) * 3 for n in (112, 96, 80, 64, 48, 32, 16)]
  assert list(smaller((128, 128, 128), 16)) == found


def test_there_is_none_below_the_multiple():
  assert list(smaller((8, 8), 8)) == []


def measuring(need):
  """(measure, what it was asked)."""
  asked = []

  def measure(patch):
    asked.append(patch)
    return need(math.prod(patch))

  return measure, asked


def test_in_proportion_where_nothing_is_measured():
  # 60 bytes for 10 voxels: 9 of them take 54.
  assert largest((10,), 1, 60, 55) == ((9,), 54, False)
  assert largest((10,), 1, 60, 5) is None


def test_what_is_measured_tells_of_a_part_that_stays():
  # 50 bytes whatever the patch and one for each voxel: 55 is of 5 voxels.
  measure, asked = measuring(lambda n: 50 + n)
  assert largest((10,), 1, 60, 55, measure) == ((5,), 55, True)
  assert asked == [(9,), (5,)]
  assert largest((10,), 1, 60, 50, measure) is None


def test_after_some_programs_the_estimate_stands():
  # Whatever is measured is a byte too much, though proportions promised room.
  measure, asked = measuring(lambda n: 101)
  patch, _, measured = largest((1000,), 1, 1000, 100, measure) or (0, 0, 0)
  assert len(asked) <= 4 and not measured and patch in (0, (0,))


@pytest.mark.parametrize(("most", "side"), [(5, 5), (3, 2), (0, None)])
def test_halves_where_the_need_is_not_known(most, side):
  measure, asked = measuring(lambda n: n if n <= most else math.inf)
  found = largest((10,), 1, math.inf, 100, measure)
  assert found == (side and ((side,), side, True))
  assert asked[0] == (5,)
