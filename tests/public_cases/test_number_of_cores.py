"""What is chosen does not depend on how many cores a CPU has."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
os.sched_setaffinity(0, set(map(int, sys.argv[1].split(","))))
import hashlib
import numpy as np
from alx.acquisition.clusters import kmeans
from alx.acquisition.comparisons import geometry
import jax, jax.numpy as jnp
x = np.random.default_rng(0).standard_normal((4000, 32)).astype(np.float32)
there = jnp.ones(4000, bool)
found = jax.jit(geometry.centred)(x, there)
clusters = jax.jit(lambda x: kmeans.cluster(jax.random.key(0), x, there, 8))(x)
for part in (found, *clusters):
  print(hashlib.sha256(np.asarray(part).tobytes()).hexdigest())
"""


def bits_with(cores):
  """Digests of centred features and of clusters, on some cores."""
  command = [sys.executable, "-c", PROGRAM, ",".join(map(str, cores))]
  environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
  done = subprocess.run(
    command, env=environment, capture_output=True, text=True, check=True
  )
  return done.stdout.split()


def test_clusters_on_one_core_and_on_all():
  if not hasattr(os, "sched_setaffinity"):
    pytest.skip("cores cannot be chosen here")
  cores = sorted(os.sched_getaffinity(0))
  if len(cores) < 2:
    pytest.skip("there is one core only")
  alone = bits_with(cores[:1])
  assert len(alone) == 5 and bits_with(cores) == alone
