"""The two items of a cluster are equally near to its centre."""

import jax
import numpy as np

import alx
from alx import functional


def test_which_of_a_pair_does_not_depend_on_how_it_was_compiled():
  choose = jax.jit(functional.k_means, static_argnums=3)
  rng, free = np.random.default_rng(0), np.ones(24, bool)
  for seed in range(8):
    places = np.repeat(np.arange(12), 2)[:, None] * 100.0  # 12 pairs
    features = (places + rng.standard_normal((24, 3))).astype(np.float32)
    found = alx.query("k_means", k=12, features=features, key=seed)
    assert found.tolist() == choose(seed, features, free, 12).tolist()


def test_the_lower_id_of_a_pair_is_taken():
  rng = np.random.default_rng(1)
  for seed in range(8):
    pair = rng.standard_normal((2, 5)).astype(np.float32) + 3.0
    assert alx.query("k_means", k=1, features=pair, key=seed).tolist() == [0]
