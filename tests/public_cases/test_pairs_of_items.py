"""The two items of a cluster are equally near to its centre."""

import numpy as np

import alx


def test_the_lower_id_of_a_pair_is_taken():
  rng = np.random.default_rng(1)
  for seed in range(30):
    pairs = rng.standard_normal((3, 2, 5)).astype(np.float32)
    pairs += np.float32([0, 100, 300])[:, None, None]
    features = pairs.transpose(1, 0, 2).reshape(6, 5)  # 0 with 3, 1 with 4 ...
    found = alx.query("k_means", k=3, features=features, key=seed)
    assert sorted(found) == [0, 1, 2]
