"""Whole runs of a few seeds, alone and mapped, held bit for bit.

python -m tests.mapped_seeds blobs
"""

import functools

import chex
import jax
import numpy as np

from alx import over_seeds
from alx.loop import simulate
from tests import problems

KEYS = jax.random.split(jax.random.key(3), 3)


def runs_of(learner, data, name):
  """A run of two rounds: items, params and how much is labelled."""
  loop = problems.loop_of(learner, name)

  def run(key, images, labels):
    state, items, count = simulate(
      loop,
      key,
      images,
      labels,
      start=4,
      query=3,
      rounds=2,
      evaluate=lambda state: state.pool.count,
    )
    return items, state.params, count

  return run, data


@functools.cache
def of_blobs(name):
  return runs_of(problems.plain_learner(), problems.blobs(), name)


@functools.cache
def of_squares(name):
  learner = problems.unet_learner(3, augment=problems.PLAIN)
  return runs_of(learner, problems.squares(12), name)


@functools.cache
def alone(of_data, name):
  """Every key by itself, in one program."""
  run, data = of_data(name)
  program = jax.jit(run)
  results = [program(key, *data) for key in KEYS]
  return jax.tree.map(lambda *x: np.stack(x), *results)


def main():
  """Raises AssertionError where a bit differs."""
  run, data = of_squares("entropy")
  one = jax.devices()[:1]
  mapped = over_seeds(run, vectorized=False, devices=one)(KEYS, *data)
  chex.assert_trees_all_equal(mapped, alone(of_squares, "entropy"))


if __name__ == "__main__":
  main()
