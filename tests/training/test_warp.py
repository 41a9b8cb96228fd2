import jax
import jax.numpy as jnp
import numpy as np
from scipy import ndimage

from alx.training.augment import Augment, augment, bend, change_gamma, warp
from alx.training.warp import Place, cut_through, draw_matrix, draw_shift

KEY = jax.random.key(0)


def item(extent, channels=1, seed=0):
  rng = np.random.default_rng(seed)
  image = rng.standard_normal((*extent, channels)).astype(np.float32)
  return jnp.asarray(image), jnp.asarray(rng.integers(0, 3, extent), jnp.uint8)


def place(start, patch, size):
  return Place(
    jnp.asarray(start, jnp.int32), patch, jnp.asarray(size, jnp.int32)
  )


def test_the_identity_is_the_patch_itself():
  image, label = item((7, 6), 2)
  here = place((2, 1), (4, 3), (7, 6))
  found = cut_through(jnp.eye(2), jnp.zeros(2), image, label, here)
  np.testing.assert_array_equal(found[0], image[2:6, 1:4])
  np.testing.assert_array_equal(found[1], label[2:6, 1:4])
  assert found[1].dtype == jnp.uint8


def test_a_matrix_and_a_shift_are_those_of_scipy():
  """In 3-D, with a part of the array that is not the item's."""
  image, label = item((8, 7, 6), 2)
  size, start, patch = (7, 6, 5), (1, 0, 1), (4, 5, 4)
  matrix = draw_matrix(KEY, 3, 0.3, 25.0, (1.0, 1.0, 3.0))
  shift = jnp.array([0.5, -1.0, 2.0])
  found = cut_through(matrix, shift, image, label, place(start, patch, size))
  near = tuple(slice(n) for n in size)
  middle = (np.array(patch) - 1) / 2
  offset = start + middle - np.asarray(shift) - np.asarray(matrix) @ middle
  move = {
    "matrix": np.asarray(matrix),
    "offset": offset,
    "output_shape": patch,
  }
  for c in range(2):
    wanted = ndimage.affine_transform(
      np.asarray(image)[(*near, c)], **move, order=1, mode="nearest"
    )
    np.testing.assert_allclose(found[0][..., c], wanted, atol=1e-5)
  wanted = ndimage.affine_transform(
    np.asarray(label)[near], **move, order=0, mode="nearest"
  )
  assert (np.asarray(found[1]) == wanted).mean() > 0.98  # ties of .5


def test_what_lies_behind_the_item_is_never_seen():
  image, label = item((8, 8))
  image = image.at[5:].set(1e6).at[:, 6:].set(1e6)
  label = label.at[5:].set(200).at[:, 6:].set(200)
  run = jax.jit(
    jax.vmap(
      lambda key: warp(
        key,
        image,
        label,
        Augment(scaling=0.5, shift=0.5, tilt=90.0),
        place((1, 2), (4, 4), (5, 6)),
      )
    )
  )
  images, labels = run(jax.random.split(KEY, 32))
  assert np.abs(images).max() < 10 and (labels < 3).all()
  assert images.shape == (32, 4, 4, 1) and labels.shape == (32, 4, 4)


def test_an_item_beside_larger_ones_moves_about_its_own_middle():
  """What is beyond its size, here 1e6 and class 200, moves nothing."""
  image, label = item((6, 5), 2)
  settings = Augment(scaling=0.3, shift=0.2, tilt=30.0)
  size = jnp.array([6, 5], jnp.int32)
  beyond = ((0, 3), (0, 2))
  wide = jnp.pad(image, (*beyond, (0, 0)), constant_values=1e6)
  far = jnp.pad(label, beyond, constant_values=200)

  def alone(key):
    return warp(key, image, label, settings)

  def beside(key):
    return warp(key, wide, far, settings, size=size)

  keys = jax.random.split(KEY, 16)
  wanted, classes = jax.jit(jax.vmap(alone))(keys)
  found, moved = jax.jit(jax.vmap(beside))(keys)
  assert np.abs(np.asarray(wanted) - np.asarray(image)).mean() > 0.1
  np.testing.assert_allclose(found[:, :6, :5], wanted, atol=1e-4)
  assert (moved[:, :6, :5] == classes).mean() > 0.99  # ties of .5


def test_a_turn_keeps_lengths_in_space_and_scales_are_bounded():
  matrix = np.asarray(draw_matrix(KEY, 3, 0.0, 40.0, (1.0, 2.0, 4.0)))
  voxel = np.diag([1.0, 2.0, 4.0])
  turn = voxel @ matrix @ np.linalg.inv(voxel)
  np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-5)
  assert abs(turn[0, 1]) > 1e-3 and abs(turn[0, 2]) > 1e-3
  grown = [
    np.asarray(draw_matrix(jax.random.key(i), 2, 0.2, 0.0)) for i in range(40)
  ]
  factors = np.array([1 / np.diag(m) for m in grown])
  assert (np.abs(np.log(factors)) <= 0.2).all()
  assert np.log(factors).min() < -0.15 and np.log(factors).max() > 0.15
  assert all(m[0, 1] == m[1, 0] == 0 for m in grown)


def test_a_shift_is_a_share_of_the_patch():
  found = np.array(
    [draw_shift(jax.random.key(i), (10, 40), 0.1) for i in range(40)]
  )
  assert (np.abs(found) <= [1.0, 4.0]).all()
  assert np.abs(found).max(0)[1] > 3.0


def test_gamma_bends_values_between_the_least_and_the_largest():
  image = jnp.array([[-1.0, 7.0], [0.0, 7.0], [3.0, 7.0]])
  found = np.asarray(change_gamma(KEY, image, 0.5))
  np.testing.assert_allclose(found[[0, 2], 0], [-1.0, 3.0], atol=1e-6)
  power = np.log((found[1, 0] + 1) / 4) / np.log(1 / 4)
  assert abs(np.log(power)) <= 0.5 and abs(np.log(power)) > 1e-3
  np.testing.assert_array_equal(found[:, 1], 7.0)  # a flat channel stays


def test_a_value_that_rounding_puts_below_the_least_is_the_least():
  low, high, power = jnp.float32(-1.0), jnp.float32(1.0), jnp.float32(0.7)
  x = jnp.array([np.nextafter(np.float32(-1), np.float32(-2)), 0.0, 1.0])
  found = bend(x, low[None], high[None], power[None])
  np.testing.assert_allclose(found, [-1.0, -1 + 2 * 0.5**0.7, 1.0], rtol=1e-6)


def test_a_class_stays_and_neutral_values_change_nothing():
  image, label = item((6, 6))
  plain = Augment(flips=False, intensity=0.0)
  same, labels = augment(KEY, image, label, plain)
  np.testing.assert_array_equal(same, image)
  np.testing.assert_array_equal(labels, label)
  settings = Augment(False, False, 0.0, scaling=0.1, tilt=9.0, gamma=0.1)
  _, label = augment(KEY, image, jnp.int32(2), settings)
  assert int(label) == 2
