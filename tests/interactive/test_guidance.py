"""Channels of clicks and boxes, against loops over voxels."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.interactive import guidance


def distances64(points, extent, spacing):
  """[*extent] float64, mm to the nearest point, voxel by voxel."""
  found = np.full(extent, np.inf)
  for place in itertools.product(*map(range, extent)):
    for point in points:
      gap = (np.array(place) - point) * np.array(spacing)
      found[place] = min(found[place], np.sqrt((gap**2).sum()))
  return found


@pytest.mark.parametrize(
  ("extent", "spacing"), [((6, 5), (1.0, 1.0)), ((4, 5, 3), (0.8, 1.5, 3.0))]
)
def test_channels_are_those_of_a_loop(extent, spacing):
  rng = np.random.default_rng(0)
  points = np.stack([rng.integers(0, n, 4) for n in extent], -1)
  there = np.array([True, False, True, True])
  wanted = distances64(points[there], extent, spacing)
  given = jnp.asarray(points), jnp.asarray(there), extent, spacing
  found = guidance.channel(*given, how="gaussian", reach_mm=2.0)
  np.testing.assert_allclose(found, np.exp(-(wanted**2) / 8), atol=1e-6)
  found = guidance.channel(*given, how="distance", reach_mm=2.0)
  np.testing.assert_allclose(found, np.clip(1 - wanted / 2, 0, 1), atol=1e-6)


@pytest.mark.parametrize("how", guidance.HOW)
def test_a_click_is_1_and_none_is_0(how):
  points, one = np.array([[1, 2]]), np.array([True])
  found = np.asarray(guidance.channel(points, one, (3, 4), how=how))
  assert found[1, 2] == found.max() == 1
  assert not np.asarray(guidance.channel(points, ~one, (3, 4), how=how)).any()


def test_it_may_be_compiled_over_a_batch():
  points = np.array([[[0, 0]], [[2, 1]]])
  there = np.ones((2, 1), bool)
  of_all = jax.jit(jax.vmap(lambda p, t: guidance.channel(p, t, (3, 2))))
  found = np.asarray(of_all(points, there))
  assert found[0].argmax() == 0 and found[1].argmax() == 5


def test_a_box_is_filled_and_has_corners():
  found = guidance.filled_box((-1, 1), (2, 9), (3, 3))
  np.testing.assert_array_equal(found, [[0, 1, 1], [0, 1, 1], [0, 0, 0]])
  corners = guidance.corners((1, 2, 3), (4, 6, 9))
  wanted = {(a, b, c) for a in (1, 3) for b in (2, 5) for c in (3, 8)}
  assert set(map(tuple, corners.tolist())) == wanted


def test_what_cannot_be_is_refused():
  points, there = np.zeros((1, 2), int), np.ones(1, bool)
  with pytest.raises(ValueError, match="wanted one of gaussian, distance"):
    guidance.channel(points, there, (3, 3), how="geodesic")
  with pytest.raises(ValueError, match=r"wanted points \[K, 3\]"):
    guidance.channel(points, there, (3, 3, 3))
  with pytest.raises(ValueError, match="reach_mm"):
    guidance.channel(points, there, (3, 3), reach_mm=0.0)
