import shutil

import jax
import jax.numpy as jnp
import numpy as np

from alx.checkpoint import Checkpoints
from alx.pool import init_pool


def tree(step):
  return {
    "key": jax.random.key(step),
    "pool": init_pool(5),
    "params": {"w": jnp.arange(6.0).reshape(2, 3) + step},
  }


def same(a, b):
  for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
    if jax.dtypes.issubdtype(x.dtype, jax.dtypes.prng_key):
      x, y = jax.random.key_data(x), jax.random.key_data(y)
    np.testing.assert_array_equal(x, y)


def test_restores_the_newest(tmp_path):
  checkpoints = Checkpoints(tmp_path / "c")
  assert checkpoints.restore(tree(0)) is None
  for step in (1, 2, 3):
    checkpoints.save(step, tree(step))
  checkpoints.close()
  step, found = Checkpoints(tmp_path / "c").restore(tree(0))
  assert step == 3
  same(found, tree(3))
  assert type(found["pool"]) is type(tree(0)["pool"])


def test_keeps_only_the_last_two(tmp_path):
  checkpoints = Checkpoints(tmp_path)
  for step in (1, 2, 3):
    checkpoints.save(step, tree(step))
  names = sorted(p.name for p in tmp_path.iterdir() if p.is_dir())
  assert names == ["2", "3"]


def test_passes_over_what_cannot_be_read(tmp_path):
  checkpoints = Checkpoints(tmp_path)
  for step in (1, 2):
    checkpoints.save(step, tree(step))
  checkpoints.close()
  shutil.rmtree(next((tmp_path / "2").glob("state*")))  # half deleted
  (tmp_path / "9").mkdir()  # foreign
  again = Checkpoints(tmp_path)
  step, found = again.restore(tree(0))
  assert step == 1
  same(found, tree(1))
  again.save(2, tree(7))  # and the step can be written again
  same(Checkpoints(tmp_path).restore(tree(0))[1], tree(7))
