"""Patches of maps that are partly labelled."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches
from alx.label_maps import UNLABELLED
from alx.pool import init_pool, mark_labelled
from alx.training.augment import Augment
from alx.training.draw import count_draws, cut_batch, draw_items
from alx.training.settings import Training

PLAIN = Augment(flips=False, intensity=0.0)
PATCH = (8, 8)


def one_row(extent, row, classes=(1,)):
  """A map of which one row is labelled, with the classes in turn."""
  label = np.full(extent, UNLABELLED, np.uint8)
  label[row] = np.resize(np.array(classes, np.uint8), extent[1])
  return label


def stacked(labels):
  images = [np.ones((*y.shape, 1), np.float32) for y in labels]
  images = jax.tree.map(jnp.asarray, patches.stack_images(images, PATCH))
  return images, jnp.asarray(patches.stack_labels(labels, PATCH))


@functools.partial(jax.jit, static_argnums=(3, 4))
def first_batch(key, images, maps, training, num_classes):
  """One program for all maps of the same extents."""
  count = maps.shape[0]
  pool = mark_labelled(init_pool(count), jnp.arange(count, dtype=jnp.int32))
  draws = count_draws(maps, pool, num_classes, images.size)
  drawn = draw_items(jax.random.split(key, 1), pool, draws, training)
  first = jax.tree.map(lambda d: d[0], drawn)
  return first, cut_batch(first, images, maps, training)


def batch_of(labels, training, num_classes=3):
  images, maps = stacked(labels)
  key = jax.random.key(0)
  drawn, (x, y) = first_batch(key, images, maps, training, num_classes)
  return drawn, np.asarray(x), np.asarray(y)


def training(aware, augment=PLAIN, batch=100):
  return Training(
    PATCH, batch=batch, class_aware=aware, augment=augment, partly=True
  )


@pytest.mark.slow
@pytest.mark.parametrize("aware", [0.0, 1.0])
@pytest.mark.parametrize("row", [0, 17, 39])
def test_every_patch_shows_a_labelled_voxel(aware, row):
  labels = [one_row((40, 30), row), one_row((20, 50), row // 2)]
  drawn, x, y = batch_of(labels, training(aware))
  assert (y != UNLABELLED).any((1, 2)).all()
  assert (x > 0).all()  # no padding was read
  assert set(np.asarray(drawn.items).tolist()) == {0, 1}


@pytest.mark.slow
def test_patches_around_one_labelled_voxel_show_it_anywhere():
  label = np.full((40, 40), UNLABELLED, np.uint8)
  label[20, 20] = 1
  _, _, y = batch_of([label], training(0.0, batch=200))
  _, rows, columns = np.nonzero(y == 1)
  assert set(rows.tolist()) == set(columns.tolist()) == set(range(8))


def test_an_item_without_a_labelled_voxel_is_never_drawn():
  nothing = np.full((20, 20), UNLABELLED, np.uint8)
  labels = [nothing, one_row((20, 20), 3), nothing]
  for aware in (0.0, 0.5):
    drawn, _, _ = batch_of(labels, training(aware))
    assert set(np.asarray(drawn.items).tolist()) == {1}


def test_classes_are_those_of_labelled_voxels():
  # Padding beyond an item is 0 in the array, which is no background here.
  labels = [one_row((20, 20), 3, (1, 2)), one_row((30, 30), 9, (2,))]
  images, maps = stacked(labels)
  pool = mark_labelled(init_pool(2), jnp.arange(2, dtype=jnp.int32))
  draws = count_draws(maps, pool, 3, images.size)
  assert draws.seen.tolist() == [False, True, True]
  drawn, _, y = batch_of(labels, training(1.0))
  shown = [(part == c).any() for part, c in zip(y, drawn.wanted, strict=True)]
  assert all(shown)


def test_of_classes_as_many_as_values_none_is_that_of_unlabelled_voxels():
  drawn, _, y = batch_of([one_row((40, 30), 17)], training(0.0), 255)
  assert (drawn.wanted == 255).all()  # drawn for no class
  assert (y == 1).any((1, 2)).all()


def test_a_warp_that_loses_the_labelled_voxels_is_not_made():
  wild = Augment(flips=False, intensity=0.0, scaling=1.5, shift=0.9, tilt=60.0)
  label = np.full((12, 12), UNLABELLED, np.uint8)
  label[0, 0] = 1
  _, _, y = batch_of([label], training(0.5, wild))
  assert (y == 1).any((1, 2)).all()


@pytest.mark.slow
def test_whole_items_are_drawn_as_ever():
  rng = np.random.default_rng(0)
  labels = [rng.integers(0, 3, e, dtype=np.uint8) for e in ((20, 9), (12, 15))]
  images, maps = stacked(labels)
  pool = mark_labelled(init_pool(2), jnp.arange(2, dtype=jnp.int32))
  found = []
  for partly in (True, False):
    settings = Training(PATCH, batch=50, augment=PLAIN, partly=partly)
    draws = count_draws(maps, pool, 3, images.size if partly else None)
    keys = jax.random.split(jax.random.key(0), 1)
    drawn = draw_items(keys, pool, draws, settings)
    first = jax.tree.map(lambda d: d[0], drawn)
    found.append((first.items, *cut_batch(first, images, maps, settings)))
  for a, b in zip(*found, strict=True):
    np.testing.assert_array_equal(a, b)
