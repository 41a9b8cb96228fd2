"""First picks of every method on pools sharded over the devices, to stdout.

    python -m tests.functional_on_devices

One process has one number of devices: a test compares with its own.
"""

import functools
import json
import sys

import jax
import numpy as np

from tests.functional import cases


def shardings(pool):
  """Of each array of one pool: its items over the devices."""
  mesh = jax.make_mesh((jax.device_count(),), ("items",))

  def of(x):
    axes = ["items" if size == cases.N else None for size in x.shape]
    return jax.NamedSharding(mesh, jax.P(*axes))

  return jax.tree.map(of, pool)


def picks(names):
  """{name: items [K] of the first pool in the first round}."""
  pool = {w: x[0] for w, x in cases.as_jax(cases.pools()).items()}
  pool = jax.device_put(pool, shardings(pool))
  key = cases.keys()[0, 0]
  found = {}
  for name in names:
    words = {*cases.words_of(name), "there", "labelled"} - {"key"}
    mine = {word: pool[word] for word in words}
    choose = jax.jit(functools.partial(cases.ask_pool, name))
    found[name] = np.asarray(choose(key, mine)).tolist()
  return found


if __name__ == "__main__":
  print(json.dumps({"devices": jax.device_count(), **picks(sys.argv[1:])}))
