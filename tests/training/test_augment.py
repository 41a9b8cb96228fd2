import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.label_maps import UNLABELLED
from alx.training.augment import (
  Augment,
  augment,
  change_intensity,
  flip,
  rotate,
  turn,
)


def many(function, image, label, count=64):
  keys = jax.random.split(jax.random.key(0), count)
  return jax.jit(jax.vmap(lambda key: function(key, image, label)))(keys)


def square(n=3):
  label = jnp.arange(n * n).reshape(n, n)
  return label.astype(jnp.float32)[..., None], label


@pytest.mark.parametrize(("function", "kinds"), [(flip, 4), (turn, 4)])
def test_image_and_label_move_together(function, kinds):
  images, labels = many(function, *square())
  np.testing.assert_array_equal(images[..., 0], labels)
  assert len({str(y) for y in np.asarray(labels)}) == kinds


def test_turns_are_rotations():
  _, label = square()
  _, labels = many(turn, *square())
  wanted = {str(np.rot90(label, n)) for n in range(4)}
  assert {str(y) for y in np.asarray(labels)} == wanted


def test_unequal_extents_are_not_turned():
  label = jnp.arange(6).reshape(2, 3)
  _, labels = many(turn, label[..., None].astype(jnp.float32), label)
  assert (labels == label[None]).all()


def test_half_are_rotated_about_the_centre_image_and_label_alike():
  """A bar through the centre; the label is the image, so both must agree."""
  label = jnp.zeros((9, 9), jnp.int32).at[4].set(1)
  image = label[..., None].astype(jnp.float32)
  images, labels = many(lambda *x: rotate(*x, 90.0), image, label)
  assert (labels[:, 4, 4] == 1).all()
  kept = (labels == label[None]).all((1, 2))
  assert 16 < kept.sum() < 48
  # The nearest voxel is that which holds at least half of the weight of most.
  agree = (images[..., 0] > 0.5) == (labels == 1)
  assert agree.mean() > 0.95
  assert set(np.unique(labels)) == {0, 1}


def test_truncated_labels_invent_a_class_between_two():
  """Between 0 and 2 a linear map passes 1; the nearest voxel never does."""
  label = jnp.zeros((8, 8), jnp.uint8).at[2:6, 2:6].set(2)
  image = label[..., None].astype(jnp.float32)
  for truncated, found in ((False, {0, 2}), (True, {0, 1, 2})):
    _, labels = many(lambda *x, t=truncated: rotate(*x, 20.0, t), image, label)
    assert set(np.unique(labels)) == found and labels.dtype == jnp.uint8


def test_intensity_is_affine_and_bounded():
  image = jnp.array([[0.0, 10.0], [1.0, 20.0]])
  changed = change_intensity(jax.random.key(1), image, 0.1)
  shift, scale = changed[0, 0], (changed[1, 0] - changed[0, 0])
  assert abs(float(shift)) <= 0.1 and 0.9 <= float(scale) <= 1.1


def test_a_scalar_class_stays():
  image, _ = square()
  settings = Augment(flips=True, turns=True, rotation=10.0)
  _, label = augment(jax.random.key(0), image, jnp.int32(5), settings)
  assert int(label) == 5


def test_off_is_off():
  image, label = square()
  settings = Augment(flips=False, turns=False, intensity=0.0)
  same, _ = augment(jax.random.key(0), image, label, settings)
  np.testing.assert_array_equal(same, image)


def test_only_the_axes_that_may_be_are_mirrored():
  image = jnp.arange(12.0).reshape(3, 4, 1)
  label = jnp.arange(12, dtype=jnp.int32).reshape(3, 4)
  settings = Augment(flips=True, turns=False, intensity=0.0)
  axes = jnp.array([False, True])
  run = jax.jit(
    jax.vmap(lambda key: augment(key, image, label, settings, axes)[1])
  )
  seen = {
    np.asarray(x).tobytes()
    for x in run(jax.random.split(jax.random.key(0), 32))
  }
  wanted = {np.asarray(label).tobytes(), np.asarray(label[:, ::-1]).tobytes()}
  assert seen == wanted
  named = dataclasses.replace(settings, flip_axes=(1,))
  run = jax.jit(jax.vmap(lambda key: augment(key, image, label, named)[1]))
  maps = run(jax.random.split(jax.random.key(0), 32))
  assert {np.asarray(x).tobytes() for x in maps} == wanted


def test_truncated_maps_mix_no_class_with_unlabelled_voxels():
  label = jnp.zeros((8, 8), jnp.uint8).at[:, 4:].set(UNLABELLED)
  image = jnp.zeros((8, 8, 1))
  keys = jax.random.split(jax.random.key(0), 20)
  turned = jax.vmap(lambda k: rotate(k, image, label, 30.0, True)[1])(keys)
  assert set(np.unique(turned).tolist()) == {0, UNLABELLED}


@pytest.mark.parametrize("extent", [(5, 5), (4, 7), (8, 9)])
def test_an_item_beside_larger_ones_moves_as_it_does_alone(extent):
  """What is beyond its size, here 9s and class 7, never gets into it."""
  rng = np.random.default_rng(0)
  image = rng.standard_normal((*extent, 2)).astype(np.float32)
  label = rng.integers(0, 4, extent).astype(np.uint8)
  beyond = [(0, n - m) for n, m in zip((8, 9), extent, strict=True)]
  wide = np.pad(image, [*beyond, (0, 0)], constant_values=9.0)
  wide, far = jnp.asarray(wide), np.pad(label, beyond, constant_values=7)
  settings = Augment(True, True, 0.1, rotation=25.0, gamma=0.3)
  size = jnp.array(extent, jnp.int32)

  def beside(key, image, label):
    return augment(key, image, label, settings, size=size)

  def alone(key, image, label):
    return augment(key, image, label, settings)

  wanted, classes = many(alone, jnp.asarray(image), jnp.asarray(label), 32)
  found, moved = many(beside, wide, jnp.asarray(far), 32)
  inside = (slice(None), *(slice(n) for n in extent))
  np.testing.assert_allclose(found[inside], wanted, atol=1e-4)
  np.testing.assert_array_equal(moved[inside], classes)


@pytest.mark.parametrize("function", [flip, turn])
def test_an_item_of_full_size_moves_to_the_same_bits(function):
  image, label = square(4)
  size = jnp.array([4, 4], jnp.int32)
  wanted = many(function, image, label)
  found = many(lambda *x: function(*x, size=size), image, label)
  for x, y in zip(found, wanted, strict=True):
    np.testing.assert_array_equal(x, y)
