"""Outlines of predicted label maps against those of one map at a time."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.prediction import Prediction
from alx.units import Boxes, Planes, Slices, Stored, Whole, region_mask
from alx.units.costs import traced_mm
from alx.units.outlines import (
  predicted_costs,
  predicted_mm,
  traced_in_regions,
)
from alx.units.partition import num_regions, plane_of
from alx.units.table import whole_items

SPACING = np.array([[1.0, 2.0, 0.5], [3.0, 1.0, 1.0]], np.float32)
EXTENT = 5, 4, 6
traced = jax.jit(traced_in_regions, static_argnums=0)


def blobs(extent, seed=0):
  """[2, *extent] of three classes, next to each other and to the edges."""
  rng = np.random.default_rng(seed)
  return rng.choice(3, (2, *extent), p=(0.4, 0.4, 0.2)).astype(np.int32)


def one_by_one(partition, classes, spacing, regions=None):
  """[B, R]: each region cut out, its outlines measured on their own."""
  extent = classes.shape[1:]
  found = np.zeros((len(classes), num_regions(partition, extent)))
  for item, region in np.ndindex(found.shape):
    axis = len(extent) - 1
    if isinstance(partition, Slices):
      axis = partition.axis
    if isinstance(partition, Planes):
      axis = plane_of(extent, region)[0]
    own = None if regions is None else regions[item]
    inside = np.asarray(region_mask(partition, extent, region, own))
    kept = np.where(inside, classes[item], 0)
    found[item, region] = traced_mm(kept, axis, spacing[item].tolist())
  return found


@pytest.mark.parametrize(
  "partition",
  [
    Whole(),
    *(Slices(0), Slices(1), Slices(2)),
    Planes(),
    *(Boxes((2, 2, 3), (2, 2, 3)), Boxes((3, 2, 3), (2, 1, 3))),
    Boxes((4, 4, 1), (4, 4, 1)),
  ],
  ids=str,
)
def test_volumes(partition):
  classes = blobs(EXTENT)
  found = traced(partition, classes, SPACING)
  expected = one_by_one(partition, classes, SPACING)
  np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_stored_regions():
  classes, rng = blobs(EXTENT), np.random.default_rng(1)
  regions = jnp.asarray(rng.integers(-1, 3, classes.shape), jnp.int32)
  partition = Stored(3, 100)
  found = traced(partition, classes, SPACING, regions)
  expected = one_by_one(partition, classes, SPACING, regions)
  np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_pictures():
  classes = blobs((6, 7))
  for partition in (Whole(), Boxes((3, 3), (3, 3)), Boxes((3, 4), (2, 2))):
    found = traced(partition, classes, SPACING[:, :2])
    expected = one_by_one(partition, classes, SPACING[:, :2])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_square_by_hand():
  """Two voxels of side 2 and 1 mm: a cut corner is half a diagonal."""
  classes = np.zeros((1, 4, 4), np.int32)
  classes[0, 1, 1:3] = 1
  found = traced(Whole(), classes, np.array([[2.0, 1.0]]))
  assert float(found[0, 0]) == pytest.approx(2 * 1 + 4 * np.hypot(2, 1) / 2)


def test_costs_of_what_is_predicted():
  """Seconds to open an item, of a unit, of a mm; at least one is traced."""
  traced_mm, opened = np.array([0.0, 10, 10]), np.array([True, True, False])
  found = predicted_costs(traced_mm, opened, (30.0, 5.0, 2.0))
  assert found.tolist() == [5 + 2, 5 + 20, 30 + 5 + 20]


def test_the_likeliest_classes_are_traced():
  """Mean over two passes; what is padding is traced nowhere."""
  classes = blobs((4, 4))[:1]
  probs = jax.nn.one_hot(jnp.stack([classes, classes]), 3)
  probs = probs * jnp.array([0.4, 0.6]).reshape(2, 1, 1, 1, 1)
  mask = jnp.ones((1, 4, 4), bool).at[:, 3].set(False)
  units = whole_items(2)
  units = dataclasses.replace(units, spacing_mm=jnp.asarray(SPACING[:, :2]))
  seen = Prediction(probs, None, mask)
  found = predicted_mm(seen, units, jnp.array([1]))
  real = np.where(np.asarray(mask), classes, 0)
  expected = traced_mm(real[0], 0, SPACING[1, :2].tolist())
  assert float(found[0]) == pytest.approx(expected)
