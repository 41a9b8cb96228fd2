import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from alx.data import patches
from alx.pool import init_pool, mark_labelled
from alx.training.augment import Augment
from alx.training.draw import count_draws, cut_batch, draw_item, draw_items
from alx.training.settings import Training

PLAIN = Augment(flips=False, turns=False, intensity=0.0)


def pool_of(num_items, *items):
  return mark_labelled(init_pool(num_items), jnp.array(items))


def drawn(pool, draws, aware, count=3000):
  keys = jax.random.split(jax.random.key(0), count)
  draw = jax.jit(jax.vmap(lambda k: draw_item(k, pool, draws, aware)))
  items, wanted = draw(keys)
  return np.asarray(items), np.asarray(wanted)


def test_counts_only_labelled_slots():
  labels = jnp.array([0, 1, 1, 2, 2, 2])
  draws = count_draws(labels, pool_of(6, 4, 0, 1), 4)
  assert draws.seen.tolist() == [True, True, True, False]
  assert draws.until[0].tolist() == [0, 1, 1, 1, 1, 1]
  assert draws.until[2].tolist() == [1, 1, 1, 1, 1, 1]


def test_unaware_draws_are_even_over_labelled_items():
  labels = jnp.array([0, 1, 1, 1, 1, 2])
  pool = pool_of(6, 1, 2, 3, 0)
  items, wanted = drawn(pool, count_draws(labels, pool, 3), 0.0)
  share = np.bincount(items, minlength=6) / len(items)
  np.testing.assert_allclose(share, [0.25] * 4 + [0, 0], atol=0.04)
  assert (wanted == 3).all()


def test_aware_draws_are_even_over_classes():
  labels = jnp.array([0, 1, 1, 1, 1, 2])
  pool = pool_of(6, 1, 2, 3, 0)  # class 0 once, class 1 three times
  items, wanted = drawn(pool, count_draws(labels, pool, 3), 1.0)
  share = np.bincount(items, minlength=6) / len(items)
  np.testing.assert_allclose(share, [1 / 2] + [1 / 6] * 3 + [0, 0], atol=0.04)
  assert (wanted == np.asarray(labels)[items]).all()


def test_patches_show_the_wanted_class_and_stay_inside():
  label = np.zeros((40, 30), np.uint8)
  label[33, 4] = 1  # one voxel, near the end of the item
  image = label[..., None].astype(np.float32) + 1
  other = np.ones((20, 50, 1), np.float32)
  patch = (8, 8)
  images = jax.tree.map(
    jnp.asarray, patches.stack_images([image, other], patch)
  )
  labels = jnp.asarray(
    patches.stack_labels([label, np.zeros((20, 50), np.uint8)], patch)
  )
  pool = pool_of(2, 0, 1)
  draws = count_draws(labels, pool, 2)
  training = Training(patch, batch=64, class_aware=1.0, augment=PLAIN)

  @jax.jit
  def batch(keys):
    drawn = draw_items(keys, pool, draws, training)
    first = jax.tree.map(lambda d: d[0], drawn)
    return cut_batch(first, images, labels, training)

  x, y = batch(jax.random.split(jax.random.key(0), 1))
  assert x.shape == (64, 8, 8, 1) and y.shape == (64, 8, 8)
  assert (x > 0).all()  # no padding was read
  shows = np.asarray((y == 1).any((1, 2)))
  assert 0.3 < shows.mean() < 0.7  # half of the draws want class 1
  np.testing.assert_array_equal(x[..., 0], y + 1.0)


def test_a_warp_of_next_to_nothing_is_the_patch_itself_bytes_and_floats():
  rng = np.random.default_rng(0)
  extents = ((9, 7), (6, 8))
  labels = [rng.integers(0, 2, e).astype(np.uint8) for e in extents]
  pool = pool_of(2, 0, 1)
  for kind in (np.float32, np.uint8):
    images = [rng.integers(0, 256, (*e, 1)).astype(kind) for e in extents]
    stacked = jax.tree.map(jnp.asarray, patches.stack_images(images, (4, 4)))
    maps = jnp.asarray(patches.stack_labels(labels, (4, 4)))
    found = []
    for scaling in (0.0, 1e-12):
      settings = dataclasses.replace(PLAIN, scaling=scaling)
      training = Training((4, 4), batch=6, augment=settings)

      def batch(keys, training=training, images=stacked, maps=maps):
        draws = count_draws(maps, pool, 2)
        drawn = draw_items(keys, pool, draws, training)
        first = jax.tree.map(lambda d: d[0], drawn)
        return cut_batch(first, images, maps, training)

      found.append(jax.jit(batch)(jax.random.split(jax.random.key(0), 1)))
    (x, y), (warped, mapped) = found
    np.testing.assert_allclose(warped, x, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(mapped, y)
