"""First picks of methods from pools sharded over the devices, to stdout.

    python -m tests.functional_on_devices k_center badge

One process has one number of devices: a test compares with its own.
"""

import functools
import json
import sys

import jax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from tests.functional import cases


def sharded(pool, kind):
  """The arrays of one pool, their items over the devices."""
  mesh = jax.make_mesh((jax.device_count(),), ("items",), axis_types=(kind,))

  def of(x):
    axes = ["items" if size == cases.N else None for size in x.shape]
    return jax.device_put(x, NamedSharding(mesh, PartitionSpec(*axes)))

  return jax.tree.map(of, pool)


def picks(name, kind):
  """items [K] of the first pool in the first round."""
  pool = {word: x[0] for word, x in cases.as_jax(cases.pools()).items()}
  words = {*cases.words_of(name), "there", "labelled"} - {"key"}
  pool = sharded({word: pool[word] for word in words}, kind)
  ask = jax.jit(functools.partial(cases.ask_pool, name))
  return ask(cases.keys()[0, 0], pool).tolist()


def main(names):
  """Axes of both kinds in turn: what is compiled is much the same."""
  kinds = AxisType.Explicit, AxisType.Auto
  found = {name: picks(name, kinds[i % 2]) for i, name in enumerate(names)}
  print(json.dumps({"devices": jax.device_count(), **found}))


if __name__ == "__main__":
  main(sys.argv[1:])
