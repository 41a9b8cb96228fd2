import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches


def volumes(*extents, seed=0):
  rng = np.random.default_rng(seed)
  return [rng.standard_normal((*e, 2)).astype(np.float32) for e in extents]


def test_stack_keeps_items_and_mirrors_small_ones():
  small, large = np.array([[1.0], [2.0], [3.0]]), np.zeros((6, 1))
  images = patches.stack_images([small, large], (4,))
  assert images.values[0, :, 0].tolist() == [1, 2, 3, 3, 0, 0]
  assert images.size.tolist() == [[4], [6]]
  assert images.real.tolist() == [[3], [6]]
  labels = patches.stack_labels([np.array([7, 8, 9]), np.zeros(6, int)], (4,))
  assert labels[0].tolist() == [7, 8, 9, 9, 0, 0]


def test_real_mask():
  mask = patches.real_mask(jnp.array([[1, 2], [2, 0]]), (2, 3))
  assert mask[0].tolist() == [[True, True, False], [False] * 3]
  assert not mask[1].any()


@pytest.mark.parametrize("shape", [(7,), (3, 4), (4, 3, 5)])
def test_nth_true_is_raster_order(shape, through):
  mask = np.random.default_rng(0).random(shape) < 0.4
  nth = through(patches.nth_true)
  for n, wanted in enumerate(np.argwhere(mask)):
    assert nth(jnp.asarray(mask), n).tolist() == wanted.tolist()


@pytest.mark.parametrize(
  ("size", "patch", "overlap", "wanted"),
  [
    ([8], (8,), 0.5, [1]),
    ([9], (8,), 0.5, [2]),
    ([43, 48, 47], (32, 48, 32), 0.25, [2, 1, 2]),
    ([20], (8,), 0.75, [7]),
  ],
)
def test_window_counts(size, patch, overlap, wanted):
  found = patches.window_counts(np.array(size), patch, overlap)
  assert found.tolist() == wanted


def test_window_starts_reach_both_ends():
  starts = [
    patches.window_start(n, jnp.array([11, 5]), jnp.array([3, 1]), (5, 5))
    for n in range(3)
  ]
  assert [s.tolist() for s in starts] == [[0, 0], [3, 0], [6, 0]]


@pytest.mark.parametrize("overlap", [0.0, 0.25, 0.6])
@pytest.mark.parametrize(
  ("extents", "patch"),
  [
    ([(9, 7), (6, 4), (13, 5)], (6, 4)),
    ([(9, 7, 5), (8, 8, 8), (3, 8, 6)], (4, 4, 4)),
    ([(9, 7)], (12, 9)),
    ([(8, 8), (8, 8)], (8, 8)),
  ],
)
def test_sliding_window_gives_the_input_back(extents, patch, overlap):
  arrays = volumes(*extents)
  images = jax.tree.map(jnp.asarray, patches.stack_images(arrays, patch))

  def identity(x):
    return x, x.mean(tuple(range(1, x.ndim - 1)))

  whole, features = jax.jit(
    lambda x: patches.sliding_window(identity, x, patch, overlap)
  )(images)
  assert features.shape == (len(arrays), 2)
  for array, found in zip(arrays, np.asarray(whole), strict=True):
    inside = found[tuple(slice(n) for n in array.shape[:-1])]
    np.testing.assert_allclose(inside, array, atol=1e-5)


def test_windows_never_hold_padding():
  arrays = [np.ones((5, 9, 1), np.float32), np.ones((9, 6, 1), np.float32)]
  images = jax.tree.map(jnp.asarray, patches.stack_images(arrays, (4, 4)))

  def smallest(x):
    low = x.min((1, 2))
    return jnp.broadcast_to(low[:, None, None], x.shape), low

  _, low = patches.sliding_window(smallest, images, (4, 4), 0.5)
  assert low.tolist() == [[1.0], [1.0]]


def test_cut_item():
  values = jnp.arange(24).reshape(2, 3, 4)
  patch = patches.cut_item(values, 1, jnp.array([1, 2]), (2, 2))
  assert patch.tolist() == [[18, 19], [22, 23]]
