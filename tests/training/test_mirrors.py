"""Which axes may be mirrored, on maps that one can draw."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.label_maps import UNLABELLED
from alx.pool import PoolState, init_pool, mark_labelled
from alx.training import mirrors

allowed = jax.jit(mirrors.allowed_axes, static_argnums=3)
lost = jax.jit(mirrors.agreement_lost, static_argnums=3)


def labelled(num_items, count):
  items = jnp.arange(count, dtype=jnp.int32)
  return mark_labelled(init_pool(num_items), items)


def halves(num_items):
  """Class 1 in the upper half, 2 in the lower one, alike left and right."""
  maps = np.zeros((num_items, 6, 8), np.uint8)
  maps[:, 1:3, 2:6] = 1
  maps[:, 3:5, 2:6] = 2
  return maps


def test_classes_that_lie_above_each_other_forbid_that_axis():
  maps, real = halves(5), jnp.full((5, 2), jnp.array([6, 8]))
  out = allowed(jnp.asarray(maps), real, labelled(5, 4), 3)
  assert out.tolist() == [False, True]


def test_what_lies_a_little_aside_in_all_items_forbids_that_axis():
  maps, real = (
    np.zeros((9, 6, 16), np.uint8),
    jnp.tile(jnp.array([6, 16]), (9, 1)),
  )
  maps[:, 2:4, 2:15] = 1  # mirrored left and right it is at 1:14
  losses, _ = lost(jnp.asarray(maps), real, labelled(9, 8), 2)
  np.testing.assert_allclose(losses[:8], [[0, 1 / 13]] * 8, atol=1e-6)
  out = allowed(jnp.asarray(maps), real, labelled(9, 8), 2)
  assert out.tolist() == [True, False]


def test_loss_is_counted_by_hand():
  maps = halves(3)
  maps[2] = 0
  maps[2, 1:3, 2:6] = 1  # without the lower half
  real = jnp.full((3, 2), jnp.array([6, 8]))
  losses, known = lost(jnp.asarray(maps), real, labelled(3, 3), 3)
  # Item 0: class 1 is shown there by both others, class 2 by one; upside
  # down each class lies where the others show the other one.
  np.testing.assert_allclose(losses[0], [0.75, 0.0], atol=1e-6)
  # Item 2: its class 1 is shown by both; upside down it is where they show 2.
  np.testing.assert_allclose(losses[2], [1.0, 0.0], atol=1e-6)
  assert known.all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_of_few_labels_nothing_is_known(count):
  real = jnp.full((5, 2), jnp.array([6, 8]))
  out = allowed(jnp.asarray(halves(5)), real, labelled(5, count), 3)
  assert not out.any()


def test_what_is_not_labelled_changes_nothing():
  maps, real = halves(6), jnp.full((6, 2), jnp.array([6, 8]))
  junk = maps.copy()
  junk[4:] = np.random.default_rng(0).integers(0, 3, junk[4:].shape)
  pool = labelled(6, 4)
  one = lost(jnp.asarray(maps), real, pool, 3)[0]
  other = lost(jnp.asarray(junk), real, pool, 3)[0]
  np.testing.assert_array_equal(one, other)


def test_items_are_mirrored_inside_their_own_extent():
  maps = np.zeros((4, 6, 8), np.uint8)
  maps[:, 2:4, 1:5] = 1  # in the middle of 6 x 6
  real = jnp.full((4, 2), jnp.array([6, 6]))
  losses, _ = lost(jnp.asarray(maps), real, labelled(4, 4), 2)
  np.testing.assert_allclose(losses, 0, atol=1e-6)


def test_voxels_that_nobody_labelled_say_nothing():
  maps, real = halves(5), jnp.full((5, 2), jnp.array([6, 8]))
  maps[1, :, :4] = UNLABELLED  # the right half of it is known
  out = allowed(jnp.asarray(maps), real, labelled(5, 4), 3)
  assert out.tolist() == [False, True]
  losses, known = lost(jnp.asarray(maps), real, labelled(5, 4), 3)
  np.testing.assert_allclose(losses[0], [1.0, 0.0], atol=1e-6)
  assert known.tolist() == [[True, True]] * 4 + [[False, False]]


def test_maps_that_share_no_labelled_voxel_allow_nothing():
  maps, real = halves(5), jnp.full((5, 2), jnp.array([6, 8]))
  for item in range(5):
    row = maps[item, item + 1].copy()
    maps[item] = UNLABELLED
    maps[item, item + 1] = row
  out = allowed(jnp.asarray(maps), real, labelled(5, 5), 3)
  assert not out.any()


@pytest.mark.parametrize(
  ("shown", "empty", "wanted"),
  [(3, 0, [True, False]), (3, 20, [True, False]), (1, 22, [False, False])],
)
def test_maps_of_background_alone_say_nothing(shown, empty, wanted):
  maps = np.zeros((23, 6, 8), np.uint8)
  maps[:shown, 2:4, 1:3] = 1  # on the left, in the middle of the height
  real = jnp.full((23, 2), jnp.array([6, 8]))
  out = allowed(jnp.asarray(maps), real, labelled(23, shown + empty), 2)
  assert out.tolist() == wanted
  losses, known = lost(jnp.asarray(maps), real, labelled(23, shown + empty), 2)
  assert known[:, 0].sum() == (shown if shown > 1 else 0)
  assert losses[:shown, 1].tolist() == [1.0 if shown > 1 else 0.0] * shown


def test_an_item_that_was_drawn_often_counts_once():
  maps, real = (
    np.zeros((5, 6, 8), np.uint8),
    jnp.full((5, 2), jnp.array([6, 8])),
  )
  for item, column in enumerate((0, 2, 4)):
    maps[item, 2:4, column : column + 4] = 1
  maps, plain = jnp.asarray(maps), labelled(5, 3)
  order = jnp.array([0, 1, 1, 1, 2], jnp.int32)
  drawn = PoolState(plain.labelled, order, jnp.int32(5))
  wanted, known = lost(maps, real, plain, 2)
  found, counted = lost(maps, real, drawn, 2)
  assert known[:3].all() and not wanted[1].any() and wanted[0, 1] < 0
  assert counted[:, 1].tolist() == [True, True, False, False, True]
  np.testing.assert_array_equal(found[jnp.array([0, 1, 4])], wanted[:3])
  two = drawn._replace(order=jnp.array([0, 1, 1, 1, 1], jnp.int32))
  assert not allowed(maps, real, two, 2).any()
