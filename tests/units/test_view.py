import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME
from alx.keys import keys_of
from alx.prediction import Prediction
from alx.units.partition import (
  Boxes,
  Planes,
  Slices,
  Stored,
  Whole,
  region_mask,
)
from alx.units.view import as_regions, describe_regions, voxels_of

SHAPE = (2, 5, 4, 6)


def prediction(seed=0, classes=3, samples=4):
  rng = np.random.default_rng(seed)
  logits = rng.standard_normal((samples, *SHAPE, classes))
  probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  mask = np.ones(SHAPE, bool)
  mask[1, 4:] = mask[1, :, 3:] = False
  return Prediction(
    jnp.asarray(probs, jnp.float32),
    jnp.asarray(rng.standard_normal((2, 2)), jnp.float32),
    jnp.asarray(mask),
    jnp.asarray(rng.standard_normal((*SHAPE, 2)), jnp.float32),
    jnp.asarray(np.exp(logits[0]), jnp.float32),
  )


def stored(seed=1, count=7):
  rng = np.random.default_rng(seed)
  regions = rng.integers(-1, count, SHAPE).astype(np.int32)
  most = max(np.bincount(r[r >= 0]).max() for r in regions)
  return Stored(count, int(most)), jnp.asarray(regions)


def stored_and_arithmetic():
  yield Slices(0), None
  yield Slices(1), None
  yield Slices(2), None
  yield Planes(), None
  yield Boxes((2, 2, 4), (2, 2, 4)), None
  yield Boxes((3, 4, 2), (2, 4, 1)), None
  yield stored()


PARTITIONS = list(stored_and_arithmetic())


def entropy64(p):
  p = np.asarray(p, np.float64)
  return -(p * np.log(p)).sum(-1)


@pytest.mark.parametrize(("partition", "regions"), PARTITIONS)
def test_means_of_regions_are_those_of_a_loop(partition, regions):
  p = prediction()
  keys = jax.random.split(jax.random.key(0), 2)
  describe = BY_NAME["entropy"].describe
  found = np.asarray(describe_regions(describe, partition, keys, p, regions))
  entropy = entropy64(np.asarray(p.probs, np.float64).mean(0))
  for item in range(2):
    for region in range(found.shape[1]):
      own = None if regions is None else regions[item]
      inside = region_mask(partition, SHAPE[1:], jnp.int32(region), own)
      inside = np.asarray(inside & p.mask[item])
      wanted = entropy[item][inside].mean() if inside.any() else 0.0
      assert found[item, region] == pytest.approx(wanted, rel=2e-6, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("partition", "regions"), PARTITIONS)
@pytest.mark.parametrize("name", ["bald", "foreground_random", "badge"])
def test_a_region_is_told_as_an_item_of_its_own(partition, regions, name):
  """Cut out by hand, with the key that it has."""
  p = prediction()
  keys = jax.random.split(jax.random.key(0), 2)
  describe = BY_NAME[name].describe
  found = describe_regions(describe, partition, keys, p, regions)
  item, region = 1, 1
  own = None if regions is None else regions[item]
  inside = region_mask(partition, SHAPE[1:], jnp.int32(region), own)
  alone = Prediction(
    p.probs[:, item][:, inside][:, None],
    None,
    p.mask[item][inside][None],
    p.pixels[item][inside][None],
    p.evidence[item][inside][None],
  )
  key = keys_of(keys[item], jnp.array([region]))
  wanted = describe(key, alone)
  for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
    np.testing.assert_allclose(a[item, region], b[0], rtol=1e-5, atol=1e-6)


def test_features_are_means_of_the_real_voxels():
  p = prediction()
  found = np.asarray(as_regions(Slices(1), p).features).reshape(2, 4, 2)
  pixels, mask = np.asarray(p.pixels, np.float64), np.asarray(p.mask)
  wanted = pixels[1, :, 2][mask[1, :, 2]].mean(0)
  np.testing.assert_allclose(found[1, 2], wanted, rtol=1e-5)
  assert (found[1, 3] == 0).all()  # no voxel is real


def test_the_whole_is_the_prediction_itself():
  p = prediction()
  assert as_regions(Whole(), p) is p


def test_overlapping_boxes_are_not_held_at_once():
  with pytest.raises(ValueError, match="do not overlap"):
    as_regions(Boxes((2, 2, 2), (1, 1, 1)), prediction())


def test_a_row_does_not_depend_on_the_block():
  p = prediction()
  keys = jax.random.split(jax.random.key(0), 2)
  describe = BY_NAME["bald"].describe
  both = describe_regions(describe, Slices(0), keys, p)
  second = jax.tree.map(lambda x: x[1:], p._replace(probs=None))
  second = second._replace(probs=p.probs[:, 1:])
  alone = describe_regions(describe, Slices(0), keys[1:], second)
  np.testing.assert_allclose(both[1], alone[0], rtol=1e-6)


def test_voxels_of_regions():
  voxels, there = voxels_of(jnp.array([1, 0, -1, 1, 5]), 3, 2)
  assert np.asarray(there).tolist() == [
    [True, False],
    [True, True],
    [False, False],
  ]
  assert voxels[0, 0] == 1
  assert voxels[1].tolist() == [0, 3]


@pytest.mark.parametrize("partition", [Slices(0), Planes()])
def test_what_tells_of_all_regions_together_is_refused(partition):
  def together(keys, prediction):
    return prediction.probs.mean((0, 1, 2, 3))

  def told():
    keys = jax.random.split(jax.random.key(0), 2)
    return describe_regions(together, partition, keys, prediction())

  with pytest.raises(
    ValueError, match="wanted a description of regions one by"
  ):
    jax.eval_shape(told)
