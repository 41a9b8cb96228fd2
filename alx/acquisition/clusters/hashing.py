"""Items from many buckets of a hash that keeps neighbours together."""

import jax
import jax.numpy as jnp

from alx.acquisition.base import Candidates, usable
from alx.acquisition.clusters.kmeans import pick_in_turns
from alx.acquisition.comparisons.geometry import centred, cross, unit_rows


def lsh(
  key: jax.Array,
  features: jax.Array,
  candidates: Candidates,
  k: int,
  count: jax.Array | None = None,
  *,
  bits: int = 8,
) -> jax.Array:
  """Random items from random buckets of a locality-sensitive hash.

  One item of each bucket in a random order of buckets, then a second one, and
  so on; random inside a bucket (Shi et al. 2019, the diverse half of their
  choice; the other half is `confidence`). The buckets are `hash_codes`.

  Time O(N (D bits + log N)), memory O(N D + 2^bits).

  Args:
    key: of the hash and of the draws.
    features: [N, D] float32.
    candidates: of the N items; labelled ones only move the mean.
    k: how many items.
    count: see `Acquisition.select`.
    bits: of the hash, in [1, 20]; about log2 of the number of buckets wanted.
  """
  key_hash, key_bucket, key_item = jax.random.split(key, 3)
  features, kept = usable(features, candidates)
  codes = hash_codes(key_hash, features, kept.present, bits=bits)
  turn = jax.random.uniform(key_bucket, (2**bits,), dtype=jnp.float32)
  noise = jax.random.uniform(key_item, codes.shape, dtype=jnp.float32)
  return pick_in_turns(codes, noise, turn, kept, k, count)


def hash_codes(
  key: jax.Array, features: jax.Array, there: jax.Array, *, bits: int = 8
) -> jax.Array:
  """Bucket of each item: on which side of random hyperplanes it lies.

  code = sum_b 2^b [w_b x > 0] with standard normal w_b (Charikar 2002), of
  features scaled to length 1 from which their mean is subtracted. Equal items
  share a bucket. Time O(N D bits), memory O(N D).

  Args:
    key: of the hyperplanes.
    features: [N, D] float32.
    there: [N] bool; the others do not move the mean.
    bits: in [1, 20].

  Returns:
    codes [N] int32 in [0, 2^bits).
  """
  planes = jax.random.normal(key, (bits, features.shape[1]), dtype=jnp.float32)
  above = cross(centred(unit_rows(features), there), planes) > 0
  return (
    (above * 2 ** jnp.arange(bits, dtype=jnp.int32)[None, :])
    .sum(1)
    .astype(jnp.int32)
  )
