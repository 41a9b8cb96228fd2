import jax
import jax.numpy as jnp

from alx.functional import badge, bald, k_center, top_k


@jax.jit
@jax.vmap  # over pools: arrays [P, N, ...]
def ask(key, samples, features, labelled):
  """15 of N items: 5 by BALD, 5 by BADGE, 5 by k-center, all distinct."""
  by_bald = top_k(bald(samples), ~labelled, k=5)
  taken = labelled.at[by_bald].set(True, mode="drop")
  by_badge = badge(key, samples.mean(0), features, ~taken, k=5)
  taken = taken.at[by_badge].set(True, mode="drop")
  by_cover = k_center(features, ~taken, k=5, labelled=taken)
  return jnp.concatenate([by_bald, by_badge, by_cover])


pools, passes, num_items = 4, 8, 200
keys = jax.random.split(jax.random.key(0), pools)
logits = jax.random.normal(keys[0], (pools, passes, num_items, 3))
features = jax.random.normal(keys[1], (pools, num_items, 16))
labelled = jnp.zeros((pools, num_items), bool)
items = ask(keys, jax.nn.softmax(logits), features, labelled)  # [4, 15]
