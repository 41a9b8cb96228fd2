"""What methods find of pools that are sharded over the devices, to stdout.

    python -m tests.functional_on_devices

One process has one number of devices: a test compares with its own.
"""

import functools
import json

import jax
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from alx import functional
from tests.functional import cases

KINDS = AxisType.Explicit, AxisType.Auto


def sharded(kind, words):
  """The arrays of the first pool, their items over the devices."""
  mesh = jax.make_mesh((jax.device_count(),), ("items",), axis_types=(kind,))

  def of(x):
    axes = ["items" if size == cases.N else None for size in x.shape]
    return jax.device_put(x, NamedSharding(mesh, PartitionSpec(*axes)))

  pools = cases.as_jax(cases.pools())
  return {word: of(pools[word][0]) for word in words}


def scores():
  """{name: [scores [N] on axes of each kind]}."""
  words = {word for words in cases.SCORES.values() for word in words.split()}
  score = jax.jit(cases.score_pool)
  found = [score(sharded(kind, words)) for kind in KINDS]
  return {name: [x[name].tolist() for x in found] for name in cases.SCORES}


def picks(name, kind):
  """items [K] in the first round."""
  words = {*cases.words_of(name), "there", "labelled"} - {"key"}
  ask = jax.jit(functools.partial(cases.ask_pool, name))
  return ask(cases.keys()[0, 0], sharded(kind, words)).tolist()


def large_cover(place=lambda x: x):
  """items [3] of k-center, of a pool that does not fit into one block."""
  rng = np.random.default_rng(0)
  rows = place(rng.standard_normal((1104, 240)).astype(np.float32))
  free = place(np.ones(len(rows), bool))
  return jax.jit(functional.k_center, static_argnames="k")(rows, free, k=3)


def over_devices(x):
  """The rows of an array over the devices."""
  mesh = jax.make_mesh((jax.device_count(),), ("items",), axis_types=KINDS[1:])
  return jax.device_put(x, NamedSharding(mesh, PartitionSpec("items")))


def main():
  """Choices on axes of both kinds in turn: what is compiled is the same."""
  found = {"devices": jax.device_count(), **scores()}
  for i, name in enumerate(cases.CHOICES):
    found[name] = picks(name, KINDS[i % 2])
  found["large"] = large_cover(over_devices).tolist()
  print(json.dumps(found))


if __name__ == "__main__":
  main()
