import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.augment import Augment, augment, change_intensity, flip, turn


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


def test_intensity_is_affine_and_bounded():
  image = jnp.array([[0.0, 10.0], [1.0, 20.0]])
  changed = change_intensity(jax.random.key(1), image, 0.1)
  shift, scale = changed[0, 0], (changed[1, 0] - changed[0, 0])
  assert abs(float(shift)) <= 0.1 and 0.9 <= float(scale) <= 1.1


def test_a_scalar_class_stays():
  image, _ = square()
  settings = Augment(flips=True, turns=True)
  _, label = augment(jax.random.key(0), image, jnp.int32(5), settings)
  assert int(label) == 5


def test_off_is_off():
  image, label = square()
  settings = Augment(flips=False, turns=False, intensity=0.0)
  same, _ = augment(jax.random.key(0), image, label, settings)
  np.testing.assert_array_equal(same, image)
