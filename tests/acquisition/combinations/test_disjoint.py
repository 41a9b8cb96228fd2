import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import BY_NAME, Candidates
from alx.acquisition.combinations.disjoint import (
  Places,
  any_overlap,
  disjoint,
  overlaps,
)
from alx.acquisition.combinations.knapsack import knapsack


def grid(seed=0, extent=(4, 3)):
  """Boxes of two items at every second voxel."""
  rng = np.random.default_rng(seed)
  start = np.stack(np.meshgrid(range(0, 12, 2), range(0, 10, 2)), -1)
  start = np.concatenate([start.reshape(-1, 2)] * 2)
  item = np.repeat([0, 1], len(start) // 2)
  scores = rng.standard_normal(len(start)).astype(np.float32)
  places = Places(
    jnp.asarray(item, jnp.int32), jnp.asarray(start, jnp.int32), extent
  )
  return places, scores


def cover(places, box):
  """The voxels of a box, as a set."""
  item, (y, x) = int(places.item[box]), np.asarray(places.start[box]).tolist()
  h, w = places.extent
  return {(item, y + i, x + j) for i in range(h) for j in range(w)}


def brute_force(places, scores, k):
  """Greedy non-maximum suppression over sets of voxels."""
  kept, seen = [], set()
  for box in np.argsort(-scores, kind="stable"):
    voxels = cover(places, box)
    if not voxels & seen and len(kept) < k:
      kept.append(int(box))
      seen |= voxels
  return kept


@pytest.mark.parametrize("seed", range(3))
def test_it_is_greedy_suppression(seed):
  places, scores = grid(seed)
  free = Candidates(jnp.ones(len(scores), bool), jnp.zeros(len(scores), bool))
  row = disjoint(BY_NAME["entropy"], places)
  select = jax.jit(row.select, static_argnums=3)
  found = select(jax.random.key(0), jnp.asarray(scores), free, 8)
  assert found.tolist() == brute_force(places, scores, 8)


def test_slots_that_no_box_fits_are_empty():
  places, scores = grid()
  count = len(scores)
  free = Candidates(jnp.ones(count, bool), jnp.zeros(count, bool))
  row = disjoint(BY_NAME["random"], places)
  found = np.asarray(row.select(jax.random.key(0), None, free, count))
  kept = found[found < count]
  boxes = [cover(places, box) for box in kept]
  assert len(set().union(*boxes)) == sum(map(len, boxes))
  assert (found[len(kept) :] == count).all()


def test_a_budget_is_given_out_once():
  places, scores = grid()
  count = len(scores)
  rng = np.random.default_rng(0)
  costs = rng.integers(1, 4, count)
  row = disjoint(knapsack(BY_NAME["entropy"], 12), places)
  select = jax.jit(row.select, static_argnums=3)
  for budget in (3, 8):
    free = Candidates(
      jnp.ones(count, bool),
      jnp.zeros(count, bool),
      costs=jnp.asarray(costs, jnp.float32),
      budget=jnp.float32(budget),
    )
    found = np.asarray(select(jax.random.key(0), jnp.asarray(scores), free, 12))
    found = found[found < count]
    assert costs[found].sum() == budget
    boxes = [cover(places, box) for box in found]
    assert len(set().union(*boxes)) == sum(map(len, boxes))


def test_overlap_is_sharing_a_voxel():
  places, _ = grid()
  for box in (0, 7, 40):
    wanted = [
      bool(cover(places, box) & cover(places, other))
      for other in range(len(places.item))
    ]
    assert np.asarray(overlaps(places, box)).tolist() == wanted
  mask = jnp.zeros(len(places.item), bool).at[jnp.array([0, 40])].set(True)
  both = any_overlap(places, mask)
  wanted = overlaps(places, 0) | overlaps(places, 40)
  np.testing.assert_array_equal(both, wanted)
