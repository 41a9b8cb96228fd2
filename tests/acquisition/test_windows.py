import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition.windows import best_windows, window_means


def slow_means(values, window, stride=1):
  values = np.asarray(values, np.float64)
  shape = [
    (n - w) // stride + 1 for n, w in zip(values.shape, window, strict=True)
  ]
  out = np.zeros(shape)
  for place in np.ndindex(*shape):
    here = [
      slice(i * stride, i * stride + w)
      for i, w in zip(place, window, strict=True)
    ]
    out[place] = values[tuple(here)].mean()
  return out


def slow_best(values, window, k, taken, stride=1):
  """Every window again for every pick."""
  taken, picks = np.array(taken), []
  means = slow_means(values, window, stride)
  while len(picks) < k:
    touched = slow_means(taken, window, stride) > 0
    ranked = np.where(touched, -np.inf, means)
    place = np.unravel_index(ranked.argmax(), ranked.shape)
    if ranked[place] == -np.inf:
      return picks
    start = [int(i) * stride for i in place]
    here = [slice(i, i + w) for i, w in zip(start, window, strict=True)]
    taken[tuple(here)] = True
    picks.append(start)
  return picks


@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("window", [(1, 1), (2, 3), (5, 7), (8, 16), (13, 17)])
def test_means_in_two_dimensions(stride, window):
  values = np.random.default_rng(0).standard_normal((13, 17))
  found = window_means(jnp.asarray(values, jnp.float32), window, stride=stride)
  wanted = slow_means(values, window, stride)
  np.testing.assert_allclose(found, wanted, atol=2e-6)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("stride", [1, 2, 4])
def test_constant_images_are_exact(value, stride):
  found = window_means(jnp.full((32, 32), value), (10, 7), stride=stride)
  assert found.shape == ((32 - 10) // stride + 1, (32 - 7) // stride + 1)
  assert (found == value).all()


def test_a_block_of_ones_is_found_exactly():
  values = np.zeros((64, 64, 64), np.float32)
  values[5:15, 10:20, 3:13] = 1
  starts, means = best_windows(jnp.asarray(values), (10, 10, 10), 1)
  assert starts.tolist() == [[5, 10, 3]] and means.tolist() == [1.0]


def staircase():
  steps = 1 - 0.1 * (np.arange(110) // 10)
  return jnp.asarray(
    np.broadcast_to(steps[:, None, None], (110, 10, 10)), jnp.float32
  )


def test_staircase_from_the_top(through):
  best = through(lambda x: best_windows(x, (10, 10, 10), 3))
  starts, means = best(staircase())
  assert starts.tolist() == [[0, 0, 0], [10, 0, 0], [20, 0, 0]]
  np.testing.assert_allclose(means, [1.0, 0.9, 0.8], rtol=1e-6)


def test_staircase_whose_first_step_is_annotated():
  taken = jnp.zeros((110, 10, 10), bool).at[:10].set(True)
  starts, means = best_windows(staircase(), (10, 10, 10), 3, taken)
  assert starts[:, 0].tolist() == [10, 20, 30]
  np.testing.assert_allclose(means, [0.9, 0.8, 0.7], rtol=1e-6)


def test_one_labelled_voxel_is_enough_and_empty_slots():
  values = jnp.arange(6.0)[None, :]
  taken = jnp.zeros((1, 6), bool).at[0, 5].set(True)
  starts, means = best_windows(values, (1, 2), 4, taken)
  assert starts.tolist() == [[0, 3], [0, 1], [1, 6], [1, 6]]
  assert means.tolist() == [3.5, 1.5, -np.inf, -np.inf]
  assert best_windows(values, (1, 2), 0)[0].shape == (0, 2)


def test_a_value_that_is_not_finite_stays_in_its_windows():
  values = jnp.ones((1, 9)).at[0, 4].set(jnp.nan).at[0, 0].set(jnp.inf)
  means = window_means(values, (1, 3))[0]
  assert np.isfinite(means).tolist() == [0, 1, 0, 0, 0, 1, 1]
  starts, _ = best_windows(values, (1, 3), 3)
  assert starts[:, 1].tolist() == [1, 5, 9]


def test_large_values_next_door_leave_no_rounding():
  values = jnp.zeros((4, 64)).at[:, :32].set(1e8)
  assert (window_means(values, (3, 5))[:, 32:] == 0).all()


def test_ties_go_to_the_first_start():
  starts, _ = best_windows(jnp.zeros((4, 4)), (2, 2), 4)
  assert starts.tolist() == [[0, 0], [0, 2], [2, 0], [2, 2]]


@pytest.mark.parametrize("window", [(3,), (3, 9), (0, 2), (3, 3, 3)])
def test_a_window_that_does_not_fit_is_refused(window):
  with pytest.raises(ValueError, match="no window"):
    window_means(jnp.zeros((4, 8)), window)


jitted = jax.jit(best_windows, static_argnums=(1, 2), static_argnames="stride")


@given(st.integers(0, 10**6), st.sampled_from([1, 2]))
@settings(max_examples=20, deadline=None)
def test_agrees_with_the_slow_greedy(seed, stride):
  rng = np.random.default_rng(seed)
  values = rng.integers(0, 8, (9, 8)).astype(np.float32)
  taken = rng.random((9, 8)) < 0.05
  arrays = jnp.asarray(values), (2, 4), 6, jnp.asarray(taken)
  starts, means = jitted(*arrays, stride=stride)
  real = [s for s in starts.tolist() if s != [9, 8]]
  assert real == slow_best(values, (2, 4), 6, taken, stride)
  assert (np.diff(means[: len(real)]) <= 0).all()
