import pathlib
import subprocess
import sys
import threading
import tracemalloc
from typing import NamedTuple

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.data.arrays.mapped import map_array
from alx.data.dataset import DataError
from alx.data.sources.source import ArraySource, ListSource, stack_into
from alx.loop.pool_scan import describe_pool

ROOT = pathlib.Path(__file__).resolve().parents[2]
_N, _BLOCK = 23, 4  # 6 blocks, the last of 3 items


class Both(NamedTuple):
  """A description of two kinds."""

  score: jax.Array
  factors: dict


def embeddings(num_items=_N, width=5):
  return np.random.default_rng(0).normal(size=(num_items, width))


@jax.jit
def linear(weights, items, block):
  """A score with a key of its own for each item, and the product."""
  key = jax.random.key(0)
  noise = jax.vmap(
    lambda item: jax.random.uniform(jax.random.fold_in(key, item))
  )(items)
  product = block.astype(jnp.float32) @ weights
  return Both(product.sum(1) + noise, {"p": product, "item": items})


class Counted:
  """`linear`, with the first items of the blocks it was asked for."""

  def __init__(self, stop_at=None):
    self.starts, self.stop_at = [], stop_at

  def __call__(self, weights, items, block):
    if items[0] == self.stop_at:
      raise KeyboardInterrupt
    assert len(items) == len(block) == _BLOCK
    self.starts.append(int(items[0]))
    return linear(weights, items, block)


def scan(describe, workdir=None, factor=1.0, **options):
  options = {"source": ArraySource(embeddings()), "block": _BLOCK} | options
  weights = np.full((5, 3), factor, np.float32)
  return describe_pool(describe, weights, workdir=workdir, **options)


@pytest.mark.parametrize("mapped", [False, True])
def test_every_item_once_in_order(tmp_path, mapped):
  found = scan(linear, tmp_path if mapped else None)
  assert isinstance(found, Both)
  assert found.factors["item"].tolist() == list(range(_N))
  weights = np.ones((5, 3), np.float32)
  wanted = linear(weights, np.arange(_N), embeddings().astype(np.float32))
  chex.assert_trees_all_close(found, wanted, rtol=1e-7, atol=1e-5)
  assert isinstance(found.score, np.memmap) == mapped
  assert not found.score.flags.writeable


@pytest.mark.parametrize("block", [1, 23, 1000])
def test_any_block_size(block):
  found = scan(linear, block=block)
  assert found.factors["item"].tolist() == list(range(_N))
  np.testing.assert_allclose(found.score, scan(linear).score, atol=1e-5)


def test_compiles_once_for_all_blocks_and_rounds(tmp_path):
  @jax.jit
  @chex.assert_max_traces(n=1)
  def describe(weights, items, block):
    return block @ weights

  for factor in (1.0, 2.0, 3.0):
    scan(describe, tmp_path, factor)


def test_an_interrupted_scan_goes_on(tmp_path):
  with pytest.raises(KeyboardInterrupt):
    scan(Counted(stop_at=12), tmp_path)
  assert not [t for t in threading.enumerate() if "prefetch" in t.name]
  rest = Counted()
  found = scan(rest, tmp_path)
  assert rest.starts == [0, 12, 16, 20]  # the first tells the code's identity
  chex.assert_trees_all_equal(found, scan(linear))
  again = Counted()
  chex.assert_trees_all_equal(scan(again, tmp_path), found)
  assert again.starts == [0]


_KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from tests.loop.test_pool_scan import scan, linear
from alx.loop import pool_store
from alx.loop.pool_store import PoolStore
put, digest = PoolStore.put, pool_store._digest
def between(rows):  # the rows are written, the note that they are is not
  if blocks[0] == 4:
    os.kill(os.getpid(), signal.SIGKILL)
  return digest(rows)
def counted(self, *args):
  blocks[0] += 1
  pool_store._digest = between
  put(self, *args)
  pool_store._digest = digest
