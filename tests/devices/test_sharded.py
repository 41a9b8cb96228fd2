import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.acquisition import Candidates
from alx.acquisition.joint import cover
from alx.acquisition.scores import select
from alx.devices import sharded
from tests.processes import run_together, shards

N = 23


def some_candidates(labelled=(3, 4, 20)):
  known = np.isin(np.arange(N), labelled)
  absent = np.arange(N) == 7
  return Candidates(jnp.asarray(~known & ~absent), jnp.asarray(known))


def on_shards(num_processes, choose):
  """What each process finds, given its shard and its part of any arrays."""
  parts = shards(N, num_processes)

  def on(process, gather):
    shard = parts[process]
    mine = slice(shard.start, shard.stop)
    return choose(
      lambda tree: jax.tree.map(lambda x: x[mine], tree), shard, gather
    )

  found = run_together(num_processes, on)
  for other in found[1:]:
    np.testing.assert_array_equal(other, found[0])
  return np.asarray(found[0])


@pytest.mark.parametrize("num_processes", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 5, 30])
def test_top_k_is_that_of_all_scores(num_processes, k):
  scores = np.random.default_rng(0).integers(0, 5, N).astype(np.float32)
  scores[5] = np.nan
  scores, candidates = jnp.asarray(scores), some_candidates()  # many ties
  items = on_shards(
    num_processes,
    lambda mine, shard, gather: sharded.top_k(
      mine(scores), mine(candidates), k, shard, gather=gather
    ),
  )
  wanted = select.top_k(None, scores, candidates, k)
  np.testing.assert_array_equal(items, wanted)


@pytest.mark.parametrize("num_processes", [1, 2, 3])
@pytest.mark.parametrize("labelled", [(), (3, 4, 20)])
@pytest.mark.parametrize("ahead", [1, 4])
def test_k_center_is_that_of_all_features(num_processes, labelled, ahead):
  rows = np.random.default_rng(1).standard_normal((N, 3)).astype(np.float32)
  rows[11] = rows[12]  # a duplicate
  rows[15] = np.nan
  rows, candidates = jnp.asarray(rows), some_candidates(labelled)
  items = on_shards(
    num_processes,
    lambda mine, shard, gather: sharded.k_center(
      mine(rows), mine(candidates), 8, shard, ahead=ahead, gather=gather
    ),
  )
  wanted = cover.k_center(None, rows, candidates, 8)
  np.testing.assert_array_equal(items, wanted)


def test_k_center_of_16_bits_is_that_of_float32():
  """Their squares are beyond 16 bits."""
  rows = 300 * np.random.default_rng(2).standard_normal((N, 3))
  rows, candidates = jnp.asarray(rows, jnp.float16), some_candidates()
  items = on_shards(
    2,
    lambda mine, shard, gather: sharded.k_center(
      mine(rows), mine(candidates), 8, shard, ahead=4, gather=gather
    ),
  )
  wanted = cover.k_center(None, rows, candidates, 8)
  np.testing.assert_array_equal(items, wanted)


def test_equal_values_go_to_the_lowest_item_of_any_process():
  values = np.array([[2, 1], [2, 0]], np.float32)
  items = np.array([[8, 9], [3, 1]], np.int32)
  assert sharded.merge_top_k(values, items, 3).tolist() == [3, 8, 9]
