import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data import patches
from alx.training.map_blocks import each_block, map_blocks


@pytest.mark.parametrize("run", [map_blocks, each_block])
@pytest.mark.parametrize(
  ("block", "taken"), [(1, 1), (2, 2), (4, 3), (5, 5), (8, 5)]
)
def test_every_item_once_in_order(block, taken, run):
  arrays = [np.full((3, 1), i, np.float32) for i in range(5)]
  images = patches.stack_images(arrays, (3,))
  images = jax.tree.map(jnp.asarray, images)

  def function(images, items):
    assert items.shape == (taken,)
    return {"sum": images.values.sum((1, 2)), "items": items}

  found = run(function, images, block)
  assert found["items"].tolist() == [0, 1, 2, 3, 4]
  assert found["sum"].tolist() == [0, 3, 6, 9, 12]


def test_outside_of_jit_a_block_is_a_call():
  calls = []
  images = patches.stack_images([np.ones((3, 1), np.float32)] * 5, (3,))

  def function(images, items):
    calls.append(items.tolist())
    return images.values[:, 0, 0]

  assert each_block(function, images, 2).tolist() == [1] * 5
  assert calls == [[0, 1], [2, 3], [4, 4]]
