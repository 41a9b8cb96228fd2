import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.units.partition import (
  Boxes,
  Planes,
  Slices,
  Stored,
  Whole,
  num_regions,
  plane_of,
  region_mask,
  starts_of,
)


def mask_of(partition, extent, region, regions=None):
  return np.asarray(region_mask(partition, extent, jnp.int32(region), regions))


def test_a_slice():
  found = mask_of(Slices(1), (2, 3), 2)
  np.testing.assert_array_equal(found, [[0, 0, 1], [0, 0, 1]])


def test_slices_across_every_axis():
  found = mask_of(Planes(), (2, 3), 4)
  np.testing.assert_array_equal(found, [[0, 0, 1], [0, 0, 1]])
  assert [plane_of((2, 3), region) for region in range(5)] == [
    *((0, at) for at in range(2)),
    *((1, at) for at in range(3)),
  ]
  assert num_regions(Planes(), (2, 3, 4)) == 9
  assert not mask_of(Planes(), (2, 3), 5).any()


def test_a_box():
  found = mask_of(Boxes((2, 2), (2, 2)), (3, 4), 3)
  np.testing.assert_array_equal(found, [[0, 0, 0, 0]] * 2 + [[0, 0, 1, 1]])


def test_a_box_that_overlaps():
  partition = Boxes((2,), (1,))
  assert starts_of(partition, (4,))[0].tolist() == [0, 1, 2]
  np.testing.assert_array_equal(mask_of(partition, (4,), 1), [0, 1, 1, 0])


def test_a_stored_region():
  regions = jnp.array([[0, 1], [1, 1]])
  found = mask_of(Stored(2, 3), (2, 2), 1, regions)
  np.testing.assert_array_equal(found, [[0, 1], [1, 1]])


def test_the_whole():
  assert mask_of(Whole(), (2, 2), 0).all()
  assert num_regions(Whole(), (2, 2)) == 1


@pytest.mark.parametrize(
  ("partition", "extent"),
  [
    (Slices(0), (3, 2, 2)),
    (Slices(2), (3, 2, 5)),
    (Boxes((2, 3, 2), (2, 3, 2)), (5, 4, 3)),
    (Boxes((4, 4), (4, 4)), (3, 9)),
  ],
)
def test_regions_are_a_partition(partition, extent):
  count = num_regions(partition, extent)
  total = sum(mask_of(partition, extent, r).astype(int) for r in range(count))
  assert (total == 1).all()
  assert not mask_of(partition, extent, count).any()


@pytest.mark.parametrize("extent", [(1,), (2,), (3,), (7,), (8,), (9,)])
@pytest.mark.parametrize("box", [((4,), (2,)), ((3,), (1,)), ((2,), (2,))])
def test_boxes_reach_the_end(extent, box):
  partition = Boxes(*box)
  count = num_regions(partition, extent)
  total = sum(mask_of(partition, extent, r).astype(int) for r in range(count))
  assert (total >= 1).all()


def test_a_region_may_be_traced():
  masks = jax.vmap(lambda r: region_mask(Slices(0), (2, 2), r))(jnp.arange(2))
  np.testing.assert_array_equal(masks.sum(0), np.ones((2, 2)))
