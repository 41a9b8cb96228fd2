"""What a program needs is what XLA planned, and what is free what files say."""

import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from alx.devices import memory
from alx.devices.seeds import over_seeds
from tests.compiles import COMPILED


def outer(x, y):
  """[n, n] from two of [n]."""
  return x[:, None] * y[None, :]


def test_arguments_and_results_are_counted():
  x = jnp.ones(256, jnp.float32)
  need = memory.need_of(jax.jit(outer), x, x)
  assert need.given == 2 * 4 * 256
  assert need.beside >= 4 * 256 * 256
  shape = jax.ShapeDtypeStruct((256,), jnp.float32)
  assert memory.need_of(jax.jit(outer), shape, shape) == need


def test_looks_once_and_compiles_once():
  program, looked = jax.jit(lambda x: 3 * x + 1), []
  x = jax.block_until_ready(jnp.ones(7, jnp.float32))
  before = len(COMPILED)

  def look(program, args):
    looked.append(memory.need_of(program, *args))

  watched = memory.Watched(program, look)
  for _ in range(2):
    np.testing.assert_array_equal(watched(x), np.full(7, 4, np.float32))
  assert len(looked) == 1
  assert len(COMPILED) - before == 1


def test_looks_again_after_a_refusal_and_not_while_traced():
  def refuse(program, args):
    raise ValueError("too much")

  watched = memory.Watched(jax.jit(jnp.sin), refuse)
  x = jnp.zeros(3, jnp.float32)
  np.testing.assert_array_equal(jax.jit(watched)(x), np.zeros(3))
  for _ in range(2):
    with pytest.raises(ValueError, match="too much"):
      watched(x)


def test_the_program_of_all_seeds_is_looked_at():
  looked = []

  def look(program, args):
    looked.append(memory.need_of(program, *args).given)

  run = over_seeds(jnp.square, devices=jax.devices()[:1], look=look)
  for _ in range(2):
    np.testing.assert_array_equal(run(jnp.arange(3.0)), [0, 1, 4])
  assert looked == [4 * 3]


def gpu(**told):
  stats = told or None
  return types.SimpleNamespace(platform="gpu", memory_stats=lambda: stats)


def test_the_fullest_accelerator_decides():
  full = gpu(bytes_limit=1000, bytes_in_use=900)
  assert memory.free_on([gpu(bytes_limit=1000), full]) == 100
  assert memory.free_on([gpu()]) == np.inf


CPU = types.SimpleNamespace(platform="cpu")


def machine(root, **files):
  """Files of a machine, `_` for `/` in their names."""
  for name, text in files.items():
    path = root.joinpath(*name.split("__"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
  return root


MEMINFO = "MemTotal: 90 kB\nMemAvailable:    40 kB\nSwapFree: 10 kB\nHuge: 0\n"


def test_devices_of_a_cpu_share_what_is_free(tmp_path):
  root = machine(tmp_path, proc__meminfo=MEMINFO)
  assert memory.free_on([CPU], root) == 50 * 1024
  assert memory.free_on([CPU, CPU], root) == 25 * 1024


def test_a_machine_that_tells_nothing(tmp_path):
  assert memory.free_on([CPU], tmp_path) == np.inf


@pytest.mark.parametrize(
  ("group", "folder", "name"),
  [
    ("0::/job/task\n", "job", "memory.max"),
    ("0::/job/task\n", "job/task", "memory.max"),
    ("0::/\n", "", "memory.max"),
    ("3:cpu:/a\n4:memory:/job\n", "memory/job", "memory.limit_in_bytes"),
    ("4:memory:/job\n", "memory", "memory.limit_in_bytes"),
  ],
)
def test_the_limit_of_a_container_or_a_job(tmp_path, group, folder, name):
  machine(tmp_path, proc__meminfo=MEMINFO, proc__self__cgroup=group)
  place = tmp_path / "sys/fs/cgroup" / folder
  place.mkdir(parents=True, exist_ok=True)
  (place / name).write_text("20480\n")
  assert memory.free_on([CPU], tmp_path) == 20480
  (place / name).write_text("max\n")
  assert memory.free_on([CPU], tmp_path) == 50 * 1024


def test_what_the_process_holds_is_not_free(tmp_path):
  machine(tmp_path, proc__self__cgroup="0::/\n", proc__self__statm="9 2 1\n")
  machine(tmp_path, sys__fs__cgroup__limit="")
  (tmp_path / "sys/fs/cgroup/memory.max").write_text("1000000\n")
  page = memory.os.sysconf("SC_PAGE_SIZE")
  assert memory.free_on([CPU], tmp_path) == 1_000_000 - 2 * page


def test_this_machine_has_memory():
  assert memory.free_on(jax.devices("cpu")[:1]) > 1e6
