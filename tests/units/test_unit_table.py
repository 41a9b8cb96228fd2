"""Distances between slices, against those of one volume at a time."""

import jax
import jax.numpy as jnp
import numpy as np

from alx.units.costs import distance_cost
from alx.units.table import Along, distance_mm


def test_distances_are_those_within_each_line():
  """Three volumes of 6, 4 and 5 slices; in the last nothing is labelled."""
  line = np.repeat([0, 1, 2], [6, 4, 5])
  rng = np.random.default_rng(0)
  place = np.concatenate([np.sort(rng.uniform(0, 30, n)) for n in (6, 4, 5)])
  labelled = np.zeros(15, bool)
  labelled[[0, 3, 9]] = True
  along = Along(jnp.asarray(line), jnp.asarray(place, jnp.float32))
  found = jax.jit(distance_mm)(along, jnp.asarray(labelled))
  for number in range(3):
    mine = line == number
    wanted = distance_cost(place[mine], place[mine & labelled], 0.0)
    np.testing.assert_allclose(found[mine], wanted, rtol=1e-5, atol=1e-5)
