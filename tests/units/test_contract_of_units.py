"""What acquisitions promise of items, over parts of items.

Each row of `BY_NAME` that describes, over slices, boxes and stored regions.
Nothing is compiled as a whole, and all regions hold 16 voxels, eight of two
items: what one method has made JAX compile serves the others.
"""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.base import takes_count
from alx.acquisition.scores.summaries import summarised
from alx.keys import keys_of
from alx.prediction import Prediction
from alx.units.partition import Boxes, Slices, Stored
from alx.units.view import describe_regions

ITEMS, SIDE, REGIONS, S, C, K = 2, 4, 4, 3, 3, 3
EXTENT = (SIDE,) * 3
ROWS = sorted(name for name, row in BY_NAME.items() if row.describe)
KEYS = jax.random.split(jax.random.key(0), ITEMS)


@functools.cache
def arrays(beta):
  """The fields of a prediction; of the second item a quarter is padding."""
  rng = np.random.default_rng(0)
  levels = np.exp(rng.standard_normal((S, ITEMS, *EXTENT, C)))
  mask = np.ones((ITEMS, *EXTENT), bool)
  mask[1, 3:] = False
  shape = (ITEMS, *EXTENT, *((2, 2) if beta else (C,)))
  return Prediction(
    (levels / levels.sum(-1, keepdims=True)).astype(np.float32),
    np.zeros((ITEMS, 2), np.float32),
    mask,
    rng.standard_normal((ITEMS, *EXTENT, 2)).astype(np.float32),
    np.exp(rng.standard_normal(shape)).astype(np.float32),
  )


@functools.cache
def maps():
  """[2, 4, 4, 4] int32, every voxel in one of 4 regions of 16."""
  rng = np.random.default_rng(1)
  numbers = np.repeat(np.arange(REGIONS, dtype=np.int32), SIDE**2)
  return np.stack([rng.permutation(numbers) for _ in range(ITEMS)]).reshape(
    ITEMS, *EXTENT
  )


def slab(x, item, region):
  return x[item, region]


def box(x, item, region):
  row, column = 2 * (region // 2), 2 * (region % 2)
  return x[item, :, row : row + 2, column : column + 2]


def voxels(x, item, region):
  return x[item][maps()[item] == region]


KINDS = {
  "slices": (Slices(0), slab),
  "boxes": (Boxes((4, 2, 2), (4, 2, 2)), box),
  "stored": (Stored(REGIONS, SIDE**2), voxels),
}


def cut_out(p, cut):
  """The eight regions as items of their own, by NumPy alone."""
  places = [(i, r) for i in range(ITEMS) for r in range(REGIONS)]

  def of(x):
    return np.stack([cut(x, *place) for place in places])

  mask, pixels = of(p.mask), of(p.pixels)
  means = [
    x[m].mean(0, np.float64) if m.any() else np.zeros(x.shape[-1])
    for x, m in zip(pixels, mask, strict=True)
  ]
  probs = np.stack([of(x) for x in p.probs])
  features = np.array(means, np.float32)
  return Prediction(probs, features, mask, pixels, of(p.evidence))


def kind_of(name):
  """Of the three the one that a method's choice is looked at with."""
  return list(KINDS)[ROWS.index(name) % 3]


def cases():
  """Every method in every kind of region; two of three are slow tests."""
  for name, kind in itertools.product(ROWS, KINDS):
    marks = [] if kind_of(name) == kind else [pytest.mark.slow]
    yield pytest.param(name, kind, marks=marks)


@pytest.mark.parametrize(("name", "kind"), [*cases()])
def test_a_part_of_an_item_is_an_item(name, kind):
  row, (partition, cut) = BY_NAME[name], KINDS[kind]
  p = arrays("beta" in row.needs)
  whole = summarised(row.describe, jax.tree.map(jnp.asarray, p))
  stored = jnp.asarray(maps()) if kind == "stored" else None
  found = describe_regions(row.describe, partition, KEYS, whole, stored)
  found = jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), found)

  parts = cut_out(p, cut)
  alone = summarised(row.describe, jax.tree.map(jnp.asarray, parts))
  keys = jax.vmap(lambda key: keys_of(key, jnp.arange(REGIONS)))(KEYS)
  wanted = row.describe(keys.reshape(-1), alone)
  real = parts.mask.reshape(ITEMS * REGIONS, -1).any(1)
  pairs = zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True)
  for a, b in pairs:
    a, b = np.asarray(a)[real], np.asarray(b)[real]
    assert np.isfinite(a).all()
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
  if kind_of(name) == kind:  # a choice sees no kind
    _check_picks(row, found, real)


def _check_picks(row, found, real):
  """Three that are there, not labelled, and not the same."""
  labelled = np.arange(len(real)) == 0
  available = real & ~labelled
  items = np.arange(len(real)) // REGIONS
  told = Candidates(*map(jnp.asarray, (available, labelled)), None, items)
  count = (K, K) if takes_count(row.select) else (K,)
  picks = np.asarray(row.select(jax.random.key(1), found, told, *count))
  assert len(set(picks.tolist())) == K
  assert (picks < len(real)).all() and available[picks].all()
