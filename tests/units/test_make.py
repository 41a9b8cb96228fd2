import jax.numpy as jnp
import numpy as np
import pytest

from alx.units import region_mask
from alx.units.make import make_units, unit_name
from alx.units.spec import parse_unit

EXTENTS = ((5, 4, 6), (4, 6, 3))
EXTENT = (5, 6, 6)
MM = (1.0, 2.0, 4.0)


def made(text, extents=EXTENTS, spacings=None, extent=EXTENT):
  rng = np.random.default_rng(0)
  images = [rng.standard_normal((*e, 1)) for e in extents]
  spacings = spacings or [None] * len(extents)
  return make_units(parse_unit(text), images, spacings, extent)


@pytest.mark.parametrize(
  "text",
  [
    *("slices", "slices:0", "slices:1", "boxes:2", "boxes:3,4,2"),
    *("boxes:8", "superpixels:6"),
  ],
)
def test_units_hold_every_voxel_of_their_items_once(text):
  found = made(text)
  units = found.units.units
  held = np.zeros((2, *EXTENT), int)
  for place in range(found.units.count):
    item = int(units.item[place])
    regions = found.regions is not None and jnp.asarray(found.regions[item])
    partition = found.units.partition
    inside = region_mask(partition, EXTENT, units.region[place], regions)
    held[item] += np.asarray(inside)
    real = np.asarray(inside)[tuple(slice(n) for n in EXTENTS[item])]
    assert real.sum() == found.voxels[place] > 0
  for item, extent in enumerate(EXTENTS):
    assert (held[item][tuple(slice(n) for n in extent)] == 1).all()


def test_numbers_of_slices():
  assert made("slices").units.count == 6 + 3
  assert made("slices:0").units.count == 5 + 4


def test_overlapping_boxes_end_with_the_first_that_reaches_the_end():
  found = made("boxes:4,6,6/2,6,6")
  # 5 long: 0..4, 2..6; 4 long: 0..4 alone.
  assert np.asarray(found.units.start).tolist() == [
    [0, 0, 0],
    [2, 0, 0],
    [0, 0, 0],
  ]
  assert found.voxels.tolist() == [4 * 4 * 6, 3 * 4 * 6, 4 * 6 * 3]


def test_mm_are_those_of_the_items():
  found = made("boxes:4mm", spacings=[MM, MM])
  assert found.units.partition.extent == (4, 2, 1)


def test_boxes_of_items_with_other_spacings_are_stored():
  found = made("boxes:4mm", spacings=[MM, (2.0, 2.0, 2.0)])
  assert found.regions is not None
  # 5 x 4 x 6 in boxes of 4 x 2 x 1, and 4 x 6 x 3 in boxes of 2 x 2 x 2
  assert found.units.count == 2 * 2 * 6 + 2 * 3 * 2


def test_names():
  def name(found, place):
    units = found.units.units
    region = int(units.region[place])
    return unit_name("case", found.units.partition, region, EXTENT)

  assert name(made("whole"), 0) == "case"
  assert name(made("slices:0"), 4) == "case:axis0:4"
  assert name(made("boxes:2,4,3"), 1) == "case:box:0,0,3+2,4,3"
  assert name(made("superpixels:6"), 2) == "case:region:2"


@pytest.mark.parametrize(
  ("text", "match"),
  [
    ("slices:axial", "spacing; give the axis by number"),
    ("boxes:4mm", "with a spacing"),
    ("boxes:4,4", "items of 2 axes, found 3"),
  ],
)
def test_what_items_cannot_have_is_told(text, match):
  with pytest.raises(ValueError, match=match):
    made(text)


def test_a_spacing_alone_is_no_direction():
  images = [np.zeros((*EXTENT, 1))] * 2
  for directions in (True, None):
    units = parse_unit("slices:axial")
    make_units(units, images, [MM, MM], EXTENT, directions=directions)
  with pytest.raises(ValueError, match="axes may run anywhere; give the axis"):
    make_units(units, images, [MM, MM], EXTENT, directions=False)
  make_units(parse_unit("slices:2"), images, [MM] * 2, EXTENT, directions=False)


def test_pictures_have_no_slices():
  with pytest.raises(ValueError, match="volumes of 3 axes"):
    made("slices", extents=((4, 4),), extent=(4, 4))


def test_overlapping_boxes_in_mm_want_one_spacing():
  with pytest.raises(ValueError, match="one spacing in all items"):
    made("boxes:4mm/2mm", spacings=[MM, (2.0, 2.0, 2.0)])


def test_anatomical_names_are_axes():
  found = made("slices:coronal", spacings=[MM, MM])
  assert found.units.partition.axis == 1
