import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alx.acquisition.scores import spatial
from alx.acquisition.scores.spatial import REDUCTIONS, reduce_spatial
from tests.oracle_common import reduced

VALUES = jnp.array([[[1.0, 2.0, 5.0], [3.0, 100.0, 4.0]]])  # one item, 2 x 3
MASK = jnp.array([[[True, True, True], [True, False, True]]])
# Predicted class 1 at the values 5 and 4, and at the masked 100.
CLASSES = np.array([[[0, 0, 1], [0, 1, 1]]])
PROBS = jax.nn.one_hot(CLASSES, 2)


@pytest.mark.parametrize(
  ("how", "wanted"),
  [
    ("mean", 3.0),
    ("sum", 15.0),
    ("max", 5.0),
    ("quantile", 4.6),  # of 1 2 3 4 5
    ("top_fraction", 5.0),  # one voxel at least
    ("foreground", 4.5),
    ("boundary", 3.5),  # 2 | 5
    (functools.partial(spatial.quantile, q=0.5), 3.0),
    (functools.partial(spatial.quantile, q=0.0), 1.0),
    (functools.partial(spatial.quantile, q=1.0), 5.0),
    (functools.partial(spatial.top_fraction, fraction=0.4), 4.5),
    (functools.partial(spatial.top_fraction, fraction=0.59), 4.5),
    (functools.partial(spatial.top_fraction, fraction=1.0), 3.0),
    (spatial.by_region(jnp.array([[0, 0, 1], [2, 1, 2]]), 4), 5.0),
    (lambda values, mask, classes: values[:, 0, 0] + 7, 8.0),
  ],
)
def test_small_values(through, how, wanted):
  reduce = through(lambda *x: reduce_spatial(*x[:2], how, x[2]))
  for hidden in (100.0, -100.0, np.nan, np.inf):
    values = jnp.where(MASK, VALUES, hidden)
    np.testing.assert_allclose(reduce(values, MASK, PROBS), [wanted], 1e-6)


@pytest.mark.parametrize("how", REDUCTIONS)
def test_without_space_the_value_itself(how):
  values = jnp.array([0.25, -3.0])
  found = reduce_spatial(values, jnp.ones(2, bool), how)
  assert found.tolist() == [0.25, -3.0]


@pytest.mark.parametrize("how", REDUCTIONS)
def test_a_real_nan_is_passed_on_and_an_empty_item_is_zero(how):
  values = jnp.array([[1.0, jnp.nan], [jnp.nan, jnp.nan], [-1.0, jnp.nan]])
  mask = jnp.array([[True, True], [False, False], [True, False]])
  found = reduce_spatial(values, mask, how, jnp.ones((3, 2, 2)))
  assert np.isnan(found[0]) and found[1] == 0 and np.isfinite(found[2])


@pytest.mark.parametrize("how", ["foreground", "boundary"])
def test_background_everywhere_is_zero(how):
  probs = jax.nn.one_hot(jnp.zeros((1, 2, 3), int), 2)
  assert reduce_spatial(VALUES, MASK, how, probs).tolist() == [0.0]


def test_what_is_refused():
  with pytest.raises(
    ValueError, match="no reduction 'median'; there are: mean"
  ):
    reduce_spatial(VALUES, MASK, "median")
  with pytest.raises(ValueError, match="needs the predicted class"):
    reduce_spatial(VALUES, MASK, "foreground")


def test_boundary_sees_no_masked_neighbour():
  classes = jnp.array([[[0, 0, 1, 1, 2]], [[0, 0, 1, 1, 2]]])
  mask = jnp.ones((2, 1, 5), bool).at[1, 0, 2].set(False)
  found = spatial.boundary_voxels(classes, mask).astype(int)
  assert found[0, 0].tolist() == [0, 1, 1, 1, 1]
  assert found[1, 0].tolist() == [0, 0, 0, 1, 1]


def test_boundary_has_no_diagonal_and_no_wrap_around():
  classes = jnp.zeros((1, 3, 3, 3), int).at[0, 0, 0, 0].set(1)
  found = spatial.boundary_voxels(classes, jnp.ones_like(classes, bool))
  where = np.argwhere(np.asarray(found[0])).tolist()
  assert where == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_region_means():
  regions = jnp.array([[[0, 0, 2], [2, 0, -1]]])
  found = spatial.region_means(VALUES, regions, MASK, 4)
  assert found.tolist() == [[1.5, -np.inf, 4.0, -np.inf]]


def test_a_thousand_voxels_of_a_million_give_their_value_exactly():
  values = np.zeros((1, 100, 100, 100), np.float32)
  places = np.random.default_rng(0).choice(values.size, 1000, replace=False)
  values.reshape(-1)[places] = 0.0937
  found = spatial.top_fraction(
    jnp.asarray(values), jnp.ones(values.shape, bool)
  )
  assert found.tolist() == [np.float32(0.0937)]


