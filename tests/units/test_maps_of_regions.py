import numpy as np

from alx.units.maps import Maps, in_one, sizes_of

MAPS = [np.array([[0, 0, 1]]), np.array([[2, 0], [2, 2]])]


def test_voxels_of_each_region():
  assert sizes_of(MAPS).tolist() == [[2, 1, 0], [1, 0, 3]]


def test_maps_of_other_extents_in_one_array():
  assert in_one(MAPS, (2, 3)).tolist() == [
    [[0, 0, 1], [-1, -1, -1]],
    [[2, 0, -1], [2, 2, -1]],
  ]


def test_a_map_is_made_when_it_is_asked_for_and_the_last_is_kept():
  made = []

  def make(i):
    made.append(i)
    return MAPS[i]

  maps = Maps(make, 2)
  assert (len(maps), made) == (2, [])
  assert maps[1] is maps[1] is MAPS[1] and made == [1]
  assert list(map(np.shape, maps)) == [(1, 3), (2, 2)] and made == [1, 0, 1]