blocks, PoolStore.put = [0], counted
scan(linear, sys.argv[2])
"""


def test_a_killed_scan_goes_on_to_the_same_bits(tmp_path):
  command = [sys.executable, "-c", _KILLED, str(ROOT), str(tmp_path)]
  assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
  rest = Counted()
  found = scan(rest, tmp_path)
  assert rest.starts == [0, 12, 16, 20]
  chex.assert_trees_all_equal(found, scan(linear))


def other_source(tmp_path):
  return {"source": ArraySource(embeddings()[::-1])}


def other_names(tmp_path):
  ids = [f"case {i}" for i in range(_N)]
  return {"source": ArraySource(embeddings(), ids)}


def other_file(tmp_path):
  np.save(tmp_path / "x.npy", embeddings())
  return {"source": map_array(tmp_path / "x.npy")}


@pytest.mark.parametrize(
  "change",
  [
    other_source,
    other_names,
    other_file,
    lambda t: {"factor": 2.0},
    lambda t: {"tag": "dropout 0.2"},
  ],
)
def test_anything_else_begins_anew(tmp_path, change):
  scan(linear, tmp_path / "scan")
  changed = change(tmp_path)
  rest = Counted()
  found = scan(rest, tmp_path / "scan", **changed)
  assert rest.starts == [0, 4, 8, 12, 16, 20]
  chex.assert_trees_all_equal(found, scan(linear, **changed))


def test_params_that_do_not_touch_the_first_block_count(tmp_path):
  def describe(params, items, block):
    return np.where(items >= 8, params, 0)

  source = ArraySource(np.zeros(_N))
  for params in (1, 2):
    found = describe_pool(
      describe, params, source, block=_BLOCK, workdir=tmp_path
    )
    assert found.tolist() == [0] * 8 + [params] * (_N - 8)


def test_another_block_size_begins_anew(tmp_path):
  scan(linear, tmp_path)
  starts = []

  def describe(weights, items, block):
    starts.append(int(items[0]))
    return linear(weights, items, block)

  scan(describe, tmp_path, block=10)
  assert starts == [0, 10, 20]


def test_other_code_begins_anew(tmp_path):
  scan(linear, tmp_path)
  found = scan(lambda w, i, b: linear(w, i, 2 * b), tmp_path)
  chex.assert_trees_all_equal(found, scan(lambda w, i, b: linear(w, i, 2 * b)))


def test_progress_counts_items_and_what_was_there(tmp_path):
  seen = []
  with pytest.raises(KeyboardInterrupt):
    scan(Counted(stop_at=8), tmp_path)
  scan(linear, tmp_path, progress=lambda *done: seen.append(done))
  assert seen == [(8, _N), (12, _N), (16, _N), (20, _N), (_N, _N)]


def test_volumes_of_any_extent():
  images = [np.full((n, 3, 1), n, np.float32) for n in (3, 5, 4, 2, 7)]
  shapes = []

  def describe(params, items, block):
    shapes.append(block.values.shape)
    return block.values.sum((1, 2, 3)) / block.real.prod(1)

  found = describe_pool(
    describe,
    None,
    ListSource(images),
    block=2,
    stack=lambda x: stack_into(x, (1, 1), (7, 3)),
  )
  assert found.tolist() == [3, 5, 4, 2, 7]
  assert shapes == [(2, 7, 3, 1)] * 3
  with pytest.raises(DataError, match="wanted one shape, or a stack="):
    describe_pool(describe, None, ListSource(images), block=2)


def test_half_floats_are_kept_as_floats(tmp_path):
  def describe(params, items, block):
    return jnp.asarray(block, jnp.bfloat16)

  source = ArraySource(np.arange(6.0))
  found = describe_pool(describe, None, source, block=4, workdir=tmp_path)
  assert found.dtype == np.float32
  assert found.tolist() == list(range(6))


@pytest.mark.parametrize(
  ("describe", "source", "told"),
  [
    (
      lambda p, i, b: b.sum(),
      ArraySource(np.ones(3)),
      r"\[2, ...\].*shape \(\)",
    ),
    (lambda p, i, b: b[:1], ArraySource(np.ones(3)), r"of shape \(1,\)"),
    (lambda p, i, b: None, ArraySource(np.ones(3)), "arrays, found None"),
    (lambda p, i, b: b, ListSource([]), "found 0 items, block=2"),
  ],
)
def test_what_cannot_be_described(describe, source, told):
  with pytest.raises(ValueError, match=told):
    describe_pool(describe, None, source, block=2)


def test_an_error_while_reading_comes_up():
  class Broken(ListSource):
    def __getitem__(self, i):
      if i == 17:
        raise DataError("item 17 is damaged")
      return super().__getitem__(i)

  with pytest.raises(DataError, match="item 17 is damaged"):
    scan(linear, source=Broken(list(embeddings())))


def test_memory_does_not_grow_with_the_pool(tmp_path):
  """A pool four times as large takes the same memory, but for its digests."""

  def peak(num_items):
    np.save(tmp_path / "x.npy", np.zeros((num_items, 64), np.float32))
    source = map_array(tmp_path / "x.npy")
    tracemalloc.start()
    describe_pool(
      lambda p, i, b: b, None, source, block=256, workdir=tmp_path / "scan"
    )
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used

  peak(2**10)
  assert peak(2**16) < peak(2**14) + 2**19