def test_calm_background_dilutes_the_mean_but_not_the_top():
  """Kim 2024: eight times the voxels, all of them sure."""
  small = jax.random.uniform(jax.random.key(0), (1, 10, 10, 10))
  large = jnp.pad(small, [(0, 0), (0, 10), (0, 10), (0, 10)])
  real = jnp.ones(small.shape, bool)
  everything = jnp.ones(large.shape, bool)
  top = spatial.top_fraction
  same_k = top(large, everything, fraction=0.02 / 8)
  assert same_k == top(small, real, fraction=0.02)
  np.testing.assert_allclose(
    spatial.mean(large, everything), spatial.mean(small, real) / 8, 1e-5
  )
  padding = everything.at[:, 10:].set(False).at[:, :, 10:].set(False)
  padding = padding.at[:, :, :, 10:].set(False)
  assert top(large, padding, fraction=0.02) == top(small, real, fraction=0.02)


def test_the_kth_largest_of_any_floats(through):
  rng = np.random.default_rng(0)
  row = rng.standard_normal((3, 40)) * 10.0 ** rng.integers(-30, 30, (3, 40))
  row[1, :6] = [np.inf, -np.inf, 0.0, -0.0, 1e-38, 1.0]
  row[2] = np.round(rng.standard_normal(40))  # many ties
  row = row.astype(np.float32)
  largest = through(spatial._largest)
  for k in (1, 2, 17, 39, 40):
    found = largest(jnp.asarray(row), jnp.full(3, k))
    assert found.tolist() == np.sort(row)[:, -k].tolist()


def test_small_shares_of_large_volumes_are_exact():
  """One of 400 000 voxels, and one of which half are real."""
  count = 400_000
  mask = np.stack([np.ones(count, bool), np.arange(count) % 2 == 0])
  rank = mask.cumsum(1).astype(np.float32)  # n, n - 1, ... from the end
  tops = jax.jit(
    lambda *x: [spatial.top_fraction(*x, fraction=f) for f in (1.2e-5, 2e-5)]
  )
  found = tops(rank, mask)
  real = np.array([count, count // 2])
  for means, k in zip(found, ([4, 2], [8, 4]), strict=True):
    np.testing.assert_allclose(means, real - (np.array(k) - 1) / 2, rtol=2e-7)


@pytest.mark.parametrize("fraction", [0.0, -0.1, 1.5, np.nan])
def test_what_is_no_share(fraction):
  with pytest.raises(
    ValueError, match=r"fraction: wanted a number in \(0, 1\]"
  ):
    spatial.top_fraction(VALUES, MASK, fraction=fraction)


def in_no_region(values, mask, classes):
  """An atlas whose regions none of the voxels is in."""
  return spatial.by_region(jnp.full((2, 2), -1), 3)(values, mask, classes)


@pytest.mark.parametrize(
  "how", ["foreground", spatial.foreground, "boundary", in_no_region]
)
def test_nothing_to_look_at_is_what_is_surely_known(through, how):
  """An item that is all background, and one without a real voxel."""
  values = jnp.full((2, 2, 2), -0.25)
  mask = jnp.ones((2, 2, 2), bool).at[1].set(False)
  probs = jax.nn.one_hot(jnp.zeros((2, 2, 2), int), 3)
  reduce = through(
    lambda *arrays: reduce_spatial(*arrays[:2], how, arrays[2], surest=-1.0)
  )
  assert reduce(values, mask, probs).tolist() == [-1.0, -1.0]


def test_a_flat_item_that_is_not_there_is_surely_known():
  mask = jnp.array([True, False])
  found = reduce_spatial(jnp.array([-0.25, -0.5]), mask, surest=-1.0)
  assert found.tolist() == [-0.25, -1.0]


maps = st.lists(st.floats(-10, 10, width=32), min_size=8, max_size=8)
masks = st.lists(st.booleans(), min_size=8, max_size=8)
jitted = jax.jit(reduce_spatial, static_argnums=2)


@given(maps, masks, st.lists(st.integers(0, 2), min_size=8, max_size=8))
@settings(max_examples=20, deadline=None)
def test_agrees_with_numpy(values, mask, classes):
  values = np.array(values, np.float32).reshape(4, 2)
  mask, classes = np.array(mask).reshape(4, 2), np.array(classes).reshape(4, 2)
  arrays = jnp.asarray(values)[None], jnp.asarray(mask)[None]
  probs = jax.nn.one_hot(classes[None], 3)
  for how, surest in itertools.product(REDUCTIONS, (0.0, -12.5)):
    found = jitted(*arrays, how, probs, surest=surest)
    wanted = reduced(how, values, mask, classes, surest)
    np.testing.assert_allclose(found, [wanted], rtol=1e-5, atol=1e-5)
